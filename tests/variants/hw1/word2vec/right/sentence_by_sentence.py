# Batches with a call of each function for each sentence; lists, then one array.
# %% iterate-batches
def iterate_batches(
    sentences, counts, *, window, num_negatives, batch_size, threshold, rng, generator
):
    pairs = []
    for sentence in sentences:
        kept = sentence[subsample(sentence, counts, threshold, rng)]
        centers, contexts = skipgram_pairs(kept, window)
        pairs.extend(zip(centers.tolist(), contexts.tolist()))
    rng.shuffle(pairs)
    pairs = torch.tensor(pairs)
    distribution = noise_distribution(counts)
    for i in range(0, len(pairs), batch_size):
        batch = pairs[i : i + batch_size]
        yield batch[:, 0], batch[:, 1], sample_negatives(distribution, (len(batch), num_negatives), generator)
