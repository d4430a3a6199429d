# exp(z) / (1 + exp(z)) is inf / inf for large z.
# loses: test-activations, test-activation-grads
# %% activations
def sigmoid(z):
    return np.exp(z) / (1 + np.exp(z))


def tanh(z):
    return np.tanh(z)


def relu(z):
    return np.maximum(z, 0)


def leaky_relu(z, alpha=0.01):
    return np.where(z > 0, z, alpha * z)


def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
