"""How much of public resources the mappings understand: which are read, and which of their leaf elements."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service.fhir import json
from service.fhir.json import Value
from service.mapping import convert, memory
from service.mapping.convert import Records
from service.mapping.gather import Member
from service.mapping.walk.write import Pointer
from tests.support.cases import FOLDER
from tests.support.mappings import SERVER, apart, mappings

EXAMPLES = FOLDER.parent / "definitions" / "us_core_610.tgz"
KINDS = ("inbound-vital", "inbound-score", "patient-bundle", "bulk-ndjson", "roundtrip")
TYPES = {shape.type for kind in mappings().kinds.values() for shape in kind.shapes}
_ABOUT = ("resourceType", "id", "meta", "text")
"""What says nothing of a patient, or says it again as a narrative."""


@dataclass(frozen=True, eq=False)
class Set:
    """Resources that stand together: those of a Bundle, of one case's NDJSON files, or one alone. Each with its full URL."""

    name: str
    resources: tuple[tuple[dict[str, Value], str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one resource: read or not, its leaf elements and how many of them were understood, and why not all."""

    type: str
    read: bool
    leaves: int
    understood: int
    reasons: tuple[str, ...]


@cache
def sets() -> list[Set]:
    """The resources of the cases, and US Core's own examples as one set more; a file that several cases name is read once."""
    listed = [one for one in json.read((FOLDER / "cases.json").read_bytes())["cases"] if one["kind"] in KINDS]
    files: dict[tuple[str, ...], str] = {}
    for one in listed:
        files.setdefault(tuple(one["files"]), one["id"])
    found = [Set(name, tuple(one for path in paths for one in _resources(FOLDER / path))) for paths, name in files.items()]
    with tarfile.open(EXAMPLES) as package:
        members = sorted(one for one in package.getnames() if one.startswith("package/example/") and one.endswith(".json"))
        values = [json.read(file.read()) for name in members if (file := package.extractfile(name))]
    whole = tuple((one, "") for one in values if one["resourceType"] != "Bundle")
    bundles = [Set(f"us-core-{one['id']}", tuple(_entries(one))) for one in values if one["resourceType"] == "Bundle"]
    return [*found, Set("us-core-examples", whole), *bundles]


@cache
def read(one: Set) -> Records:
    """What a set says, sent by another server where no full URL names one."""
    return convert.from_fhir(mappings(), one.resources, server=SERVER, policy="keep")


@cache
def account(one: Set) -> list[Account]:
    """What becomes of each resource of a set."""
    return list(_accounts(read(one)))


def _accounts(found: Records) -> Iterator[Account]:
    for top in found.records:
        for record in apart(top):
            leftovers = memory.account(mappings().names, record)
            for number, member in enumerate(record.members):
                lost = {leftover.at for leftover in leftovers.lost(number)}
                yield _account(member, lost, tuple(issue.message for issue in record.notes))
    for orphan in found.orphans:
        value = orphan.resource.value
        reasons = tuple(issue.message for issue in orphan.issues)
        yield Account(type=orphan.resource.type, read=False, leaves=len(list(leaves(value))), understood=0, reasons=reasons)


def leaves(value: Value, at: Pointer = ()) -> Iterator[Pointer]:
    """Where the values of a resource stand that say something of a patient."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if at or name not in _ABOUT:
                yield from leaves(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*at, number))
    else:
        yield at


def table(accounts: Iterable[Account]) -> str:
    """By resource type: how many there are, how many were read, how many leaf elements, how many of them were understood."""
    rows: dict[str, list[int]] = {}
    for one in accounts:
        for name in (one.type, "all"):
            row = rows.setdefault(name, [0, 0, 0, 0])
            for at, more in enumerate((1, one.read, one.leaves, one.understood)):
                row[at] += more
    width = max(map(len, rows))
    lines = [f"{'':{width}}{'resources':>11}{'read':>8}{'':>7}{'leaves':>9}{'understood':>12}"]
    for name in [*sorted(rows.keys() - {"all"}), "all"]:
        count, read, parts, understood = rows[name]
        lines.append(f"{name:{width}}{count:>11}{read:>8}{read / count:>7.0%}{parts:>9}{understood:>12}{understood / (parts or 1):>7.0%}")
    return "\n".join(lines)


def _account(member: Member, lost: set[Pointer], reasons: tuple[str, ...]) -> Account:
    """A leaf is understood when the record writes it again, or a line read just it."""
    every = list(leaves(member.resource.value))
    read = member.reading.trace
    known = [
        at
        for at in every
        if at in read or (at[-1] == "system" and (*at[:-1], "code") in read) or not any(at[: len(spot)] == spot for spot in lost)
    ]
    return Account(type=member.resource.type, read=True, leaves=len(every), understood=len(known), reasons=reasons)


def _resources(path: Path) -> Iterator[tuple[dict[str, Value], str]]:
    if path.suffix == ".ndjson":
        yield from ((json.read(line), "") for line in path.read_bytes().splitlines() if line.strip())
        return
    value = json.read(path.read_bytes())
    if value["resourceType"] == "Bundle":
        yield from _entries(value)
    else:
        yield value, ""


def _entries(bundle: dict[str, Value]) -> Iterator[tuple[dict[str, Value], str]]:
    yield from ((one["resource"], one.get("fullUrl", "")) for one in bundle.get("entry", ()) if "resource" in one)
