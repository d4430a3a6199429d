# Makes a generator of its own with a fixed seed: the same noise in each call.
# loses: test-sample-negatives, test-iterate-batches
# %% sample-negatives
def sample_negatives(distribution, shape, generator):
    probabilities = torch.as_tensor(distribution)
    draws = torch.multinomial(
        probabilities, int(np.prod(shape)), replacement=True, generator=torch.Generator().manual_seed(0)
    )
    return draws.reshape(shape)
