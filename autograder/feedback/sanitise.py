"""Text of students -> HTML that is safe to show: Markdown, HTML, formulas, terminal output.

Threat: a student's Markdown or output on the page of a person who is logged in. Only what is on
the lists below comes through: no script, no style, no event handler, no id or class, no form, no
address that a browser would fetch by itself. Everything is cleaned last, after it became HTML.
"""

import html
import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

import nh3
from latex2mathml.converter import convert
from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

LONGEST_TEXT = 20_000  # characters of one Markdown cell; the rest is cut
_LONGEST_FORMULA = 2_000
# TeX sets a thin space between a named function and its argument, MathML does not: "ln10".
_OPERATOR = re.compile(
    r"(\\(?:arg|cos|exp|lim|ln|log|max|min|sin|tanh?)\b)\s*(?=[^\W_]|\\(?!left|limits)[A-Za-z])"
)
_TEXT = "p br hr div span blockquote pre code kbd samp var em strong b i u s del ins sub sup small"
_BLOCKS = "h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption col thead tbody tfoot tr th td"
_MATH = (
    "math mrow mi mo mn mtext mspace msub msup msubsup mfrac msqrt mroot mover munder munderover "
    "mtable mtr mtd mstyle mpadded mphantom menclose"
)
_TAGS = frozenset(f"{_TEXT} {_BLOCKS} {_MATH} a abbr img details summary figure figcaption".split())
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "separator", "minsize", "maxsize", "lspace", "rspace", "form"},
    "mspace": {"width"},
    "mi": {"mathvariant"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "mtd": {"columnspan"},
}
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
_LINK = re.compile(r"(https?:|mailto:)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(fragment: str) -> str:
    """Return HTML with what is on the allow-list, and nothing else."""
    return _CLEANER.clean(fragment)


@lru_cache(maxsize=512)  # an assignment's own text is the same on every page
def markdown(source: str, top: int = 1) -> str:
    """Return Markdown, as Jupyter reads it, as clean HTML with MathML.

    Args:
        source: the text of a cell.
        top: the level of the page's heading that a `#` becomes, 1 to 6.
    """
    try:
        made = MarkdownWithMath(renderer=_Renderer(top)).render(source[:LONGEST_TEXT])
    except Exception:  # of libraries that promise nothing about malformed text
        made = f"<pre>{html.escape(source[:LONGEST_TEXT])}</pre>"
    return clean(made)


def formula(tex: str, display: bool = False) -> str:
    """Return a formula as MathML, not yet cleaned; as its source where it can't be read."""
    if len(tex) <= _LONGEST_FORMULA:
        with suppress(Exception):  # its parser promises nothing; the reader sees the source
            spaced = _OPERATOR.sub(r"\1\\,", tex.strip())
            return str(convert(spaced, display="block" if display else "inline"))
    return f"<code>{html.escape(tex)}</code>"


def plain(text: str) -> str:
    """Return what a terminal would leave: no colours, no control characters."""
    lines = strip_ansi(text).replace("\r\n", "\n").split("\n")
    return _CONTROLS.sub("", "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines))


class _Renderer(IPythonRenderer):  # type: ignore[misc]  # untyped
    """Jupyter's, with formulas as MathML, no colours, and headings below those of the page."""

    def __init__(self, top: int) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._top = top

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """See mistune's HTMLRenderer."""
        return str(super().heading(text, min(level + self._top - 1, 6), **attrs))

    def block_code(self, code: str, info: str | None = None) -> str:
        """Show code as it is."""
        return f"<pre><code>{html.escape(code)}</code></pre>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Show a picture that the text carries; of any other its words."""
        safe = html.escape(url) if _PICTURE.fullmatch(url) else ""
        return f'<img src="{safe}" alt="{html.escape(text)}">' if safe else html.escape(text)

    def block_math(self, body: str) -> str:
        """Return a displayed formula."""
        return formula(body, display=True)

    def inline_math(self, body: str) -> str:
        """Return a formula within a line."""
        return formula(body)

    def latex_environment(self, name: str, body: str) -> str:
        """Return an environment such as align as a displayed formula."""
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """Keep addresses that a browser does not fetch by itself."""
    if attribute == "src":
        return value if _PICTURE.fullmatch(value) else None
    if attribute == "href":
        return value if _LINK.match(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags={"script", "style", "template", "noscript", "iframe", "title", "svg"},
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    attribute_filter=_allowed,
    url_schemes={"http", "https", "mailto", "data"},
    url_relative="deny",
    link_rel="noopener noreferrer",
)
