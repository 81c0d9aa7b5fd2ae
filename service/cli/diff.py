"""`kap-fhir diff`: what a change of the mappings changes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import click

from service.cli import revision, terminal
from service.cli.mappings import Chosen, options
from service.fhir import json
from service.fhir.json import Value
from service.mapping import difference, library
from service.mapping.difference import Effect, LineChange
from service.mapping.examples import RECORD

COLOURS = {"+": "green", "-": "red", "~": "yellow"}


@click.command()
@click.argument("older", required=False)
@options
def command(chosen: Chosen, older: str | None) -> None:
    """Show what a change of the mappings changes.

    With OLDER, another folder of mappings or a revision of the git repository that holds them (`HEAD`): what is different now. Without
    it: what the overlay of --clinic changes. The changed lines come first (`+` added, `-` removed, `~` changed), then what they change in
    the resources of the example records, element by element.
    """
    if older:
        with revision.older(older, chosen.folder) as folder:
            _tell(replace(chosen, folder=folder), chosen)
    elif chosen.clinic:
        _tell(replace(chosen, clinic=""), chosen)
    else:
        raise click.UsageError("say an OLDER folder of mappings or a revision, or a --clinic")


def _tell(before: Chosen, now: Chosen) -> None:
    old, new = before.library(), now.library()
    old_texts, new_texts = (library.read(one.folder, one.clinic) for one in (before, now))
    lines = difference.lines(old_texts, new_texts, before.clinic, now.clinic)
    for change in lines:
        click.echo(_line(change))
    examples = _examples(now.folder / "examples")
    effects = difference.effects(old, new, examples)
    for example, group in itertools.groupby(effects, lambda one: one.example):
        click.echo(f"\n{example}")
        for effect in group:
            click.echo(f"  {_effect(effect)}")
    changed = len({one.example for one in effects})
    click.echo(f"\n{terminal.count(len(lines), 'line')} changed, with an effect on {changed} of {terminal.count(len(examples), 'example')}")


def _examples(folder: Path) -> dict[str, tuple[str, Value]]:
    """The example records, by kind and name."""
    return {
        f"{path.parent.name}/{path.name.removesuffix(RECORD)}": (path.parent.name, json.read(path.read_bytes()))
        for path in sorted(folder.rglob(f"*{RECORD}"))
    }


def _line(change: LineChange) -> str:
    return f"{_sign(change.sign)} {' / '.join(change.path)}: {_change(change.old, change.new)}  ({change.place})"


def _effect(effect: Effect) -> str:
    """An effect on one line; a whole resource is only named."""
    whole = effect.at and " " not in effect.at
    return f"{_sign(effect.sign)} {effect.at}" + ("" if whole else f"{': ' if effect.at else ''}{_change(effect.old, effect.new)}")


def _change(old: str, new: str) -> str:
    return " → ".join(text for text in (old, new) if text)


def _sign(sign: str) -> str:
    return click.style(sign, fg=COLOURS[sign])
