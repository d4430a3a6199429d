# The channel to the judge, spoken by hand: what a student writes who has read autograder/judge.
import json
import socket
import struct

from autograder.judge import agent


class Wire:
    """One end; `reply` says what to answer to each call of a student's function."""

    def __init__(self, fd, reply):
        self.sock, self.reply, self.names = socket.socket(fileno=fd), reply, {}

    def read(self):
        header, body = struct.unpack(">II", self.exactly(8))
        return json.loads(self.exactly(header)), self.exactly(body)

    def exactly(self, size):
        data = b""
        while len(data) < size:
            data += self.sock.recv(size - len(data)) or exit()
        return data

    def raw(self, header, body=b"", sizes=None):
        self.sock.sendall(struct.pack(">II", *(sizes or (len(header), len(body)))) + header + body)

    def send(self, k, *a, buffers=(), **more):
        lengths = [len(part) for part in buffers]
        message = {"k": k, "a": a, "u": [], "d": [], "h": [], "b": lengths, **more}
        self.raw(json.dumps(message).encode(), b"".join(buffers))

    def serve(self):
        while True:
            message, _ = self.read()
            if message["k"] == "end":
                return self.sock.detach()
            if message.get("op") == "call" and message["a"][0] == ["o", 0]:
                [name] = message["a"][1][1]
                number = self.names.setdefault(name, len(self.names) + 1)
                self.send("ok", ["t", [True, ["h", number, {"n": name, "c": True, "m": False}]]])
            else:
                self.reply(self, message)


def speak(reply):
    agent.serve = lambda fd: Wire(fd, reply).serve()
