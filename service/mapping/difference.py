"""What another revision of the mappings, or a clinic's overlay, changes: in the mapping lines, and in the resources of example records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from service.diagnostics.diagnostic import Diagnostic, Diagnostics
from service.diagnostics.issue import Issue
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar
from service.fhir import json
from service.fhir.json import Value
from service.mapping import children, counterpart, leftovers, library
from service.mapping.gather import expression
from service.mapping.library import Library, Texts
from service.mapping.receiver import Receiver
from service.mapping.walk.write import Written, write


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that was added (`+`), removed (`-`) or changed (`~`): its keys from the file down, its texts, and its place (file:line)."""

    sign: str
    path: tuple[str, ...]
    old: str
    new: str
    place: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one example: `sign` as of a line, `at` a resource (`Type/id`) or FHIRPath in it, `old` and `new` as JSON.

    A record that only one side takes is `-` or `+` with the reasons of the other.
    """

    example: str
    sign: str
    at: str
    old: str
    new: str


def lines(old: Texts, new: Texts, old_clinic: str = "", new_clinic: str = "") -> list[LineChange]:
    """The changed lines by file, those of the new side first. Raises Diagnostics for files that are not YAML."""
    before, after = dict(_lines(old, old_clinic)), dict(_lines(new, new_clinic))
    changes = [
        LineChange("~" if path in before else "+", path, before[path].text if path in before else "", line.text, _place(line))
        for path, line in after.items()
        if path not in before or before[path].text != line.text
    ]
    changes += [LineChange("-", path, line.text, "", _place(line)) for path, line in before.items() if path not in after]
    return sorted(changes, key=lambda one: one.path[0])


def effects(old: Library, new: Library, examples: Mapping[str, tuple[str, Value]]) -> list[Effect]:
    """What differs in the resources of example records, each given by a name with its kind.

    A new base url is one changed line and shows in nearly every element, so urls below either base count as equal.
    """
    return [
        one
        for name, (kind, record) in examples.items()
        for one in _effects(name, _written(old, kind, record, new.names.base), _written(new, kind, record, new.names.base))
    ]


def _lines(texts: Texts, clinic: str) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    found: list[Diagnostic] = []
    trees = library.merged(texts, clinic, found)
    if found:
        raise Diagnostics(found)
    for name, node in (("base", trees.base), *trees.records.items(), ("layout", trees.layout)):
        yield from _leaves(node, (name,)) if node else ()
    for folder, files in trees.folders.items():
        for name, tree in files.items():
            yield from _leaves(tree, (f"{folder}/{name}",))


def _leaves(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    if isinstance(node, Scalar):
        yield path, node
        return
    entries = (
        [(key.text, value) for key, value in node] if isinstance(node, Tree) else [(str(at), one) for at, one in enumerate(node.items, 1)]
    )
    for name, value in entries:
        yield from _leaves(value, (*path, name))


def _place(line: Scalar) -> str:
    return line.span.place.rpartition(":")[0]


def _written(library_: Library, kind: str, record: Value, base: str) -> dict[str, Written] | str:
    """The resources of a record by `Type/id`, with the urls below their base put below another; or why there are none."""
    if kind not in library_.kinds:
        return f"there is no record kind {kind}"
    issues: list[Issue] = []
    singles = list(children.spread(library_.kinds, library_.kinds[kind], record, issues))
    if issues:
        return "; ".join(f"{one.where}: {one.message}" for one in issues)
    receiver = Receiver(library_.names.base, library_.names.kinds)
    written = [one for single in singles for one in write(single.kind, single.record, counterpart.links(single.kind, receiver))]
    ours = library_.names.base
    return {f"{one.shape.type}/{one.resource['id']}": replace(one, resource=_rebased(one.resource, ours, base)) for one in written}


def _rebased(value: Value, old: str, new: str) -> Value:
    if isinstance(value, dict):
        return {name: _rebased(inner, old, new) for name, inner in value.items()}
    if isinstance(value, list):
        return [_rebased(inner, old, new) for inner in value]
    return f"{new}{value.removeprefix(old)}" if isinstance(value, str) and value.startswith(f"{old}/") else value


def _effects(name: str, old: dict[str, Written] | str, new: dict[str, Written] | str) -> Iterator[Effect]:
    if isinstance(old, str) or isinstance(new, str):
        if not (isinstance(old, str) and isinstance(new, str)):
            yield Effect(
                name, "+" if isinstance(old, str) else "-", "", old if isinstance(old, str) else "", new if isinstance(new, str) else ""
            )
        return
    for at in dict.fromkeys((*old, *new)):
        if at not in new:
            yield Effect(name, "-", at, _text(old[at].resource), "")
        elif at not in old:
            yield Effect(name, "+", at, "", _text(new[at].resource))
        else:
            one, other = new[at], old[at]
            for each in leftovers.difference(one.resource, other.resource, one.origins, other.origins):
                yield Effect(name, each.sign, f"{at} {expression(one.shape.type, each.at)}", _text(each.ours), _text(each.theirs))


def _text(value: Value) -> str:
    return "" if value is None else json.write(value).decode()
