# A reply of tuples nested deeper than the channel allows.
# earns: 0
# uses: wire
# %% after setup
deep = []
for _ in range(300):
    deep = ["t", [deep]] if deep else ["t", []]
speak(lambda wire, message: wire.send("ok", deep))
