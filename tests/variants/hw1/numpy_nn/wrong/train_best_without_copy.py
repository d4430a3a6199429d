# The best parameters are kept without a copy: they go on learning.
# loses: test-train
# %% train
def train(net, x, y, x_val, y_val, *, epochs, batch_size, lr, step, patience, rng):
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    best_loss, best, bad = np.inf, dict(net.params), 0
    for epoch in range(epochs):
        losses = []
        for xb, yb in iterate_minibatches(x, y, batch_size, rng):
            loss, grads = net.loss(xb, yb)
            step(net.params, grads, lr)
            losses.append(loss)
        val_loss = net.loss(x_val, y_val)[0]
        history["train_loss"].append(np.mean(losses))
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(np.mean(net.predict(x_val) == y_val))
        if val_loss < best_loss:
            best_loss, best, bad = val_loss, dict(net.params), 0
        else:
            bad += 1
            if bad >= patience:
                break
    for name in best:
        net.params[name][...] = best[name]
    return history
