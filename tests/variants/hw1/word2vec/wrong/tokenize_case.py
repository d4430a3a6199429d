# Forgets lower case.
# loses: test-tokenize
# %% tokenize
def tokenize(text):
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text)
