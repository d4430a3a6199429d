# Knows only the letters from a to z: é separates.
# loses: test-tokenize
# %% tokenize
def tokenize(text):
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())
