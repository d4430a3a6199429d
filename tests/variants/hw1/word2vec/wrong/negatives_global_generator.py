# Draws from the global generator.
# loses: test-sample-negatives, test-iterate-batches
# %% sample-negatives
def sample_negatives(distribution, shape, generator):
    probabilities = torch.as_tensor(distribution)
    draws = torch.multinomial(
        probabilities, int(np.prod(shape)), replacement=True
    )
    return draws.reshape(shape)
