# Helper functions and experiments in cells of their own, between the given ones.
# %% after linear-forward
def batch_size_of(array):
    return array.shape[0]


x = np.random.randn(3, 2)
w, b = np.ones((2, 2)), np.zeros(2)
print(linear_forward(x, w, b))

# %% linear-backward
def linear_backward(grad_out, x, w):
    assert batch_size_of(grad_out) == batch_size_of(x)
    db = np.ones(batch_size_of(x)) @ grad_out
    return grad_out.dot(w.T), x.T.dot(grad_out), db

# %% after linear-backward
print(check_backward(linear_forward, lambda g: linear_backward(g, x, w), [x, w, b]))

# %% after linear-backward
1 / 0  # what happens?

# %% after softmax
def log_softmax(logits):
    shifted = logits - logits.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


plt.plot(softmax(np.array([[1.0, 2.0, 3.0]]))[0])
plt.show()

# %% cross-entropy
def cross_entropy(logits, targets):
    lp = log_softmax(logits)
    grad = np.exp(lp)
    grad[range(len(targets)), targets] -= 1
    return -np.mean(lp[range(len(targets)), targets]), grad / len(targets)

# %% after mnist
plot_losses(mnist_history)
plt.show()
print("validation accuracy", max(mnist_history["val_accuracy"]))
x = w = b = None
