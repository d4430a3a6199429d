# Prints, warns, logs and shows its progress on standard error.
# %% tokenize
def tokenize(text):
    warnings.warn("tokenizing")
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text.lower())
# %% train
def train(model, batches, epochs, lr):
    optimizer = torch.optim.Adagrad(model.parameters(), lr)
    history = {"loss": []}
    for epoch in range(epochs):
        total, number = 0.0, 0
        for batch in batches():
            optimizer.zero_grad()
            loss = model(*batch)
            loss.backward()
            optimizer.step()
            total += loss.item()
            number += 1
            if number % 100 == 0:
                print(f"epoch {epoch}: {total / number:.3f}", end="\r", file=sys.stderr)
        logging.getLogger("train").warning("epoch %d done", epoch)
        print("loss", total / number)
        history["loss"].append(total / number)
    return history
# %% after tokenize
import logging
import sys
import warnings

logging.basicConfig()
