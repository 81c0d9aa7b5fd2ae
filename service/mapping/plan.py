"""A mapping after checking: every path an element of R4, every term typed, and for every part the condition under which it is written.

The parts of a shape form the tree of the resource. `walk`, `emit` and the proofs of `check` all run on this tree and share its conditions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from service.diagnostics.spans import Span
from service.diagnostics.tree import Node
from service.fhir import definitions
from service.fhir.definitions import Element
from service.fhir.json import Value
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.reference import Link
from service.mapping.terms.term import Term, TwoWay
from service.mapping.vocabulary import Vocabulary
from service.records.fields import Field, Fields
from service.records.formulas import FALSE, TRUE, Formula, all_of, any_of, has, is_, negate


@dataclass(eq=False, repr=False, slots=True)
class Choice:
    """`first of` alternatives, or the cases of a field."""

    name: str
    field: Field | None
    parent: Branch | None
    span: Span
    branches: list[Branch] = dataclasses.field(default_factory=list)


@dataclass(eq=False, repr=False, slots=True)
class Branch:
    """An alternative or a case: `condition` is its `written when`, `musts` its `!` fields. `present` and `chosen` follow from its lines."""

    choice: Choice
    value: str
    condition: Formula
    span: Span
    musts: list[Field] = dataclasses.field(default_factory=list)
    present: Formula = TRUE
    chosen: Formula = TRUE

    @property
    def label(self) -> str:
        """What people call it."""
        return (
            f"case `{self.value}`" if self.choice.field else f"alternative {self.choice.branches.index(self) + 1} of `{self.choice.name}`"
        )

    def within(self, other: Branch) -> bool:
        """Whether it is the other branch or stands inside it."""
        return self is other or (self.choice.parent is not None and self.choice.parent.within(other))

    @property
    def exclusive(self) -> dict[Choice, Branch]:
        """The branch of each choice that must be taken for this one to be written."""
        return {**(self.choice.parent.exclusive if self.choice.parent else {}), self.choice: self}


@dataclass(eq=False, repr=False, slots=True, kw_only=True)
class Part:
    """An element as a shape writes it. `name` is its JSON name, `at` what its children are looked up by, `path` its path in the file.

    `when` is the condition under which it is written; of a part that has something to tell, it implies that of the part around it.
    `musts` are the `!` fields of the blocks it stands in. `told` is what tells its elements from the others of a list: the constants
    that it asks for, by child; who asks for all of another's and more is more specific.
    """

    name: str
    element: Element
    type: str
    at: str
    many: bool
    path: str
    branch: Branch | None
    span: Span
    musts: tuple[Field, ...] = ()
    when: Formula = TRUE
    told: frozenset[tuple[str, frozenset[Value]]] = frozenset()

    @property
    def taken(self) -> Formula:
        """The condition of the branch it stands in."""
        return self.branch.chosen if self.branch else TRUE


@dataclass(eq=False, repr=False, slots=True, kw_only=True)
class Leaf(Part):
    """A term at an element.

    `mode` is that of its line (`match`, `also`), `slice` for a slice's constant, `absent` for a `dataAbsentReason`, `engine` for what
    the engine writes.
    """

    term: Term
    mode: str = ""
    only: Formula = TRUE

    @property
    def two_way(self) -> bool:
        """Whether it gives its fields their values on the way back."""
        return isinstance(self.term, TwoWay)

    @property
    def inner(self) -> Formula:
        """The condition under which it is written where its branch is taken."""
        return all_of([self.only, *(has(one.name) for one in (*self.term.fields, *self.musts))])


@dataclass(eq=False, repr=False, slots=True, kw_only=True)
class Block(Part):
    """An element with parts. `slice` is its text between brackets; `deep`: found at any depth.

    `required` are the `!` fields of the blocks that name it, each with the branch in which it is asked for: without them it is not read.
    A contained resource is `named_by` the element (its path in the resource) that writes `#` and its id. `marks` are the constants by which
    an element is known to be this slice.
    """

    slice: str
    deep: bool
    parts: list[Part] = dataclasses.field(default_factory=list)
    required: list[tuple[Field, Branch | None]] = dataclasses.field(default_factory=list)
    named_by: tuple[str, ...] = ()
    marks: list[Leaf] = dataclasses.field(default_factory=list)

    @property
    def only_read(self) -> bool:
        """Whether no line ever writes it: what it is read from may be what another line writes."""
        return all(part.mode == "also" for part in every(self.parts) if isinstance(part, Leaf))


@dataclass(eq=False, repr=False, slots=True, kw_only=True)
class Items(Part):
    """`path each $list:` one element for each entry of a list, where `slice` is told by constants as a block's is.

    The scope's fields are those of an item; of a list of plain values there is one field, the entry under the name of the list. `marks` are
    as a block's.
    """

    slice: str
    field: Field
    scope: Scope
    marks: list[Leaf] = dataclasses.field(default_factory=list)


@dataclass(eq=False, repr=False, slots=True)
class Scope:
    """The parts and choices that are decided together: those of a resource, or of an item. `musts` are its `!` fields."""

    fields: Fields
    parts: list[Part] = dataclasses.field(default_factory=list)
    choices: list[Choice] = dataclasses.field(default_factory=list)
    musts: list[Field] = dataclasses.field(default_factory=list)
    settled: tuple[Part, ...] = dataclasses.field(default=(), init=False)

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf, without those of items."""
        return (part for part in self.settled or every(self.parts) if isinstance(part, Leaf))

    def items(self) -> Iterator[Items]:
        """The `each` parts."""
        return (part for part in self.settled or every(self.parts) if isinstance(part, Items))


@dataclass(eq=False, repr=False, slots=True, kw_only=True)
class Shape:
    """One resource that a record kind writes (`each`: one per item), or another form of one that is only read and given back.

    In `doubt` are the records of which nothing proves that the resource fulfils every invariant: what they become is validated.
    """

    name: str
    kind: str
    type: str
    scope: Scope
    span: Span
    profile: str = ""
    condition: Formula = TRUE
    each: Field | None = None
    form_of: str = ""
    former: tuple[str, ...] = ()
    own_only: bool = False
    doubt: Formula = FALSE

    @property
    def ending(self) -> str:
        """What its own identifier ends with: its name; nothing for the shape named like its kind, and for other forms."""
        return "" if self.name == self.kind or self.form_of else self.name

    @property
    def when(self) -> Formula:
        """The condition under which it is written; of an `each` shape, that of each item."""
        return all_of([self.condition, *(has(one.name) for one in self.scope.musts)])

    @property
    def item_id(self) -> str:
        """The field that holds the id of an item of `each`."""
        items = self.each.items if self.each else None
        return next((one.name for one in items.by_name.values() if one.type == "id" and one.required), "") if items else ""


@dataclass(eq=False, repr=False, slots=True, kw_only=True)
class ChildList:
    """Records of another kind inside a record: `shared` are filled from the parent, `fixed` have one value (as conditions spell it)."""

    name: str
    kind: str
    shared: tuple[str, ...]
    fixed: dict[str, str]
    span: Span


@dataclass(eq=False, repr=False, slots=True, kw_only=True)
class Kind:
    """A record kind: its fields, the shapes it writes, its children."""

    name: str
    former: tuple[str, ...]
    key: str
    foreign_key: tuple[str, ...]
    leftovers: str
    fields: Fields
    children: tuple[ChildList, ...]
    shapes: tuple[Shape, ...]
    example: Node | None
    names: Vocabulary
    span: Span
    written: tuple[Shape, ...] = ()

    def __post_init__(self) -> None:
        """`written` are the shapes that are written first hand."""
        self.written = tuple(shape for shape in self.shapes if not shape.form_of)

    def shape(self, name: str) -> Shape | None:
        """A shape by its name."""
        return next((shape for shape in self.shapes if shape.name == name), None)


def settle(scope: Scope, at: str) -> None:
    """Put the parts of a resource type (or of an item's element) in the order of R4 and work out the conditions of branches and parts."""
    scope.settled = ()
    writing: list[tuple[Branch, Formula]] = [(leaf.branch, leaf.inner) for leaf in scope.leaves() if leaf.branch and carries(leaf)]
    writing += [(items.branch, has(items.field.name)) for items in scope.items() if items.branch]
    for choice in scope.choices:
        for branch in choice.branches:
            something = any_of(when for inside, when in writing if inside.within(branch))
            wanted = something if something != FALSE else TRUE
            branch.present = all_of([branch.condition, *(has(one.name) for one in branch.musts), wanted])
        earlier: list[Formula] = []
        for branch in choice.branches:
            parent = choice.parent.chosen if choice.parent else TRUE
            own = [is_(choice.field.name, branch.value)] if choice.field else [negate(one) for one in earlier]
            branch.chosen = all_of([parent, *own, branch.present])
            earlier.append(branch.present)
    _settle(scope.parts, at)
    scope.settled = tuple(every(scope.parts))


def carries(leaf: Leaf) -> bool:
    """Whether a leaf makes the block it stands in be written: two-way terms, `match` lines and `else absent`."""
    return leaf.mode in ("match", "absent") or (leaf.two_way and leaf.mode != "also")


def echoes(leaf: Leaf) -> bool:
    """Whether a leaf repeats fields that are placed elsewhere."""
    return isinstance(leaf.term, Link) or (isinstance(leaf.term, Echo) and not isinstance(leaf.term.term, Constant))


def every(parts: list[Part]) -> Iterator[Part]:
    """Every part of a tree, blocks before what they hold; items stay closed."""
    for part in parts:
        yield part
        if isinstance(part, Block):
            yield from every(part.parts)


def _mark(part: Block | Items, parts: list[Part]) -> None:
    part.marks = [one for one in parts if isinstance(one, Leaf) and one.mode == "slice"]
    part.told = frozenset((one.name, one.term.read_as) for one in part.marks if isinstance(one.term, Constant))


def _settle(parts: list[Part], at: str) -> tuple[list[Formula], list[Formula]]:
    """Settle the parts of one element. What makes it be written: the conditions of its carriers, and those of its echoes."""
    order = {name: number for number, name in enumerate(definitions.children(at))}
    parts.sort(key=lambda part: order.get(part.element.name, -1))
    carried: list[Formula] = []
    echoed: list[Formula] = []
    for part in parts:
        if isinstance(part, Leaf):
            part.told = frozenset({("", part.term.read_as)}) if isinstance(part.term, Constant) else part.told
            part.when = FALSE if part.mode == "also" else all_of((part.taken, part.inner))
            (carried if carries(part) else echoed if echoes(part) else []).append(part.taken if part.mode == "absent" else part.when)
        elif isinstance(part, Items):
            settle(part.scope, part.at)
            _mark(part, part.scope.parts)
            part.when = all_of([part.taken, has(part.field.name), *(has(one.name) for one in part.musts)])
            carried.append(part.when)
        elif isinstance(part, Block):
            inner, echo = _settle(part.parts, part.at)
            _mark(part, part.parts)
            plain = part.taken if any(one.when != FALSE for one in part.parts if one not in part.marks) else FALSE
            part.when = any_of(inner) if inner else any_of(echo) if echo else plain
            for one in part.marks if part.when == FALSE else ():
                one.when = FALSE
            (carried if inner else echoed if echo else []).append(part.when)
    return carried, echoed
