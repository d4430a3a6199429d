# Takes \w for letters, so digits and underscores stay.
# loses: test-tokenize
# %% tokenize
def tokenize(text):
    return re.findall(r"\w+(?:'\w+)*", text.lower())
