# Adds the gradient to the table itself.
# loses: test-triple-gradients, test-triple-gradients-repeats
# %% triple-gradients
def triple_gradients(center_table, context_table, center, context, negatives):
    v = center_table[center]
    negatives = negatives[negatives != context]
    ids = torch.cat([torch.tensor([context]), negatives])
    u = context_table[ids]
    scores = u @ v
    errors = torch.sigmoid(scores)
    errors[0] -= 1
    loss = F.softplus(-scores[0]) + F.softplus(scores[1:]).sum()
    d_context = context_table
    d_context.index_add_(0, ids, torch.outer(errors, v))
    return float(loss), errors @ u, d_context
