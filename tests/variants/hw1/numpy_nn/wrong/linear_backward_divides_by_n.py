# dw and db are divided by N once more.
# loses: test-linear-backward, test-neural-network-gradients
# %% linear-backward
def linear_backward(grad_out, x, w):
    n = x.shape[0]
    return grad_out @ w.T, x.T @ grad_out / n, grad_out.sum(axis=0) / n

# %% mnist
mnist_net = NeuralNetwork([784, 128, 10], reg=1e-3, seed=0)
mnist_net.params = {name: p.astype(np.float32) for name, p in mnist_net.params.items()}
mnist_history = train(
    mnist_net,
    mnist.x_train,
    mnist.y_train,
    mnist.x_val,
    mnist.y_val,
    epochs=20,
    batch_size=64,
    lr=0.1,
    step=with_state(momentum_step),
    patience=4,
    rng=np.random.default_rng(0),
)
