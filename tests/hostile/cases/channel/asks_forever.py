# Answers the call of its function by calling the test's function, and that one's answer by another.
# earns: 0
# expects: ends within 60 s
# uses: wire
# %% after integrate
def ask(wire, message):
    try:
        number = message["a"][1][1][0][1]
    except (LookupError, TypeError):
        number = 1
    while True:
        wire.send("ask", ["o", number], ["t", [0.5]], ["t", []], ["t", []], op="call")
        if wire.read()[0]["k"] == "end":
            return


speak(ask)
