"""An image as Python: members under conditions become variables, the whole one f-string."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from service.mapping.emit.nodes import Member, Node
from service.mapping.emit.simplify import conjuncts, simplest
from service.mapping.emit.source import Source, condition, text
from service.mapping.terms.term import Hole, Pieces
from service.records.fields import Fields
from service.records.formulas import FALSE, TRUE, All, Any_, Formula, Literal

_CHAIN = 3


@dataclass(slots=True)
class Renderer:
    """Writes the statements that build an image of a record or item with `fields`; `shared` are the variables of members built before."""

    source: Source
    fields: Fields
    shared: dict[Member, str]

    def node(self, node: Node, known: frozenset[Formula]) -> Pieces:
        """The pieces of a node, after adding the statements that they need. `known` are conditions that hold here."""
        if node.loop:
            raise AssertionError("a loop stands in a list")
        if not node.brackets:
            return list(node.pieces)
        entries = list(self._entries(node.members, known))
        if entries and isinstance(entries[0][0], str) and entries[0][0].startswith(","):
            inside = [piece for entry in entries for piece in entry]
            inside[0] = str(inside[0])[1:]
        elif entries:
            name = self.source.name("s")
            self.source.add(f"{name} = {text([piece for entry in entries for piece in entry])}")
            inside = [Hole(f"{name}[1:]")]
        else:
            inside = []
        return [node.brackets[0], *inside, node.brackets[1]]

    def member(self, member: Member, known: frozenset[Formula]) -> Pieces:
        """The pieces of a member: itself where it is always written, else a variable that is empty where it is not."""
        if member in self.shared:
            return [Hole(self.shared[member])]
        when = simplest(member.when, known, self.fields)
        if when == FALSE:
            return []
        if member.value.loop:
            return [Hole(self._loop(member, when))]
        if when == TRUE:
            return [member.lead, *self.node(member.value, known)]
        return [Hole(self._guarded(member, when, known))]

    def _entries(self, members: tuple[Member, ...], known: frozenset[Formula]) -> Iterator[Pieces]:
        for field, run in groupby(members, key=_decided_by):
            group = list(run)
            if field and len(group) >= _CHAIN and all(map(_constant, group)):
                texts = {value: one.lead + _constant(one) for one in group for value in _values(one.when)[1]}
                yield [Hole(f'{self.source.constant(texts, "texts")}.get(v_{field}, "")')]
            elif field and len(group) >= _CHAIN and not any(isinstance(one.when, Any_) for one in group):
                yield [Hole(self._chain(field, group, known))]
            else:
                yield from (pieces for one in group if (pieces := self.member(one, known)))

    def _chain(self, field: str, group: list[Member], known: frozenset[Formula]) -> str:
        """Members that one field's value decides, as `if … elif …`."""
        name = self.source.name("s")
        self.source.add(f"{name} = ''")
        for number, (value, run) in enumerate(groupby(group, key=lambda one: _value(one, field))):
            with self.source.block(f"{'elif' if number else 'if'} {condition(value, self.fields.visible)}:"):
                inside = [piece for one in run for piece in self.member(one, known | {value})]
                self.source.add(f"{name} = {text(inside)}")
        return name

    def _guarded(self, member: Member, when: Formula, known: frozenset[Formula]) -> str:
        name = self.source.name("s")
        test = condition(when, self.fields.visible)
        before = len(self.source.lines)
        self.source.add(f"{name} = ''")
        with self.source.block(f"if {test}:"):
            start = len(self.source.lines)
            pieces = [member.lead, *self.node(member.value, known | conjuncts(when))]
            plain = len(self.source.lines) == start
            self.source.add(f"{name} = {text(pieces)}")
        if plain:
            del self.source.lines[before:]
            self.source.add(f"{name} = {text(pieces)} if {test} else ''")
        return name

    def _loop(self, member: Member, when: Formula) -> str:
        name = self.source.name("s")
        node = member.value
        element = f"',' + {node.call}(r, x, p, h)" if node.call else text([",", *node.pieces])
        joined = f"''.join([{element} for x in v_{node.loop}])"
        self.source.add(f"{name} = {joined}" if when == TRUE else f"{name} = {joined} if {condition(when, self.fields.visible)} else ''")
        return name


def _decided_by(member: Member) -> str:
    """The field whose value a member's condition names first, if it does."""
    first = member.when.parts[0] if isinstance(member.when, All) and member.when.parts else member.when
    return "" if member.value.loop else _values(first)[0]


def _values(when: Formula) -> tuple[str, list[str]]:
    """The field and its values, with one of which a condition holds; none where it says something else."""
    parts = when.parts if isinstance(when, Any_) else (when,)
    found = [(one.field, one.value) for one in parts if isinstance(one, Literal) and one.value is not None and one.positive]
    same = len(found) == len(parts) and len({name for name, _ in found}) == 1
    return (found[0][0], [value for _, value in found]) if same else ("", [])


def _constant(member: Member) -> str:
    """The text of a member that is the same in every record of which a field has a certain value; empty for any other."""
    pieces = member.value.pieces
    same = _values(member.when)[1] and all(isinstance(piece, str) for piece in pieces)
    return "".join(map(str, pieces)) if same else ""


def _value(member: Member, field: str) -> Literal:
    first = member.when.parts[0] if isinstance(member.when, All) else member.when
    assert isinstance(first, Literal)
    assert first.field == field
    return first
