# Says that it is idle while its cell runs on, so that the tests begin early; then sends nonsense.
# earns: 0
# expects: ends within 45 s
# %% softmax
import time

kernel = get_ipython().kernel


def softmax(scores):
    return scores


def forge(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())


forge("status", {"execution_state": "idle"})
forge("status", {})
forge("stream", {"name": "stdout"})
forge("display_data", {"data": 7, "metadata": None})
kernel.session.send(kernel.iopub_socket, "stream", {"name": "x", "text": "y"}, parent={})
time.sleep(1)
