"""Loads the mappings of a folder together with the instruments in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from service.diagnostics.diagnostic import Diagnostic, Diagnostics
from service.diagnostics.tree import Mapping as Tree
from service.instruments import about, form
from service.instruments.block import Block
from service.instruments.instrument import Instrument
from service.mapping import library
from service.mapping.library import Library

FOLDER = "instruments"
"""The folder of table files that are questionnaires."""


def load(folder: Path, clinic: str = "") -> tuple[Library, dict[str, Instrument]]:
    """The mappings of a folder and its instruments by id; its forms are checked, too. Raises Diagnostics, OSError as `library.load`."""
    found: list[Diagnostic] = []
    try:
        mapped = library.load(folder, clinic)
    except Diagnostics as refused:
        found += refused.found
        read(_unchecked(folder, clinic), found)
        raise Diagnostics(found) from None
    instruments = read(mapped.folders.get(FOLDER, {}), found)
    form.read(mapped, found)
    if found:
        raise Diagnostics(found)
    return mapped, instruments


def of(mapped: Library) -> dict[str, Instrument]:
    """The instruments of checked mappings by id. Raises Diagnostics with every error in them."""
    found: list[Diagnostic] = []
    instruments = read(mapped.folders.get(FOLDER, {}), found)
    if found:
        raise Diagnostics(found)
    return instruments


def read(files: Mapping[str, Tree], found: list[Diagnostic]) -> dict[str, Instrument]:
    """The instruments that files spell, by id; errors are added to `found`."""
    return {name: about.instrument(Block.of_file(name, tree, found)) for name, tree in files.items()}


def _unchecked(folder: Path, clinic: str) -> Mapping[str, Tree]:
    """The files of a folder whose mappings have errors; none where they cannot even be read."""
    try:
        return library.merged(library.read(folder, clinic), clinic, []).folders.get(FOLDER, {})
    except Diagnostics:
        return {}
