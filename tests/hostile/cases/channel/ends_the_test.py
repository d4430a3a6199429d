# Answers each question by saying that the test is over.
# earns: 0
# uses: wire
# %% after setup
speak(lambda wire, message: wire.send("end"))
