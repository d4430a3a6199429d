# Takes the frequencies as they are.
# loses: test-noise-distribution
# %% noise-distribution
def noise_distribution(counts, power=0.75):
    weights = counts**1.0
    return weights / weights.sum()
