# Climbs from a function that it is given to its globals, its code, its class and all subclasses.
# earns: 0
# %% integrate
found = []


def integrate(f, a, b, n):
    for name in ("__globals__", "__code__", "__closure__", "__class__", "__self__", "__dict__",
                 "__builtins__", "__wrapped__", "__reduce_ex__", "__defaults__", "__module__"):
        try:
            found.append(f.__getattr__(name))
        except Exception as error:
            found.append(type(error))
        try:
            f.__setattr__(name, None)
        except Exception as error:
            found.append(type(error))
    for ask in (iter, len, next, list):
        try:
            found.append(ask(f))
        except Exception as error:
            found.append(type(error))
    return 1.0


# %% after integrate
print(found)
