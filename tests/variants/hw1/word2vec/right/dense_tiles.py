# The tiles with dense gradients of the whole tables, by one-hot products.
# %% tile-update
def tile_update(
    center_table, context_table, words, sentence_ids, negatives, window_weights, lr, num_negatives=5
):
    groups = negatives.shape[0]
    one_hot = F.one_hot(words, len(center_table)).to(center_table.dtype)
    noise = F.one_hot(negatives, len(center_table)).to(center_table.dtype)
    v, u = one_hot @ center_table, one_hot @ context_table
    same = sentence_ids.unsqueeze(2) == sentence_ids.unsqueeze(1)
    w = torch.where(same, window_weights, torch.zeros_like(window_weights))
    e = w * (torch.sigmoid(torch.einsum("tid,tjd->tij", v, u)) - 1)
    u_noise = (noise @ context_table).repeat_interleave(len(words) // groups, 0)
    f = torch.sigmoid(torch.einsum("tid,tmd->tim", v, u_noise))
    f = f * w.sum(2, keepdim=True) * num_negatives / negatives.shape[1]
    dv = torch.einsum("tij,tjd->tid", e, u) + torch.einsum("tim,tmd->tid", f, u_noise)
    du = torch.einsum("tij,tid->tjd", e, v)
    dn = torch.einsum("tim,tid->tmd", f, v).reshape(groups, -1, *u_noise.shape[1:]).sum(1)
    center_table.sub_(lr * torch.einsum("tiv,tid->vd", one_hot, dv))
    context_table.sub_(lr * torch.einsum("tiv,tid->vd", one_hot, du))
    context_table.sub_(lr * torch.einsum("gmv,gmd->vd", noise, dn))
