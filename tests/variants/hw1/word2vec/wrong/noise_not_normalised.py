# Forgets to divide by the sum.
# loses: test-noise-distribution
# %% noise-distribution
def noise_distribution(counts, power=0.75):
    weights = counts**power
    return weights
