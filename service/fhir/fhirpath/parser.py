"""Text to tree (N1 grammar.html): operators by their precedence, everything else by descent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from service.fhir.fhirpath.errors import ParseError
from service.fhir.fhirpath.syntax import (
    Binary,
    Call,
    Constant,
    Empty,
    Expression,
    Index,
    Item,
    Literal,
    Member,
    Sign,
    This,
    Total,
    TypeTest,
    inner,
)
from service.fhir.fhirpath.tokens import Token, tokens
from service.fhir.fhirpath.values import UNITS, Quantity, temporal

MAX_LENGTH = 20_000
MAX_DEPTH = 80
MAX_DIGITS = 64

_LEVELS = (
    ("implies",),
    ("or", "xor"),
    ("and",),
    ("in", "contains"),
    ("=", "~", "!=", "!~"),
    ("<=", "<", ">", ">="),
    ("|",),
    ("is", "as"),
    ("+", "-", "&"),
    ("*", "/", "div", "mod"),
)
_BINDING = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_RESERVED = {*_BINDING, "true", "false"} - {"as", "is", "in", "contains"}
_TYPE_FUNCTIONS = ("is", "as", "ofType")
_SPECIAL: dict[str, type[This | Index | Total]] = {"$this": This, "$index": Index, "$total": Total}


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The tree of an expression.

    Raises ParseError, also for a text longer than MAX_LENGTH and a tree deeper than MAX_DEPTH.
    """
    if len(text) > MAX_LENGTH:
        raise ParseError(f"an expression longer than {MAX_LENGTH} characters")
    parser = _Parser(text)
    tree = parser.expression()
    if parser.word.kind != "end":
        raise ParseError("expected an operator or the end", parser.word.start)
    _refuse_deep(tree)
    return tree


def _refuse_deep(tree: Expression) -> None:
    """Refuse a tree that those who walk it could not: a chain of steps or operators is as deep as it is long."""
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ParseError(f"an expression deeper than {MAX_DEPTH} steps", level[0].start)
        level = [below for node in level for below in inner(node)]


class _Parser:
    """One text on its way."""

    def __init__(self, text: str) -> None:
        self.words = tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def word(self) -> Token:
        return self.words[self.at]

    def take(self) -> Token:
        word = self.word
        self.at += 1
        return word

    def sees(self, sign: str) -> bool:
        return self.word.kind == "sign" and self.word.text == sign

    def expect(self, sign: str) -> None:
        if not self.sees(sign):
            raise ParseError(f"expected `{sign}`", self.word.start)
        self.take()

    def expression(self, level: int = 0) -> Expression:
        """An expression of operators that bind at least as tightly as those of a level."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ParseError(f"an expression deeper than {MAX_DEPTH} steps", self.word.start)
        left = self.signed()
        while (own := self.binding()) >= level:
            operator = self.take()
            if operator.text in ("is", "as"):
                left = TypeTest(operator.text, left, *self.type_name(), start=operator.start)
            else:
                left = Binary(operator.text, left, self.expression(own + 1), start=operator.start)
        self.depth -= 1
        return left

    def binding(self) -> int:
        """How tightly the operator that comes next binds; -1 for none."""
        return _BINDING.get(self.word.text, -1) if self.word.kind in ("sign", "name") else -1

    def signed(self) -> Expression:
        signs: list[Token] = []
        while self.sees("+") or self.sees("-"):
            signs.append(self.take())
        found = self.steps()
        for sign in reversed(signs):
            found = Sign(sign.text, found, start=sign.start)
        return found

    def steps(self) -> Expression:
        """A term with what follows it: `.name`, `.function()`, `[position]`."""
        found = self.term()
        while True:
            if self.sees("."):
                self.take()
                found = self.step(found)
            elif self.sees("["):
                start = self.take().start
                found = Item(found, self.expression(), start=start)
                self.expect("]")
            else:
                return found

    def step(self, source: Expression) -> Expression:
        word = self.word
        if word.kind == "special":
            return Call(source, "select", (self.term(),), start=word.start)
        if not self.at_name():
            raise ParseError("expected an element or a function", word.start)
        return self.named(source)

    def term(self) -> Expression:
        word = self.word
        if self.at_name():
            return self.named(None)
        self.take()
        match word.kind:
            case "special":
                return _SPECIAL[word.text](start=word.start)
            case "sign":
                return self.bracketed(word)
            case "date" | "datetime" | "time":
                return _temporal(word)
        return self.literal(word)

    def bracketed(self, sign: Token) -> Expression:
        """What begins with a sign: `(expression)`, `{}`, `%name`."""
        if sign.text == "(":
            found = self.expression()
            self.expect(")")
            return found
        if sign.text == "{":
            self.expect("}")
            return Empty(start=sign.start)
        if sign.text == "%" and self.word.kind in ("name", "quoted", "string"):
            return Constant(self.take().text, start=sign.start)
        raise ParseError("expected a value, an element or a function", sign.start)

    def literal(self, word: Token) -> Literal:
        if word.kind == "string":
            return Literal(word.text, start=word.start)
        if word.kind == "name" and word.text in ("true", "false"):
            return Literal(word.text == "true", start=word.start)
        if word.kind == "number":
            return self.number(word)
        raise ParseError("expected a value, an element or a function", word.start)

    def at_name(self) -> bool:
        return self.word.kind == "quoted" or (self.word.kind == "name" and self.word.text not in _RESERVED)

    def named(self, source: Expression | None) -> Expression:
        word = self.take()
        if not self.sees("("):
            return Member(source, word.text, start=word.start)
        self.take()
        if word.text in _TYPE_FUNCTIONS and self.at_name():
            found: Expression = TypeTest(word.text, source, *self.type_name(), start=word.start)
        else:
            found = Call(source, word.text, tuple(self.arguments()), start=word.start)
        self.expect(")")
        return found

    def arguments(self) -> Iterator[Expression]:
        if self.sees(")"):
            return
        yield self.expression()
        while self.sees(","):
            self.take()
            yield self.expression()

    def type_name(self) -> tuple[str, str]:
        """The namespace and the name of a type; "" for no namespace."""
        parts = [self.name()]
        while self.sees("."):
            self.take()
            parts.append(self.name())
        if len(parts) > 2:
            raise ParseError("a type is a name or a namespace and a name", self.word.start)
        return (parts[0], parts[1]) if len(parts) == 2 else ("", parts[0])

    def name(self) -> str:
        if not self.at_name():
            raise ParseError("expected a name", self.word.start)
        return self.take().text

    def number(self, word: Token) -> Literal:
        if len(word.text) > MAX_DIGITS:
            raise ParseError(f"a number longer than {MAX_DIGITS} digits", word.start)
        if self.word.kind == "string":
            return Literal(Quantity(Decimal(word.text), self.take().text), start=word.start)
        if self.word.kind == "name" and self.word.text in UNITS:
            unit = UNITS[self.take().text]
            return Literal(Quantity(Decimal(word.text), unit, calendar=True), start=word.start)
        return Literal(Decimal(word.text) if "." in word.text else int(word.text), start=word.start)


def _temporal(word: Token) -> Literal:
    type_name = {"date": "Date", "datetime": "DateTime", "time": "Time"}[word.kind]
    found = temporal(type_name, word.text.lstrip("@T") if word.kind == "time" else word.text[1:])
    if found is None:
        raise ParseError("not a date or time of the calendar and the clock", word.start)
    return Literal(found, start=word.start)
