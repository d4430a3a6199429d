# Returns an integer with a million digits.
# earns: 0
# together
# %% loss
def mean_loss(chances):
    return 1 << 4_000_000
