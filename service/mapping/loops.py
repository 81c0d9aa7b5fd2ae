"""Loops over table files, written out before anything is checked: `each file of instruments:`, `each <q> of coded:`.

What a loop writes keeps both places: the template line, and the line of the table file from which a word was taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.spans import Span
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar, Sequence

_FILES = re.compile(r"each file of (\S+)")
_ENTRIES = re.compile(r"each <(\w+)> of (\S+)")
_VARIABLE = re.compile(r"<(\w+)>")
_ALTERNATIVE = re.compile(r"\s*\|\s*<(\w+)>")
_ALONE = re.compile(r"(?:=\s*)?<(\w+)>")

ABOUT = "about"
"""The block of a table file that no mapping reads: what else there is to know of it, for others."""

Variables = Mapping[str, Scalar]


@dataclass(slots=True)
class Loops:
    """Writes out the loops of mapping files over folders of table files (by name) and the tables of `base.yaml` (names by table)."""

    folders: Mapping[str, Mapping[str, Tree]]
    tables: Mapping[str, tuple[Scalar, ...]]
    found: list[Diagnostic] = field(default_factory=list)
    used: set[Span] = field(default_factory=set)

    def write_out(self, tree: Tree) -> Tree:
        """A mapping file without loops."""
        variables = {folder: Scalar(", ".join(files), tree.span) for folder, files in self.folders.items()}
        return self._block(tree, variables, None)

    def unused(self) -> Iterator[Diagnostic]:
        """What stands in the table files and no loop of any mapping file reads."""
        for files in self.folders.values():
            for tree in files.values():
                for key, value in tree:
                    if key.text in ("id", "tables", ABOUT) or value.span in self.used:
                        continue
                    yield say.unused_in_table_file(key.span, key.text)
                for _, section in tree:
                    entries = [entry for _, entry in section] if isinstance(section, Tree) and section.span in self.used else []
                    for key, value in (pair for entry in entries if isinstance(entry, Tree) for pair in entry):
                        if value.span not in self.used:
                            yield say.unused_in_table_file(key.span, key.text)

    def _block(self, block: Tree, variables: Variables, file: tuple[str, Tree] | None) -> Tree:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, value in block:
            for name, content in self._entry(key, value, variables, file):
                if name.text in entries:
                    self.found.append(form.duplicate_key(name.span, name.text, entries[name.text][0].span))
                else:
                    entries[name.text] = (name, content)
        return replace(block, entries=tuple(entries.values()))

    def _node(self, node: Node, variables: Variables, file: tuple[str, Tree] | None) -> Node:
        match node:
            case Scalar():
                return self._text(node, variables)
            case Sequence(items):
                return replace(node, items=tuple(self._node(item, variables, file) for item in items))
            case Tree():
                return self._block(node, variables, file)

    def _entry(self, key: Scalar, value: Node, variables: Variables, file: tuple[str, Tree] | None) -> Iterator[tuple[Scalar, Node]]:
        files, entries = _FILES.fullmatch(key.text), _ENTRIES.fullmatch(key.text)
        if not files and not entries:
            yield self._text(key, variables), self._node(value, variables, file)
        elif not isinstance(value, Tree):
            self.found.append(form.not_a_block(value.span, f"`{key.text}`"))
        elif files:
            for inner, tree in self._files(key, files[1]):
                yield from self._block(value, {**variables, **inner}, (files[1], tree))
        elif entries:
            for inner in self._rows(key, entries[1], entries[2], file):
                yield from self._block(value, {**variables, **inner}, file)

    def _files(self, key: Scalar, folder: str) -> Iterator[tuple[Variables, Tree]]:
        if folder not in self.folders:
            self.found.append(say.unknown_folder(key.at(folder), folder, self.folders))
        for tree in self.folders.get(folder, {}).values():
            yield {name.text: value for name, value in tree if isinstance(value, Scalar)}, tree

    def _rows(self, key: Scalar, variable: str, section: str, file: tuple[str, Tree] | None) -> Iterator[Variables]:
        if file is None:
            if section not in self.tables:
                self.found.append(say.unknown_table(key.at(section), section, self.tables))
            for name in self.tables.get(section, ()):
                yield {variable: name}
            return
        folder, tree = file
        block = tree.get(section)
        if isinstance(block, Tree):
            self.used.add(block.span)
            for name, entry in block:
                members = {inner.text: value for inner, value in entry if isinstance(value, Scalar)} if isinstance(entry, Tree) else {}
                yield {**members, variable: name}
        elif block is not None:
            self.found.append(form.not_a_block(block.span, f"`{section}`"))
        elif all(other.get(section) is None for other in self.folders[folder].values()):
            self.found.append(say.unknown_table(key.at(section), section, [name.text for name, _ in tree]))

    def _text(self, node: Scalar, variables: Variables) -> Scalar:
        if "<" not in node.text:
            return node
        pieces: list[tuple[str, Span]] = []
        alone = bool(_ALONE.fullmatch(node.text))

        def value(match: re.Match[str]) -> str:
            found = variables.get(match[1])
            if found is None:
                self.found.append(say.unknown_variable(node.at(match[0]), match[1], variables))
                return match[0]
            self.used.add(found.span)
            pieces.append((found.text, found.span))
            return found.text.replace("$", "$$") if alone else found.text

        text = _ALTERNATIVE.sub(lambda match: match[0] if match[1] in variables else "", node.text)
        return Scalar(_VARIABLE.sub(value, text), node.span, tuple(pieces))
