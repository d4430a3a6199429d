# step is not indented into the loop: one step an epoch.
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
            total += float(loss) * len(y_batch)
        step(net.params, grads, lr)
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
    for name, param in best.items():
        net.params[name][...] = param
    return history

# %% mnist
mnist_net = NeuralNetwork([784, 128, 10], reg=1e-3, seed=0)
mnist_net.params = {name: p.astype(np.float32) for name, p in mnist_net.params.items()}
mnist_history = train(
    mnist_net,
    mnist.x_train,
    mnist.y_train,
    mnist.x_val,
    mnist.y_val,
    epochs=100,
    batch_size=4000,
    lr=0.15,
    step=with_state(momentum_step),
    patience=4,
    rng=np.random.default_rng(0),
)
