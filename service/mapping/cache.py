"""The checked mappings kept in a folder by content hash, so that a process starts without checking them again.

What is kept is Python's pickle: the folder must be one that only the service writes.
"""

from __future__ import annotations

import hashlib
import pickle
import tempfile
from pathlib import Path

from service.mapping import library
from service.mapping.library import Library

_CODE = Path(__file__).parents[1]


def load(folder: Path, clinic: str, cache: Path) -> Library:
    """As `library.load`; checked only where the cache does not hold these texts, checked by this code."""
    texts = library.read(folder, clinic)
    kept = cache / f"{_digest(texts.hash, texts.name, clinic)}.mappings"
    try:
        found = pickle.loads(kept.read_bytes())  # noqa: S301 - the folder is the service's own
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError):
        found = None
    if isinstance(found, Library):
        return found
    checked = library.check(texts, clinic)
    _keep(kept, pickle.dumps(checked, pickle.HIGHEST_PROTOCOL))
    return checked


def _digest(*parts: str) -> str:
    """A digest of the texts' own and of the code that checks them."""
    digest = hashlib.sha256("\0".join(parts).encode())
    for path in sorted(_CODE.rglob("*.py")):
        stat = path.stat()
        digest.update(f"{path.relative_to(_CODE)}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:32]


def _keep(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a folder that cannot be written is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(path)
    except OSError:
        return
