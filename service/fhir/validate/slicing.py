"""Which slice a value belongs to, by the discriminators of the slicing (R4 profiling.html#discriminator)."""

from __future__ import annotations

from collections.abc import Sequence

from service.fhir import definitions
from service.fhir.definitions import Node, ProfileElement
from service.fhir.guide import Guide
from service.fhir.json import Value
from service.fhir.validate import bindings
from service.fhir.validate.items import Item, content, element_items


def assign(node: Node, items: Sequence[Item], guide: Guide) -> dict[str, list[Item]] | None:
    """The items of each slice by its name, those of no slice under ""; None where that cannot be told from the values alone."""
    found: dict[str, list[Item]] = {"": [], **{name: [] for name in node.slices}}
    for item in items:
        verdicts = {name: _belongs(item, part, node.facts, guide) for name, part in node.slices.items()}
        if None in verdicts.values():
            return None
        found[next((name for name, verdict in verdicts.items() if verdict), "")].append(item)
    return found


def fits(pattern: Value, value: Value) -> bool:
    """Whether a value has all that a pattern has (R4 elementdefinition-definitions.html#ElementDefinition.pattern[x])."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(fits(item, value.get(name)) for name, item in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(fits(item, other) for other in value) for item in pattern)
    return type(pattern) is type(value) and bool(pattern == value)


def _belongs(item: Item, part: Node, sliced: ProfileElement | None, guide: Guide) -> bool | None:
    if sliced is None or sliced.slicing is None or part.facts is None:
        return None
    verdicts = [_meets(item, part, kind, path, guide) for kind, path in sliced.slicing.by]
    return False if False in verdicts else None if None in verdicts else True


def _meets(item: Item, part: Node, kind: str, path: str, guide: Guide) -> bool | None:
    if "(" in path:
        return None
    found = _select(item, path)
    if kind == "type":
        wanted = {code for node in part.below(path) if node.facts for code in node.facts.types}
        return any(other.member.type in wanted for other in found) if wanted else None
    if kind == "exists":
        return _exists(part, path, found)
    if path == "url" and part.facts and part.facts.profiles:
        return any(other.value in part.facts.profiles for other in found)
    wanted_facts = [node.facts for node in part.below(path) if node.facts and _decides(node.facts)]
    verdicts = [_has(other, wanted, guide) for other in found for wanted in wanted_facts]
    return True if True in verdicts else None if not wanted_facts or None in verdicts else False


def _exists(part: Node, path: str, found: Sequence[Item]) -> bool | None:
    for node in part.below(path):
        if node.facts and node.facts.max == 0:
            return not found
        if node.facts and node.facts.min:
            return bool(found)
    return None


def _decides(facts: ProfileElement) -> bool:
    required = facts.binding is not None and facts.binding.strength == "required"
    return facts.fixed is not None or facts.pattern is not None or required


def _has(item: Item, facts: ProfileElement, guide: Guide) -> bool | None:
    if facts.fixed is not None:
        return type(facts.fixed) is type(item.value) and bool(facts.fixed == item.value)
    if facts.pattern is not None:
        return fits(facts.pattern, item.value)
    assert facts.binding is not None
    return bindings.holds(item.value, item.member.type, facts.binding.value_set, guide)


def _select(item: Item, path: str) -> list[Item]:
    """The items at a path inside an item."""
    found = [item]
    for name in () if path == "$this" else path.split("."):
        inner: list[Item] = []
        for other in found:
            parent, at = content(other)
            element = definitions.children(at).get(name)
            inner += element_items(parent, element, at, other.place) if element else []
        found = inner
    return found
