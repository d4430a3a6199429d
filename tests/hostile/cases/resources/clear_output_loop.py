# Clears and displays without end.
# earns: 0
# expects: ends within 60 s
# %% softmax
from IPython.display import clear_output, display

while True:
    clear_output(wait=False)
    display("x")
