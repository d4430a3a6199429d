# Extra cells and helper functions; classes with other attributes besides.
# %% triple-gradients
def triple_gradients(center_table, context_table, center, context, negatives):
    v, u = center_table[center], context_table
    scores = u @ v  # with all words: slow, and simple
    times = torch.bincount(negatives, minlength=len(u)).to(u.dtype)
    times[context] = 0
    errors = times * torch.sigmoid(scores)
    errors[context] -= torch.sigmoid(-scores[context])
    loss = -F.logsigmoid(scores[context]) - (times * F.logsigmoid(-scores)).sum()
    return loss, u.T @ errors, errors[:, None] * v
# %% grammar
grammar_sentences = generate_corpus()
grammar_vocabulary = build_vocabulary(grammar_sentences, 1)
encoded_grammar = encode(grammar_sentences, grammar_vocabulary)
the_rng, the_generator = np.random.default_rng(1), torch.Generator().manual_seed(1)
torch.manual_seed(1)


def grammar_batches():
    return list(
        iterate_batches(
            encoded_grammar,
            grammar_vocabulary.counts,
            window=6,
            num_negatives=5,
            batch_size=512,
            threshold=2.0,
            rng=the_rng,
            generator=the_generator,
        )
    )


grammar_model = SkipGram(len(grammar_vocabulary.counts), 32)
grammar_history = train(grammar_model, grammar_batches, epochs=5, lr=0.3)
# %% after tokenize
import math


def sigmoid_of(x):
    return 1 / (1 + math.exp(-x))


print(tokenize("Just to see what comes out"))
# %% after grammar
toy_answer = 42
plt.plot(grammar_history["loss"])
plt.close()
