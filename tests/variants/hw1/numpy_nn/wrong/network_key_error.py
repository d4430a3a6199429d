# An unknown activation gives KeyError, not ValueError.
# loses: test-neural-network
# %% neural-network
class NeuralNetwork:

    def __init__(self, layer_sizes, activation="relu", reg=0.0, seed=0):
        functions = {
            "sigmoid": (sigmoid, sigmoid_grad),
            "tanh": (tanh, tanh_grad),
            "relu": (relu, relu_grad),
            "leaky_relu": (leaky_relu, leaky_relu_grad),
            "elu": (elu, elu_grad),
        }
        self.f, self.f_grad = functions[activation]
        self.reg = reg
        self.num_layers = len(layer_sizes) - 1
        self.params = {}
        rng = np.random.default_rng(seed)
        for k in range(1, self.num_layers + 1):
            fan_in, fan_out = layer_sizes[k - 1 : k + 1]
            self.params[f"W{k}"] = init_weights(fan_in, fan_out, activation, rng)
            self.params[f"b{k}"] = np.zeros(fan_out)

    def forward(self, x):
        return self._trace(x)[1][-1]

    def _trace(self, x):
        inputs, zs = [x], []
        for k in range(1, self.num_layers + 1):
            if k > 1:
                inputs.append(self.f(zs[-1]))
            zs.append(linear_forward(inputs[-1], self.params[f"W{k}"], self.params[f"b{k}"]))
        return inputs, zs

    def loss(self, x, y):
        inputs, zs = self._trace(x)
        loss, grad = cross_entropy(zs[-1], y)
        grads = {}
        for k in range(self.num_layers, 1, -1):
            grad, grads[f"W{k}"], grads[f"b{k}"] = linear_backward(
                grad, inputs[k - 1], self.params[f"W{k}"]
            )
            grad *= self.f_grad(zs[k - 2])

        grads["W1"], grads["b1"] = x.T @ grad, grad.sum(axis=0)

        if self.reg:
            names = [f"W{k}" for k in range(1, self.num_layers + 1)]
            value, penalty_grads = l2_penalty([self.params[name] for name in names], self.reg)
            loss += value
            for name, penalty_grad in zip(names, penalty_grads, strict=True):
                grads[name] += penalty_grad
        return loss, grads

    def predict(self, x):
        return self.forward(x).argmax(axis=1)
