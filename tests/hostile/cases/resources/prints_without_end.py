# Prints to standard output without end.
# earns: 0
# expects: ends within 60 s
# %% softmax
while True:
    print("x" * 10_000)
