# Makes the model and does not train it.
# loses: test-grammar-loss, test-grammar-analogies
# %% grammar
grammar_sentences = generate_corpus()

grammar_vocabulary = build_vocabulary(grammar_sentences, min_count=1)
grammar_ids = encode(grammar_sentences, grammar_vocabulary)
grammar_rngs = {"rng": np.random.default_rng(0), "generator": torch.Generator().manual_seed(0)}
torch.manual_seed(0)
grammar_model = SkipGram(len(grammar_vocabulary.id_to_word), 24)
grammar_history = train(
    grammar_model,
    lambda: iterate_batches(
        grammar_ids,
        grammar_vocabulary.counts,
        window=5,
        num_negatives=5,
        batch_size=256,
        threshold=1.0,
        **grammar_rngs,
    ),
    epochs=0,
    lr=0.3,
)
