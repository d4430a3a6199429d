# As short as possible: lambdas, dicts, a list of batches instead of a generator.
# %% linear-forward
linear_forward = lambda x, w, b: np.r_['1', x, np.ones((len(x), 1))] @ np.vstack([w, b])

# %% linear-backward
linear_backward = lambda grad_out, x, w: (
    (w @ grad_out.T).T, (grad_out.T @ x).T, np.add.reduce(grad_out))

# %% activations
sigmoid = lambda z: np.exp(-np.logaddexp(0, -z))
tanh = np.tanh
relu = lambda z: z.clip(0)
leaky_relu = lambda z, alpha=0.01: np.choose(z > 0, [alpha * z, z])
elu = lambda z, alpha=1.0: np.select([z > 0], [z], alpha * np.expm1(z.clip(max=0)))

# %% activation-grads
sigmoid_grad = lambda z: np.exp(-np.logaddexp(0, -z) - np.logaddexp(0, z))
tanh_grad = lambda z: np.square(1 / np.cosh(z.clip(-300, 300))) if z.dtype == float else (
    1 - np.tanh(z) ** 2)
relu_grad = lambda z: 1 * (z >= 0)
leaky_relu_grad = lambda z, alpha=0.01: (z > 0) + alpha * (z <= 0)
elu_grad = lambda z, alpha=1.0: np.select([z > 0], [1.0], alpha * np.exp(z.clip(max=0)))

# %% sgd-step
sgd_step = lambda params, grads, lr: [
    np.subtract(p, lr * grads[k], out=p) for k, p in params.items()]

# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    p = rng.permutation(x.shape[0])
    return [(x[i], y[i]) for i in np.split(p, range(batch_size, len(p), batch_size))]
