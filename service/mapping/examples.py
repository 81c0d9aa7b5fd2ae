"""A folder of example pairs, run both ways: `<kind>/<name>.record.json` and `<kind>/<name>.fhir.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.diagnostics.issue import Refused
from service.fhir import json
from service.fhir.json import JsonError, Value
from service.mapping import gather, law
from service.mapping.library import Library
from service.mapping.sender import Resource
from service.mapping.wire import Gateway

RECORD = ".record.json"
FHIR = ".fhir.json"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one pair; without problems it holds both ways."""

    kind: str
    name: str
    problems: tuple[str, ...]


def run(gateway: Gateway, folder: Path) -> list[Result]:
    """The results of all pairs below a folder, by kind and name. A file whose partner is missing is a problem, too."""
    stems = {path.with_name(path.name.removesuffix(end)) for end in (RECORD, FHIR) for path in folder.rglob(f"*{end}")}
    return [Result(stem.parent.name, stem.name, tuple(_problems(gateway, stem))) for stem in sorted(stems)]


def _problems(gateway: Gateway, stem: Path) -> Iterator[str]:
    record, fhir = (stem.with_name(f"{stem.name}{end}") for end in (RECORD, FHIR))
    for path, other in ((record, fhir), (fhir, record)):
        if not path.exists():
            yield f"{other.name} has no partner {path.name}"
            return
    kind = stem.parent.name
    try:
        yield from _to(gateway, kind, record.read_bytes(), fhir.read_bytes())
        yield from _from(gateway, kind, record.read_bytes(), fhir.read_bytes())
    except Refused as refused:
        yield from (issue.render() for issue in refused.issues)
    except JsonError as error:
        yield str(error)


def _to(gateway: Gateway, kind: str, record: bytes, fhir: bytes) -> Iterator[str]:
    answer = gateway.to_fhir(kind, record)
    yield from (issue.render() for issue in answer.issues)
    wanted, got = (_by_url(gateway.library, json.read(data)) for data in (fhir, answer.data))
    for url in wanted.keys() | got.keys():
        if url not in got:
            yield f"to FHIR: {_named(wanted[url])} is not written"
        elif url not in wanted:
            yield f"to FHIR: {_named(got[url])} is not in the example"
        else:
            yield from (f"to FHIR: {_named(wanted[url])} differs at {at}" for at in law.differing(wanted[url], got[url]))


def _from(gateway: Gateway, kind: str, record: bytes, fhir: bytes) -> Iterator[str]:
    answer = gateway.from_fhir(fhir)
    yield from (f"from FHIR: {issue.render()}" for issue in answer.issues)
    said = json.read(answer.data)
    for one in said["orphans"]:
        yield f"from FHIR: {_named(one)} belongs to no record"
    if [one["kind"] for one in said["records"]] != [kind]:
        kinds = ", ".join(one["kind"] for one in said["records"])
        yield f"from FHIR: the records are of kind {kinds or 'none'}, not one of kind {kind}"
        return
    wanted, got = (_comparable(gateway.library, kind, one) for one in (json.read(record), said["records"][0]["record"]))
    yield from (f"from FHIR: the record differs at {at}" for at in law.differing(wanted, got))


def _comparable(library: Library, kind: str, record: Value) -> Value:
    """A record, which a clinic may hold in a form of its own, as law 1 compares it."""
    ours = library.layouts[kind].ours(record) if kind in library.layouts else record
    return law.expected(library.kinds, library.kinds[kind], ours)


def _by_url(library: Library, answer: Value) -> Mapping[str, Value]:
    """The entries of a Bundle by full URL, the rest of it and a resource alone under no URL, without our own Provenance."""
    if not isinstance(answer, dict) or answer.get("resourceType") != "Bundle":
        return {"": answer}
    entries = {
        one["fullUrl"]: one for one in answer.get("entry", ()) if not gather.is_own_provenance(library.names, Resource(one["resource"], ""))
    }
    return {**entries, "": {name: value for name, value in answer.items() if name != "entry"}}


def _named(entry: Value) -> str:
    resource = entry.get("resource", entry)
    return f"{resource.get('resourceType')}/{resource.get('id', '?')}"
