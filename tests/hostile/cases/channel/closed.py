# Closes the channel in the middle of a reply.
# earns: 0
# expects: reason contains the kernel
# uses: wire
# %% after setup
def close(wire, message):
    wire.sock.sendall(b"\0\0\1\0")
    wire.sock.shutdown(socket.SHUT_RDWR)


speak(close)
