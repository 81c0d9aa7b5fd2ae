"""The codes of value sets, from the definitions at hand (R4 valueset.html)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Json = Any
Codes = set[tuple[str, str]]


class NotEnumerableError(Exception):
    """The definitions at hand do not hold the codes of a value set; says why."""


class Terms:
    """The value sets and code systems of the packages."""

    def __init__(self, definitions: Iterable[Json]) -> None:
        by_url = [(item["resourceType"], item.get("url"), item) for item in definitions]
        self.value_sets = {url: item for kind, url, item in by_url if kind == "ValueSet"}
        self.code_systems = {url: item for kind, url, item in by_url if kind == "CodeSystem"}

    def systems(self, url: str) -> set[str]:
        """The systems that a value set takes codes from; empty when that is unknown."""
        found: set[str] = set()
        for part in self.value_sets.get(url, {}).get("compose", {}).get("include", ()):
            parts = [{part["system"]}] if "system" in part else [self.systems(name) for name in part["valueSet"]]
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
            raise NotEnumerableError(f"value set {url} not in the packages")
        compose = self.value_sets[url]["compose"]
        found = set().union(*(self.part(part) for part in compose["include"]))
        return found.difference(*(self.part(part) for part in compose.get("exclude", ())))

    def part(self, part: Json) -> Codes:
        """The codes of one include or exclude: all that it says must hold at once."""
        sets = [self.codes(url) for url in part.get("valueSet", ())]
        if "concept" in part:
            sets.append({(part["system"], concept["code"]) for concept in part["concept"]})
        elif "system" in part:
            sets.append(self.system_codes(part["system"], part.get("filter", ())))
        return set.intersection(*sets)

    def system_codes(self, url: str, filters: Iterable[Json]) -> Codes:
        """The codes of a code system that one may use and that pass the filters."""
        system = self.code_systems.get(url)
        if system is None or system["content"] != "complete":
            raise NotEnumerableError(f"codes of {url} not in the packages")
        ancestors = dict(concepts(system.get("concept", ()), ()))
        chosen = {code for code, (_, usable) in ancestors.items() if usable}
        for rule in filters:
            if (rule["property"], rule["op"]) != ("concept", "is-a"):
                raise NotEnumerableError(f"{rule['property']} {rule['op']} {rule['value']} in {url} not in the packages")
            chosen = {code for code in chosen if rule["value"] in (code, *ancestors[code][0])}
        return {(url, code) for code in chosen}


def concepts(items: Iterable[Json], above: tuple[str, ...]) -> Iterator[tuple[str, tuple[tuple[str, ...], bool]]]:
    """Every code with the codes above it and whether it may be used (some only group others)."""
    for item in items:
        traits = item.get("property", ())
        parents = (*above, *(trait["valueCode"] for trait in traits if trait["code"] == "subsumedBy"))
        usable = not any(trait["code"] == "notSelectable" and trait["valueBoolean"] for trait in traits)
        yield item["code"], (parents, usable)
        yield from concepts(item.get("concept", ()), (*parents, item["code"]))
