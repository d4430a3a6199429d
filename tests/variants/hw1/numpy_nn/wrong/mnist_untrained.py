# The network is made, but never trained.
# loses: test-mnist
# %% mnist
mnist_net = NeuralNetwork([784, 128, 10])
mnist_history = {"train_loss": [2.3], "val_loss": [2.3], "val_accuracy": [0.1]}
