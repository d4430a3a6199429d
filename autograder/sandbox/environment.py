"""The environment that a program sees: nothing of the host's."""

import os
import sys
from pathlib import Path


def clean_environment(folder: str) -> dict[str, str]:
    """Return the environment of a program whose home and temporary folder lie in `folder`."""
    home = f"{folder}/home"
    path = [str(Path(sys.executable).parent), *os.defpath.split(os.pathsep)]
    threads = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
    return {
        "PATH": os.pathsep.join(dict.fromkeys([path[0], "/usr/local/bin", *path[1:]])),
        "HOME": home,
        "TMPDIR": folder,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "IPYTHONDIR": f"{home}/ipython",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        **{f"{name}_NUM_THREADS": "1" for name in threads},
        "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of the limited address space
        "NBGRADER_EXECUTION": "autograde",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
    }
