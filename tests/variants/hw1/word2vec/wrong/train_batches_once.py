# Makes the batches once and for all epochs.
# loses: test-train
# %% train
def train(model, batches, epochs, lr):
    optimizer = torch.optim.Adagrad(model.parameters(), lr=lr)
    history = {"loss": []}
    all_batches = list(batches())
    for _ in range(epochs):
        losses = []
        for centers, contexts, negatives in all_batches:
            loss = model(centers, contexts, negatives)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        history["loss"].append(sum(losses) / len(losses))
    return history
