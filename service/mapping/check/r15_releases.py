"""R15 releases: nothing that was ever written has vanished; it may move to `formerly:` or behind a bar.

A lock is a list of facts, one a line: `base <url>`, `kind <kind>`, `shape <kind>[/<ending>] <resource type>`, and for each code by which a
resource, a slice, a case, a name or a unit is known on the way back, `code <kind>[/<ending>] <element> <code>[ = <name>]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import identity as mistaken
from service.diagnostics.messages import syntax as form
from service.diagnostics.spans import Source, Span
from service.fhir.json import Value
from service.mapping.plan import Block, Items, Kind, Leaf, Part, Shape
from service.mapping.sender import Names
from service.mapping.terms import codings
from service.mapping.terms.constant import Constant
from service.mapping.terms.quantity import InUnit
from service.mapping.terms.value import FieldValue
from service.mapping.terms.via import Coded
from service.records.formulas import FALSE, word

_IS = " = "
_WORDS = {"base": 2, "kind": 2, "shape": 3, "code": 4}
"""How many words a line has by its first; the last goes to the line's end."""


def facts(kinds: Iterable[Kind], base: str) -> Iterator[str]:
    """The lines of everything that kinds write."""
    yield f"base {base}"
    for kind in kinds:
        yield f"kind {kind.name}"
        for shape in kind.written:
            own = f"{kind.name}/{shape.ending}" if shape.ending else kind.name
            yield f"shape {own} {shape.type}"
            yield from (
                f"code {own} {at} {code}{f'{_IS}{name}' if name else ''}"
                for at, leaf in _leaves(shape.scope.parts)
                for code, name in _codes(leaf)[0]
            )


def lines(lock: Source) -> Iterator[tuple[str, Span]]:
    """The facts of a lock with their places, without comments and empty lines."""
    for number, start in enumerate(lock.starts, 1):
        text = lock.line(number).rstrip()
        if text and not text.startswith("#"):
            yield text, Span(lock, start, start + len(text))


def check(lock: Source, kinds: Mapping[str, Kind], names: Names, base: Span) -> Iterator[Diagnostic]:
    """Every fact of a lock that no longer holds, at the place that should hold it; `base` is where the base url stands."""
    gone = [text.partition(" ")[2] for text, _ in lines(lock) if text.startswith("base ") and text.partition(" ")[2] not in names.bases]
    yield from (mistaken.base_gone(base, one) for one in gone)
    spots = {shape: _spots(shape) for kind in kinds.values() for shape in kind.written} if lock.text else {}
    for text, span in lines(lock):
        what, *words = text.split(" ", _WORDS.get(text.partition(" ")[0], 1) - 1)
        if len(words) + 1 != _WORDS.get(what):
            yield form.not_a_fact(span, text, tuple(_WORDS))
        elif what != "base" and not words[-1].startswith(tuple(f"{one}/" for one in gone)):
            yield from _of_kind(kinds, names, spots, what, words, span)


@dataclass(slots=True)
class _Spot:
    """What stands at a path of a shape: where it is written, and the codes that are read there with the names that they give."""

    span: Span
    read: set[tuple[str, str]]


def _spots(shape: Shape) -> dict[str, _Spot]:
    spots: dict[str, _Spot] = {}
    for at, leaf in _leaves(shape.scope.parts):
        if at in spots:
            spots[at].span = shape.span
        spot = spots.setdefault(at, _Spot(leaf.term.span, set()))
        spot.read |= _codes(leaf)[1]
    return spots


def _of_kind(
    kinds: Mapping[str, Kind], names: Names, spots: Mapping[Shape, Mapping[str, _Spot]], what: str, words: list[str], span: Span
) -> Iterator[Diagnostic]:
    spelt, _, ending = words[0].partition("/")
    kind = kinds.get(names.kind_names.get(spelt, ""))
    if kind is None:
        if what == "kind":
            yield mistaken.kind_gone(span, spelt, f"{names.base}/id/{spelt}")
        return
    shape = next((one for one in kind.written if ending in (one.ending, *one.former)), None)
    if what == "shape" and (shape is None or shape.type != words[1]):
        yield mistaken.shape_gone(shape.span if shape else kind.span, ending or spelt, words[1], f"k.{ending}" if ending else "k")
    if what == "code" and shape is not None:
        yield from _of_spot(spots[shape].get(words[1]) or _Spot(shape.span, set()), f"{shape.type}.{words[1]}", words[2])


def _of_spot(spot: _Spot, path: str, fact: str) -> Iterator[Diagnostic]:
    code, _, name = fact.partition(_IS)
    names = sorted(now for known, now in spot.read if known == code)
    if not names:
        yield mistaken.code_gone(spot.span, code, path)
    elif name not in names and name in {now for _, now in spot.read}:
        yield mistaken.code_moved(spot.span, code, path, name, names[0])


def _leaves(parts: list[Part], around: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every leaf of a shape, those of items, too, with its path in the resource: names without slices."""
    for part in parts:
        at = f"{around}{part.name}"
        match part:
            case Leaf():
                yield at, part
            case Block():
                yield from _leaves(part.parts, f"{at}.")
            case Items():
                yield from _leaves(part.scope.parts, f"{at}.")


def _codes(leaf: Leaf) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The codes that a leaf writes and needs on the way back, and those that it reads, each with the name that it gives (or none)."""
    written: Iterable[tuple[Value, str]] = ()
    read: Iterable[tuple[Value, str]] = ()
    match leaf.term:
        case Constant(value=value, read_as=values):
            case = leaf.branch.value if leaf.branch else ""
            read = [(code, case) for code in values]
            if leaf.mode in ("match", "slice"):
                written = [(code, case) for code in codings.in_json(value)[:1] or [value]]
        case Coded(written=table, read_as=names):
            written = [(code, name) for name, value in table.items() for code in codings.in_json(value)[:1]]
            read = names.items()
        case InUnit(units=units, codes=names):
            written = read = [(code, name) for name, code in names.items()] or [(code, "") for code in units]
        case FieldValue(fields=(field,)) if field.type == "one of":
            written = read = [(value, "") for value in field.values]
    spelt = [{(_spelt(code), name) for code, name in pairs} for pairs in (() if leaf.when == FALSE else written, read)]
    return spelt[0], spelt[1]


def _spelt(code: Value) -> str:
    return " ".join(("#".join(code) if isinstance(code, tuple) else word(code)).split())
