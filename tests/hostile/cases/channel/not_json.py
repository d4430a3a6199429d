# Replies that are no JSON, no table, no text, or nothing at all; in each test another.
# earns: 0
# expects: reason contains message
# uses: wire
# %% after setup
bad = iter([b"{", b"[]", b"\xff\xfe", b"", b"null", b'{"b": 7}', b'{"b": [-1]}', b'{"k": "ok"}'] * 3)
speak(lambda wire, message: wire.raw(next(bad)))
