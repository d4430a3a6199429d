# Mean over N * C entries of a one-hot product: the loss is C times too small.
# loses: test-cross-entropy
# %% cross-entropy
def cross_entropy(logits, targets):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    one_hot = np.eye(logits.shape[1])[targets]
    return -np.mean(one_hot * log_probs), (np.exp(log_probs) - one_hot) / logits.size

# %% mnist
mnist_net = NeuralNetwork([784, 128, 10], reg=1e-4, seed=0)
mnist_net.params = {name: p.astype(np.float32) for name, p in mnist_net.params.items()}
mnist_history = train(
    mnist_net,
    mnist.x_train,
    mnist.y_train,
    mnist.x_val,
    mnist.y_val,
    epochs=10,
    batch_size=64,
    lr=0.5,
    step=with_state(momentum_step),
    patience=4,
    rng=np.random.default_rng(0),
)
