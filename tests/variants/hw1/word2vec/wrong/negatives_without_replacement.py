# Draws the words of a row without replacement.
# loses: test-sample-negatives, test-iterate-batches
# %% sample-negatives
def sample_negatives(distribution, shape, generator):
    probabilities = torch.as_tensor(distribution)
    rows = [
        torch.multinomial(probabilities, shape[-1], replacement=shape[-1] > 4, generator=generator)
        for _ in range(int(np.prod(shape[:-1])))
    ]
    return torch.stack(rows).reshape(shape)
