"""The example of a mapping is a valid record and comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.issue import Issue
from service.diagnostics.messages import reversibility as lost
from service.diagnostics.spans import Span
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar, Sequence
from service.fhir import json
from service.fhir.json import JsonError, Number, Value
from service.mapping import assemble, children, counterpart, gather, law, memory
from service.mapping.assemble import Gathering
from service.mapping.children import Single
from service.mapping.gather import Known
from service.mapping.plan import Kind
from service.mapping.receiver import Receiver
from service.mapping.sender import Names
from service.mapping.walk.write import write
from service.records.fields import Field


def check(kinds: Mapping[str, Kind], names: Names) -> Iterator[Diagnostic]:
    """Every problem of every example, at the value that has it."""
    for kind in kinds.values():
        if kind.example is None:
            continue
        spans: dict[str, Span] = {}
        record = _record(kinds, kind, kind.example, "", spans)
        found: list[Issue] = []
        singles = list(children.spread(kinds, kind, record, found))
        yield from (lost.example_invalid(_span(spans, one.where), ": ".join(filter(None, (one.where, one.message)))) for one in found)
        if not found:
            yield from (lost.example_lost(_span(spans, at), why) for at, why in _lost(kinds, names, kind, record, singles))


def spelt(kinds: Mapping[str, Kind], kind: Kind) -> Value:
    """The record that the example of a kind spells; None where the mapping has none."""
    return None if kind.example is None else _record(kinds, kind, kind.example, "", {})


def _record(kinds: Mapping[str, Kind], kind: Kind, node: Node, path: str, spans: dict[str, Span]) -> Value:
    """The record that a node spells, with the place of each of its values."""
    spans[path] = node.span
    if not isinstance(node, Tree):
        return _value(None, node, path, spans)
    lists = {one.name: kinds[one.kind] for one in kind.children}
    made: dict[str, Value] = {}
    for key, value in node:
        at = f"{path}.{key.text}" if path else key.text
        if key.text in lists and isinstance(value, Sequence):
            made[key.text] = [_record(kinds, lists[key.text], one, f"{at}[{number}]", spans) for number, one in enumerate(value.items)]
        else:
            made[key.text] = _value(kind.fields.by_name.get(key.text), value, at, spans)
        if key.text not in lists and key.text not in kind.fields.by_name:
            spans[at] = key.span
    return made


def _value(field: Field | None, node: Node, path: str, spans: dict[str, Span]) -> Value:
    spans[path] = node.span
    match node:
        case Sequence(items):
            return [_value(field, one, f"{path}[{number}]", spans) for number, one in enumerate(items)]
        case Tree():
            inner = field.items.by_name if field and field.items else {}
            return {key.text: _value(inner.get(key.text), value, f"{path}.{key.text}", spans) for key, value in node}
        case Scalar(text):
            literal = field is not None and (field.numeric or field.type in ("boolean", "integer", "decimal"))
            return _literal(text) if literal else text


def _literal(text: str) -> Value:
    """The number, true or false that a text spells, or the text itself."""
    try:
        value = json.read(text)
    except JsonError:
        return text
    return value if isinstance(value, bool | Number) else text


def _span(spans: Mapping[str, Span], path: str) -> Span:
    """The place of a value, or of the innermost one around it."""
    while path not in spans:
        path = path.rpartition(".")[0]
    return spans[path]


def _lost(kinds: Mapping[str, Kind], names: Names, kind: Kind, record: Value, singles: list[Single]) -> Iterator[tuple[str, str]]:
    """The paths at which a valid record does not come back from its resources, each with what happens."""
    receiver = Receiver(names.base, names.kinds)
    written = [one.resource for single in singles for one in write(single.kind, single.record, counterpart.links(single.kind, receiver))]
    gathered = gather.gather(kinds, names, [gather.identify(names, one, "", names.base) for one in written], Known())
    read = [assemble.assemble(group) for group in gathered.groups]
    orphans = [*gathered.orphans, *(orphan for one in read if isinstance(one, list) for orphan in one)]
    if orphans:
        yield "", orphans[0].issues[0].render()
        return
    whole = [one for one in read if isinstance(one, Gathering)]
    yield from (("", "writing it again gives something else") for one in whole if not memory.account(names, one).complete)
    back = [children.shown(one) for one in children.join(whole, kinds)]
    if len(back) != 1:
        yield "", f"it becomes {len(back)} records"
        return
    for at in law.differing(law.expected(kinds, kind, record), law.expected(kinds, kind, back[0])):
        yield at, f"`{at}` differs"
