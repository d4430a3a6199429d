# Layers with their own caches, arrays in lists, everything in float64.
# %% neural-network
class Layer:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, x):
        self.x = x
        return linear_forward(x, self.w, self.b)

    def backward(self, grad_out):
        dx, self.dw, self.db = linear_backward(grad_out, self.x, self.w)
        return dx


class NeuralNetwork:
    def __init__(self, layer_sizes, activation="relu", reg=0.0, seed=0):
        names = ["sigmoid", "tanh", "relu", "leaky_relu", "elu"]
        if activation not in names:
            raise ValueError("activation must be one of " + ", ".join(names))
        self.act = [sigmoid, tanh, relu, leaky_relu, elu][names.index(activation)]
        self.act_grad = [sigmoid_grad, tanh_grad, relu_grad, leaky_relu_grad, elu_grad][
            names.index(activation)
        ]
        rng = np.random.default_rng(seed)
        self.reg, self.layers, self.params = reg, [], {}
        for k, (d, h) in enumerate(zip(layer_sizes, layer_sizes[1:])):
            layer = Layer(init_weights(d, h, activation, rng), np.zeros(h))
            self.layers.append(layer)
            self.params["W%d" % (k + 1)] = layer.w
            self.params["b%d" % (k + 1)] = layer.b

    def forward(self, x):
        x = np.asarray(x, dtype=np.float64)
        self.z = []
        for k, layer in enumerate(self.layers):
            if k:
                self.z.append(x)
                x = self.act(x)
            x = layer.forward(x)
        return x

    def loss(self, x, y):
        loss, grad = cross_entropy(self.forward(x), y)
        for k in reversed(range(len(self.layers))):
            grad = self.layers[k].backward(grad)
            if k:
                grad = grad * self.act_grad(self.z[k - 1])
        grads = {}
        penalty, penalty_grads = l2_penalty([layer.w for layer in self.layers], self.reg)
        for k, layer in enumerate(self.layers):
            grads["b%d" % (k + 1)] = layer.db
            grads["W%d" % (k + 1)] = layer.dw + penalty_grads[k]
        return loss + penalty, grads

    def predict(self, x):
        return np.array([np.argmax(row) for row in self.forward(x)])

# %% mnist
mnist_net = NeuralNetwork([784, 128, 10], reg=0.001, seed=3)
mnist_history = train(
    mnist_net, mnist.x_train, mnist.y_train, mnist.x_val, mnist.y_val,
    epochs=10, batch_size=50, lr=0.04, step=with_state(momentum_step), patience=5,
    rng=np.random.default_rng(3),
)
