# Remembers the loss of the last batch.
# loses: test-train
# %% train
def train(model, batches, epochs, lr):
    optimizer = torch.optim.Adagrad(model.parameters(), lr=lr)
    history = {"loss": []}
    for _ in range(epochs):
        losses = []
        for centers, contexts, negatives in batches():
            loss = model(centers, contexts, negatives)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        history["loss"].append(losses[-1])
    return history
