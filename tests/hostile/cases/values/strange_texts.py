# Returns texts with surrogates, NUL, escape sequences and right-to-left marks.
# earns: 0
# together
# %% tokens
def tokens(text):
    raise ValueError("\ud800\x00\x1b]0;owned\x07\x1b[2J\u202e<script>alert(1)</script>")
