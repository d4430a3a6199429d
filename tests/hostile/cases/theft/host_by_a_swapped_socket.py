# Puts links to a socket of the host's in place of the kernel's own, so that the grader connects.
# earns: 0
# expects: ends within 60 s
# %% after setup
import glob
import json
import os
import sys
import time

words = [*sys.argv, *open("/proc/self/cmdline").read().split("\0")]
[path, *_] = [word for word in words if word.endswith(".json")]
for path in glob.glob(json.load(open(path))["ip"] + "*"):
    os.unlink(path)
    os.symlink("@DOOR@", path)
for number in range(3, 200):
    try:
        if "socket" in os.readlink(f"/proc/self/fd/{number}"):
            os.close(number)
    except OSError:
        continue
time.sleep(2)
