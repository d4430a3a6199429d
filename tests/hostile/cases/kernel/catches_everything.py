# Loops that catch whatever is raised into them.
# earns: all but test-tokens
# expects: ends within 60 s
# %% tokens
def tokens(text):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
