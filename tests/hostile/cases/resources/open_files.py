# Opens files without closing them, in the test too.
# earns: 0
# %% softmax
kept = []


def softmax(scores):
    while True:
        kept.append(open("/dev/null"))


try:
    softmax(None)
except OSError as error:
    print(error)
