"""The same cleaning in formgrader: by its configuration alone.

Threat: formgrader shows a student's notebook to the instructor, on the origin of a Jupyter server
that runs code. nbgrader's templates print names, Markdown, HTML and sizes as they are, and fetch
MathJax from another host.
"""

import html
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.server_extensions.formgrader.handlers import template_path

from autograder.feedback import sanitise

_TEMPLATES = Path(__file__).parent / "nbconvert"  # a file of ours is found before nbgrader's

_SHOWN = ("image/png", "image/jpeg", "text/html", "text/markdown", "text/latex", "text/plain")


def configure_exporter(config: Any) -> None:
    """Let formgrader's HTML exporter show only what is clean, with formulas as MathML."""
    exporter = HTMLExporter(
        template_name="formgrade", extra_template_basedirs=[str(_TEMPLATES), template_path]
    )
    # Formgrader sets those two names itself, and would overrule them; not what comes of them.
    config.HTMLExporter.template_paths = exporter.template_paths
    config.HTMLExporter.preprocessors = [CleanNotebook]
    config.HTMLExporter.filters = {
        "markdown2html": sanitise.markdown,
        "clean_html": sanitise.clean,
    }


class CleanNotebook(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """Leaves of a notebook, before it is shown, only what the templates can't be led astray by."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Clean a copy of a notebook in place; the file stays as it is."""
        nb.metadata.pop("widgets", None)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = [_clean(output) for output in cell.outputs]
        for name, value in resources.items():
            if isinstance(value, str) and name in _NAMES:
                resources[name] = html.escape(value)
        return nb, resources


_NAMES = ("student", "first_name", "last_name", "notebook_path")


def _clean(output: NotebookNode) -> NotebookNode:
    if "data" not in output:
        return output
    data = {kind: value for kind, value in output.data.items() if kind in _SHOWN}
    if "text/html" in data:
        data["text/html"] = sanitise.clean(data["text/html"])
    elif "text/latex" in data:
        data["text/html"] = sanitise.markdown(data["text/latex"])
    return NotebookNode({**output, "data": NotebookNode(data), "metadata": NotebookNode()})
