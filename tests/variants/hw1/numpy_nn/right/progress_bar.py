# A progress bar on standard error, and validation by forward and cross_entropy.
# %% train
import sys


def train(net, x, y, x_val, y_val, *, epochs, batch_size, lr, step, patience, rng):
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    best_loss, best_params, since = float("inf"), None, 0
    for epoch in range(epochs):
        done = (epoch + 1) * 30 // epochs
        print("\r[" + "#" * done + "." * (30 - done) + "]", end="", file=sys.stderr)
        losses = []
        for xb, yb in iterate_minibatches(x, y, batch_size, rng):
            loss, grads = net.loss(xb, yb)
            step(net.params, grads, lr)
            losses.append(loss)
        logits = net.forward(x_val)
        history["train_loss"].append(sum(losses) / len(losses))
        history["val_loss"].append(cross_entropy(logits, y_val)[0])
        history["val_accuracy"].append((logits.argmax(1) == y_val).mean())
        if history["val_loss"][-1] < best_loss:
            best_loss, since = history["val_loss"][-1], 0
            best_params = {name: np.array(p) for name, p in net.params.items()}
        else:
            since += 1
            if since >= patience:
                break
    print(file=sys.stderr)
    for name in best_params:
        net.params[name][:] = best_params[name]
    return history

# %% mnist
mnist_net = NeuralNetwork([784, 256, 10], reg=0.0, seed=0)
mnist_net.params = {name: p.astype(np.float32) for name, p in mnist_net.params.items()}
mnist_history = train(
    mnist_net,
    mnist.x_train,
    mnist.y_train,
    mnist.x_val,
    mnist.y_val,
    epochs=10,
    batch_size=64,
    lr=0.001,
    step=with_state(adam_step),
    patience=4,
    rng=np.random.default_rng(0),
)
