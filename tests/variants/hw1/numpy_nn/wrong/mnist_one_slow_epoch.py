# A single epoch of plain SGD with a small learning rate.
# loses: test-mnist
# %% mnist
mnist_net = NeuralNetwork([784, 128, 10], reg=1e-3, seed=0)
mnist_net.params = {name: p.astype(np.float32) for name, p in mnist_net.params.items()}
mnist_history = train(
    mnist_net,
    mnist.x_train,
    mnist.y_train,
    mnist.x_val,
    mnist.y_val,
    epochs=1,
    batch_size=64,
    lr=0.01,
    step=sgd_step,
    patience=4,
    rng=np.random.default_rng(0),
)
