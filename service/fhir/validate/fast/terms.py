"""What the parts of a FHIRPath expression become: conditions, items, texts and numbers, as Python over Structs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.fhir import definitions
from service.fhir.validate.fast import shapes
from service.fhir.validate.fast.shapes import Part


@dataclass(frozen=True, slots=True)
class Truth:
    """Conditions under which a boolean is true, and false; `exact`: it is so under no other."""

    true: str = "False"
    false: str = "False"
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Some:
    """Items of one type `at`: an expression for one or None, or (`many`) for a list or None; `sure`: never None.

    There are none where `guard` is None: an attribute, looked at before what costs more.
    """

    code: str
    at: str
    many: bool = False
    sure: bool = False
    guard: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that an expression gives, or None."""

    code: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that an expression gives, never None."""

    code: str


Items = tuple[Some, ...]
"""The items of a path: those of one after the other, where an element has several types."""

Term = Truth | Items | Text | Amount | None
"""What an expression becomes; None for what has no form here."""

UNKNOWN = Truth()
"""A boolean of which nothing is known."""


def literal(value: object) -> Term:
    """A constant."""
    match value:
        case bool():
            return Truth(str(value), str(not value), exact=True)
        case str():
            return Text(repr(value))
        case int():
            return Amount(str(value))
    return None


def members(items: Items | None, name: str) -> Items | None:
    """An element of items, in each of its types. Of resources in a resource only what all have is known."""
    found: list[Some] = []
    for one in items or ():
        if not one.at or (one.at == "Resource" and name not in definitions.children("DomainResource")):
            return None
        at = "DomainResource" if one.at == "Resource" else one.at
        found += [_member(one, part) for part in (() if definitions.is_primitive(at) else shapes.parts(at).get(name, ()))]
    return None if items is None else tuple(found)


def _member(one: Some, part: Part) -> Some:
    at, many = part.member.at, part.member.many
    guard = one.guard or (f"{one.code}.{part.attribute}" if one.sure and one.at != "Resource" else "")

    def of(v: str) -> str:
        return f"{v}.{part.attribute}" if one.at != "Resource" else f"getattr({v}, {part.attribute!r}, None)"

    if one.many and many:
        return Some(f"[m for k in {listed(one)} for m in {of('k')} or ()]", at, many=True, guard=guard)
    if one.many:
        return Some(f"[{of('k')} for k in {listed(one)} if {of('k')} is not None]", at, many=True, guard=guard)
    sure = one.sure and part.member.element.min > 0 and not part.member.element.choice and one.at != "Resource"
    return Some(of(one.code) if one.sure else f"({one.code} and {of(one.code)})", at, many, sure, guard)


def typed(operator: str, items: Items | None, name: str) -> Term:
    """`is` of a resource; `as` and `ofType` of items."""
    match operator, items:
        case "is", (Some(code, "Resource", False),):
            return Truth(f"type({code}).__name__ == {name!r}")
        case "as" | "ofType", tuple():
            return tuple(one for one in items if one.at == name) if all(one.at != "Resource" for one in items) else None
    return None


def listed(one: Some) -> str:
    """A list of items to go through."""
    if one.many:
        return one.code if one.code.startswith("[") else f"({one.code} or ())"
    return f"({one.code},)" if one.sure else f"(({one.code},) if {one.code} is not None else ())"


def counted_of(one: Some) -> str:
    """How many items there are."""
    if one.many:
        return f"len({listed(one)})"
    return "1" if one.sure else f"({one.code} is not None)"


def valued(items: Items | None) -> Truth:
    """Whether a primitive has a value."""
    match items:
        case (Some(_, at, False),) if definitions.is_primitive(at):
            return there(items)
    return UNKNOWN


def there(items: Items | None) -> Truth:
    """Whether there are items."""
    if items is None:
        return UNKNOWN
    return Truth(either(map(_is_there, items)), both(map(_is_absent, items)), exact=True)


def _is_there(one: Some) -> str:
    if one.many:
        return both((f"{one.guard} is not None", one.code)) if one.code.startswith("[") and one.guard else one.code
    return "True" if one.sure else f"{one.code} is not None"


def _is_absent(one: Some) -> str:
    if one.many:
        return either((f"{one.guard} is None", f"not {one.code}")) if one.code.startswith("[") and one.guard else f"not {one.code}"
    return "False" if one.sure else f"{one.code} is None"


def first(items: Items | None) -> Items | None:
    """The first item."""
    match items:
        case (Some(_, _, False),):
            return items
        case (Some(_, at, True) as one,):
            return (Some(f"next(iter({listed(one)}), None)", at),)
    return None


def distinct(items: Term) -> Truth:
    """Whether no text is there twice."""
    match items:
        case (Some(_, at, True) as one,) if not at or (definitions.is_primitive(at) and at != "decimal"):
            return Truth(f"distinct({listed(one)})")
        case (Some(_, _, False),) | ():
            return Truth("True")
    return UNKNOWN


def joined(operator: str, one: Truth, two: Truth) -> Truth:
    """Two booleans under `and`, `or`, `implies` or `xor`."""
    exact = one.exact and two.exact
    match operator:
        case "and":
            return Truth(both((one.true, two.true)), either((one.false, two.false)), exact)
        case "or":
            return Truth(either((one.true, two.true)), both((one.false, two.false)), exact)
        case "implies":
            return Truth(either((one.false, two.true)), both((one.true, two.false)), exact)
    differ = either((both((one.true, two.false)), both((one.false, two.true))))
    return Truth(differ, either((both((one.true, two.true)), both((one.false, two.false)))), exact)


def equal(left: Term, right: Term) -> Truth:
    """Whether two things are equal."""
    match left, right:
        case Truth(), Truth():
            found = joined("xor", left, right)
            return Truth(found.false, found.true, found.exact)
        case ((Text() | Amount() | Truth()), tuple()):
            return equal(right, left)
        case (Some(code, at, False, sure),), Text(text) if definitions.is_primitive(at):
            other = f"{code} != {text}"
            return Truth(f"{code} == {text}", other if sure else f"({code} is not None and {other})", exact=True)
        case (Some(code, "boolean", False),), Truth("True" | "False" as value, _, _):
            return Truth(f"{code} is {value}", f"({code} is not None and {code} is not {value})", exact=True)
        case (Some(code, "integer" | "positiveInt" | "unsignedInt", False),), Amount(number):
            return Truth(f"{code} == {number}", f"({code} is not None and {code} != {number})", exact=True)
        case Amount(), Amount():
            return Truth(f"{left.code} == {right.code}", f"{left.code} != {right.code}", exact=True)
    return UNKNOWN


def compared(operator: str, left: Term, right: Term) -> Truth:
    """Whether one amount, date or quantity is on the right side of another."""
    match left, right:
        case Amount(), Amount():
            return Truth(f"{left.code} {operator} {right.code}", f"not {left.code} {operator} {right.code}", exact=True)
        case (Some(code, "decimal", False),), Amount(number):
            return Truth(f"((d := amount({code})) is not None and d {operator} {number})")
        case (Some(code, "integer" | "positiveInt" | "unsignedInt", False),), Amount(number):
            return Truth(f"({code} is not None and {code} {operator} {number})")
        case (Some(one, at, False),), (Some(two, other, False),) if at == other and operator in ("<=", ">="):
            first, second = (one, two) if operator == "<=" else (two, one)
            if at in ("dateTime", "date", "instant"):
                return Truth(f"in_order({first}, {second})")
            if at == "Quantity":
                return Truth(f"ascending({first}, {second})")
    return UNKNOWN


def both(parts: Iterable[str]) -> str:
    """A condition of several that must all hold."""
    return _chain(parts, "and", neutral="True", final="False")


def either(parts: Iterable[str]) -> str:
    """A condition of several of which one must hold."""
    return _chain(parts, "or", neutral="False", final="True")


def _chain(parts: Iterable[str], word: str, *, neutral: str, final: str) -> str:
    kept = [part for part in dict.fromkeys(parts) if part != neutral]
    if final in kept:
        return final
    if len(kept) < 2:
        return kept[0] if kept else neutral
    return f"({f' {word} '.join(kept)})"
