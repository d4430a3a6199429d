# No hidden layer: a linear model, as well trained as it can be.
# loses: test-mnist
# %% mnist
mnist_net = NeuralNetwork([784, 10], reg=1e-3, seed=0)
mnist_net.params = {name: p.astype(np.float32) for name, p in mnist_net.params.items()}
mnist_history = train(
    mnist_net,
    mnist.x_train,
    mnist.y_train,
    mnist.x_val,
    mnist.y_val,
    epochs=30,
    batch_size=64,
    lr=0.005,
    step=with_state(momentum_step),
    patience=4,
    rng=np.random.default_rng(0),
)
