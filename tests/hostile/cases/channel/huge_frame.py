# Sends as many bytes as may be sent, as numbers of a list and as buffers.
# earns: 0
# uses: wire
# %% after integrate
def flood(wire, message):
    many = b'{"k": "ok", "b": [], "u": [], "d": [], "h": [], "a": [["t", [' + b"0," * 8_000_000
    wire.raw(many + b"0]]]}")


speak(flood)
