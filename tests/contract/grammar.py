"""The grammar of docs/language.md: the words in it, and expressions that accept what its productions spell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.contract import example

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([A-Za-z]+)|([][(){}|,…])')
_NAME = r"(?!(?:and|or|not)\b)[A-Za-z_][\w-]*"
LEXICAL: Mapping[str, str] = {
    **dict.fromkeys(("name", "kind", "profile", "concept", "system", "theirs"), _NAME),
    "table": r"[\w<>/-]+",
    "value": r"[^\s,;=|]+",
    "number": r"-?[0-9]+(?:\.[0-9]+)?",
    "quoted": r'(?<=\s)"[^"]*"',
    "Type": "[A-Z][A-Za-z]+",
    "element": "[A-Za-z][A-Za-z0-9]*",
    "elements": r"[A-Za-z.]+",
    "unit": "[^']+",
    "code": r"[^\s\"+|]+",
    "word": r"[^\s#+|\"]+",
    "url": r"[a-z{][^\s|]*",
    "text": r"[^|\s](?:[^|]*[^|\s])?",
    "zone": r"[A-Z]\w+/\w+",
    "datepattern": "[YMD/.-]+",
    "timepattern": "[YMDHhmsAP/.: -]+",
    "joined": r".*\$\w+.*",
    "datatype": "[A-Za-z]+",
    "string": "#[a-z]+",
}
"""What the names that no production explains may be. Any text is a `string`; here only one that the mappings have, so that no other is."""


class Grammar:
    """The productions of a page by name, each as its tokens."""

    def __init__(self, page: str) -> None:
        (block,) = (block.text for block in example.blocks(page) if block.language == "ebnf")
        self.productions = dict(re.findall(r"^(\w+) += (.*?);$", block, re.MULTILINE | re.DOTALL))

    def words(self) -> set[str]:
        """Every word that stands in quotes."""
        return {word for body in self.productions.values() for text, _, _ in _TOKEN.findall(body) for word in re.findall("[A-Za-z]+", text)}

    def accepts(self, production: str, text: str) -> bool:
        """Whether a production spells a text."""
        return re.fullmatch(rf"\s*{self._expression(production)}\s*", text) is not None

    def _expression(self, production: str) -> str:
        tokens = iter(_TOKEN.findall(self.productions[production]))
        return f"(?:{''.join(self._part(token) for token in tokens)})"

    def _part(self, token: tuple[str, str, str]) -> str:
        text, name, sign = token
        if text:
            return re.sub(r"^(?=\w)|(?<=\w)$", r"\\b", re.escape(text)) + r"\s*"
        if name in self.productions:
            return rf"{self._expression(name)}\s*"
        if name:
            return rf"(?:{LEXICAL.get(name, '(?!)')})\s*"
        return {"[": "(?:", "]": ")?", "{": "(?:", "}": ")*", "(": "(?:", ")": ")", "|": "|"}.get(sign, "")


def without_one(text: str) -> Iterator[str]:
    """A text without one of its words or signs, and with one twice."""
    parts = re.findall(r"\w+|[^\w\s]|\s+", text)
    for at, part in enumerate(parts):
        yield "".join([*parts[:at], *parts[at + 1 :]])
        yield "".join([*parts[:at], part, *parts[at:]])
