# Opens comms as a widget that captures the outputs of other cells.
# earns: 0
# %% tokens
kernel = get_ipython().kernel


def tokens(text):
    return []


state = {"_model_module": "@jupyter-widgets/output", "_model_name": "OutputModel", "msg_id": "x"}
for kind in ("comm_open", "comm_msg", "comm_close"):
    content = {"comm_id": "a", "target_name": "jupyter.widget", "data": {"state": state}}
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
