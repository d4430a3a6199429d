"""A PostgreSQL server for tests: from Debian's package, in a temporary folder, on a Unix socket."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "correct-horse"  # noqa: S105  # of this server only
_USER = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root


@contextmanager
def server() -> Iterator[str]:
    """Start a server; give the address of an empty database, which asks for PASSWORD."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's short path
    if _USER:
        shutil.chown(folder, _USER)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    data, log = folder / "data", folder / "log"
    options = f"-k {folder} -c listen_addresses= -c fsync=off"

    def run(program: str, *argv: str) -> None:
        command = [programs / program, "-D", data, *argv]
        subprocess.run(command, user=_USER, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-U", "teacher", "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync")
        run("pg_ctl", "start", "-w", "-l", str(log), "-o", options)
        try:
            yield f"postgresql+psycopg://teacher@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """Return the folder of the newest server; without one, skip the test, or fail it in CI."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if not found and (path := shutil.which("initdb")):
        found = [Path(path)]
    if not found:
        why = "no PostgreSQL server here: apt install postgresql"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    return found[-1].resolve().parent


def _version(path: Path) -> float:
    return float(path.parts[-3])
