# Sends its reply one byte a second.
# earns: 0
# expects: ends within 60 s
# uses: wire
# %% after integrate
import time


def drip(wire, message):
    for byte in b"\0\0\0\x30\0\0\0\0" + b'{"k": "ok"}' * 9:
        wire.sock.sendall(bytes([byte]))
        time.sleep(1)


speak(drip)
