"""R4's types as FHIRPath sees them: nodes, the way from one to the next, their values, what they are (R4 fhirpath.html)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from service.fhir import definitions, ucum
from service.fhir.fhirpath.values import Quantity, SystemValue, Temporal, temporal
from service.fhir.json import Number, Value

TYPE_INFO = "TypeInfo"
"""The type of what `type()` gives: its members `namespace` and `name` are no elements of FHIR."""

_ABSTRACT = ("Resource", "DomainResource")
_TEMPORAL = {"date": "Date", "dateTime": "DateTime", "instant": "DateTime", "time": "Time"}
_SYSTEM = {bool: "Boolean", int: "Integer", Decimal: "Decimal", str: "String", Quantity: "Quantity"}


class Node(NamedTuple):
    """An element or resource: its JSON value (None for a primitive without one), the object beside a primitive, its type.

    `at` is what `definitions.children` takes for what is in it ("Observation.component"); `type` then is BackboneElement or Element.
    """

    value: Value
    companion: Value
    type: str
    at: str


Item = Node | SystemValue
Items = list[Item]
"""A collection, which is never changed once made."""


class _Form(NamedTuple):
    """One JSON member that holds an element."""

    name: str
    beside: str
    type: str
    at: str
    primitive: bool


def resource_node(resource: Value) -> Node:
    """The node of a resource. Raises LookupError for what has no known `resourceType`."""
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(name, str) or not definitions.is_resource(name):
        raise LookupError("not a FHIR R4 resource")
    return Node(resource, None, name, name)


@lru_cache(maxsize=8192)
def forms(at: str, name: str) -> tuple[_Form, ...]:
    """The JSON members that an element of a type may have: one for each type of a choice; none for what is not its element."""
    if at == TYPE_INFO:
        return (_Form(name, "", "string", "string", primitive=True),) if name in ("namespace", "name") else ()
    try:
        element = definitions.children(at).get(name)
    except LookupError:
        return ()
    members = (definitions.member(at, form) for form in definitions.choice_names(element)) if element else ()
    return tuple(
        _Form(member.name, f"_{member.name}", member.type, member.at, definitions.is_primitive(member.type)) for member in members if member
    )


@cache
def _all_forms(at: str) -> tuple[_Form, ...]:
    try:
        return tuple(form for name in definitions.children(at) for form in forms(at, name))
    except LookupError:
        return ()


def child_types(at: str, name: str) -> frozenset[str]:
    """What an element of a type may be, by the names that this function takes; empty for what is not its element.

    In a Resource that is not known nearer it may be anything, so `children_known` must be asked first.
    """
    if name == "value" and definitions.is_primitive(at):
        return frozenset({"System.String"})
    return frozenset(form.at for form in forms(at, name))


def children_known(at: str) -> bool:
    """Whether a type names all elements of its values, which the abstract Resource does not."""
    return at not in _ABSTRACT


def step(node: Node, name: str) -> Iterator[Item]:
    """The values of an element in a node."""
    inside, at = _inside(node)
    if inside is not None:
        for form in forms(at, name):
            yield from _values(inside, form)
    if name == "value" and not isinstance(node.value, dict):
        found = system(node)
        if found is not None:
            yield found


def steps(node: Node) -> Iterator[Node]:
    """The values of all elements in a node, element by element."""
    inside, at = _inside(node)
    if inside is not None:
        for form in _all_forms(at):
            yield from _values(inside, form)


def _inside(node: Node) -> tuple[Value, str]:
    """The object in a node and the type that says what is in it."""
    if isinstance(node.value, dict):
        return node.value, node.at
    return (node.companion, "Element") if isinstance(node.companion, dict) else (None, "")


def _values(inside: Value, form: _Form) -> Iterator[Node]:
    value = inside.get(form.name)
    beside = inside.get(form.beside) if form.primitive else None
    if not isinstance(value, list) and not isinstance(beside, list):
        if value is not None or beside is not None:
            yield from _node(value, beside, form)
        return
    values = value if isinstance(value, list) else []
    besides = beside if isinstance(beside, list) else []
    for index in range(max(len(values), len(besides))):
        yield from _node(
            values[index] if index < len(values) else None,
            besides[index] if index < len(besides) else None,
            form,
        )


def _node(value: Value, beside: Value, form: _Form) -> Iterator[Node]:
    """The node of one value; none where its JSON does not have the form of its type, which is for others to report."""
    if form.primitive:
        if isinstance(value, str | bool | Number) or (value is None and isinstance(beside, dict)):
            yield Node(value, beside, form.type, form.at)
    elif isinstance(value, dict) and value:
        if form.type == "Resource":
            name = value.get("resourceType")
            if isinstance(name, str) and definitions.is_resource(name):
                yield Node(value, None, name, name)
        else:
            yield Node(value, None, form.type, form.at)


def system(item: Item) -> SystemValue | None:
    """The System value of an item; None for a primitive that has none or an ill-formed one, and for what is no primitive.

    A Quantity is not converted here: `quantity` does so where an operator takes quantities.
    """
    if type(item) is not Node:
        return item  # type: ignore[return-value]
    value = item.value
    match value:
        case bool():
            return value
        case str():
            kind = _TEMPORAL.get(item.type)
            return temporal(kind, value) if kind else value
        case Number():
            number = value.decimal
            if not is_moderate(number):
                return None
            return number if item.type == "decimal" or number != number.to_integral_value() else int(number)
    return None


def is_moderate(number: Decimal) -> bool:
    """Whether a number is of a size that exact arithmetic bears: `1e999999999` is a JSON number too."""
    return not number or -200 < number.adjusted() < 200


def quantity(item: Item) -> Quantity | None:
    """The System.Quantity of a FHIR Quantity or one itself; None for what is none, and for one with a comparator (R4 fhirpath.html)."""
    if isinstance(item, Quantity):
        return item
    if type(item) is not Node or "Quantity" not in type_names(item) or not isinstance(item.value, dict):
        return None
    value = item.value.get("value")
    if not isinstance(value, Number) or "comparator" in item.value or not is_moderate(value.decimal):
        return None
    url, code, label = (found if isinstance(found, str) else "" for found in map(item.value.get, ("system", "code", "unit")))
    known = url == ucum.SYSTEM and code
    return Quantity(value.decimal, code or label, system="" if known else url or "none", label=label)


def namespace_and_name(item: Item) -> tuple[str, str]:
    """The type of an item as `type()` gives it."""
    if type(item) is Node:
        return "FHIR", item.type
    return "System", item.type if isinstance(item, Temporal) else _SYSTEM[type(item)]


def type_names(item: Item) -> frozenset[str]:
    """The types that an item is of: FHIR's by their names, System's with "System." before them."""
    if type(item) is Node:
        return ancestry(item.type)
    return frozenset({"System." + namespace_and_name(item)[1]})


@cache
def ancestry(name: str) -> frozenset[str]:
    """A FHIR type and those that it specializes."""
    try:
        return frozenset({name, *definitions.bases(name)})
    except LookupError:
        return frozenset({name})


@lru_cache(maxsize=1024)
def named_types(namespace: str, name: str) -> frozenset[str]:
    """The types that a type specifier names, as `type_names` does: both Quantities where it has no namespace; empty for none."""
    found = set()
    if namespace in ("", "System") and name in (*_SYSTEM.values(), "Date", "DateTime", "Time", "Any"):
        found.add("System." + name)
    if namespace in ("", "FHIR"):
        try:
            definitions.kind(name)
        except LookupError:
            pass
        else:
            found.add(name)
    return frozenset(found)


@cache
def system_types(name: str) -> frozenset[str]:
    """The System types that values of a FHIR type are taken for, by `type_names`' names; all for an abstract or unknown one."""
    if name in ("Element", "Resource", "DomainResource", TYPE_INFO):
        return frozenset(f"System.{one}" for one in (*_SYSTEM.values(), "Date", "DateTime", "Time"))
    if name == "boolean":
        return frozenset({"System.Boolean"})
    if name in ("integer", "positiveInt", "unsignedInt"):
        return frozenset({"System.Integer"})
    if name == "decimal":
        return frozenset({"System.Decimal"})
    if name in _TEMPORAL:
        return frozenset({f"System.{_TEMPORAL[name]}"})
    if "Quantity" in ancestry(name):
        return frozenset({"System.Quantity"})
    return frozenset({"System.String"}) if definitions.is_primitive(name) else frozenset()
