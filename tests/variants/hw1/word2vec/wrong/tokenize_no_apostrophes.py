# Splits at every apostrophe.
# loses: test-tokenize
# %% tokenize
def tokenize(text):
    return re.findall(r"[^\W\d_]+", text.lower())
