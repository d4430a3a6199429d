# Keeps the order of the text.
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
    order = torch.from_numpy(np.arange(len(centers)))
    for chosen in order.split(batch_size):
        negatives = sample_negatives(noise, (len(chosen), num_negatives), generator)
        yield centers[chosen], contexts[chosen], negatives
