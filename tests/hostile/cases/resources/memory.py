# Eats memory in one process, catches the error, and tries again without end.
# earns: 0
# expects: ends within 60 s
# %% softmax
hoard = []
while True:
    try:
        hoard.append(bytearray(50_000_000))
    except MemoryError:
        hoard.append(b"x")
