# A reply of brackets nested a million deep.
# earns: 0
# uses: wire
# %% after setup
speak(lambda wire, message: wire.raw(b"[" * 1_000_000))
