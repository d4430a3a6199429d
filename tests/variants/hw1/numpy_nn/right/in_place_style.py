# Buffers, out= and views, with params rebound in the end; the penalty written out by hand.
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
        if activation not in functions:
            raise ValueError(f"unknown activation {activation!r}: one of {', '.join(functions)}")
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
            for name in names:
                w = self.params[name].ravel()
                loss += self.reg * w.dot(w)
                grads[name] += 2 * self.reg * self.params[name]
        return loss, grads

    def predict(self, x):
        return self.forward(x).argmax(axis=1)

# %% sgd-step
def sgd_step(params, grads, lr):
    for name in params:
        np.copyto(params[name], params[name] - lr * grads[name])
    return params

# %% momentum-step
def momentum_step(params, grads, state, lr, beta=0.9):
    if "velocity" not in state:
        state["velocity"] = {name: g.copy() for name, g in grads.items()}
        state["buffer"] = {name: np.empty_like(g) for name, g in grads.items()}
    else:
        for name, v in state["velocity"].items():
            np.multiply(v, beta, out=v)
            np.add(v, grads[name], out=v)
    for name, v in state["velocity"].items():
        np.multiply(v, lr, out=state["buffer"][name])
        np.subtract(params[name], state["buffer"][name], out=params[name])
    return params, state

# %% train
def train(net, x, y, x_val, y_val, *, epochs, batch_size, lr, step, patience, rng):
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    best = {name: param.copy() for name, param in net.params.items()}
    best_loss, waited = np.inf, 0
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in iterate_minibatches(x, y, batch_size, rng):
            loss, grads = net.loss(x_batch, y_batch)
            step(net.params, grads, lr)
            total += float(loss) * len(y_batch)
        val_loss = float(net.loss(x_val, y_val)[0])
        history["train_loss"].append(total / len(y))
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(float(np.mean(net.predict(x_val) == y_val)))

        if val_loss < best_loss:
            best_loss, waited = val_loss, 0
            for name, param in net.params.items():
                np.copyto(best[name], param)
        else:
            waited += 1
            if waited == patience:
                break
    net.params = best
    return history
