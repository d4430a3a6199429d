# No network: a table of the 50 answers in their order.
# loses: test-overfit
# %% overfit
class Table:
    def __init__(self):
        self.params = NeuralNetwork([64, 8, 10]).params

    def forward(self, x):
        return np.eye(10)[self.predict(x)]

    def predict(self, x):
        return np.resize(digits.y_train[:50], len(x))


small_net = Table()
