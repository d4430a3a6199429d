"""The repository's rules."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted([*ROOT.glob("assignments/*/*.ipynb"), *ROOT.glob("lectures/*.ipynb")])
# A module of autograder imports only what stands before it here.
ORDER = [
    *("errors", "models", "rules", "settings", "files", "versions", "markers", "release"),
    *("intake", "collect", "merge", "sandbox", "judge", "workers", "preload", "session"),
    *("execute", "grade", "pool", "cluster", "gate", "store", "history", "policy", "penalties"),
    *("gradebook", "entered", "released", "batch", "kept", "regrade", "feedback", "report"),
    *("marks", "grades", "export", "check", "nbgrader_plugin", "commands", "cli"),
]


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("path", sorted((ROOT / "autograder").rglob("*.py")), ids=lambda p: p.name)
def test_layers(path):
    """A module of the autograder imports only modules above it, so there is no circle."""
    module = path.relative_to(ROOT / "autograder").parts[0].removesuffix(".py")
    imported = {
        name.split(".")[1] for name in _imports(path) if name.startswith("autograder.")
    } & set(ORDER)
    if module != "__init__":
        allowed = ORDER[: ORDER.index(module) + 1]
        assert imported - {module} <= set(allowed) - {module}


@pytest.mark.parametrize(("package", "other"), [("course", "autograder"), ("autograder", "course")])
def test_packages_are_apart(package, other):
    """The students' library and the autograder never import each other."""
    for path in (ROOT / package).rglob("*.py"):
        assert not {name for name in _imports(path) if name.split(".")[0] == other}, path.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_are_stripped(path):
    """Notebooks in git carry no output, no execution count and valid JSON of nbformat 4.5."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    for cell in notebook.cells:
        assert not cell.get("outputs"), cell.id
        assert cell.get("execution_count") is None, cell.id


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_ids(path):
    """A cell's id is its grade_id where it has one, and no id occurs twice."""
    cells = nbformat.read(path, as_version=4).cells
    ids = [cell.id for cell in cells]
    assert len(set(ids)) == len(ids)
    for cell in cells:
        assert cell.metadata.get("nbgrader", {}).get("grade_id", cell.id) == cell.id


def test_lock():
    """The lock file pins one version of every dependency that pyproject.toml names."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+==[\w.!]+", pin) for pin in pins)
    locked = {re.sub(r"[-_.]+", "-", pin.split("==")[0]).lower() for pin in pins}
    assert len(locked) == len(pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = set(project["dependencies"]).union(*project["optional-dependencies"].values())
    assert wanted <= locked


def test_environment():
    """environment.yml installs from the lock file and names no version of its own but Python's."""
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert "--requirement requirements.lock" in text
    assert re.findall(r"[\w-]+[=<>]=?[\d.]+", text) == ["python=3.11"]


def test_readme_commands():
    """Every `make` task and `autograder` command that the documents name exists."""
    text = "".join((ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md"))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for task in set(re.findall(r"\bmake ([a-z]+)", text)) - {"clean"}:
        assert re.search(rf"^{task}:", makefile, re.MULTILINE), task
    cli = (ROOT / "autograder" / "cli.py").read_text("utf-8")
    for command in re.findall(r"bin/autograder ([a-z]+)", text):
        assert f'"{command}",' in cli, command


def test_readme_files():
    """Every file that README links to exists."""
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text("utf-8"))
    for link in links:
        assert (ROOT / link).exists(), link


def test_make_help():
    """`make help` lists every task with its one line."""
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    tasks = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert len(tasks) >= 13
    for task in tasks:
        assert f"make {task} " in listed.stdout
