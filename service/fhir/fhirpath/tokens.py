"""The words of an expression (N1 §6, lexical elements)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.fhir.fhirpath.errors import ParseError

_CLOCK = r"[0-9]{2}(:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+|//[^\r\n]*|/\*(?s:.)*?\*/)
  | (?P<open>/\*)
  | (?P<time>@T{_CLOCK})
  | (?P<datetime>@[0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}})?)?T({_CLOCK}(Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?)
  | (?P<date>@[0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}})?)?)
  | (?P<number>[0-9]+(\.[0-9]+)?)
  | (?P<string>'(\\(?s:.)|[^'\\])*')
  | (?P<quoted>`(\\(?s:.)|[^`\\])*`)
  | (?P<special>\$(this|index|total)\b)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign><=|>=|!=|!~|[-+*/&|<>=~.,()\[\]{{}}%])
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|(?s:.))")
_ESCAPED = {"f": "\f", "n": "\n", "r": "\r", "t": "\t", **{sign: sign for sign in "`'\"\\/"}}


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its kind (the group of the expression above, `end` after the last), its text without quotes and escapes, its offset."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> list[Token]:
    """The words of a text, and one of kind `end`.

    Raises ParseError.
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        kind = match.lastgroup if match else None
        if not match or kind is None:
            raise ParseError("a character that no FHIRPath expression has here", at)
        if kind == "open":
            raise ParseError("a comment without its end", at)
        word = match[0]
        if kind in ("string", "quoted"):
            word = _unescape(word[1:-1], at)
        if kind != "space":
            found.append(Token(kind, word, at))
        at = match.end()
    return [*found, Token("end", "", len(text))]


def _unescape(text: str, at: int) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) > 1:
            return chr(int(code[1:], 16))
        if code not in _ESCAPED:
            raise ParseError("an escape that FHIRPath does not know", at)
        return _ESCAPED[code]

    return _ESCAPE.sub(plain, text) if "\\" in text else text
