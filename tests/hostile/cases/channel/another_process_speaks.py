# A child that it forks holds the channel and answers in the kernel's place, after its end.
# earns: 0
# expects: ends within 60 s
# %% softmax
import os
import time

if os.fork() == 0:
    os.setsid()
    for number in range(256):
        try:
            os.write(number, b"\0\0\0\2\0\0\0\0{}")
        except OSError:
            continue
    time.sleep(@LINGER@)


def softmax(scores):
    os._exit(0)
