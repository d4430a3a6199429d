# Right numbers, but the gradient is made inside of the weights.
# loses: test-penalties, test-neural-network-gradients
# %% penalties
def l2_penalty(weights, reg):
    value = reg * sum((w**2).sum() for w in weights)
    grads = []
    for w in weights:
        w *= 2 * reg
        grads.append(w)
    return value, grads


def l1_penalty(weights, reg):
    return reg * sum(np.abs(w).sum() for w in weights), [reg * np.sign(w) for w in weights]

# %% mnist
mnist_net = NeuralNetwork([784, 128, 10], reg=0.0, seed=0)
mnist_net.params = {name: p.astype(np.float32) for name, p in mnist_net.params.items()}
mnist_history = train(
    mnist_net,
    mnist.x_train,
    mnist.y_train,
    mnist.x_val,
    mnist.y_val,
    epochs=10,
    batch_size=64,
    lr=0.05,
    step=with_state(momentum_step),
    patience=4,
    rng=np.random.default_rng(0),
)
