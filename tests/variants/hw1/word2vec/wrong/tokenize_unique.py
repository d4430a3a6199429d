# Returns each word once.
# loses: test-tokenize
# %% tokenize
def tokenize(text):
    return list(dict.fromkeys(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text.lower())))
