# Reads tests, solutions, the gradebook and another student's work, by their full paths.
# earns: 0
# %% softmax
import glob
import os

for pattern in ("@ROOT@/**/*", "@HOME@/*", "@TMP@/*", "../**/*.ipynb", "../../../**/*.ipynb"):
    for path in glob.glob(pattern, recursive=True):
        try:
            print(path, open(path).read())
        except OSError as error:
            print(path, error)
print(os.listdir("@ROOT@/assignments/hw1"))
