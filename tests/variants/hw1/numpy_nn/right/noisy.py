# Right, with warnings, logging and prints: numpy's overflow warnings, messages on stderr and stdout.
# %% linear-forward
import logging
import warnings

logging.basicConfig(level=logging.INFO)


def linear_forward(x, w, b):
    if x.shape[0] == 1:
        warnings.warn("a batch of one", stacklevel=2)
    return np.matmul(x, w) + b[np.newaxis, :]

# %% activations
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def tanh(z):
    print("tanh of", z.shape)
    return np.tanh(z)


def relu(z):
    return z * (z > 0)


def leaky_relu(z, alpha=0.01):
    return np.where(z > 0, z, z * alpha)


def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * (np.exp(z) - 1))

# %% softmax
def softmax(logits):
    warnings.warn("softmax is deprecated, use scipy", DeprecationWarning, stacklevel=1)
    logging.getLogger("homework").warning("logits from %s to %s", logits.min(), logits.max())
    exps = np.exp(logits - np.max(logits, axis=1).reshape(-1, 1))
    return exps / np.sum(exps, axis=1).reshape(-1, 1)

# %% train
import sys

def train(net, x, y, x_val, y_val, *, epochs, batch_size, lr, step, patience, rng):
    history = dict(train_loss=[], val_loss=[], val_accuracy=[])
    best = [np.inf, {k: v.copy() for k, v in net.params.items()}]
    bad = 0
    for epoch in range(1, epochs + 1):
        batch_losses = []
        for batch in iterate_minibatches(x, y, batch_size, rng):
            loss, grads = net.loss(*batch)
            batch_losses.append(loss)
            step(net.params, grads, lr)
        history["train_loss"].append(np.mean(batch_losses))
        history["val_loss"].append(net.loss(x_val, y_val)[0])
        history["val_accuracy"].append(np.mean(net.predict(x_val) == y_val))
        print("epoch", epoch, {name: values[-1] for name, values in history.items()})
        sys.stderr.write("still running\n")
        if history["val_loss"][-1] < best[0]:
            best = [history["val_loss"][-1], {k: v.copy() for k, v in net.params.items()}]
            bad = 0
        else:
            bad += 1
        if bad == patience:
            logging.info("stopped early")
            break
    for k, v in best[1].items():
        net.params[k][...] = v
    return history
