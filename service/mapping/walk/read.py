"""A resource becomes fields of a record, by one shape. Beside the values stand remarks and the trace: which part took which element."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from service.fhir.forms import has_form
from service.fhir.json import Number, Value
from service.mapping.plan import Block, Branch, Choice, Items, Leaf, Part, Scope, Shape, every
from service.mapping.terms.constant import Constant
from service.mapping.terms.term import Incoming, Misfit, TwoWay
from service.mapping.walk.elements import USES, by_use, deep, fits, flat, is_constant
from service.mapping.walk.write import Origin, Pointer, item_key
from service.records.fields import Fields, Rule

_SILENT = ("slice", "absent", "engine")
RESOLVED = "resolve()"  # FHIRPath's step from a reference to the resource of the set that it names


class NotThis(Exception):  # noqa: N818 - it is an answer, not an error
    """A `match` line does not hold: the resource, alternative or case is not this one."""

    def __init__(self, part: Part) -> None:
        super().__init__(part.path)
        self.part = part


@dataclass(frozen=True, slots=True)
class Remark:
    """A value that did not fit: where, why, by which line. Its field is left empty and it stays in the resource."""

    at: Pointer
    reason: str
    part: Part


@dataclass(slots=True)
class Reading:
    """Values by field, remarks, the trace, and whether a list whose elements the shape tells apart gave nothing (`passed`)."""

    values: dict[str, Value] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    trace: dict[Pointer, Origin] = field(default_factory=dict)
    passed: bool = False
    disagreed: set[str] = field(default_factory=set)

    def put(self, name: str, value: Value, at: Pointer, part: Part) -> None:
        """A field's value; two that differ leave it empty."""
        if name in self.disagreed:
            return
        if self.values.setdefault(name, value) != value:
            del self.values[name]
            self.disagreed.add(name)
            self.remarks.append(Remark(at, "differs from another element that holds the same", part))

    def add(self, other: Reading, part: Part, at: Pointer) -> None:
        """Everything of a part's reading."""
        for name, value in other.values.items():
            self.put(name, value, at, part)
        self.disagreed |= other.disagreed
        self.remarks += other.remarks
        self.trace.update(other.trace)
        self.passed |= other.passed


def read(shape: Shape, resource: Value, source: Incoming, reserved: tuple[str, ...]) -> Reading:
    """What a shape reads in a resource. `reserved` are the beginnings of our own identifiers' systems. Raises NotThis."""
    reading = _Reader(source, reserved).scope(shape.scope, resource, ())
    missing = [one.name for one in shape.scope.musts if one.name not in reading.values]
    if missing:
        line = next(leaf for leaf in shape.scope.leaves() if leaf.term.fields and leaf.term.fields[0].name in missing)
        raise NotThis(unknown_case(shape, reading) or line)
    return reading


def tells(choice: Choice) -> bool:
    """Whether its cases are asked for: those of a required field."""
    return choice.field is not None and choice.field.required and not choice.parent


def unknown_case(shape: Shape, reading: Reading) -> Part | None:
    """A line of a case of a required field whose value could not be told: a resource of others is then not this one."""
    for choice in shape.scope.choices:
        if choice.field and tells(choice) and choice.field.name not in reading.values:
            return next(part for part in every(shape.scope.parts) if part.branch and part.branch.choice is choice)
    return None


@dataclass(frozen=True, slots=True)
class _Pass:
    """Which lines a pass over the parts considers: those of the taken branches, of one branch alone (`focus`), or the `also` lines."""

    taken: frozenset[Branch]
    focus: Branch | None = None
    also: bool = False

    def considers(self, part: Part) -> bool:
        if isinstance(part, Block):
            return any(self.considers(inner) for inner in part.parts)
        if isinstance(part, Leaf) and (part.mode in _SILENT or (part.mode == "also") != self.also):
            return False
        if isinstance(part, Items) and self.also:
            return False
        return part.branch is self.focus if self.focus else part.branch is None or part.branch in self.taken

    def asks(self, branch: Branch | None) -> bool:
        """Whether a `!` of that branch counts."""
        return not self.also and (branch is self.focus if self.focus else branch is None or branch in self.taken)


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Incoming
    reserved: tuple[str, ...]

    def scope(self, scope: Scope, value: Value, at: Pointer) -> Reading:
        taken: set[Branch] = set()
        for choice in scope.choices:
            if choice.parent is None or choice.parent in taken:
                branch = next((one for one in order(choice, scope) if self._readable(scope, one, value, at)), None)
                taken |= {branch} if branch else set()
        this = _Pass(frozenset(taken))
        reading = self._parts(scope.parts, value, at, this)
        for branch in taken:
            if branch.choice.field:
                part = next((leaf for leaf in scope.leaves() if leaf.branch is branch), scope.parts[0])
                reading.put(branch.choice.field.name, case_value(branch), at, part)
        if any(leaf.mode == "also" for leaf in scope.leaves()):
            more = self._parts(scope.parts, value, at, replace(this, also=True))
            for name in more.values.keys() & reading.values.keys() | reading.disagreed:
                more.values.pop(name, None)
            given = {id(leaf) for leaf in scope.leaves() if {one.name for one in leaf.term.fields} <= more.values.keys()}
            reading.remarks = [one for one in reading.remarks if id(one.part) not in given]
            reading.add(replace(more, remarks=[], trace=more.trace | reading.trace), scope.parts[0], at)
        return reading

    def _readable(self, scope: Scope, branch: Branch, value: Value, at: Pointer) -> bool:
        try:
            reading = self._parts(scope.parts, value, at, _Pass(frozenset(), focus=branch))
        except NotThis:
            return False
        lines = [part for part in every(scope.parts) if part.branch is branch and isinstance(part, Leaf | Items)]
        matches = any(isinstance(part, Leaf) and part.mode == "match" for part in lines)
        gives = any(isinstance(part, Items) or part.two_way for part in lines)
        inside = (one for choice in scope.choices if choice.parent is branch for one in choice.branches)
        read = matches or not gives or bool(reading.values) or any(self._readable(scope, one, value, at) for one in inside)
        return read and all(one.name in reading.values for one in branch.musts)

    def _parts(self, parts: list[Part], value: Value, at: Pointer, this: _Pass) -> Reading:
        reading = Reading()
        for part in parts:
            if not this.considers(part):
                continue
            elements = list(self._elements(part, parts, value, at, this))
            match part:
                case Leaf():
                    self._leaf(part, elements, reading)
                case Block():
                    self._block(part, elements, reading, this)
                case Items():
                    self._items(part, elements, reading)
        reading.passed |= not this.focus and not this.also and _passed(parts, value, at, reading)
        return reading

    def _leaf(self, leaf: Leaf, elements: list[tuple[Pointer, Value]], reading: Reading) -> None:
        term = leaf.term
        if isinstance(term, Constant):
            held = next((at for at, value in elements if term.holds(value)), None)
            if held is not None:
                reading.trace[held] = (leaf.path, "")
        elif not isinstance(term, TwoWay):
            return
        else:
            every_one = leaf.many and term.fields[0].many
            held = self._values(leaf, term, elements, reading) if every_one else self._value(leaf, term, elements, reading)
        if held is None and leaf.mode == "match":
            raise NotThis(leaf)

    def _value(self, leaf: Leaf, term: TwoWay, elements: list[tuple[Pointer, Value]], reading: Reading) -> Pointer | None:
        remarks: list[Remark] = []
        for at, value in elements:
            try:
                found = self._read(leaf, term, value)
            except Misfit as misfit:
                remarks.append(Remark(at, misfit.reason, leaf))
                continue
            for name, one in found.items():
                reading.put(name, one, at, leaf)
            reading.trace[at] = (leaf.path, "")
            return at
        reading.remarks += remarks[:1]
        return None

    def _read(self, leaf: Leaf, term: TwoWay, value: Value) -> dict[str, Value]:
        if not has_form(leaf.at, value):
            raise Misfit("is not of the form that R4 gives it")
        return term.read(value, self.source)

    def _values(self, leaf: Leaf, term: TwoWay, elements: list[tuple[Pointer, Value]], reading: Reading) -> Pointer | None:
        name = term.fields[0].name
        values: list[Value] = []
        seen: dict[str, int] = {}
        for at, value in elements:
            try:
                values.append(self._read(leaf, term, value)[name])
            except Misfit as misfit:
                reading.remarks.append(Remark(at, misfit.reason, leaf))
                continue
            reading.trace[at] = (leaf.path, item_key(values[-1], seen))
        if not values:
            return None
        reading.put(name, values, elements[0][0], leaf)
        return elements[0][0]

    def _block(self, block: Block, elements: list[tuple[Pointer, Value]], reading: Reading, this: _Pass) -> None:
        refused: NotThis | None = None
        remarks: list[Remark] = []
        fields = [
            one
            for leaf in every(block.parts)
            if isinstance(leaf, Leaf) and leaf.two_way and this.considers(leaf)
            for one in leaf.term.fields
        ]
        asked = {one.name for one, branch in block.required if this.asks(branch)}
        asked |= {one.name for one in fields if one.required and block.many and not this.also}
        for at, value in elements:
            if not isinstance(value, dict):
                continue
            try:
                inner = self._parts(block.parts, value, at, this)
            except NotThis as no:
                refused = no
                continue
            if asked <= inner.values.keys() and (inner.values or not fields):
                reading.add(inner, block, at)
                if not block.only_read:
                    reading.trace[at] = (block.path, "")
                return
            remarks = remarks or inner.remarks
            reading.passed |= inner.passed
        if refused is None and not elements:
            refused = next(
                (NotThis(leaf) for leaf in every(block.parts) if isinstance(leaf, Leaf) and leaf.mode == "match" and this.considers(leaf)),
                None,
            )
        if refused is not None:
            raise refused
        reading.remarks += remarks

    def _items(self, items: Items, elements: list[tuple[Pointer, Value]], reading: Reading) -> None:
        fields = items.scope.fields
        found: list[Value] = []
        seen: dict[str, int] = {}
        needed = {one.name for one in fields.by_name.values() if one.required} | {one.name for one in items.scope.musts}
        for at, value in elements:
            if at in reading.trace:
                continue
            try:
                inner = self.scope(items.scope, value, at)
            except NotThis:
                continue
            if not needed <= inner.values.keys():
                reading.remarks.append(Remark(at, f"lacks what is needed for {', '.join(sorted(needed - inner.values.keys()))}", items))
                continue
            broken = next((rule for rule in fields.rules if _is_alone(rule, fields) and not rule.holds(inner.values)), None)
            if broken:
                reading.remarks.append(Remark(at, f"breaks the rule: {broken.text}", items))
                continue
            found.append(in_order(inner.values, fields) if items.field.items else inner.values[items.field.name])
            reading.trace.update(inner.trace)
            reading.trace[at] = (items.path, item_key(found[-1], seen))
            reading.remarks += inner.remarks
        if found:
            reading.put(items.field.name, found, elements[0][0], items)

    def _elements(self, part: Part, siblings: list[Part], value: Value, at: Pointer, this: _Pass) -> Iterator[tuple[Pointer, Value]]:
        """The elements offered to a part, best use first. What fits a more specific part of the same list is not offered."""
        here = value.get(part.name) if isinstance(value, dict) else None
        if not part.many:
            if here is not None:
                yield (*at, part.name), here
            return
        mine = part.told
        rivals = [
            one
            for one in siblings
            if one is not part
            and one.name == part.name
            and not this.also
            and (isinstance(one, Block | Items) or is_constant(one))
            and one.told > mine
        ]
        rivals = (
            []
            if isinstance(part, Leaf) and not part.two_way
            else [one for one in rivals if this.considers(one) or isinstance(one, Block | Items)]
        )
        spots = deep(here, part.name, (*at, part.name)) if isinstance(part, Block) and part.deep else flat(here, (*at, part.name))
        if isinstance(part, Block) and part.named_by:
            spots = self._named(spots, part.named_by, _inside(value, part.named_by), at)
        offered = [
            (spot, one)
            for spot, one in spots
            if fits(part, one) and not any(fits(rival, one) for rival in rivals) and not self._is_own(part, one)
        ]
        if part.type in USES and not isinstance(part, Items):
            offered.sort(key=lambda spot: by_use(part, spot))
        yield from offered

    def _named(
        self, contained: Iterable[tuple[Pointer, Value]], by: tuple[str, ...], name: Value, at: Pointer
    ) -> list[tuple[Pointer, Value]]:
        """The contained resource that a reference names, else the resource of the set."""
        found = [(spot, one) for spot, one in contained if isinstance(one, dict) and f"#{one.get('id')}" == name]
        linked = None if found else self.source.follow(name)
        return [((*at, *by[:-1], RESOLVED), linked)] if linked is not None else found

    def _is_own(self, part: Part, value: Value) -> bool:
        return part.type == "Identifier" and isinstance(value, dict) and str(value.get("system", "")).startswith(self.reserved)


def _is_alone(rule: Rule, fields: Fields) -> bool:
    """Whether a rule, none of a clause's, says something about an item by itself."""
    return not rule.clause_of and all(name in fields.by_name for name in rule.fields)


def case_value(branch: Branch) -> Value:
    """The value of a case as the record holds it."""
    field_ = branch.choice.field
    assert field_ is not None
    if field_.type == "boolean":
        return branch.value == "true"
    return Number(branch.value) if field_.numeric else branch.value


def in_order(values: Mapping[str, Value], fields: Fields) -> dict[str, Value]:
    """The values in the order of their fields."""
    return {name: values[name] for name in fields.by_name if name in values}


def order(choice: Choice, scope: Scope) -> list[Branch]:
    """Cases most specific first (by the number of their `match` lines), alternatives in the order of the file."""
    if choice.field is None:
        return choice.branches
    count = Counter(leaf.branch for leaf in scope.leaves() if leaf.mode == "match")
    return sorted(choice.branches, key=lambda branch: -count[branch])


def _inside(value: Value, path: tuple[str, ...]) -> Value:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _passed(parts: list[Part], value: Value, at: Pointer, reading: Reading) -> bool:
    """Whether a list of elements that the shape tells apart by slices is there and gave nothing."""
    names = {part.name for part in parts if isinstance(part, Block) and part.slice and part.type == "BackboneElement"}
    return any(value.get(name) and not any(spot[: len(at) + 1] == (*at, name) for spot in reading.trace) for name in names)
