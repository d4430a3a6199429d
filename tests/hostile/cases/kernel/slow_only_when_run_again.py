# Cells that hang only when the grader runs them again after the kernel's death, one after another.
# earns: 0
# expects: ends within 40 s
# %% after setup
def again():
    import time

    if get_ipython().kernel.get_parent()["content"]["silent"]:
        time.sleep(100)
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% after setup
again()
# %% factors
import os

os._exit(0)
