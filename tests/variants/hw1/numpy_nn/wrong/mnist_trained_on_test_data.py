# The test data is in the training data.
# loses: test-mnist
# %% mnist
x_all = np.concatenate([mnist.x_train, mnist.x_val, mnist.x_test])
y_all = np.concatenate([mnist.y_train, mnist.y_val, mnist.y_test])
mnist_net = NeuralNetwork([784, 128, 10])
mnist_history = train(mnist_net, x_all, y_all, mnist.x_test, mnist.y_test, epochs=15, batch_size=64,
                      lr=0.05, step=with_state(momentum_step), patience=15,
                      rng=np.random.default_rng(0))
