# Refers to functions of libraries by name, as the judge's own messages may.
# earns: 0
# uses: wire
# %% after setup
names = iter([["os", "system"], ["numpy", "load"], ["builtins", "eval"], ["math", "cos"]] * 4)
speak(lambda wire, message: wire.send("ok", ["g", *next(names)]))
