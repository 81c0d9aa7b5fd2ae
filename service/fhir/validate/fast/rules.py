"""Invariants as Python conditions over Structs: true only where the FHIRPath expression of the rule surely is.

Each part of an expression becomes a condition under which it is true and one under which it is false. What has no form here is neither,
so that a rule about elements which are absent is still decided by what says so.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, count

from service.fhir import definitions, ucum
from service.fhir.definitions import Invariant
from service.fhir.fhirpath import parse
from service.fhir.fhirpath.syntax import Binary, Call, Constant, Expression, Literal, Member, This, TypeTest
from service.fhir.validate.corrections import corrected
from service.fhir.validate.fast.lines import Lines
from service.fhir.validate.fast.terms import (
    UNKNOWN,
    Amount,
    Items,
    Some,
    Term,
    Text,
    Truth,
    both,
    compared,
    counted_of,
    distinct,
    either,
    equal,
    first,
    joined,
    listed,
    literal,
    members,
    there,
    typed,
    valued,
)

ELSEWHERE = frozenset({"ele-1", "ref-1", "dom-2", "dom-3", "dom-4", "dom-5", "txt-1", "txt-2"})
"""Rules that other parts of the fast path see to."""

_ORDERS = ("<", ">", "<=", ">=")


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
        return UNKNOWN

    def term(self, node: Expression, focus: Items) -> Term:
        """An expression on the items in focus."""
        match node:
            case Literal(value):
                return literal(value)
            case This():
                found: Term = focus
            case Constant(name):
                found = {"resource": self.resource, "ucum": Text(repr(ucum.SYSTEM))}.get(name)
            case Member(None, name) if name[0].isupper():
                found = focus if focus == self.resource else None
            case Member(source, name):
                found = members(self.items(source, focus), name)
            case TypeTest(operator, source, _, name):
                found = typed(operator, self.items(source, focus), name)
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
            return joined(node.operator, self.truth(node.left, focus), self.truth(node.right, focus))
        if node.operator == "in":
            return self.among(node, focus)
        left, right = self.term(node.left, focus), self.term(node.right, focus)
        if node.operator == "+" and isinstance(left, Amount) and isinstance(right, Amount):
            return Amount(f"{left.code} + {right.code}")
        if node.operator in ("=", "!="):
            found = equal(left, right)
            return found if node.operator == "=" else Truth(found.false, found.true, found.exact)
        if node.operator in _ORDERS:
            return compared(node.operator, left, right)
        return None

    def among(self, node: Binary, focus: Items) -> Truth:
        """`in` a union of texts."""
        texts = _texts(node.right)
        match self.term(node.left, focus):
            case (Some(code, at, False),) if texts and definitions.is_primitive(at):
                return Truth(f"{code} in {texts!r}", f"({code} is not None and {code} not in {texts!r})", exact=True)
        return UNKNOWN

    def call(self, node: Call, focus: Items) -> Term:
        """A function that has a form here, with as many arguments as it takes."""
        arguments, function = _FUNCTIONS.get(node.name, (-1, _Rule.items))
        return function(self, node, focus) if len(node.arguments) == arguments else None

    def not_(self, node: Call, focus: Items) -> Truth:
        """`not()`."""
        found = self.truth(node.source, focus) if node.source else UNKNOWN
        return Truth(found.false, found.true, found.exact)

    def empty(self, node: Call, focus: Items) -> Truth:
        """`empty()`."""
        found = self.exists(node.source, focus)
        return Truth(found.false, found.true, found.exact)

    def count(self, node: Call, focus: Items) -> Term:
        """`count()`."""
        items = self.items(node.source, focus)
        return None if items is None else Amount(f"({' + '.join(map(counted_of, items)) or '0'})")

    def exists(self, node: Expression | None, focus: Items) -> Truth:
        """Whether an expression gives items."""
        match node:
            case Call(source, "intersect", (other,)):
                match self.items(source, focus), self.items(other, focus):
                    case (Some(_, "Coding", True) as one,), (Some(_, "Coding", True) as two,):
                        return Truth(false=f"apart({listed(one)}, {listed(two)})")
                return UNKNOWN
            case Call(source, "where", (criteria,)):
                return self.any(self.items(source, focus), criteria)
            case Member(None, name) if focus == self.context and name in self.counted:
                return Truth(f"n_{name}", f"not n_{name}", exact=True)
        return there(self.items(node, focus))

    def any(self, items: Items | None, criteria: Expression) -> Truth:
        """Whether the criteria are true for some item."""
        if items is None:
            return UNKNOWN
        tests = [(one, name, self.truth(criteria, (Some(name, one.at, sure=True),))) for one, name in zip(items, self.names, strict=False)]
        true = either(f"any([{truth.true} for {name} in {listed(one)}])" for one, name, truth in tests)
        if all(truth.exact for _, _, truth in tests):
            return Truth(true, f"not {true}", exact=True)
        return Truth(true, both(f"all([{truth.false} for {name} in {listed(one)}])" for one, name, truth in tests))

    def where(self, node: Call, focus: Items) -> Items | None:
        """`where(criteria)`; None where they are not decided for each item."""
        items, (criteria,) = self.items(node.source, focus), node.arguments
        found: list[Some] = []
        for one in items or ():
            name = next(self.names)
            truth = self.truth(criteria, (Some(name, one.at, sure=True),))
            if not truth.exact:
                return None
            found.append(Some(f"[{name} for {name} in {listed(one)} if {truth.true}]", one.at, many=True, guard=one.guard))
        return None if items is None else tuple(found)

    def all(self, node: Call, focus: Items) -> Truth:
        """`all(criteria)`."""
        items, (criteria,) = self.items(node.source, focus), node.arguments
        if items is None:
            return UNKNOWN
        tests = []
        for one in items:
            name = next(self.names)
            truth = self.truth(criteria, (Some(name, one.at, sure=True),))
            tests.append(f"all([{truth.true} for {name} in {listed(one)}])")
        return Truth(both(tests))

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
                    return (Some(f"[{whole} for {name} in {listed(items[0])}]", "", many=True),)
            case Member(None, _):
                return self.items(projection, items)
        return None

    def text_test(self, node: Call, focus: Items) -> Truth:
        """`startsWith(text)` and `contains(text)`."""
        match self.items(node.source, focus), node.arguments:
            case (Some(code, at, False),), (Literal(str() as value),) if definitions.is_primitive(at):
                test = f"{code}.startswith({value!r})" if node.name == "startsWith" else f"{value!r} in {code}"
                return Truth(f"({code} is not None and {test})", f"({code} is not None and not {test})", exact=True)
        return UNKNOWN

    def length(self, node: Call, focus: Items) -> Term:
        """`length()`, also of `toString()`."""
        inner = node.source
        match self.items(inner.source if isinstance(inner, Call) and inner.name == "toString" else inner, focus):
            case (Some(code, at, False, True),) if definitions.is_primitive(at) and at not in ("decimal", "boolean", "integer"):
                return Amount(f"len({code})")
        return None


def _texts(node: Expression) -> tuple[str, ...]:
    """The texts of a union; empty for any other expression."""
    match node:
        case Literal(str() as value):
            return (value,)
        case Binary("|", left, right):
            one, two = _texts(left), _texts(right)
            return one + two if one and two else ()
    return ()


_FUNCTIONS: dict[str, tuple[int, Callable[[_Rule, Call, Items], Term]]] = {
    "all": (1, _Rule.all),
    "contains": (1, _Rule.text_test),
    "count": (0, _Rule.count),
    "empty": (0, _Rule.empty),
    "exists": (0, lambda rule, node, focus: rule.exists(node.source, focus)),
    "first": (0, lambda rule, node, focus: first(rule.items(node.source, focus))),
    "hasValue": (0, lambda rule, node, focus: valued(rule.items(node.source, focus))),
    "isDistinct": (0, lambda rule, node, focus: distinct(rule.term(node.source, focus) if node.source else None)),
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
    expression = corrected(rule.expression)
    holds = condition(expression, v, at, counted)
    if holds == "True":
        return
    judged = "" if "%" in expression or "resolve" in expression else f" and not judged({expression!r}, {at!r}, {v})"
    lines.refuse(f"not {holds}{judged}" if _is_whole(holds) else f"not ({holds}){judged}")


def _is_whole(condition: str) -> bool:
    """Whether one pair of brackets is around a condition."""
    depths = list(accumulate((letter == "(") - (letter == ")") for letter in condition))
    return condition.startswith("(") and 0 not in depths[:-1]
