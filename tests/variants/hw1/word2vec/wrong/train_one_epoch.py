# Trains one epoch, whatever is asked for.
# loses: test-train
# %% train
def train(model, batches, epochs, lr):
    optimizer = torch.optim.Adagrad(model.parameters(), lr=lr)
    history = {"loss": []}
    for _ in range(1):
        losses = []
        for centers, contexts, negatives in batches():
            loss = model(centers, contexts, negatives)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        history["loss"].append(sum(losses) / len(losses))
    return history
