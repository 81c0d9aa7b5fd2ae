"""Resources to record, as Python text: a msgspec type for the image of each shape, and how the fields are taken out of it.

The reader need not be careful. What it takes is checked and written again by `write`, and only if that gives the very resources that
were read does the answer stand: to(from(R)) = R is the certificate. Anything else is for `walk`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from service.fhir import json
from service.mapping.emit import structs
from service.mapping.emit.source import Source, literal
from service.mapping.plan import Block, Choice, Items, Kind, Leaf, Part, Scope
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.reference import ToResource
from service.mapping.terms.term import Decoded, TwoWay
from service.mapping.terms.text import Pattern
from service.mapping.terms.via import Coded
from service.mapping.walk.read import case_value, order
from service.records.fields import Field

_CHAIN = 4
_REST, _OURS = -1, -2
"""The numbers of what is of no slice, and of our own identifier, from which nothing is read."""


class Unsupported(Exception):  # noqa: N818 - the kind is then read by `walk` alone
    """A shape whose image has no plain msgspec type."""


@dataclass(slots=True)
class Reader:
    """Emits `READ`: for each written shape, by its number, a function from its bytes into a record `r` (and, of `each`, an item `i`)."""

    kind: Kind
    source: Source
    _flags: dict[Leaf, str] = field(default_factory=dict)
    _texts: set[Part] = field(default_factory=set)
    """Blocks whose element another line takes as a whole: what is inside is decoded once more."""

    def functions(self) -> None:
        """The functions of all shapes, or an empty list where one of them cannot be read so."""
        mark = len(self.source.lines)
        names: list[str] = []
        try:
            for number, shape in enumerate(self.kind.written):
                names.append(f"read_{number}")
                body = self.source.body()
                self.source.add(f"decode_{number} = Decoder({self._struct(shape.scope.parts)}).decode")
                self._scope(shape.scope, "o", "i" if shape.each else "r", body)
                with self.source.block(f"def {names[-1]}(data, {'r, i' if shape.each else 'r'}):"):
                    self.source.add(f"o = decode_{number}(data)")
                    self.source.lines += body.lines
        except Unsupported:
            del self.source.lines[mark:]
            names = []
        self.source.add(f"READ = [{', '.join(names)}]")

    def _scope(self, scope: Scope, value: str, target: str, body: Source) -> None:
        for choice in scope.choices:
            if choice.field and not _told_at_once(choice, scope):
                for leaf in _matches(choice, scope):
                    self._flags[leaf] = self.source.name("m")
                    body.add(f"{self._flags[leaf]} = False")
        self._statements(scope.parts, value, target, body, scope)
        for choice in scope.choices:
            if choice.field and not _told_at_once(choice, scope):
                self._decide(choice, scope, target, body)

    def _decide(self, choice: Choice, scope: Scope, target: str, body: Source) -> None:
        assert choice.field is not None
        for number, branch in enumerate(order(choice, scope)):
            asked = [self._flags[leaf] for leaf in _matches(choice, scope) if leaf.branch is branch]
            with body.block(f"{'elif' if number else 'if'} {' and '.join(asked) or 'True'}:"):
                body.add(f"{_owner(choice.field, scope, target)}.f_{choice.field.name} = {literal(case_value(branch))}")

    def _statements(self, parts: list[Part], value: str, target: str, body: Source, scope: Scope) -> None:
        for name, group in _by_name(parts).items():
            if not any(_concerns(part) for part in group):
                continue
            x = self.source.name("x")
            body.add(f"{x} = {value}.m_{name}")
            with body.block(f"if {x} is not None:"):
                if group[0].many:
                    self._list(group, x, target, body, scope)
                else:
                    for part in group:
                        self._part(part, self._opened(part, x, body) if part in self._texts else x, target, body, scope)

    def _part(self, part: Part, x: str, target: str, body: Source, scope: Scope) -> None:
        if isinstance(part, Block):
            self._statements(part.parts, x, target, body, scope)
        elif isinstance(part, Leaf):
            self._leaf(part, x, target, body, scope)

    def _opened(self, part: Part, x: str, body: Source) -> str:
        """A block's object, out of its text."""
        assert isinstance(part, Block)
        decode, inner = self.source.name("decode"), self.source.name("x")
        self.source.add(f"{decode} = Decoder({self._struct(part.parts)}).decode")
        body.add(f"{inner} = {decode}({x})")
        return inner

    def _leaf(self, leaf: Leaf, x: str, target: str, body: Source, scope: Scope) -> None:
        if _names_type(leaf):
            self._by_type(leaf, x, target, body, scope)
        elif isinstance(leaf.term, TwoWay) and leaf.mode != "also":
            for one, expression in self._decoded(leaf).values:
                body.add(f"{_owner(one, scope, target)}.f_{one.name} = {self._name(one, expression.format(x))}")
        elif leaf.mode == "match" and leaf.branch and leaf.branch.choice.field and isinstance(leaf.term, Constant):
            choice = leaf.branch.choice
            assert choice.field is not None
            if leaf in self._flags:
                body.add(f"{self._flags[leaf]} |= {_spelt(leaf, x)} == {_image(leaf)!r}")
            elif leaf is _matches(choice, scope)[0]:
                table = self.source.constant(
                    {_image(one): case_value(one.branch) for one in _matches(choice, scope) if one.branch}, "cases"
                )
                body.add(f"{_owner(choice.field, scope, target)}.f_{choice.field.name} = {table}.get({_spelt(leaf, x)})")

    def _by_type(self, leaf: Leaf, x: str, target: str, body: Source, scope: Scope) -> None:
        """A reference whose type tells the case."""
        assert isinstance(leaf.term, ToResource)
        assert leaf.branch
        assert leaf.branch.choice.field
        case = leaf.branch.choice.field
        with body.block(f"if {x}.identifier.system.endswith({f'/id/{leaf.term.kind}'!r}):"):
            body.add(f"{_owner(case, scope, target)}.f_{case.name} = {literal(case_value(leaf.branch))}")
            for one in leaf.term.fields:
                body.add(f"{_owner(one, scope, target)}.f_{one.name} = {x}.identifier.value")

    def _list(self, group: list[Part], x: str, target: str, body: Source, scope: Scope) -> None:
        parts = [part for part in group if _concerns(part)]
        if any(isinstance(part, Block | Items) and part.slice for part in parts):
            self._slices(group, x, target, body, scope)
            return
        part = parts[0]
        if isinstance(part, Block) and len(parts) == 2 and isinstance(parts[1], Items):
            self._part(part, f"{x}[0]", target, body, scope)
            self._items(parts[1], f"{x}[1:]", target, body)
            return
        ours = [one for one in group if not (isinstance(one, Leaf) and one.mode == "engine")]
        if (len(parts) > 1 or len(ours) > 1) and not all(isinstance(one, Leaf) and one in self._flags for one in parts):
            raise Unsupported
        if isinstance(part, Items):
            self._items(part, x, target, body)
        elif isinstance(part, Leaf) and isinstance(part.term, TwoWay) and part.term.fields[0].many:
            field, expression = self._decoded(part).values[0]
            entry = self._name(field, expression.format("e"))
            body.add(f"{_owner(field, scope, target)}.f_{field.name} = [y for e in {x} if (y := {entry}) is not None]")
        else:
            for one in parts:
                raw = isinstance(one, Leaf) and isinstance(one.term, Constant)
                self._part(one, x if raw else f"{x}[0]", target, body, scope)

    def _slices(self, group: list[Part], x: str, target: str, body: Source, scope: Scope) -> None:
        blocks = [part for part in group if isinstance(part, Block | Items)]
        rest = [part for part in blocks if not part.slice and _concerns(part)]
        sliced = [part for part in blocks if part.slice and (rest or _concerns(part))]
        if len(rest) > 1 or any(isinstance(part, Leaf) and _concerns(part) for part in group):
            raise Unsupported
        mark = _distinct_mark(sliced)
        table = {_image(one): number for number, block in enumerate(sliced) for one in block.marks if one.name == mark.name}
        own = [part.term.term for part in group if isinstance(part, Leaf) and isinstance(part.term, Echo)]
        table |= {one.system: _OURS for one in own if isinstance(one, Pattern)}
        names = self.source.constant(table, "slices")
        one, number = self.source.name("e"), self.source.name("n")
        with body.block(f"for {one} in {x}:"):
            spelt = _spelt(mark, f"({one}.m_{mark.name} or b'')")
            body.add(f"{number} = {names}.get({spelt}, {_REST})")
            numbered = [*((_REST, block) for block in rest), *enumerate(sliced)]
            self._halves([(place, block) for place, block in numbered if _concerns(block)], (one, number), target, body, scope)

    def _halves(self, blocks: list[tuple[int, Block | Items]], names: tuple[str, str], target: str, body: Source, scope: Scope) -> None:
        """What is done for an element, by the number of its slice, found by halving; `names` are those of both."""
        one, number = names
        if len(blocks) > _CHAIN:
            middle = len(blocks) // 2
            with body.block(f"if {number} < {blocks[middle][0]}:"):
                self._halves(blocks[:middle], names, target, body, scope)
            with body.block("else:"):
                self._halves(blocks[middle:], names, target, body, scope)
            return
        for place, (chosen, block) in enumerate(blocks):
            with body.block(f"{'elif' if place else 'if'} {number} == {chosen}:"):
                if isinstance(block, Items):
                    self._items(block, f"({one},)", target, body)
                else:
                    self._statements(block.parts, one, target, body, scope)

    def _items(self, items: Items, x: str, target: str, body: Source) -> None:
        """Each element as an entry behind those that the list has."""
        name = items.field.name
        if items.field.items is None:
            structs.struct(f"Item_{name}", items.scope.fields, self.source)
        with body.block(f"for j in {x}:"):
            body.add(f"item = Item_{name}()")
            self._scope(items.scope, "j", "item", body)
            entry = "item" if items.field.items else f"item.f_{name}"
            with body.block(f"if {entry} is not None:"):
                body.add(f"{target}.f_{name} = {target}.f_{name} or []")
                body.add(f"{target}.f_{name}.append({entry})")

    def _decoded(self, leaf: Leaf) -> Decoded:
        assert isinstance(leaf.term, TwoWay)
        return leaf.term.decode(self.source)

    def _name(self, one: Field, expression: str) -> str:
        """An expression for a value, None where it is none of those that a field lists: the writer relies on the decoder for that."""
        if one.type != "one of" or one.numeric:
            return expression
        return f"{self.source.constant({name: name for name in one.values}, 'names')}.get({expression})"

    def _struct(self, parts: list[Part]) -> str:
        """The msgspec type of an object with these parts, as far as fields are taken from them."""
        members: dict[str, str] = {}
        for name, group in _by_name(parts).items():
            types = {self._type(part) for part in group if isinstance(part, Leaf) and (_concerns(part) or part.mode == "slice")}
            blocks = [part for part in group if isinstance(part, Block | Items) and _concerns(part)]
            if _whole(group):
                self._texts.update(blocks)
            elif blocks:
                inner = [one for part in blocks for one in (part.scope.parts if isinstance(part, Items) else part.parts)]
                types.add(self._struct(inner))
            if len(types) > 1:
                raise Unsupported
            if types:
                type_ = types.pop()
                whole = all(isinstance(part, Leaf) and isinstance(part.term, Constant) for part in group)
                members[name] = f"list[{type_}]" if group[0].many and not whole else type_
        name = self.source.name("Image")
        with self.source.block(f"class {name}(Struct, gc=False, rename=plain_name):"):
            for member, type_ in members.items():
                self.source.add(f"m_{member}: {type_} = None")
        return name

    def _type(self, leaf: Leaf) -> str:
        if _names_type(leaf):
            return "TypedReference"
        if isinstance(leaf.term, TwoWay):
            return self._decoded(leaf).type
        return "Raw" if leaf.many or leaf.type in ("Coding", "CodeableConcept") else "str"


def _owner(one: Field, scope: Scope, target: str) -> str:
    """Who has a field: the item (or the record without items), or the record around it."""
    return target if one.name in scope.fields.by_name else "r"


def _by_name(parts: list[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.name, []).append(part)
    return found


def _concerns(part: Part) -> bool:
    """Whether a field (or a case) is taken out of a part."""
    if isinstance(part, Items):
        return True
    if isinstance(part, Block):
        return any(map(_concerns, part.parts))
    assert isinstance(part, Leaf)
    decides = part.mode == "match" and part.branch is not None and part.branch.choice.field is not None
    return (part.two_way and part.mode != "also") or decides


def _whole(group: list[Part]) -> bool:
    """Whether one of the parts at an element takes it as a whole."""
    return any(isinstance(part, Leaf) and _concerns(part) and isinstance(part.term, Coded) for part in group)


def _matches(choice: Choice, scope: Scope) -> list[Leaf]:
    return [leaf for leaf in scope.leaves() if leaf.branch in choice.branches and leaf.mode == "match" and isinstance(leaf.term, Constant)]


def _names_type(leaf: Leaf) -> bool:
    """Whether the type of a reference tells a case."""
    return isinstance(leaf.term, ToResource) and leaf.mode == "match" and leaf.branch is not None and leaf.branch.choice.field is not None


def _told_at_once(choice: Choice, scope: Scope) -> bool:
    """Whether the case is told where one element is read, without looking at others."""
    return _by_table(choice, scope) or any(_names_type(leaf) for leaf in scope.leaves() if leaf.branch in choice.branches)


def _by_table(choice: Choice, scope: Scope) -> bool:
    """Whether one element tells every case: each has one `match` line, all at one path that does not repeat."""
    found = _matches(choice, scope)
    one_each = len({leaf.branch for leaf in found}) == len(found) == len(choice.branches)
    return one_each and len({leaf.path for leaf in found}) == 1 and not found[0].many


def _image(leaf: Leaf) -> str | bytes:
    """A constant as the fast path sees it: a text, or the bytes of its JSON."""
    assert isinstance(leaf.term, Constant)
    value = leaf.term.value
    if isinstance(value, str) and not leaf.many:
        return value
    return json.write([value] if leaf.many else value)


def _spelt(leaf: Leaf, x: str) -> str:
    """What was read where a constant stands, as its image is spelt."""
    return f"bytes({x})" if isinstance(_image(leaf), bytes) else x


def _distinct_mark(sliced: list[Block | Items]) -> Leaf:
    """A constant by which every slice is told from the others."""
    for mark in sliced[0].marks:
        images = [_image(one) for block in sliced for one in block.marks if one.name == mark.name]
        if len(set(images)) == len(sliced):
            return mark
    raise Unsupported
