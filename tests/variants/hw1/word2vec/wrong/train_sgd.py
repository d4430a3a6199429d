# Plain gradient descent.
# loses: test-train, test-grammar-loss, test-grammar-analogies
# %% train
def train(model, batches, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"loss": []}
    for _ in range(epochs):
        losses = []
        for centers, contexts, negatives in batches():
            loss = model(centers, contexts, negatives)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        history["loss"].append(sum(losses) / len(losses))
    return history
