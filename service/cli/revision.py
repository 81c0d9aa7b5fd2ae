"""Mappings as they were: another folder, or a revision of the git repository that holds them."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def older(name: str, mappings: Path) -> Iterator[Path]:
    """The folder of that name, or a copy of the mappings as they are in that revision. Raises click.UsageError where there is neither."""
    if Path(name).is_dir():
        yield Path(name)
        return
    if name.startswith("-"):
        raise click.UsageError(f"`{name}` is no revision")
    command = ["git", "-C", str(mappings), "archive", "--format=tar", name, "."]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell, and no option can be slipped in
    except FileNotFoundError:
        raise click.UsageError(f"there is no folder `{name}`, and no git to look for a revision of that name") from None
    if done.returncode:
        raise click.UsageError(f"`{name}` is neither a folder nor a revision of the repository that holds `{mappings}`")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / mappings.resolve().name
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(copy, filter="data")
        yield copy
