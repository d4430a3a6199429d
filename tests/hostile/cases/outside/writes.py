# Writes, appends to, truncates, renames and removes the grader's files and the system's.
# earns: 0
# %% softmax
import os
import pathlib
import shutil
import sys

import autograder

targets = ["@ROOT@/gradebook.db", "@HOME@/canary.txt", "@TMP@/canary.txt", "/etc/passwd"]
targets += [autograder.__file__, sys.executable, os.path.join(sys.prefix, "pyvenv.cfg")]
for target in targets:
    for attack in (
        lambda path: open(path, "a").write("owned"),
        lambda path: os.truncate(path, 0),
        lambda path: os.rename(path, path + ".bak"),
        lambda path: os.chmod(path, 0o777),
        lambda path: os.utime(path),
        os.unlink,
    ):
        try:
            attack(target)
        except OSError as error:
            print(target, error.strerror)
shutil.rmtree("@ROOT@", ignore_errors=True)
shutil.rmtree("@HOME@", ignore_errors=True)
pathlib.Path("@ROOT@/submitted/neighbour-0/hw1").mkdir(parents=True, exist_ok=True)
pathlib.Path("@ROOT@/submitted/neighbour-0/hw1/numbers.ipynb").write_text("owned")
