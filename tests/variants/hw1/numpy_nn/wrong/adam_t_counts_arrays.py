# t is raised for each array, not for each step.
# loses: test-adam-step
# %% adam-step
def adam_step(params, grads, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    state.setdefault("t", 0)
    for name, g in grads.items():
        state["t"] += 1
        m = state["m" + name] = beta1 * state.get("m" + name, 0) + (1 - beta1) * g
        v = state["v" + name] = beta2 * state.get("v" + name, 0) + (1 - beta2) * g**2
        m_hat = m / (1 - beta1 ** state["t"])
        v_hat = v / (1 - beta2 ** state["t"])
        params[name] -= lr * m_hat / (np.sqrt(v_hat) + eps)
