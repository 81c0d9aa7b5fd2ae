"""The options that say which mappings a command works with."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from service.diagnostics.diagnostic import similar
from service.instruments.instrument import Instrument
from service.instruments.load import load
from service.mapping import library
from service.mapping.library import Library
from service.mapping.plan import Kind

Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A folder of mappings and the name of a clinic, or none."""

    folder: Path
    clinic: str

    def library(self) -> Library:
        """The mappings, checked. Raises Diagnostics with every error in them, click.UsageError where there are none."""
        self._there()
        return library.load(self.folder, self.clinic)

    def instruments(self) -> tuple[Library, dict[str, Instrument]]:
        """The mappings and the instruments in them by id, checked. Raises as `library`."""
        self._there()
        return load(self.folder, self.clinic)

    @property
    def absent(self) -> bool:
        """Whether nobody asked for mappings, and there are none where they would be."""
        asked = click.get_current_context().get_parameter_source("mappings")
        return asked is ParameterSource.DEFAULT and not (self.folder / "base.yaml").is_file()

    def _there(self) -> None:
        if not (self.folder / "base.yaml").is_file():
            raise click.UsageError(
                f"there are no mappings in `{self.folder}`: it has no `base.yaml`. Say where they are: --mappings FOLDER"
            )
        clinics = sorted(path.stem for path in self.folder.glob("clinics/*.yaml"))
        if self.clinic and self.clinic not in clinics:
            raise click.UsageError(f"there is no clinic `{self.clinic}`{instead(self.clinic, clinics)}")


def kind_of(mapped: Library, name: str) -> Kind:
    """A record kind by its name. Raises click.UsageError."""
    if name not in mapped.kinds:
        raise click.UsageError(f"there is no record kind `{name}`{instead(name, mapped.kinds)}")
    return mapped.kinds[name]


def options(command: Command) -> Command:
    """Give a command `--mappings` and `--clinic`; it is handed them as a Chosen."""

    @click.option(
        "--mappings",
        "mappings",
        type=click.Path(path_type=Path),
        envvar="KAP_MAPPINGS",
        default="mappings",
        show_default=True,
        show_envvar=True,
        help="The folder that holds the mappings.",
    )
    @click.option("--clinic", envvar="KAP_CLINIC", show_envvar=True, default="", help="The clinic whose overlay is applied to them.")
    @functools.wraps(command)
    def wrapped(mappings: Path, clinic: str, **rest: Any) -> None:
        command(Chosen(mappings, clinic), **rest)

    return wrapped


def instead(name: str, known: Iterable[str]) -> str:
    """How a message goes on that a name is not known."""
    known = list(known)
    return f": {similar(name, known)}" if similar(name, known) else f"; there are {', '.join(known) or 'none'}"
