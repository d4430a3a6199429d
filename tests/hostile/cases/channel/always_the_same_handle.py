# Gives one and the same object for every name, every call and every attribute.
# earns: 0
# uses: wire
# %% after setup
from autograder.judge import agent


class Same(Wire):
    def serve(self):
        while True:
            message, _ = self.read()
            if message["k"] == "end":
                return self.sock.detach()
            handle = ["h", 1, {"n": "f", "c": True, "m": False}]
            named = message["a"][0] == ["o", 0]
            self.send("ok", ["t", [True, handle]] if named else handle)


agent.serve = lambda fd: Same(fd, None).serve()
