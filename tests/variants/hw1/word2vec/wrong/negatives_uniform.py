# Draws all words alike.
# loses: test-sample-negatives, test-iterate-batches
# %% sample-negatives
def sample_negatives(distribution, shape, generator):
    probabilities = torch.as_tensor(distribution)
    draws = torch.randint(len(probabilities), (int(np.prod(shape)),), generator=generator)
    return draws.reshape(shape)
