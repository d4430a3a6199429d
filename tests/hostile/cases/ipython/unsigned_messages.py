# Puts bytes on the output channel that are no message at all.
# earns: 0
# expects: ends within 45 s
# %% softmax
kernel = get_ipython().kernel


def softmax(scores):
    for parts in ([b"x"], [b"<IDS|MSG>"], [b"", b"<IDS|MSG>", b"wrong", b"{}", b"{", b"[", b"\xff"]):
        kernel.iopub_socket.send_multipart(parts)
    return scores


softmax(None)
