# Adagrad written by hand, on the parameters.
# %% train
def train(model, batches, epochs, lr):
    sums = [torch.zeros_like(p) for p in model.parameters()]
    history = {"loss": []}
    for _ in range(epochs):
        losses = []
        for centers, contexts, negatives in batches():
            model.zero_grad()
            loss = model(centers, contexts, negatives)
            loss.backward()
            with torch.no_grad():
                for p, s in zip(model.parameters(), sums):
                    s += p.grad**2
                    p -= lr * p.grad / (s.sqrt() + 1e-10)
            losses.append(loss.item())
        history["loss"].append(float(np.mean(losses)))
    return history
