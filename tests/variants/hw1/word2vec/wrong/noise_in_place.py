# Changes the counts themselves.
# loses: test-noise-distribution
# %% noise-distribution
def noise_distribution(counts, power=0.75):
    weights = counts**power
    counts[:] = weights
    return weights / weights.sum()
