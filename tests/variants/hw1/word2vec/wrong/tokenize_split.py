# Splits at spaces only, so commas and brackets stay on the words.
# loses: test-tokenize
# %% tokenize
def tokenize(text):
    return text.lower().split()
