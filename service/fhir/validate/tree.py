"""The elements of a profile or extension definition as a tree: what it says of an element, of what is in it, and of its slices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from service.fhir import definitions
from service.fhir.definitions import ProfileElement


@dataclass(slots=True)
class Node:
    """What is said of one element or slice: `facts` None where only of what is in it."""

    facts: ProfileElement | None = None
    children: dict[str, Node] = field(default_factory=dict)
    slices: dict[str, Node] = field(default_factory=dict)

    def below(self, path: str) -> Iterator[Node]:
        """The nodes at a path ("code.coding") inside this one, whatever slices lie between; `$this` is the node itself."""
        if path == "$this":
            yield self
            return
        name, _, rest = path.partition(".")
        child = self.children.get(name)
        for node in (child, *child.slices.values()) if child else ():
            yield from node.below(rest or "$this")


@cache
def profile_tree(url: str) -> Node:
    """The tree of a profile that is packed."""
    found = definitions.profile(url)
    return _tree(found.elements if found else {})


@cache
def extension_tree(url: str) -> Node:
    """The tree of an extension definition that is packed."""
    found = definitions.extension(url)
    return _tree(found.elements if found else {})


def _tree(elements: Mapping[str, ProfileElement]) -> Node:
    root = Node()
    for element in elements.values():
        node = root
        for step in element.id.split(".")[1:]:
            name, _, part = step.partition(":")
            node = node.children.setdefault(name.removesuffix("[x]"), Node())
            if part:
                node = node.slices.setdefault(part, Node())
        node.facts = element
    return root
