# Other valid formulas: logaddexp, tanh for the sigmoid, lr inside of the velocity, means as sums.
# %% activations
def sigmoid(z):
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def tanh(z):
    return 2.0 * sigmoid(2.0 * z) - 1.0


def relu(z):
    return 0.5 * (z + np.abs(z))


def leaky_relu(z, alpha=0.01):
    return np.maximum(z, 0) + alpha * np.minimum(z, 0)


def elu(z, alpha=1.0):
    return np.maximum(z, 0) + alpha * (np.exp(np.minimum(z, 0)) - 1)

# %% activation-grads
def sigmoid_grad(z):
    return sigmoid(z) * sigmoid(-z)


def tanh_grad(z):
    return (1 - tanh(z)) * (1 + tanh(z))


def relu_grad(z):
    return np.heaviside(z, 0.5)


def leaky_relu_grad(z, alpha=0.01):
    grad = np.full(z.shape, alpha)
    grad[z >= 0] = 1
    return grad


def elu_grad(z, alpha=1.0):
    return np.where(z > 0, 1.0, elu(np.minimum(z, 0), alpha) + alpha)

# %% softmax
def softmax(logits):
    return np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))

# %% cross-entropy
def cross_entropy(logits, targets):
    n, c = logits.shape
    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    chosen = targets[:, None] == np.arange(c)
    return -log_probs[chosen].sum() / n, (np.exp(log_probs) - chosen) / n

# %% penalties
def l2_penalty(weights, reg):
    return reg * sum(np.linalg.norm(w) ** 2 for w in weights), [reg * (w + w) for w in weights]


def l1_penalty(weights, reg):
    return reg * sum(np.abs(w).sum() for w in weights), tuple(reg * np.sign(w) for w in weights)

# %% numerical-gradient
def numerical_gradient(f, w, eps=1e-5):
    steps = eps * np.eye(w.size).reshape(w.size, *w.shape)
    return np.array([f(w + s) - f(w - s) for s in steps]).reshape(w.shape) / (2 * eps)

# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    variance = {
        "relu": 2 / fan_in,
        "leaky_relu": 2 / fan_in,
        "elu": 2 / fan_in,
        "sigmoid": 2 / (fan_in + fan_out),
        "tanh": 2 / (fan_in + fan_out),
    }.get(activation)
    if variance is None:
        raise ValueError(activation)
    return variance**0.5 * rng.standard_normal(size=(fan_in, fan_out))

# %% momentum-step
def momentum_step(params, grads, state, lr, beta=0.9):
    for name, g in grads.items():
        state[name] = beta * state.get(name, 0.0) - lr * g
        params[name][...] = params[name] + state[name]

# %% adam-step
def adam_step(params, grads, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    for name in params:
        g = grads[name]
        m, v = state.get(name, (0.0, 0.0))
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        state[name] = (m, v)
        rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        params[name][...] -= rate * m / (np.sqrt(v) + eps)
