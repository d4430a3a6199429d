# The network is made, but never trained.
# loses: test-overfit
# %% overfit
small_net = NeuralNetwork([64, 64, 10], seed=0)
