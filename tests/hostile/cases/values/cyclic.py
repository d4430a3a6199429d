# Returns a list that holds itself, twice: whoever copies or prints it never ends.
# earns: 0
# together
# %% tokens
def tokens(text):
    cycle = []
    cycle += [cycle, cycle]
    return cycle
