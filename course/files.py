"""Data files inside installed packages, found without importing the packages."""

import importlib.util
from pathlib import Path

__all__ = ["package_file"]


def package_file(package: str, distribution: str, path: str) -> Path:
    """Find a data file of an installed package.

    Args:
        package: the name it is imported by, such as "sklearn".
        distribution: the name it is installed by, such as "scikit-learn".
        path: of the file, relative to the package's folder.

    Raises:
        ModuleNotFoundError: the package is not installed.
        FileNotFoundError: it is installed, but its copy of the file is not where it was.

    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f"This data comes with {distribution}, which is not installed here: "
            f"run `pip install {distribution}`.",
            name=package,
        )
    # An editable install may have several folders; without the file, name the first in the error.
    candidates = [Path(folder) / path for folder in spec.submodule_search_locations]
    file = next((candidate for candidate in candidates if candidate.is_file()), candidates[0])
    if not file.is_file():
        raise FileNotFoundError(
            f"{distribution} is installed without {path}: "
            f"run `pip install --force-reinstall {distribution}`."
        )
    return file
