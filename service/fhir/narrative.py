"""What a narrative may hold: one XHTML div of plain formatting (R4 narrative.html, invariants txt-1 and txt-2)."""

from __future__ import annotations

import re
from xml.parsers import expat

from service.fhir.json import Value

_XHTML = "http://www.w3.org/1999/xhtml"
_XML = "http://www.w3.org/XML/1998/namespace"
_words = re.compile(r"\w+").findall
_ELEMENTS = frozenset(
    _words(
        "a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img"
        " kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var"
    )
)
_ATTRIBUTES = frozenset(
    _words(
        "abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class colspan"
        " compact coords dir frame headers height href hreflang hspace id ismap lang longdesc name nohref nowrap rel rev rowspan rules"
        " scope shape span src start style summary tabindex title type usemap valign value vspace width"
    )
) | {f"{_XML} lang", f"{_XML} space"}
"""HTML 4.0, chapters 7 to 11 (9.4 left out), 13 and 15: the names in the XPath of txt-1, and those of its text that the XPath lacks."""

_ROWS = frozenset({"table", "thead", "tbody", "tfoot"})
_INSIDE = {
    **dict.fromkeys(("caption", "colgroup", "thead", "tbody", "tfoot"), frozenset({"table"})),
    **dict.fromkeys(("td", "th"), frozenset({"tr"})),
    **dict.fromkeys(("dt", "dd"), frozenset({"dl"})),
    "col": frozenset({"table", "colgroup"}),
    "li": frozenset({"ul", "ol"}),
    "tr": _ROWS,
}
_ONLY = {outer: frozenset(inner for inner, around in _INSIDE.items() if outer in around) for outer in ("dl", "ol", "tr", "ul", *_ROWS)}
_BLOCKS = frozenset(_words("address blockquote div dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul"))
_ACTIVE = re.compile(r"[\s\x00-\x20]*(javascript|vbscript):", re.IGNORECASE)


class _RefusedError(Exception):
    """What the narrative must not have."""


def problem(div: Value) -> str | None:
    """Why a JSON value is not the div of a narrative, in words that follow "is"; None if it is one. Takes linear time."""
    if not isinstance(div, str):
        return "not a JSON string"
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(div, True)  # noqa: FBT003 - expat takes it by position
    except _RefusedError as error:
        return str(error)
    except (expat.ExpatError, ValueError):
        return "not well-formed XHTML"
    return None if reader.says_something else "without content: it needs text or an image"


class _Reader:
    """The elements that are open, and whether there was any content."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.paragraphs = 0
        self.says_something = False

    def doctype(self, *_: object) -> None:
        raise _RefusedError("XHTML with a document type, which a narrative must not have")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, element = name.rpartition(" ")
        if space != _XHTML or (not self.open and element != "div"):
            raise _RefusedError(f"not a div in the namespace {_XHTML}")
        if element not in _ELEMENTS:
            raise _RefusedError(f"XHTML with `{_shown(element)}`, an element that a narrative must not have")
        for attribute, value in attributes.items():
            if attribute not in _ATTRIBUTES:
                raise _RefusedError(f"XHTML with `{_shown(attribute)}`, an attribute that a narrative must not have")
            if attribute in ("href", "src") and _ACTIVE.match(value):
                raise _RefusedError("XHTML with a script as a link, which a narrative must not have")
        self._check_place(element)
        if element == "img" and "src" in attributes:
            self.says_something = True
        self.paragraphs += element == "p"
        self.open.append(element)

    def end(self, _: str) -> None:
        self.paragraphs -= self.open.pop() == "p"

    def text(self, data: str) -> None:
        if data.strip(" \t\r\n"):
            self.says_something = True

    def _check_place(self, element: str) -> None:
        around = self.open[-1] if self.open else ""
        wanted, allowed = _INSIDE.get(element), _ONLY.get(around)
        if (wanted and around not in wanted) or (allowed and element not in allowed) or (self.paragraphs and element in _BLOCKS):
            raise _RefusedError(f"XHTML with `{element}` in `{around}`, where it must not stand")


def _shown(name: str) -> str:
    """A name of the text, cut short."""
    return name.rpartition(" ")[2][:32]
