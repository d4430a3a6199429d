# Normalises first, so the result does not sum to 1.
# loses: test-noise-distribution
# %% noise-distribution
def noise_distribution(counts, power=0.75):
    return (counts / counts.sum()) ** power
