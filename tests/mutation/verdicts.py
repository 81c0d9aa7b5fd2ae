"""What becomes of a mutant: refused (and where the diagnostic points), lawful, escaped, crashed."""

from __future__ import annotations

import io
import pickle
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from service.diagnostics import tree
from service.diagnostics.diagnostic import Diagnostic, Diagnostics
from service.diagnostics.issue import Refused
from service.diagnostics.spans import Span
from service.diagnostics.tree import Scalar
from service.fhir import json
from service.fhir.json import Value
from service.fhir.validate import validate
from service.mapping import children, convert, counterpart, laid_out, library, wire
from service.mapping.check import prove
from service.mapping.fast import read as fast
from service.mapping.fast import write
from service.mapping.leftovers import equal
from service.mapping.library import Library, Texts
from service.mapping.plan import Kind, Shape
from service.mapping.receiver import Receiver
from service.mapping.sender import Names
from service.mapping.vocabulary import Vocabulary
from service.mapping.walk.write import write_shape
from service.mapping.wire import Gateway
from service.records.formulas import holds
from tests.mutation.mutants import Mutant
from tests.support import generate
from tests.support.mappings import SERVER, mappings, plain, read, shown, written

LOST = "KAP329"
"""The diagnostic of an example that does not come back: the proofs should have said so before."""
GRAMMAR = {"id", "text", "code", "required", "list"}
"""Words that say nothing about which line is meant."""
RECORDS = 5
"""Generated records of each kind that a mutant touches."""

_THING = re.compile(r"^ *(?:- )?[+-]?([\w-]+):|\$(\w+)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`word` is refused, lawful, escaped or crashed; `detail` says where the diagnostics (`text`) point, or what broke."""

    mutant: str
    word: str
    detail: str
    text: str = ""


class Broken(Exception):  # noqa: N818 - it is a finding, not an error
    """A law does not hold; the text says which, and shows the record."""


def judge(mutant: Mutant, texts: Texts, seed: int) -> Verdict:
    """The verdict on one mutant of a folder's texts."""
    clinic = mutant.file.removeprefix("clinics/").removesuffix(".yaml") if mutant.file.startswith("clinics/") else ""
    files = {**texts.files, mutant.file: mutant.text(texts.files[mutant.file])}
    if not clinic:
        files = {name: text for name, text in files.items() if not name.startswith("clinics/")}
    known = _prints(clinic)
    try:
        with _remembered(known):
            loaded = library.check(replace(texts, files=files), clinic)
        gateway = Gateway.of(loaded)
        for name in touched(loaded, known):
            laws(gateway, loaded.kinds[name], Random(f"{seed} {mutant.id} {name}"))
    except Diagnostics as refused:
        if not refused.found:
            return Verdict(mutant.id, "crashed", "refused without a diagnostic")
        if any(one.code == LOST for one in refused.found):
            return Verdict(mutant.id, "escaped", f"only the example shows it: {refused}")
        return Verdict(mutant.id, "refused", place(mutant, texts, refused.found), str(refused))
    except Broken as broken:
        return Verdict(mutant.id, "escaped", str(broken))
    except Exception:  # noqa: BLE001 - whatever it is, it is a crash
        return Verdict(mutant.id, "crashed", traceback.format_exc(limit=-4))
    return Verdict(mutant.id, "lawful", "")


def place(mutant: Mutant, texts: Texts, found: tuple[Diagnostic, ...]) -> str:
    """Where the diagnostics point: `line`, the mutated one (or the head of the block that lost it); `named`, one that names what was
    changed, where the consequence lies; `elsewhere`.
    """
    file = f"{texts.name}/{mutant.file}"
    original = texts.files[mutant.file].split("\n")
    lines = set(range(mutant.line, mutant.line + max(1, len(mutant.lines))))
    if not mutant.lines:
        lines = {mutant.line} if mutant.how == "line alone" else {_head(original, mutant.line)}
    spans = [span for one in found for span in (one.span, one.span.by) if span]
    if any(span.source.name == file and span.line in lines for span in spans):
        return "line"
    before, after = (_words("\n".join(text)) - GRAMMAR for text in (original[mutant.line - 1 : mutant.last], mutant.lines))
    told = [text for one in found for text in (one.message, one.label, *one.notes, one.help)]
    shown = {name for text in told for name in re.findall(r"`([^`]*)`", text)} | {one.span.text for one in found}
    things = {
        match[match.lastindex or 0] for line in (*original[mutant.line - 1 : mutant.last], *mutant.lines) for match in _THING.finditer(line)
    }
    changed = any(((before ^ after) | things) & _words(text) for text in told)
    named = any((before | after) & _words(name) for name in shown if "\n" not in name)
    return "named" if changed or named or any(f"{file}:{mutant.line}:" in text for text in told) else "elsewhere"


def touched(loaded: Library, known: frozenset[bytes]) -> list[str]:
    """The kinds whose plan a mutation changed, those that a clinic lays out its own way, and those that hold records of such a kind."""
    changed = {one.name for one in loaded.kinds.values() if _print(one, loaded.names) not in known}
    changed |= {name for name, layout in loaded.layouts.items() if layout.lines}
    return [name for name, one in loaded.kinds.items() if changed & {name, *(listing.kind for listing in one.children)}]


@contextmanager
def _remembered(known: frozenset[bytes]) -> Iterator[None]:
    """Inside, a kind whose plan is one of the original's is not proved again: a mutant has rechecked what it touches."""
    proved = prove._of_kind

    def of_kind(kind: Kind, names: Names) -> Iterable[Diagnostic]:
        return () if _print(kind, names) in known else proved(kind, names)

    prove._of_kind = of_kind
    try:
        yield
    finally:
        prove._of_kind = proved


def laws(gateway: Gateway, kind: Kind, random: Random) -> None:
    """Laws 1, 2 and 5 by the walk, law 3 for the same resources of another server and for other forms, and the emitted code on the same
    records. Raises Broken.
    """
    loaded = gateway.library
    for _ in range(RECORDS):
        record = generate.record(kind, random, loaded.kinds)
        _round_trip(loaded, kind, record, random)
        _from_another(loaded, kind, record)
        _emitted(gateway, kind, record)
        _laid_out(loaded, kind, record)
        alone = {name: value for name, value in record.items() if name in kind.fields.by_name}
        for shape in kind.shapes:
            if shape.form_of:
                _other_form(loaded, kind, shape, alone)


def _round_trip(loaded: Library, kind: Kind, record: Value, random: Random) -> None:
    resources = written(loaded, kind.name, record)
    findings = [one for resource in resources for one in validate(resource) if one.severity == "error"]
    _hold(not findings, f"law 5: {findings[:1]}", kind, record)
    for law in ("law 1", "law 2"):
        back = read(loaded, resources)
        _hold(not back.orphans and not back.issues, f"{law}: {[one.issues for one in back.orphans] or back.issues}", kind, record)
        same = [plain(loaded, kind, one) for one in shown(back)] == [plain(loaded, kind, record)]
        _hold(same, f"{law}: comes back as {shown(back)}", kind, record)
        random.shuffle(resources)


def _from_another(loaded: Library, kind: Kind, record: Value) -> None:
    """Resources like ours of another server are given back to it as they were (law 3)."""
    sent = [_theirs(loaded, one, number) for number, one in enumerate(written(loaded, kind.name, record))]
    back = read(loaded, sent, server=SERVER, policy="keep")
    given = [one for record in back.records for one in written(loaded, record.kind.name, children.shown(record), server=SERVER)]
    given += [one.resource.value for one in back.orphans]
    same = sorted(map(json.write, given)) == sorted(map(json.write, sent))
    _hold(same, f"law 3: {sent} go back as {given}", kind, record)


def _theirs(loaded: Library, resource: Value, number: int) -> Value:
    """A resource with an id of theirs and without our identifier."""
    theirs = {**resource, "id": f"x{number}"}
    held = theirs.pop("identifier")
    rest = [one for one in held if not one["system"].startswith(loaded.names.reserved)] if isinstance(held, list) else []
    return {**theirs, "identifier": rest} if rest else theirs


def _emitted(gateway: Gateway, kind: Kind, record: Value) -> None:
    """What the emitted code writes is what the walk writes, and what it reads is the record."""
    top = convert.Top(kind.name, record)
    alone = convert.to_set(gateway.library, [top])[0].sent
    bundle = gateway._bundle([top], convert.to_set(gateway.library, [top], bundle=True), wire.OURS)
    walked = json.write(alone[0].resource) if len(alone) == 1 else bundle
    emitted = write.to_fhir(gateway.code, kind.name, json.write(record), gateway.mapping, "")
    _hold(emitted in (walked, None), f"emitted code writes {emitted!r}, the walk {walked!r}", kind, record)
    read_back = fast.from_fhir(gateway.code, walked) or []
    same = [equal(plain(gateway.library, kind, json.read(one)["record"]), plain(gateway.library, kind, record)) for one in read_back]
    _hold(same in ([True], []), f"emitted code reads {read_back}", kind, record)


def _laid_out(loaded: Library, kind: Kind, record: Value) -> None:
    """A record in the clinic's own form is the same record; one that has no form there is refused."""
    try:
        theirs = laid_out.form(loaded.layouts, kind.name, record)
    except Refused:
        return
    ours = laid_out.ours(loaded.layouts, kind.name, theirs)
    _hold(equal(ours, record), f"the layout gives {theirs}, and that {ours}", kind, record)


def _other_form(loaded: Library, kind: Kind, shape: Shape, record: Value) -> None:
    """A resource in another form that a server sends is valid, read whole, and given back to it as it was (laws 5 and 3)."""
    if not holds(shape.when, record):
        return
    out = counterpart.links(kind, Receiver(loaded.names.base, loaded.names.kinds, ours=False))
    sent = {**write_shape(shape, "", record, out).resource, "id": "x1"}
    findings = [one for one in validate(sent) if one.severity == "error"]
    _hold(not findings, f"law 5: form `{shape.name}`: {findings[:1]}", kind, record)
    refused = [one.issues for one in read(loaded, [sent], server=SERVER, policy="refuse").orphans]
    _hold(not refused, f"form `{shape.name}` is not read whole: {refused}", kind, record)
    kept = shown(read(loaded, [sent], server=SERVER, policy="keep"))
    given = [one for back in kept for one in written(loaded, kind.name, back, server=SERVER)]
    _hold(equal(given, [sent]), f"law 3: form `{shape.name}` goes back as {given}", kind, record)


def _hold(condition: object, law: str, kind: Kind, record: Value) -> None:
    if not condition:
        raise Broken(f"{kind.name}: {law}\n  of {json.write(record).decode()}")


class _Pickler(pickle.Pickler):
    """Pickles a plan without the places and names it was made from."""

    def persistent_id(self, obj: object) -> str | None:
        return "" if isinstance(obj, Span | Scalar | tree.Mapping | Vocabulary) else None


@cache
def _prints(clinic: str) -> frozenset[bytes]:
    """The prints of the original's kinds."""
    loaded = mappings(clinic)
    return frozenset(_print(kind, loaded.names) for kind in loaded.kinds.values())


def _print(kind: Kind, names: Names) -> bytes:
    """What a kind's plan is, places and spellings left out."""
    out = io.BytesIO()
    _Pickler(out).dump((kind, names))
    return out.getvalue()


def _head(lines: list[str], line: int) -> int:
    """The number of the line around the one that is gone (the first of the file for one of the outermost)."""
    gone = lines[line - 1]
    level = len(gone) - len(gone.lstrip())
    above = (number for number in range(line - 1, 0, -1) if lines[number - 1].strip() and _level(lines[number - 1]) < level)
    return next(above, 1)


def _level(line: str) -> int:
    return len(line) - len(line.lstrip()) if not line.lstrip().startswith("#") else len(line)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w-]{2,}", text))


def counts(verdicts: list[Verdict]) -> Mapping[str, int]:
    """How many of each word."""
    words = ("refused", "lawful", "escaped", "crashed")
    return {word: sum(one.word == word for one in verdicts) for word in words}


def unlocked(texts: Texts) -> Texts:
    """The texts without what was released: the lock would refuse what the proofs must."""
    return replace(texts, files={name: text for name, text in texts.files.items() if not name.endswith(".lock")})
