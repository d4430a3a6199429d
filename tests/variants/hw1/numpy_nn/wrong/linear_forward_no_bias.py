# The bias is forgotten.
# loses: test-linear-forward, test-neural-network, test-neural-network-gradients
# %% linear-forward
def linear_forward(x, w, b):
    return np.dot(x, w)
