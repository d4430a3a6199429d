# Asks the judge for requests that exist for handles only: set, setitem, len, backward, operators.
# earns: 0
# uses: wire
# %% after setup
requests = ["set", "setitem", "len", "contains", "backward", "__add__", "__eq__", "call", "item"]


def ask(wire, message):
    for op in requests:
        for target in (["o", 0], ["o", 1], ["o", 2], None, "text", ["t", []]):
            wire.send("ask", target, "__class__", 1, op=op)
            if wire.read()[0]["k"] == "end":
                raise SystemExit
    wire.send("ok", 1.0)


speak(ask)
