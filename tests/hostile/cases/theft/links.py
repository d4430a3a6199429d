# Makes links to the grader's files and displays, imports and serves them.
# earns: 0
# %% softmax
import os
import shutil

for number, target in enumerate(["@ROOT@", "@HOME@/canary.txt", "/proc/1/root", "/etc/shadow"]):
    try:
        os.symlink(target, f"link{number}")
        os.link(target, f"hard{number}")
    except OSError as error:
        print(error)
    try:
        print(os.listdir(f"link{number}"), open(f"link{number}").read())
        shutil.copytree(f"link{number}", f"copy{number}")
    except OSError as error:
        print(error)
