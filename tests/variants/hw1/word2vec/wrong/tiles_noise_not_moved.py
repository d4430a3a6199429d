# The noise words stay where they are.
# loses: test-tile-update
# %% tile-update
def tile_update(
    center_table, context_table, words, sentence_ids, negatives, window_weights, lr, num_negatives=5
):
    groups, num_noise = negatives.shape
    dim = center_table.shape[1]
    v, u, u_noise = (  # F.embedding reads rows three times as fast as table[ids]
        F.embedding(words, center_table),
        F.embedding(words, context_table),
        F.embedding(negatives, context_table),
    )
    weights = window_weights * (sentence_ids[:, :, None] == sentence_ids[:, None, :])
    errors = torch.bmm(v, u.mT).sigmoid_().sub_(1).mul_(weights)
    v_groups = v.view(groups, -1, dim)
    real = weights.sum(dim=2).view(groups, -1, 1) * (num_negatives / num_noise)
    noise_errors = torch.bmm(v_groups, u_noise.mT).sigmoid_().mul_(real)

    dv = torch.bmm(errors, u).view(groups, -1, dim).baddbmm_(noise_errors, u_noise)
    du = torch.bmm(errors.mT, v)
    du_noise = torch.bmm(noise_errors.mT, v_groups)
    center_table.index_add_(0, words.flatten(), dv.view(-1, dim), alpha=-lr)
    context_table.index_add_(0, words.flatten(), du.view(-1, dim), alpha=-lr)

