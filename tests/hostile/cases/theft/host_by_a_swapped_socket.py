# Puts a link to a socket of the host's in place of the kernel's own, so that the grader connects.
# earns: 0
# expects: ends within 60 s
# %% after setup
import glob
import json
import os
import sys
import time

connection = json.load(open(sys.argv[-1])) if sys.argv[-1].endswith(".json") else {}
words = open("/proc/self/cmdline").read().split("\0")
paths = [word for word in words if word.endswith(".json")]
base = json.load(open(paths[0]))["ip"] if paths else connection.get("ip", "")
for path in glob.glob(base + "*"):
    os.unlink(path)
    os.symlink("@DOOR@", path)
for number in range(3, 200):
    try:
        if "socket" in os.readlink(f"/proc/self/fd/{number}"):
            os.close(number)
    except OSError:
        continue
time.sleep(2)
