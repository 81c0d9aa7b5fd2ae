"""An expression as a tree. `source` None is the implicit focus: `name` is `Member(None, "name")`, `$this.name` has `This()` there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.fhir.fhirpath.values import SystemValue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """`start` is the offset in the text that an error about the node shows; two nodes are equal wherever they stand."""

    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal(_Node):
    """A constant: a bool, int, Decimal, str, Temporal or Quantity."""

    value: SystemValue


@dataclass(frozen=True, slots=True)
class Empty(_Node):
    """`{}`."""


@dataclass(frozen=True, slots=True)
class This(_Node):
    """`$this`."""


@dataclass(frozen=True, slots=True)
class Index(_Node):
    """`$index`."""


@dataclass(frozen=True, slots=True)
class Total(_Node):
    """`$total`."""


@dataclass(frozen=True, slots=True)
class Constant(_Node):
    """`%name`, without the sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Member(_Node):
    """`source.name`."""

    source: Expression | None
    name: str


@dataclass(frozen=True, slots=True)
class Call(_Node):
    """`source.name(arguments)`."""

    source: Expression | None
    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Item(_Node):
    """`source[position]`."""

    source: Expression
    position: Expression


@dataclass(frozen=True, slots=True)
class Sign(_Node):
    """`+operand` or `-operand`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(_Node):
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class TypeTest(_Node):
    """`source is Type`, `source as Type` or `source.ofType(Type)`, whether written as an operator or a function."""

    operator: str
    source: Expression | None
    namespace: str
    type: str


Expression = Literal | Empty | This | Index | Total | Constant | Member | Call | Item | Sign | Binary | TypeTest


def inner(node: Expression) -> Iterator[Expression]:
    """The expressions directly in an expression."""
    match node:
        case Member(source=source) | TypeTest(source=source):
            if source:
                yield source
        case Call(source=source, arguments=arguments):
            if source:
                yield source
            yield from arguments
        case Item(source=left, position=right) | Binary(left=left, right=right):
            yield left
            yield right
        case Sign(operand=operand):
            yield operand
