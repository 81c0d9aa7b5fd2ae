"""A block of a file while it is read: what it lacks or nobody knows is a diagnostic at its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import instruments as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar


@dataclass(frozen=True, slots=True)
class Block:
    """The lines below a key; errors are added to `found`. One that is not there lacks nothing more."""

    key: Scalar
    tree: Tree
    found: list[Diagnostic]
    there: bool = True

    @classmethod
    def of_file(cls, name: str, tree: Tree, found: list[Diagnostic]) -> Block:
        """A whole file, with its id as the key."""
        node = tree.get("id")
        return cls(node if isinstance(node, Scalar) else Scalar(name, tree.span), tree, found)

    def only(self, known: Iterable[str]) -> None:
        """Say of each key that is not known that nobody reads it."""
        for key, _ in self.tree:
            if key.text not in known:
                self.found.append(say.unknown_key(key.span, key.text, self.key.text, known))

    def node(self, name: str, *, required: bool = False) -> Scalar | None:
        """The text behind a key with its place."""
        node = self.tree.get(name)
        if isinstance(node, Scalar) and node.text:
            return node
        if node is not None:
            self.found.append(form.not_a_text(node.span, name))
        elif required and self.there:
            self.found.append(say.missing_key(self.key.span, name, self.key.text))
        return None

    def text(self, name: str, *, required: bool = False) -> str:
        """The text behind a key, empty where it is missing."""
        node = self.node(name, required=required)
        return node.text if node else ""

    def word(self, name: str, known: Sequence[str], *, required: bool = False) -> str:
        """The text behind a key, which must be one of some words."""
        node = self.node(name, required=required)
        if node and node.text not in known:
            self.found.append(say.not_one_of(node.span, node.text, name, known))
        return node.text if node else ""

    def block(self, name: str, *, required: bool = False) -> Block:
        """The block behind a key; without lines where it is missing."""
        node = self.tree.get(name)
        if node is None:
            if required and self.there:
                self.found.append(say.missing_key(self.key.span, name, self.key.text))
            return Block(self.key, Tree((), self.key.span), self.found, there=False)
        return self._block(next(key for key, _ in self.tree if key.text == name), node)

    def sections(self, names: Iterable[str]) -> Iterator[Block]:
        """The blocks behind some keys, in the order of the file."""
        return (self._block(key, node) for key, node in self.tree if key.text in names)

    def blocks(self) -> Iterator[Block]:
        """Every line as a block of its own."""
        return (self._block(key, node) for key, node in self.tree)

    def lines(self) -> Iterator[tuple[Scalar, Scalar]]:
        """Every line as two texts."""
        for key, node in self.tree:
            if isinstance(node, Scalar) and node.text:
                yield key, node
            else:
                self.found.append(form.not_a_text(key.span, key.text))

    def sourced(self) -> Iterator[tuple[Scalar, str]]:
        """Every line as something that is said and who says so."""
        for key, node in self.tree:
            if isinstance(node, Scalar) and node.text:
                yield key, node.text
            else:
                self.found.append(say.without_source(key.span, key.text))

    def _block(self, key: Scalar, node: Node) -> Block:
        if isinstance(node, Tree):
            return Block(key, node, self.found)
        self.found.append(form.not_a_block(node.span, f"`{key.text}`"))
        return Block(key, Tree((), node.span), self.found, there=False)
