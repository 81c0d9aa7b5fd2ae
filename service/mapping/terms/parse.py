"""The grammar of terms. Which kind of term stands at a path is decided by the type of its element."""

from __future__ import annotations

import re

from service.diagnostics.messages import names as say
from service.diagnostics.messages import reversibility as lost
from service.diagnostics.messages import syntax as form
from service.diagnostics.messages import types as wrong
from service.mapping.terms import constant, quantity, reference, text, value, via
from service.mapping.terms.echo import Echo
from service.mapping.terms.term import Place, Term
from service.records.fields import Field

_HOLE = re.compile(
    r"\$(?P<field>\w+)(?P<must>!)?(?:\s+'(?P<unit>[^']+)'|\s+\$(?P<unit_field>\w+))?(?:\s+via\s+(?P<via>\S+))?(?:\s+else\s+absent\s+(?P<absent>\S+))?"
)
_LINK = re.compile(r"=>\s*(\S+)")
_REFERENCE = re.compile(r"(\w+)/\$(\w+)(!)?")
_SYSTEM = re.compile(r"([a-z][a-z0-9-]*)\|(.*\$.*)")


class Parsed:
    """A term with what its line says beside it: whether it has a `!`, and `absent` (the code of `else absent`)."""

    __slots__ = ("absent", "must", "term")

    def __init__(self, term: Term | None, *, must: bool = False, absent: str = "") -> None:
        self.term = term
        self.must = must
        self.absent = absent


def parse(place: Place, written: str, *, echo: bool = False) -> Parsed:
    """The term that a text spells; `term` is None where it has none, with a diagnostic."""
    if written.startswith("= ") and not echo:
        return _echo(place, written[2:].strip())
    type_ = place.member.type
    if type_ != "Reference" and _LINK.fullmatch(written):
        place.say(wrong.link_at_element(place.text.span, type_))
        return Parsed(None)
    if (match := _HOLE.fullmatch(written)) and type_ not in ("Reference", "Identifier"):
        return _hole(place, match, echo=echo)
    if type_ == "Reference":
        return _reference(place, written)
    if type_ == "Identifier":
        return _identifier(place, written)
    if "$" in written.replace("$$", ""):
        if type_ not in ("string", "markdown"):
            place.say(form.not_a_term(place.text.span, written, type_))
            return Parsed(None)
        return Parsed(text.parse(place, written))
    return Parsed(constant.parse(place, written))


def _echo(place: Place, written: str) -> Parsed:
    inner = parse(place, written, echo=True)
    if inner.term is not None and (inner.must or inner.absent):
        place.say(form.not_in_echo(place.text.at("!" if inner.must else "else absent")))
        return Parsed(None)
    return Parsed(Echo(place.text.span, inner.term.fields, inner.term) if inner.term else None)


def _reference(place: Place, written: str) -> Parsed:
    if match := _LINK.fullmatch(written):
        return Parsed(reference.parse_link(place, match[1]))
    if match := _REFERENCE.fullmatch(written):
        return Parsed(reference.parse(place, match[1], match[2]), must=bool(match[3]))
    place.say(form.not_a_reference(place.text.span, written))
    return Parsed(None)


def _identifier(place: Place, written: str) -> Parsed:
    match = _SYSTEM.fullmatch(written)
    if match is None:
        place.say(form.not_an_identifier(place.text.span, written))
        return Parsed(None)
    system = place.names.system(match[1], place.text.at(match[1]))
    return Parsed(text.parse(place, match[2], system) if system else None)


def _hole(place: Place, match: re.Match[str], *, echo: bool) -> Parsed:
    name = match["field"]
    field = place.fields.visible.get(name)
    if field is None:
        place.say(say.unknown_field(place.text.at(name), name, place.fields.visible))
        return Parsed(None)
    if field.stays:
        place.say(lost.field_stays(place.text.at(name), name, field.stays))
        return Parsed(None)
    if match["absent"] and not match["unit"] and not match["unit_field"] and not place.path.rpartition(".")[2].startswith("value"):
        place.say(wrong.absent_not_here(place.text.at(match["absent"]), place.path))
        return Parsed(None)
    return Parsed(_term(place, match, field, echo=echo), must=bool(match["must"]), absent=match["absent"] or "")


def _term(place: Place, match: re.Match[str], field: Field, *, echo: bool) -> Term | None:
    type_ = place.member.type
    if match["unit"] or match["unit_field"]:
        return quantity.parse(place, field, match["unit"] or "", match["unit_field"] or "")
    if type_ == "Quantity":
        place.say(wrong.unit_missing(place.text.span, field.name))
        return None
    if type_ in ("Coding", "CodeableConcept") or match["via"] or (type_ == "code" and field.type == "table"):
        if type_ not in ("Coding", "CodeableConcept", "code"):
            place.say(wrong.via_at_element(place.text.at(match["via"]), type_))
            return None
        if not match["via"] and field.type != "table":
            place.say(wrong.table_needed(place.text.at(field.name), field.name, field.type, type_))
            return None
        return via.parse(place, field, match["via"] or "", echo=echo)
    return value.parse(place, field)
