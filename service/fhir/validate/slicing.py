"""Which slice a value belongs to, by the discriminators of the slicing (R4 profiling.html#discriminator)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from service.fhir import definitions
from service.fhir.definitions import Node, ProfileElement, Slicing
from service.fhir.json import Value
from service.fhir.snapshot import STRUCTURES
from service.fhir.validate import bindings, references
from service.fhir.validate.items import RESOURCE, Item, Scope, content, element_items, kind

_STEP = re.compile(r"(\$this|[A-Za-z]+)(?:\(([^()]*)\))?(?:\.|$)")

Step = tuple[str, str | None]
Spot = tuple[Item, Scope]


def fits(pattern: Value, value: Value) -> bool:
    """Whether a value has all that a pattern has (R4 elementdefinition-definitions.html#ElementDefinition.pattern[x])."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(fits(item, value.get(name)) for name, item in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(fits(item, other) for other in value) for item in pattern)
    return equals(pattern, value)


def equals(fixed: Value, value: Value) -> bool:
    """Whether a value is exactly a fixed one: `1` is not `true`."""
    return type(fixed) is type(value) and bool(fixed == value)


def is_a(name: str, wanted: str) -> bool:
    """Whether a type is another one or specializes it."""
    return name == wanted or wanted in definitions.bases(name)


@dataclass(frozen=True, slots=True)
class Discriminators:
    """Tells slices: `conforms` says whether an item has a profile, None where that cannot be told."""

    scope: Scope
    conforms: Callable[[Item, Scope, str], bool | None]

    def slices_of(self, item: Item, node: Node) -> dict[str, bool | None]:
        """For each slice of a node whether an item belongs to it, None where that cannot be told."""
        slicing = node.facts.slicing if node.facts else None
        return {name: self._belongs(item, part, slicing) if slicing else None for name, part in node.slices.items()}

    def _belongs(self, item: Item, part: Node, slicing: Slicing) -> bool | None:
        verdicts = [verdict for how, path in slicing.by for verdict in self._judge(item, part, how, path)]
        return False if False in verdicts else None if None in verdicts or not verdicts else True

    def _judge(self, item: Item, part: Node, how: str, path: str) -> Iterator[bool | None]:
        """The verdict of one discriminator; none if the slice does not say what it asks for."""
        steps = _steps(path)
        if steps is None:
            yield None
        elif how == "type":
            yield from self._judge_type(item, part, steps)
        elif how == "profile":
            yield from self._judge_profile(item, part, steps)
        elif path == "url" and part.facts and (urls := part.facts.profiles.get("Extension")):
            yield any(isinstance(spot.value, str) and spot.value in urls for spot, _ in self._select(item, steps) or ())
        else:
            found = self._select(item, steps)
            facts = [node.facts for node in self._nodes(part, steps) if node.facts]
            wanted = [one for one in facts if how != "exists" and _decides(one)]
            if found is None:
                yield None
            elif wanted:
                yield _any(self._has(spot, one) for spot, _ in found for one in wanted)
            elif any(one.max == 0 for one in facts):
                yield not found
            elif any(one.min for one in facts):
                yield bool(found)

    def _judge_type(self, item: Item, part: Node, steps: Sequence[Step]) -> Iterator[bool | None]:
        before, resolved = _before_resolve(steps)
        facts = [node.facts for node in self._nodes(part, before) if node.facts]
        wanted = {name for one in facts for name in (one.targets if resolved else one.types)}
        found = self._select(item, before)
        if not wanted:
            return
        if found is None:
            yield None
        elif resolved:
            named = [references.target_types(spot.value, scope) for spot, scope in found]
            yield None if not all(named) else any(is_a(name, one) for names in named for name in names for one in wanted)
        else:
            yield any(is_a(kind(spot), one) for spot, _ in found for one in wanted)

    def _judge_profile(self, item: Item, part: Node, steps: Sequence[Step]) -> Iterator[bool | None]:
        before, resolved = _before_resolve(steps)
        facts = [node.facts for node in self._nodes(part, before) if node.facts]
        wanted = [url for one in facts for url in (target_urls(one) if resolved else sum(one.profiles.values(), ()))]
        found = self._select(item, before)
        if not wanted:
            return
        yield (
            None
            if found is None
            else _any(self._has_profile(spot, scope, url, resolved=resolved) for spot, scope in found for url in wanted)
        )

    def _has_profile(self, item: Item, scope: Scope, url: str, *, resolved: bool) -> bool | None:
        if not resolved:
            return self.conforms(item, scope, url)
        target = _resolve(item, scope)
        if target:
            return self.conforms(*target, url)
        known, named = scope.guide.profile(url), references.target_types(item.value, scope)
        return False if known and named and not any(is_a(name, known.type) for name in named) else None

    def _has(self, item: Item, facts: ProfileElement) -> bool | None:
        if facts.fixed is not None:
            return equals(facts.fixed, item.value)
        if facts.pattern is not None:
            return fits(facts.pattern, item.value)
        assert facts.binding is not None
        return bindings.holds(item.value, item.member.type, facts.binding.value_set, self.scope.guide)

    def _select(self, item: Item, steps: Sequence[Step]) -> list[Spot] | None:
        """The items at a path inside an item; None where a reference leads out of what is at hand."""
        found = [(item, self.scope)]
        for name, argument in steps:
            if name == "resolve":
                targets = [_resolve(*spot) for spot in found]
                if None in targets:
                    return None
                found = [spot for spot in targets if spot]
            elif name in ("ofType", "as"):
                found = [spot for spot in found if is_a(kind(spot[0]), argument or "")]
            elif name != "$this":
                found = [inner for spot in found for inner in _children(*spot, name)]
                if argument is not None:
                    found = [spot for spot in found if isinstance(spot[0].value, dict) and spot[0].value.get("url") == argument]
        return found

    def _nodes(self, node: Node, steps: Sequence[Step]) -> Iterator[Node]:
        """What is said at a path inside a node, in its own profiles too, whatever slices lie between."""
        if not steps:
            yield node
            return
        (name, argument), *rest = steps
        for one in (node, *self._profiles(node)):
            if name == "$this":
                yield from self._nodes(one, rest)
            elif name == "resolve":
                for url in target_urls(one.facts) if one.facts else ():
                    known = self.scope.guide.profile(url)
                    yield from self._nodes(known.tree, rest) if known else ()
            elif name in ("ofType", "as"):
                for inner in (one, *one.slices.values()):
                    if inner.facts is None or inner.facts.types in ((), (argument,)):
                        yield from self._nodes(inner, rest)
            elif child := one.children.get(name):
                for inner in _with_slices(child):
                    if argument is None or (inner.facts and argument in inner.facts.profiles.get("Extension", ())):
                        yield from self._nodes(inner, rest)

    def _profiles(self, node: Node) -> Iterator[Node]:
        """The trees of the profiles that a node asks for."""
        for code, urls in node.facts.profiles.items() if node.facts else ():
            for url in urls:
                known = self.scope.guide.extension(url) if code == "Extension" else self.scope.guide.profile(url)
                if known:
                    yield known.tree


def target_urls(facts: ProfileElement) -> tuple[str, ...]:
    """The profiles or types of which the target of a Reference has one; empty for any."""
    return facts.target_profiles or tuple(STRUCTURES + name for name in facts.targets)


@cache
def _steps(path: str) -> tuple[Step, ...] | None:
    """The steps of a discriminator's path: names, and the argument of a function; None for a path that is not of R4's kind."""
    steps: list[Step] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            return None
        steps.append((found[1], None if found[2] is None else found[2].strip("'\"")))
        at = found.end()
    return tuple(steps)


def _before_resolve(steps: Sequence[Step]) -> tuple[Sequence[Step], bool]:
    """The steps without `resolve()` at their end, and whether it stood there."""
    return (steps[:-1], True) if steps and steps[-1][0] == "resolve" else (steps, False)


def _resolve(item: Item, scope: Scope) -> Spot | None:
    """The resource that a Reference names, as an item at the place of the Reference."""
    found = references.target(item.value, scope)
    if found is None:
        return None
    member = replace(item.member, type=RESOURCE, at=RESOURCE)
    return Item(member, found[0], None, item.place), found[1]


def _children(item: Item, scope: Scope, name: str) -> Iterator[Spot]:
    parent, at = content(item)
    element = definitions.children(at).get(name)
    for inner in element_items(parent, element, at, item.place) if element else ():
        yield inner, scope.inside(inner.value, parent) if inner.member.type == RESOURCE and name != "contained" else scope


def _with_slices(node: Node) -> Iterator[Node]:
    yield node
    for part in node.slices.values():
        yield from _with_slices(part)


def _decides(facts: ProfileElement) -> bool:
    required = facts.binding is not None and facts.binding.strength == "required"
    return facts.fixed is not None or facts.pattern is not None or required


def _any(verdicts: Iterator[bool | None]) -> bool | None:
    found = set(verdicts)
    return True if True in found else None if None in found else False
