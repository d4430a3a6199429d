# The same noise words for all pairs of a batch.
# loses: test-iterate-batches
# %% iterate-batches
def iterate_batches(
    sentences, counts, *, window, num_negatives, batch_size, threshold, rng, generator
):
    tokens = np.concatenate(sentences)
    stay = subsample(tokens, counts, threshold, rng)
    ends = np.cumsum([len(sentence) for sentence in sentences])
    ends_now = np.concatenate([[0], np.cumsum(stay)])[ends]
    kept = np.split(tokens[stay], ends_now[:-1])
    pairs = [skipgram_pairs(sentence, window) for sentence in kept]
    centers, contexts = (torch.from_numpy(np.concatenate(side)) for side in zip(*pairs, strict=True))

    noise = noise_distribution(counts)
    order = torch.from_numpy(rng.permutation(len(centers)))
    for chosen in order.split(batch_size):
        negatives = sample_negatives(noise, (1, num_negatives), generator).repeat(len(chosen), 1)
        yield centers[chosen], contexts[chosen], negatives
