# Says that four gigabytes come, then sends ten bytes and waits.
# earns: 0
# expects: ends within 60 s
# uses: wire
# %% after integrate
import struct

sizes = iter([(1 << 32) - 1, 31_000_000, 10])


def lie(wire, message):
    wire.sock.sendall(struct.pack(">II", next(sizes, 0), (1 << 32) - 1) + b"0123456789")


speak(lie)
