# Returns a range that is too long for anyone's memory.
# earns: 0
# together
# %% tokens
def tokens(text):
    return range(1 << 62)
