# Prints to both streams and displays without end while it is tested.
# earns: 0
# expects: ends within 60 s
# %% softmax
import sys

from IPython.display import display


def softmax(scores):
    while True:
        print("x" * 10_000)
        print("y" * 10_000, file=sys.stderr)
        display("z" * 10_000)
