# e^z instead of alpha e^z: right for alpha = 1 only.
# loses: test-activation-grads
# %% activation-grads
def sigmoid_grad(z):
    s = sigmoid(z)
    return s * (1 - s)


def tanh_grad(z):
    return 1 - np.tanh(z) ** 2


def relu_grad(z):
    return (z > 0).astype(z.dtype)


def leaky_relu_grad(z, alpha=0.01):
    return np.where(z > 0, 1, alpha).astype(z.dtype)


def elu_grad(z, alpha=1.0):
    return np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
