# Draws one row and repeats it.
# loses: test-sample-negatives, test-iterate-batches
# %% sample-negatives
def sample_negatives(distribution, shape, generator):
    row = torch.multinomial(torch.as_tensor(distribution), shape[-1], True, generator=generator)
    return row.expand(shape).clone()
