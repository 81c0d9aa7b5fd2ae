"""What people see: messages on standard error, in colour on a terminal; JSON on standard output, indented on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import msgspec

_COLOURS = (
    (re.compile(r"^(error|fatal)(?=\[|:)", re.MULTILINE), "red"),
    (re.compile(r"^(warning)(?=\[|:)", re.MULTILINE), "yellow"),
    (re.compile(r"(?<=\| )( *\^+)", re.MULTILINE), "red"),
    (re.compile(r"(?<== )(note|help)(?=:)", re.MULTILINE), "cyan"),
)


def tell(text: str) -> None:
    """A message on standard error."""
    click.echo(coloured(text), err=True)


def coloured(text: str) -> str:
    """A message in colours, which `click.echo` takes out where there is no terminal."""
    for pattern, colour in _COLOURS:
        text = pattern.sub(click.style(r"\1", fg=colour, bold=True), text)
    return text


def count(number: int, noun: str) -> str:
    """`1 error`, `1,200 errors`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def put(data: bytes, *, indent: bool | None = None) -> None:
    """JSON on standard output; indented when asked for, or by default on a terminal. Its numbers keep their text."""
    if indent or (indent is None and sys.stdout.isatty()):
        data = msgspec.json.format(data, indent=2)
    click.echo(data)


@contextmanager
def progress(size: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while `size` bytes (or nobody knows how many) are read; none where the answer is on the screen, too."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - a tenth of a second that few calls need
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn  # noqa: PLC0415

    with Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=size)
        yield lambda more: bar.advance(task, more)
