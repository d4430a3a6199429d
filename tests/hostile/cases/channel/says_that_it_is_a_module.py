# Claims that its objects are torch modules, callable, and of names with line breaks in them.
# earns: 0
# uses: wire
# %% after integrate
info = {"n": "float\n\x1b[2J<b>", "c": True, "m": True}
speak(lambda wire, message: wire.send("ok", ["h", 99, info]))
