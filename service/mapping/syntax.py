"""Mapping files as frozen dataclasses: a tree of lines becomes shapes whose lines have full paths.

A block is a prefix: `a: {b: t}` and `a.b: t` name the same element; only `!` asks in which block it was written.
What stands together (a shape, an alternative, a case, an item of `each`) is a Group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar, Sequence
from service.mapping import paths
from service.mapping.paths import Path
from service.mapping.vocabulary import section

SECTIONS = ("record", "formerly", "key", "foreign key", "leftovers", "fields", "rules", "children", "patterns", "resources", "example")
_SHAPE_KEYS = ("resource", "like", "profile", "written when", "each", "other form of", "formerly")
_MUST = re.compile(r"(?:\w+/)?\$(\w+)!")
_LINE = re.compile(r"(?:(match|also) )?(\S.*?)(?: each \$(\w+))?")


@dataclass(frozen=True, slots=True)
class Line:
    """`path: term`; `mode` is `match`, `also` or empty. Its `!` field counts for the `block` (a path) in which the line is written."""

    mode: str
    path: Path
    block: Path
    term: Scalar
    key: Scalar

    @property
    def must(self) -> str:
        """The field of a `!`."""
        match = _MUST.match(self.term.text)
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class EachLine:
    """`path each $list:` with the lines of one item, whose paths go on from `path`."""

    path: Path
    block: Path
    field: str
    group: Group
    key: Scalar


@dataclass(frozen=True, slots=True)
class Choice:
    """`first of name:` (alternatives) or `case $field:` (one group for each value)."""

    name: str
    case: bool
    groups: tuple[Group, ...]
    key: Scalar


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that are written and read together, all below `prefix`; `value` is a case's, `condition` that of `written when`."""

    prefix: Path
    lines: tuple[Line | EachLine, ...]
    choices: tuple[Choice, ...]
    condition: Scalar | None = None
    value: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """One resource that a record kind writes, or a pattern of lines; `keys` are the shape's words with their texts."""

    name: Scalar
    keys: dict[str, Scalar]
    group: Group


@dataclass(frozen=True, slots=True)
class Child:
    """`name: kind with field, field = value`."""

    name: Scalar
    kind: str
    parts: tuple[tuple[str, str], ...]
    text: Scalar


@dataclass(frozen=True, slots=True)
class File:
    """A mapping file of one record kind."""

    tree: Tree
    words: dict[str, Scalar]
    fields: Tree
    rules: tuple[tuple[Scalar, Scalar], ...]
    children: tuple[Child, ...]
    shapes: tuple[Shape, ...]
    example: Node | None

    @property
    def kind(self) -> str:
        """The record kind."""
        return self.words["record"].text


def read(tree: Tree, found: list[Diagnostic]) -> File | None:
    """The file that a tree without loops spells; None where it names no record."""
    for key, _ in tree:
        if key.text not in SECTIONS:
            found.append(say.unknown_section(key.span, key.text, SECTIONS))
    words: dict[str, Scalar] = {}
    for name in ("record", "formerly", "key", "foreign key", "leftovers"):
        node = tree.get(name)
        if isinstance(node, Scalar) and node.text:
            words[name] = node
        elif node is not None:
            found.append(form.not_a_text(node.span, name))
        elif name in ("record", "key"):
            found.append(form.missing_section(tree.span, name))
    fields = tree.get("fields")
    if not isinstance(fields, Tree):
        found.append(form.not_a_block(fields.span, "`fields`") if fields else form.missing_section(tree.span, "fields"))
    if tree.get("resources") is None:
        found.append(form.missing_section(tree.span, "resources"))
    if "record" not in words or "key" not in words or not isinstance(fields, Tree):
        return None
    return File(
        tree,
        words,
        fields,
        texts(section(found, tree, "rules"), found),
        tuple(child for name, text in texts(section(found, tree, "children"), found) if (child := _child(name, text, found))),
        _shapes(tree, found),
        tree.get("example"),
    )


def texts(block: Tree | tuple[()], found: list[Diagnostic]) -> tuple[tuple[Scalar, Scalar], ...]:
    """The entries of a block whose values are texts."""
    kept = []
    for key, value in block:
        if isinstance(value, Scalar):
            kept.append((key, value))
        else:
            found.append(form.not_a_text(value.span, key.text))
    return tuple(kept)


def _child(name: Scalar, text: Scalar, found: list[Diagnostic]) -> Child | None:
    match = re.fullmatch(r"(\S+) with (.+)", text.text)
    parts = [re.fullmatch(r"\s*(\w+)\s*(?:=\s*(\S+))?\s*", part) for part in match[2].split(",")] if match else [None]
    if match is None or not all(parts):
        found.append(form.not_a_child(text.span))
        return None
    return Child(name, match[1], tuple((part[1], part[2] or "") for part in parts if part), text)


def _shapes(tree: Tree, found: list[Diagnostic]) -> tuple[Shape, ...]:
    patterns = {key.text: _shape(key, node, found) for key, node in section(found, tree, "patterns")}
    shapes = [_shape(key, node, found) for key, node in section(found, tree, "resources")]
    return tuple(_like(shape, patterns, found, ()) for shape in shapes if shape)


def _shape(key: Scalar, node: Node, found: list[Diagnostic]) -> Shape | None:
    if not isinstance(node, Tree):
        found.append(form.not_a_block(node.span, f"shape `{key.text}`"))
        return None
    keys = {name.text: value for name, value in node if name.text in _SHAPE_KEYS and isinstance(value, Scalar)}
    rest = replace(node, entries=tuple((name, value) for name, value in node if name.text not in keys))
    return Shape(key, keys, _group(rest, (), found, keys.get("written when")))


def _like(shape: Shape, patterns: dict[str, Shape | None], found: list[Diagnostic], path: tuple[str, ...]) -> Shape:
    """The shape with the lines of its pattern; a line with the same path (or choice of the same name) replaces the pattern's."""
    like = shape.keys.get("like")
    if like is None:
        return shape
    pattern = patterns.get(like.text)
    if pattern is None or like.text in path:
        if like.text not in patterns:
            found.append(say.unknown_pattern(like.span, like.text, patterns))
        elif like.text in path:
            found.append(say.pattern_circle(like.span, like.text))
        return shape
    pattern = _like(pattern, patterns, found, (*path, like.text))
    own = {line.path for line in shape.group.lines}
    chosen = {(choice.case, choice.name) for choice in shape.group.choices}
    lines = [line for line in pattern.group.lines if line.path not in own] + list(shape.group.lines)
    choices = [choice for choice in pattern.group.choices if (choice.case, choice.name) not in chosen] + list(shape.group.choices)
    return replace(
        shape,
        keys={**{key: value for key, value in pattern.keys.items() if key != "like"}, **shape.keys},
        group=replace(
            shape.group,
            lines=tuple(lines),
            choices=tuple(choices),
            condition=shape.group.condition or pattern.group.condition,
        ),
    )


def _group(node: Tree, prefix: Path, found: list[Diagnostic], condition: Scalar | None = None, value: Scalar | None = None) -> Group:
    lines: list[Line | EachLine] = []
    choices: list[Choice] = []
    _collect(node, prefix, lines, choices, found)
    if not lines and not choices:
        found.append(form.empty_block(node.span))
    return Group(prefix, tuple(lines), tuple(choices), condition, value)


def _collect(node: Tree, prefix: Path, lines: list[Line | EachLine], choices: list[Choice], found: list[Diagnostic]) -> None:
    for key, value in node:
        if key.text.startswith(("first of ", "case $")):
            choices += [choice] if (choice := _choice(key, value, prefix, found)) else []
            continue
        match = _LINE.fullmatch(key.text)
        try:
            path = (*prefix, *paths.parse(match[2] if match else key.text, key))
        except paths.PathError as error:
            found.append(form.not_a_path(key.at(error.rest.strip()), key.text))
            continue
        assert match is not None
        mode, each = match[1] or "", match[3]
        if each and isinstance(value, Tree) and not mode:
            lines.append(EachLine(path, prefix, each, _group(value, path, found), key))
        elif isinstance(value, Scalar) and not each:
            if value.text:
                lines.append(Line(mode, path, prefix, value, key))
            else:
                found.append(form.no_term(key.span, key.text))
        elif isinstance(value, Tree) and not mode and not each:
            if not value.entries:
                found.append(form.empty_block(value.span))
            _collect(value, path, lines, choices, found)
        else:
            needs = "a block" if each and not mode else "a term" if mode else "a term or a block"
            found.append(form.not_a_line(value.span, key.text, needs))


def _choice(key: Scalar, node: Node, prefix: Path, found: list[Diagnostic]) -> Choice | None:
    case = key.text.startswith("case $")
    name = key.text.removeprefix("case $").removeprefix("first of ").strip()
    groups: list[Group] = []
    if case and isinstance(node, Tree) and node.entries:
        for value, body in node:
            if isinstance(body, Tree):
                groups.append(_group(body, prefix, found, value=value))
            else:
                found.append(form.not_a_block(body.span, f"case `{value.text}`"))
    elif not case and isinstance(node, Sequence) and node.items:
        for body in node.items:
            if isinstance(body, Tree):
                when = body.get("written when")
                rest = replace(body, entries=tuple(entry for entry in body if entry[0].text != "written when"))
                groups.append(_group(rest, prefix, found, when if isinstance(when, Scalar) else None))
            else:
                found.append(form.not_a_block(body.span, "an alternative"))
    else:
        found.append(form.not_a_choice(node.span, key.text))
        return None
    return Choice(name, case, tuple(groups), key)
