# Makes the pairs first and then throws tokens away.
# loses: test-iterate-batches
# %% iterate-batches
def iterate_batches(
    sentences, counts, *, window, num_negatives, batch_size, threshold, rng, generator
):
    pairs = [skipgram_pairs(sentence, window) for sentence in sentences]
    centers, contexts = (np.concatenate(side) for side in zip(*pairs, strict=True))
    stay = subsample(centers, counts, threshold, rng) & subsample(contexts, counts, threshold, rng)
    centers, contexts = torch.from_numpy(centers[stay]), torch.from_numpy(contexts[stay])
    noise = noise_distribution(counts)
    for chosen in torch.from_numpy(rng.permutation(len(centers))).split(batch_size):
        yield centers[chosen], contexts[chosen], sample_negatives(noise, (len(chosen), num_negatives), generator)
