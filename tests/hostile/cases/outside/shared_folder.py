# Fills the folder that it shares with the grader: links, deep folders, many files.
# earns: 0
# expects: ends within 60 s
# %% after setup
import os
import socket

words = open("/proc/self/mountinfo").read().split()
shares = [word for word in words if word.endswith("/share")]
for share in shares[:1]:
    os.symlink("@ROOT@", share + "/link")
    os.symlink("@HOME@", share + "/link2")
    for number in range(200):
        os.mkdir(share + "/d" * (number + 1))
        os.chmod(share + "/d" * number, 0o777)
    os.chmod(share + "/d", 0)
    for number in range(100_000):
        open(f"{share}/{number}", "w").close()
