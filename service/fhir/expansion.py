"""The codes of value sets, from the definitions at hand (R4 valueset.html, codesystem.html)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

import msgspec

Codes = set[tuple[str, str]]

MAX_INSIDE = 32


class NotEnumerableError(Exception):
    """The definitions at hand do not hold the codes of a value set; says why."""


class _Trait(msgspec.Struct):
    code: str
    parent: str = msgspec.field(default="", name="valueCode")
    holds: bool = msgspec.field(default=False, name="valueBoolean")


class _Concept(msgspec.Struct):
    code: str
    property: tuple[_Trait, ...] = ()
    concept: tuple[_Concept, ...] = ()


class CodeSystem(msgspec.Struct):
    """What of a CodeSystem says which codes there are."""

    url: str
    content: str
    concept: tuple[_Concept, ...] = ()
    version: str = ""
    case_sensitive: bool = msgspec.field(default=True, name="caseSensitive")

    def codes(self) -> Iterator[str]:
        """Every code, those that only group others too."""
        yield from (code for code, _ in _concepts(self.concept, ()))


class _Filter(msgspec.Struct):
    property: str
    op: str
    value: str


class _Part(msgspec.Struct):
    system: str = ""
    concept: tuple[_Concept, ...] = ()
    filter: tuple[_Filter, ...] = ()
    value_set: tuple[str, ...] = msgspec.field(default=(), name="valueSet")


class _Compose(msgspec.Struct):
    include: tuple[_Part, ...]
    exclude: tuple[_Part, ...] = ()


class ValueSet(msgspec.Struct):
    """What of a ValueSet says which codes are in it."""

    url: str
    compose: _Compose | None = None


class Terms:
    """Value sets and code systems; `others` gives the codes of those that are not among them by their url, None where not known."""

    def __init__(
        self,
        value_sets: Iterable[ValueSet],
        code_systems: Iterable[CodeSystem],
        others: Callable[[str], AbstractSet[tuple[str, str]] | None] = lambda _: None,
    ) -> None:
        self.value_sets = {one.url: one for one in value_sets}
        self._code_systems = {one.url: one for one in code_systems}
        self._others = others
        self._open: list[str] = []
        self._found: dict[str, Codes] = {}

    def systems(self, url: str) -> set[str]:
        """The systems that a value set takes codes from; empty when that is unknown."""
        found: set[str] = set()
        value_set = self.value_sets.get(url)
        for part in value_set.compose.include if value_set and value_set.compose else ():
            parts = [{part.system}] if part.system else [self.systems(name) for name in part.value_set]
            if not all(parts):
                return set()
            found.update(*parts)
        return found

    def codes(self, url: str) -> Codes:
        """The codes of a value set.

        Raises NotEnumerableError.
        """
        url = url.partition("|")[0]
        if url not in self.value_sets:
            return self._other(url, f"value set {url} not in the packages")
        compose = self.value_sets[url].compose
        if compose is None or url in self._open or len(self._open) == MAX_INSIDE:
            raise NotEnumerableError(f"value set {url} does not say its codes")
        if url not in self._found:
            self._open.append(url)
            try:
                found = set().union(*(self._part(part) for part in compose.include))
                self._found[url] = found.difference(*(self._part(part) for part in compose.exclude))
            finally:
                self._open.pop()
        return self._found[url]

    def _part(self, part: _Part) -> Codes:
        """The codes of one include or exclude: all that it says must hold at once."""
        sets = [self.codes(url) for url in part.value_set]
        if part.concept:
            sets.append({(part.system, concept.code) for concept in part.concept})
        elif part.system:
            sets.append(self._system_codes(part.system, part.filter))
        return set.intersection(*sets) if sets else set()

    def _other(self, url: str, fault: str) -> Codes:
        known = self._others(url)
        if known is None:
            raise NotEnumerableError(fault)
        return {*known}

    def _system_codes(self, url: str, filters: Sequence[_Filter]) -> Codes:
        """The codes of a code system that one may use and that pass the filters."""
        system = self._code_systems.get(url)
        if system is None and not filters:
            return self._other(url, f"codes of {url} not in the packages")
        if system is None or system.content != "complete":
            raise NotEnumerableError(f"codes of {url} not in the packages")
        ancestors = dict(_concepts(system.concept, ()))
        chosen = {code for code, (_, usable) in ancestors.items() if usable}
        for rule in filters:
            if (rule.property, rule.op) != ("concept", "is-a"):
                raise NotEnumerableError(f"{rule.property} {rule.op} {rule.value} in {url} not in the packages")
            chosen = {code for code in chosen if rule.value in (code, *ancestors[code][0])}
        return {(url, code) for code in chosen}


def _concepts(items: Iterable[_Concept], above: tuple[str, ...]) -> Iterator[tuple[str, tuple[tuple[str, ...], bool]]]:
    """Every code with the codes above it and whether it may be used (some only group others)."""
    for item in items:
        parents = (*above, *(trait.parent for trait in item.property if trait.code == "subsumedBy"))
        usable = not any(trait.code == "notSelectable" and trait.holds for trait in item.property)
        yield item.code, (parents, usable)
        yield from _concepts(item.concept, (*parents, item.code))
