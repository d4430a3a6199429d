"""A cell's outputs -> what is safe and small enough to show."""

import base64
import binascii
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nbformat import NotebookNode

from autograder.feedback import sanitise
from autograder.feedback.redact import WITHHELD, tells

LONGEST_OUTPUT = 1_500  # characters of one output's text
_MOST_OUTPUTS = 20  # of one cell
_FIGURE_BYTES = 300_000
_FIGURE_PIXELS = 4_000  # in each direction
_PNG = b"\x89PNG\r\n\x1a\n"
_OWN_FRAME = ("Cell In", "Input In", "line ")  # how IPython, and the judge, begin such a frame


@dataclass(frozen=True)
class Output:
    """One output. `text` is a text, or clean HTML, or the address of a figure that holds it."""

    kind: Literal["text", "html", "figure", "error", "note"]
    text: str
    frames: str = ""  # of an error: the way to it, through the student's own cells


def shown(outputs: Iterable[NotebookNode], hidden: frozenset[str]) -> Iterator[Output]:
    """Yield what a page shows of a cell's outputs; `hidden` is what must not be told."""
    for number, output in enumerate(outputs):
        if number == _MOST_OUTPUTS:
            yield Output("note", "further outputs are not shown")
            return
        yield Output("note", WITHHELD) if tells(output, hidden) else _shown(output)


def _shown(output: NotebookNode) -> Output:
    if output.output_type == "stream":
        return Output("text", _cut(sanitise.plain(str(output.text))))
    if output.output_type == "error":
        frames = [sanitise.plain(str(frame)) for frame in output.traceback[1:-1]]
        own = [frame.strip() for frame in frames if frame.lstrip().startswith(_OWN_FRAME)]
        text = sanitise.plain(f"{output.ename}: {output.evalue}")
        return Output("error", _cut(text, 500), _cut("\n\n".join(own)))
    return _displayed({kind: _text(value) for kind, value in output.data.items()})


def _displayed(data: Mapping[str, str]) -> Output:
    """Return the richest form of a display that is safe."""
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            return _figure(kind, data[kind])
    if "text/html" in data:
        return _html(sanitise.clean(data["text/html"][: 10 * LONGEST_OUTPUT]))
    if "text/markdown" in data:
        return _html(sanitise.markdown(data["text/markdown"][:LONGEST_OUTPUT], top=4))
    if "text/latex" in data:
        return _html(sanitise.markdown(data["text/latex"][:LONGEST_OUTPUT]))
    if "text/plain" in data:
        return Output("text", _cut(sanitise.plain(data["text/plain"])))
    kinds = sanitise.plain(", ".join(map(str, data)))[:100]
    return Output("note", f"an output of a kind that is not shown here: {kinds}")


def _html(cleaned: str) -> Output:
    if len(cleaned) > 4 * LONGEST_OUTPUT:
        return Output("note", "an output that is too long to be shown here: open your notebook")
    return Output("html", cleaned)


def _figure(kind: str, encoded: str) -> Output:
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        return Output("note", "a damaged figure")
    if len(data) > _FIGURE_BYTES:
        return Output("note", f"a figure of {len(data) / 1000:.0f} kB: open your notebook")
    if kind == "image/png":
        if data[:8] != _PNG or len(data) < 24:
            return Output("note", "a damaged figure")
        if max(struct.unpack(">II", data[16:24])) > _FIGURE_PIXELS:
            return Output("note", "a figure of too many pixels: open your notebook")
    return Output("figure", f"data:{kind};base64,{base64.b64encode(data).decode()}")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)


def _cut(text: str, length: int = LONGEST_OUTPUT) -> str:
    return text if len(text) <= length else text[:length].rstrip() + " … (cut)"
