# The tiles as a loss, with autograd and one plain step.
# %% tile-update
def tile_update(
    center_table, context_table, words, sentence_ids, negatives, window_weights, lr, num_negatives=5
):
    v_table = center_table.detach().clone().requires_grad_()
    u_table = context_table.detach().clone().requires_grad_()
    per_group = len(words) // len(negatives)
    loss = 0
    for t in range(len(words)):
        v, u = v_table[words[t]], u_table[words[t]]
        noise = negatives[t // per_group]
        w = window_weights * (sentence_ids[t][:, None] == sentence_ids[t][None, :])
        loss = loss - (w * F.logsigmoid(v @ u.T)).sum()
        share = num_negatives * w.sum(1, keepdim=True) / len(noise)
        loss = loss - (share * F.logsigmoid(-v @ u_table[noise].T)).sum()
    loss.backward()
    with torch.no_grad():
        center_table -= lr * v_table.grad
        context_table -= lr * u_table.grad
