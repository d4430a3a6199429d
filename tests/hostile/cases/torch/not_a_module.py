# A class that only says that it is a module.
# earns: 0
# together
# %% net
class Net:
    __class__ = nn.Module

    def __call__(self, x):
        return torch.zeros(5, 2)

    def __getattr__(self, name):
        return torch.zeros(2, 3)
