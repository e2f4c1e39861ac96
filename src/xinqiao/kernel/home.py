"""Where this installation keeps its data and secrets.

Everything lives below one folder (``XINQIAO_HOME``, default ``./var``): the embedded database, uploaded files, and a
folder of secrets made on first start. Secrets stay out of the database and the repository.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path


def home() -> Path:
    folder = Path(os.environ.get("XINQIAO_HOME", "var")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secrets_folder() -> Path:
    folder = Path(os.environ.get("XINQIAO_SECRETS", str(home() / "secrets")))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def secret(name: str, size: int = 32) -> bytes:
    """The secret called ``name``, made with ``size`` random bytes when it is not there yet.

    Two processes starting together agree on one value. Read once per process and folder.
    """
    return _read_or_make(secrets_folder() / f"{name}.key", size)


@lru_cache(maxsize=64)
def _read_or_make(path: Path, size: int) -> bytes:
    if not path.exists():
        _make(path, secrets.token_bytes(size))
    return bytes.fromhex(path.read_text().strip())


def _make(path: Path, value: bytes) -> None:
    """Write aside, then link into place: nobody reads half a key, and of many that start together one wins.

    A key that is there is never replaced; where the file system knows no links, it is created exclusively instead.
    """
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(value.hex())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        except OSError:
            _make_exclusively(path, value)
    finally:
        Path(aside).unlink()


def _make_exclusively(path: Path, value: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(value.hex())
        file.flush()
        os.fsync(file.fileno())
