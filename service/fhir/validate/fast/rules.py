"""Invariants as Python conditions over Structs: true only where the FHIRPath expression of the rule surely is.

Each part of an expression becomes a condition under which it is true and one under which it is false. What has no form here is neither,
so that a rule about elements which are absent is still decided by what says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate, count

from service.fhir import definitions, ucum
from service.fhir.definitions import Invariant
from service.fhir.fhirpath import parse
from service.fhir.fhirpath.syntax import Binary, Call, Constant, Expression, Literal, Member, This, TypeTest
from service.fhir.validate.corrections import CORRECTIONS
from service.fhir.validate.fast import shapes
from service.fhir.validate.fast.lines import Lines
from service.fhir.validate.fast.shapes import Part

ELSEWHERE = frozenset({"ele-1", "ref-1", "dom-3", "txt-1", "txt-2"})
"""Rules that other parts of the fast path see to."""

_REVERSED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


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

_UNKNOWN = Truth()


def condition(expression: str, v: str, at: str, counted: frozenset[str] = frozenset()) -> str:
    """A condition under which an invariant holds of the value `v` of a type.

    `n_<name>` is the number of values of each choice in `counted`.
    """
    try:
        tree = parse(expression)
    except ValueError:
        return "False"
    rule = _Rule((Some(v, at, sure=True),), counted)
    return rule.truth(tree, rule.context).true


class _Rule:
    """One invariant at one value."""

    def __init__(self, context: Items, counted: frozenset[str]) -> None:
        self.context, self.counted = context, counted
        self.resource = context if definitions.is_resource(context[0].at) else None
        self.names = (f"{context[0].code}{number}" for number in count(1))

    def truth(self, node: Expression, focus: Items) -> Truth:
        """An expression as a boolean: of a single item that is none, that it exists."""
        match self.term(node, focus):
            case Truth() as found:
                return found
            case (Some(code, "boolean", False),):
                return Truth(f"{code} is True", f"{code} is False", exact=True)
            case (Some(code, _, False),):
                return Truth(f"{code} is not None")
        return _UNKNOWN

    def term(self, node: Expression, focus: Items) -> Term:
        """An expression on the items in focus."""
        match node:
            case Literal(value):
                return _literal(value)
            case This():
                found: Term = focus
            case Constant(name):
                found = {"resource": self.resource, "ucum": Text(repr(ucum.SYSTEM))}.get(name)
            case Member(None, name) if name[0].isupper():
                found = focus if focus == self.resource else None
            case Member(source, name):
                found = _members(self.items(source, focus), name)
            case TypeTest(operator, source, _, name):
                found = _typed(operator, self.items(source, focus), name)
            case Call():
                found = self.call(node, focus)
            case Binary():
                found = self.binary(node, focus)
            case _:
                found = None
        return found

    def items(self, node: Expression | None, focus: Items) -> Items | None:
        """An expression as items."""
        found = focus if node is None else self.term(node, focus)
        return found if isinstance(found, tuple) else None

    def binary(self, node: Binary, focus: Items) -> Term:
        """An operator between two expressions."""
        if node.operator in ("and", "or", "implies", "xor"):
            return _joined(node.operator, self.truth(node.left, focus), self.truth(node.right, focus))
        if node.operator == "in":
            return self.among(node, focus)
        left, right = self.term(node.left, focus), self.term(node.right, focus)
        if node.operator == "+" and isinstance(left, Amount) and isinstance(right, Amount):
            return Amount(f"{left.code} + {right.code}")
        if node.operator in ("=", "!="):
            found = _equal(left, right)
            return found if node.operator == "=" else Truth(found.false, found.true, found.exact)
        if node.operator in _REVERSED:
            return _compared(node.operator, left, right)
        return None

    def among(self, node: Binary, focus: Items) -> Truth:
        """`in` a union of texts."""
        texts = _texts(node.right)
        match self.term(node.left, focus):
            case (Some(code, at, False),) if texts and definitions.is_primitive(at):
                return Truth(f"{code} in {texts!r}", f"({code} is not None and {code} not in {texts!r})", exact=True)
        return _UNKNOWN

    def call(self, node: Call, focus: Items) -> Term:
        """A function that has a form here, with as many arguments as it takes."""
        arguments, function = _FUNCTIONS.get(node.name, (-1, _Rule.items))
        return function(self, node, focus) if len(node.arguments) == arguments else None

    def not_(self, node: Call, focus: Items) -> Truth:
        """`not()`."""
        found = self.truth(node.source, focus) if node.source else _UNKNOWN
        return Truth(found.false, found.true, found.exact)

    def empty(self, node: Call, focus: Items) -> Truth:
        """`empty()`."""
        found = self.exists(node.source, focus)
        return Truth(found.false, found.true, found.exact)

    def count(self, node: Call, focus: Items) -> Term:
        """`count()`."""
        items = self.items(node.source, focus)
        return None if items is None else Amount(f"({' + '.join(map(_count, items)) or '0'})")

    def exists(self, node: Expression | None, focus: Items) -> Truth:
        """Whether an expression gives items."""
        match node:
            case Call(source, "intersect", (other,)):
                match self.items(source, focus), self.items(other, focus):
                    case (Some(_, "Coding", True) as one,), (Some(_, "Coding", True) as two,):
                        return Truth(false=f"apart({_list(one)}, {_list(two)})")
                return _UNKNOWN
            case Call(source, "where", (criteria,)):
                return self.any(self.items(source, focus), criteria)
            case Member(None, name) if focus == self.context and name in self.counted:
                return Truth(f"n_{name}", f"not n_{name}", exact=True)
        return _there(self.items(node, focus))

    def any(self, items: Items | None, criteria: Expression) -> Truth:
        """Whether the criteria are true for some item."""
        if items is None:
            return _UNKNOWN
        tests = [(one, name, self.truth(criteria, (Some(name, one.at, sure=True),))) for one, name in zip(items, self.names, strict=False)]
        true = _or(f"any([{truth.true} for {name} in {_list(one)}])" for one, name, truth in tests)
        if all(truth.exact for _, _, truth in tests):
            return Truth(true, f"not {true}", exact=True)
        return Truth(true, _and(f"all([{truth.false} for {name} in {_list(one)}])" for one, name, truth in tests))

    def where(self, node: Call, focus: Items) -> Items | None:
        """`where(criteria)`; None where they are not decided for each item."""
        items, (criteria,) = self.items(node.source, focus), node.arguments
        found: list[Some] = []
        for one in items or ():
            name = next(self.names)
            truth = self.truth(criteria, (Some(name, one.at, sure=True),))
            if not truth.exact:
                return None
            found.append(Some(f"[{name} for {name} in {_list(one)} if {truth.true}]", one.at, many=True, guard=one.guard))
        return None if items is None else tuple(found)

    def all(self, node: Call, focus: Items) -> Truth:
        """`all(criteria)`."""
        items, (criteria,) = self.items(node.source, focus), node.arguments
        if items is None:
            return _UNKNOWN
        tests = []
        for one in items:
            name = next(self.names)
            truth = self.truth(criteria, (Some(name, one.at, sure=True),))
            tests.append(f"all([{truth.true} for {name} in {_list(one)}])")
        return Truth(_and(tests))

    def select(self, node: Call, focus: Items) -> Term:
        """`select(projection)`, of texts put together or a path."""
        items, (projection,) = self.items(node.source, focus), node.arguments
        if items is None or len(items) != 1:
            return None
        name = next(self.names)
        match projection:
            case Binary("&", left, right):
                texts = [self.items(side, (Some(name, items[0].at, sure=True),)) for side in (left, right)]
                if all(side and len(side) == 1 and not side[0].many for side in texts):
                    whole = " + ".join(f"({side[0].code} or '')" for side in texts if side)
                    return (Some(f"[{whole} for {name} in {_list(items[0])}]", "", many=True),)
            case Member(None, _):
                return self.items(projection, items)
        return None

    def text_test(self, node: Call, focus: Items) -> Truth:
        """`startsWith(text)` and `contains(text)`."""
        match self.items(node.source, focus), node.arguments:
            case (Some(code, at, False),), (Literal(str() as value),) if definitions.is_primitive(at):
                test = f"{code}.startswith({value!r})" if node.name == "startsWith" else f"{value!r} in {code}"
                return Truth(f"({code} is not None and {test})", f"({code} is not None and not {test})", exact=True)
        return _UNKNOWN

    def length(self, node: Call, focus: Items) -> Term:
        """`length()`, also of `toString()`."""
        inner = node.source
        match self.items(inner.source if isinstance(inner, Call) and inner.name == "toString" else inner, focus):
            case (Some(code, at, False, True),) if definitions.is_primitive(at) and at not in ("decimal", "boolean", "integer"):
                return Amount(f"len({code})")
        return None


def _literal(value: object) -> Term:
    match value:
        case bool():
            return Truth(str(value), str(not value), exact=True)
        case str():
            return Text(repr(value))
        case int():
            return Amount(str(value))
    return None


def _members(items: Items | None, name: str) -> Items | None:
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
    value = f"k.{part.attribute}" if one.at != "Resource" else f"getattr(k, {part.attribute!r}, None)"
    if one.many and many:
        return Some(f"[m for k in {_list(one)} for m in {value} or ()]", at, many=True, guard=guard)
    if one.many:
        return Some(f"[{value} for k in {_list(one)} if {value} is not None]", at, many=True, guard=guard)
    value = value.replace("k", one.code, 1) if one.at != "Resource" else f"getattr({one.code}, {part.attribute!r}, None)"
    sure = one.sure and part.member.element.min > 0 and not part.member.element.choice and one.at != "Resource"
    return Some(value if one.sure else f"({one.code} and {value})", at, many, sure, guard)


def _typed(operator: str, items: Items | None, name: str) -> Term:
    """`is` of a resource; `as` and `ofType` of items."""
    match operator, items:
        case "is", (Some(code, "Resource", False),):
            return Truth(f"type({code}).__name__ == {name!r}")
        case "as" | "ofType", tuple():
            return tuple(one for one in items if one.at == name) if all(one.at != "Resource" for one in items) else None
    return None


def _list(one: Some) -> str:
    if one.many:
        return one.code if one.code.startswith("[") else f"({one.code} or ())"
    return f"({one.code},)" if one.sure else f"(({one.code},) if {one.code} is not None else ())"


def _count(one: Some) -> str:
    if one.many:
        return f"len({_list(one)})"
    return "1" if one.sure else f"({one.code} is not None)"


def _valued(items: Items | None) -> Truth:
    match items:
        case (Some(_, at, False),) if definitions.is_primitive(at):
            return _there(items)
    return _UNKNOWN


def _there(items: Items | None) -> Truth:
    if items is None:
        return _UNKNOWN
    return Truth(_or(map(_is_there, items)), _and(map(_is_absent, items)), exact=True)


def _is_there(one: Some) -> str:
    if one.many:
        return _and((f"{one.guard} is not None", one.code)) if one.code.startswith("[") and one.guard else one.code
    return "True" if one.sure else f"{one.code} is not None"


def _is_absent(one: Some) -> str:
    if one.many:
        return _or((f"{one.guard} is None", f"not {one.code}")) if one.code.startswith("[") and one.guard else f"not {one.code}"
    return "False" if one.sure else f"{one.code} is None"


def _first(items: Items | None) -> Items | None:
    match items:
        case (Some(_, _, False),):
            return items
        case (Some(_, at, True) as one,):
            return (Some(f"next(iter({_list(one)}), None)", at),)
    return None


def _distinct(items: Term) -> Truth:
    match items:
        case (Some(_, at, True) as one,) if not at or (definitions.is_primitive(at) and at != "decimal"):
            return Truth(f"distinct({_list(one)})")
        case (Some(_, _, False),) | ():
            return Truth("True")
    return _UNKNOWN


def _joined(operator: str, one: Truth, two: Truth) -> Truth:
    exact = one.exact and two.exact
    match operator:
        case "and":
            return Truth(_and((one.true, two.true)), _or((one.false, two.false)), exact)
        case "or":
            return Truth(_or((one.true, two.true)), _and((one.false, two.false)), exact)
        case "implies":
            return Truth(_or((one.false, two.true)), _and((one.true, two.false)), exact)
    differ = _or((_and((one.true, two.false)), _and((one.false, two.true))))
    return Truth(differ, _or((_and((one.true, two.true)), _and((one.false, two.false)))), exact)


def _equal(left: Term, right: Term) -> Truth:
    match left, right:
        case Truth(), Truth():
            found = _joined("xor", left, right)
            return Truth(found.false, found.true, found.exact)
        case ((Text() | Amount() | Truth()), tuple()):
            return _equal(right, left)
        case (Some(code, at, False, sure),), Text(text) if definitions.is_primitive(at):
            other = f"{code} != {text}"
            return Truth(f"{code} == {text}", other if sure else f"({code} is not None and {other})", exact=True)
        case (Some(code, "boolean", False),), Truth("True" | "False" as value, _, _):
            return Truth(f"{code} is {value}", f"({code} is not None and {code} is not {value})", exact=True)
        case (Some(code, "integer" | "positiveInt" | "unsignedInt", False),), Amount(number):
            return Truth(f"{code} == {number}", f"({code} is not None and {code} != {number})", exact=True)
        case Amount(), Amount():
            return Truth(f"{left.code} == {right.code}", f"{left.code} != {right.code}", exact=True)
    return _UNKNOWN


def _compared(operator: str, left: Term, right: Term) -> Truth:
    match left, right:
        case Amount(), Amount():
            return Truth(f"{left.code} {operator} {right.code}", f"not {left.code} {operator} {right.code}", exact=True)
        case (Some(code, "decimal", False),), Amount(number):
            return Truth(f"({code} is not None and Decimal(bytes({code}).decode()) {operator} {number})")
        case (Some(code, "integer" | "positiveInt" | "unsignedInt", False),), Amount(number):
            return Truth(f"({code} is not None and {code} {operator} {number})")
        case (Some(one, at, False),), (Some(two, other, False),) if at == other and operator in ("<=", ">="):
            first, second = (one, two) if operator == "<=" else (two, one)
            if at in ("dateTime", "date", "instant"):
                return Truth(f"in_order({first}, {second})")
            if at == "Quantity":
                return Truth(f"ascending({first}, {second})")
    return _UNKNOWN


def _texts(node: Expression) -> tuple[str, ...]:
    """The texts of a union; empty for any other expression."""
    match node:
        case Literal(str() as value):
            return (value,)
        case Binary("|", left, right):
            one, two = _texts(left), _texts(right)
            return one + two if one and two else ()
    return ()


def _and(parts: Iterable[str]) -> str:
    return _chain(parts, "and", neutral="True", final="False")


def _or(parts: Iterable[str]) -> str:
    return _chain(parts, "or", neutral="False", final="True")


def _chain(parts: Iterable[str], word: str, *, neutral: str, final: str) -> str:
    kept = [part for part in dict.fromkeys(parts) if part != neutral]
    if final in kept:
        return final
    if len(kept) < 2:
        return kept[0] if kept else neutral
    return f"({f' {word} '.join(kept)})"


_FUNCTIONS: dict[str, tuple[int, Callable[[_Rule, Call, Items], Term]]] = {
    "all": (1, _Rule.all),
    "contains": (1, _Rule.text_test),
    "count": (0, _Rule.count),
    "empty": (0, _Rule.empty),
    "exists": (0, lambda rule, node, focus: rule.exists(node.source, focus)),
    "first": (0, lambda rule, node, focus: _first(rule.items(node.source, focus))),
    "hasValue": (0, lambda rule, node, focus: _valued(rule.items(node.source, focus))),
    "isDistinct": (0, lambda rule, node, focus: _distinct(rule.term(node.source, focus) if node.source else None)),
    "length": (0, _Rule.length),
    "not": (0, _Rule.not_),
    "select": (1, _Rule.select),
    "startsWith": (1, _Rule.text_test),
    "trace": (1, lambda rule, node, focus: rule.items(node.source, focus)),
    "where": (1, _Rule.where),
}
"""The functions that have a form here, with the number of their arguments."""


def emit(at: str, v: str, path: str, lines: Lines, counted: frozenset[str] = frozenset()) -> None:
    """Refuse a value of a type that may break one of the rules which stand on a path."""
    for rule in definitions.invariants(path.partition(".")[0]):
        if rule.path == path:
            refuse(rule, v, at, lines, counted)


def refuse(rule: Invariant, v: str, at: str, lines: Lines, counted: frozenset[str] = frozenset()) -> None:
    """Refuse a value of a type that may break a rule: one which looks no further than at the value is asked before it is refused."""
    if not lines.invariants or rule.severity != "error" or rule.key in ELSEWHERE:
        return
    expression = CORRECTIONS[rule.expression].expression if rule.expression in CORRECTIONS else rule.expression
    holds = condition(expression, v, at, counted)
    if holds == "True":
        return
    judged = "" if "%" in expression or "resolve" in expression else f" and not judged({expression!r}, {at!r}, {v})"
    lines.refuse(f"not {holds}{judged}" if _is_whole(holds) else f"not ({holds}){judged}")


def _is_whole(condition: str) -> bool:
    """Whether one pair of brackets is around a condition."""
    depths = list(accumulate((letter == "(") - (letter == ")") for letter in condition))
    return condition.startswith("(") and 0 not in depths[:-1]
