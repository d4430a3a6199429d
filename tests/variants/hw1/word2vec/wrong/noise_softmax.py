# Takes a softmax of the powers.
# loses: test-noise-distribution, test-iterate-batches
# %% noise-distribution
def noise_distribution(counts, power=0.75):
    weights = np.exp((counts**power) - np.max(counts**power))
    return weights / weights.sum()
