# Sends single messages of a hundred megabytes, and of fifteen.
# earns: 0
# %% softmax
def softmax(scores):
    print("y" * 15_000_000)
    return scores


print("x" * 100_000_000)
