# Always takes the power 3/4.
# loses: test-noise-distribution
# %% noise-distribution
def noise_distribution(counts, power=0.75):
    weights = counts**0.75
    return weights / weights.sum()
