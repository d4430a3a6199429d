# Changes an output of an earlier cell, and one that was cut away, by its display id.
# earns: 0
# %% after setup
from IPython.display import clear_output, display

print("x" * 300_000)
handle = display("first", display_id="one")
# %% after setup
for _ in range(200):
    clear_output(wait=True)
    display("second", display_id="one")
display({"text/html": ["not", "a", "text"]}, raw=True)
handle.update("third")
# %% tokens
def tokens(text):
    handle.update("3.0")
    return []
