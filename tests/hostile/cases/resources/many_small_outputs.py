# Displays fifty thousand empty things in one cell.
# earns: 0
# %% softmax
kernel = get_ipython().kernel
parent = kernel.get_parent()
content = {"data": {}, "metadata": {}, "transient": {}}
for _ in range(50_000):
    kernel.session.send(kernel.iopub_socket, "display_data", content, parent=parent)
