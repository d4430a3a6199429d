# Returns a list that holds itself where numpy will unfold it, 2 to the power of 64 times.
# earns: 0
# expects: ends within 30 s
# %% loss
def mean_loss(chances):
    cycle = []
    cycle += [cycle, cycle]
    return cycle
