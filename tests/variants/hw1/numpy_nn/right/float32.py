# Everything in float32 inside, and plain Python floats for losses.
# %% cross-entropy
def cross_entropy(logits, targets):
    rows = np.arange(len(targets))
    z = logits - np.amax(logits, axis=1, keepdims=True)
    norm = np.log(np.sum(np.exp(z), axis=1))
    grad = np.exp(z - norm[:, np.newaxis]) / len(targets)
    np.subtract.at(grad, (rows, targets), 1 / len(targets))
    return float(np.average(norm - z[rows, targets])), grad

# %% overfit
x_small, y_small = digits.x_train[:50], digits.y_train[:50]
small_net = NeuralNetwork([64, 100, 50, 10], activation="leaky_relu", seed=11)
small_net.params = {name: p.astype(np.float32) for name, p in small_net.params.items()}
history = train(
    small_net, x_small, y_small, x_small, y_small, epochs=150, batch_size=50, lr=0.1,
    step=sgd_step, patience=150, rng=np.random.default_rng(1),
)
assert history["val_accuracy"][-1] == 1

# %% mnist
mnist_net = NeuralNetwork([784, 256, 128, 10], activation="elu", reg=0.001, seed=4)
for name in mnist_net.params:
    mnist_net.params[name] = np.float32(mnist_net.params[name])
mnist_history = train(
    mnist_net, mnist.x_train, mnist.y_train, mnist.x_val, mnist.y_val, epochs=12, batch_size=100,
    lr=0.03, step=with_state(momentum_step), patience=5, rng=np.random.default_rng(4),
)
