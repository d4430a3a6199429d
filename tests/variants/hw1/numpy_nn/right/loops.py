# Loops over examples and units wherever a loop is possible.
# %% linear-forward
def linear_forward(x, w, b):
    out = np.zeros((x.shape[0], w.shape[1]), dtype=x.dtype)
    for j in range(w.shape[1]):
        out[:, j] = x.dot(w[:, j]) + b[j]
    return out

# %% numerical-gradient
def numerical_gradient(f, w, eps=1e-5):
    grad = np.zeros(w.size)
    for i in range(w.size):
        plus = w.flatten()
        minus = w.flatten()
        plus[i] += eps
        minus[i] -= eps
        grad[i] = (f(plus.reshape(w.shape)) - f(minus.reshape(w.shape))) / (2 * eps)
    return grad.reshape(w.shape)

# %% linear-backward
def linear_backward(grad_out, x, w):
    dx = np.zeros(x.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(w.shape[1])
    for i in range(len(x)):
        dx[i] = w.dot(grad_out[i])
        for j in range(w.shape[1]):
            db[j] += grad_out[i, j]
    for j in range(w.shape[1]):
        dw[:, j] = x.T.dot(grad_out[:, j])
    return dx, dw, db

# %% activations
import math


def each(function, z):
    out = np.empty(z.size)
    for i, v in enumerate(z.ravel().tolist()):
        out[i] = function(v)
    return out.reshape(z.shape)


def sigmoid(z):
    def one(v):
        if v >= 0:
            return 1 / (1 + math.exp(-v))
        return math.exp(v) / (1 + math.exp(v))

    return each(one, z)


def tanh(z):
    return each(math.tanh, z)


def relu(z):
    return each(lambda v: v if v > 0 else 0.0, z)


def leaky_relu(z, alpha=0.01):
    return each(lambda v: v if v > 0 else alpha * v, z)


def elu(z, alpha=1.0):
    return each(lambda v: v if v > 0 else alpha * (math.exp(v) - 1), z)

# %% activation-grads
def sigmoid_grad(z):
    def one(v):
        e = math.exp(-abs(v))
        return e / (1 + e) ** 2

    return each(one, z)


def tanh_grad(z):
    return each(lambda v: 1 - math.tanh(v) ** 2, z)


def relu_grad(z):
    return each(lambda v: 1.0 if v > 0 else 0.0, z)


def leaky_relu_grad(z, alpha=0.01):
    return each(lambda v: 1.0 if v > 0 else alpha, z)


def elu_grad(z, alpha=1.0):
    return each(lambda v: 1.0 if v > 0 else alpha * math.exp(v), z)

# %% softmax
def softmax(logits):
    out = np.zeros_like(logits)
    for i in range(len(logits)):
        biggest = max(logits[i])
        total = 0
        for j in range(logits.shape[1]):
            out[i, j] = np.exp(logits[i, j] - biggest)
            total += out[i, j]
        for j in range(logits.shape[1]):
            out[i, j] /= total
    return out

# %% cross-entropy
def cross_entropy(logits, targets):
    loss = 0
    grad = np.zeros_like(logits)
    for i in range(len(logits)):
        row = logits[i] - max(logits[i])
        log_sum = np.log(np.sum(np.exp(row)))
        loss += log_sum - row[targets[i]]
        grad[i] = np.exp(row - log_sum)
        grad[i, targets[i]] -= 1
    return loss / len(logits), grad / len(logits)

# %% penalties
def l2_penalty(weights, reg):
    value, grads = 0, []
    for w in weights:
        for row in w:
            value += reg * row.dot(row)
        grads.append(2 * reg * w)
    return value, grads


def l1_penalty(weights, reg):
    value, grads = 0, []
    for w in weights:
        for entry in w.ravel():
            value += reg * abs(entry)
        grads.append(np.where(w > 0, reg, -reg))
    return value, grads

# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    order = list(range(len(x)))
    rng.shuffle(order)
    while order:
        now, order = order[:batch_size], order[batch_size:]
        yield np.array([x[i] for i in now]), np.array([y[i] for i in now])

# %% mnist
mnist_net = NeuralNetwork([784, 64, 10], reg=0.001, seed=0)
mnist_history = train(
    mnist_net, mnist.x_train, mnist.y_train, mnist.x_val, mnist.y_val,
    epochs=8, batch_size=64, lr=0.05, step=with_state(momentum_step), patience=5,
    rng=np.random.default_rng(0),
)
