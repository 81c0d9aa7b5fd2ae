"""Where things stand in a JSON text: one pass over its tokens, linear in its size, without recursion."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator

_STRING = r'"(?:[^"\\]|\\.)*+"'
_TOKEN = re.compile(rf'(?P<name>{_STRING}(?=\s*:))|{_STRING}|[{{}}\[\],]|[^\s{{}}\[\],:"]++')
_MARK = re.compile(rf"{_STRING}|(?P<open>[{{\[])|(?P<close>[}}\]])|(?P<number>[0-9.eE+-]++)", re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>\\u[dD][89a-fA-F]..)|\\.")
_STEP = re.compile(r"[.\[]")


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def too_deep(text: str, most: int) -> int:
    """The offset of the first bracket that is more than so many levels deep; -1 for none."""
    depth = 0
    for mark in _MARK.finditer(text):
        depth += bool(mark["open"]) - bool(mark["close"])
        if depth > most:
            return mark.start()
    return -1


def too_long(text: str, most: int) -> int:
    """The offset of the first number of more than so many characters; -1 for none."""
    return next((mark.start() for mark in _MARK.finditer(text) if mark["number"] and len(mark["number"]) > most), -1)


def twice(text: str) -> int:
    """The offset of the first name that stands a second time in its object; -1 for none. The text is JSON up to there."""
    names: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        match token[0][0]:
            case "{" | "[":
                names.append(set())
            case "}" | "]":
                names.pop()
            case _ if token["name"]:
                name = _decoded(token["name"])
                if name in names[-1]:
                    return token.start()
                names[-1].add(name)
    return -1


def half(text: str) -> int:
    """The offset of the first escape that is half of a surrogate pair; -1 for none."""
    return next((found.start() for found in _SURROGATE.finditer(text) if found["half"]), -1)


def positions(text: str, root: str, expressions: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The line and column of each FHIRPath expression from `root` in a valid JSON text: of its name, or of its value in an array.

    An element that is not there has those of its nearest parent; an element and its `_element` are one, where the first of them stands.
    """
    offsets = _offsets(text, root, leading(expressions))
    found: dict[str, tuple[int, int]] = {}
    line, start = 1, 0
    for offset, place in sorted((offset, place) for place, offset in offsets.items()):
        line += text.count("\n", start, offset)
        start = offset
        found[place] = line, offset - text.rfind("\n", 0, offset)
    return {one: found[nearest(one, found, root)] for one in expressions}


def leading(expressions: Iterable[str]) -> set[str]:
    """The expressions and all that lead to them."""
    return {one[:end] for one in expressions for end in (*(step.start() for step in _STEP.finditer(one)), len(one))}


def nearest(expression: str, known: Container[str], root: str) -> str:
    """The expression or the nearest before it that is known, else the root."""
    while expression not in known:
        cut = max(expression.rfind("."), expression.rfind("["))
        if cut < 0:
            return root
        expression = expression[:cut]
    return expression


def _offsets(text: str, root: str, wanted: set[str]) -> dict[str, int]:
    """The offsets of the wanted elements that are there."""
    found: dict[str, int] = {}
    for place, offset in _walk(text, root):
        if place in wanted and place not in found:
            found[place] = offset
            if len(found) == len(wanted):
                break
    return found


def _walk(text: str, root: str) -> Iterator[tuple[str, int]]:
    """Every element in its order, with the offset of its name or value."""
    around: list[tuple[str, int]] = []  # each open object or array: its place; how many values of an array there were, -1 of an object
    place = root
    for token in _TOKEN.finditer(text):
        mark = token[0][0]
        if mark == ",":
            continue
        if mark in "}]":
            around.pop()
            continue
        outer, count = around[-1] if around else ("", -1)
        if token["name"]:
            place = f"{outer}.{_decoded(token['name']).removeprefix('_')}"
            yield place, token.start()
            continue
        if count >= 0:
            place = f"{outer}[{count}]"
            around[-1] = outer, count + 1
        if count >= 0 or not around:
            yield place, token.start()
        if mark in "{[":
            around.append((place, 0 if mark == "[" else -1))


def _decoded(token: str) -> str:
    name: str = json.loads(token) if "\\" in token else token[1:-1]
    return name
