# Returns floats.
# loses: test-sample-negatives, test-iterate-batches, test-grammar-loss, test-grammar-analogies
# %% sample-negatives
def sample_negatives(distribution, shape, generator):
    probabilities = torch.as_tensor(distribution)
    draws = torch.multinomial(
        probabilities, int(np.prod(shape)), replacement=True, generator=generator
    )
    return draws.reshape(shape).float()
