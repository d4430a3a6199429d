"""What both pages share: their style, and the policy that lets a browser use nothing else."""

import base64
import hashlib
from importlib import resources


def styled(package: str, path: str) -> dict[str, str]:
    """Return `css`, the shared style with a page's own below it, and its `policy`.

    Args:
        package: where the page's own style is.
        path: of its file there.
    """
    shared = resources.files(__package__).joinpath("templates/base.css").read_text("utf-8")
    css = shared + resources.files(package).joinpath(path).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return {
        "css": css,
        "policy": f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
    }
