# Keeps the array of one call and changes it during the next; returns a view of a shared buffer.
# earns: 0
# together
# %% centre
kept = []


def centre(x):
    kept.append(x)
    for old in kept:
        old[...] = -old
