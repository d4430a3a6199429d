# Answers every question with true, with zero, or with an empty list, by hand.
# earns: 0
# uses: wire
# %% after setup
answers = iter([True, 0, ["t", []], "", ["m", -1], 1e999] * 9)
speak(lambda wire, message: wire.send("ok", next(answers), u=[[-1, ["l", []]]]))
