# At most one apostrophe in a word: rock'n'roll falls apart.
# loses: test-tokenize
# %% tokenize
def tokenize(text):
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower())
