# Prints, displays and raises texts that no file can hold.
# earns: 0
# %% softmax
from IPython.display import display

print("\ud800\udfff\x00")
display({"text/plain": "\ud800", "text/html": "\udfff"}, raw=True)


def softmax(scores):
    raise ValueError("\ud800")


# %% after softmax
raise ValueError("\ud800")
