# Waits for one epoch more than patience says.
# loses: test-train
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
            if waited > patience:
                break
    for name, param in best.items():
        net.params[name][...] = param
    return history
