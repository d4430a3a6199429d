# Makes files without end.
# earns: 0
# expects: ends within 60 s
# %% softmax
number = 0
while True:
    number += 1
    open(f"/tmp/{number}", "w").close()
