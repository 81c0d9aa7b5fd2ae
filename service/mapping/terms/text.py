"""`a-$field/x` at a string, `system|$field` at an Identifier: fixed parts around fields. On the way back it is cut at the fixed parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.diagnostics.messages import names as say
from service.diagnostics.messages import reversibility as lost
from service.diagnostics.messages import syntax as form
from service.diagnostics.messages import types as wrong
from service.fhir.json import Value, quote
from service.mapping.terms.term import Constants, Decoded, Emitter, Incoming, Misfit, Outgoing, Pieces, Place, Record, TwoWay
from service.records import leaves
from service.records.fields import Field

_PART = re.compile(r"\$(?:\$|([a-z][a-z0-9_]*))")
_CUTTABLE = ("id", "text", "code", "uri")


@dataclass(frozen=True, eq=False)
class Pattern(TwoWay):
    """Fixed texts and fields in turn: `fixed` has one more entry than `fields`.

    With `system` it is an Identifier; `spellings` are the urls by which the system is known.
    """

    fixed: tuple[str, ...]
    system: str = ""
    spellings: tuple[str, ...] = ()

    def write(self, record: Record, out: Outgoing) -> Value:
        """The text, or the Identifier."""
        del out
        text = self.fixed[0] + "".join(record[one.name] + after for one, after in zip(self.fields, self.fixed[1:], strict=True))
        return {"system": self.system, "value": text} if self.system else text

    def read(self, value: Value, source: Incoming) -> dict[str, Value]:
        """The fields between the fixed parts."""
        del source
        if self.system:
            value = value.get("value") if isinstance(value, dict) and value.get("system") in self.spellings else None
        parts = self.cut(value)
        for one in self.fields:
            if problem := leaves.problem(one, parts[one.name]):
                raise Misfit(problem)
        return parts

    def cut(self, text: Value) -> dict[str, Value]:
        """The texts between the fixed parts. Raises Misfit."""
        match = re.fullmatch(self._expression, text, re.DOTALL) if isinstance(text, str) else None
        if match is None:
            raise Misfit("does not have the form of the mapping")
        return {one.name: match[at] for at, one in enumerate(self.fields, 1)}

    def emit(self, to: Emitter) -> Pieces:
        """The text between its quotes, or the Identifier as text."""
        pieces: Pieces = [quote(self.fixed[0])[1:-1]]
        for one, after in zip(self.fields, self.fixed[1:], strict=True):
            pieces += [*to.inner(one), quote(after)[1:-1]]
        if self.system:
            return [f'{{"system":{quote(self.system)},"value":"', *pieces, '"}']
        return ['"', *pieces, '"']

    def decode(self, to: Constants) -> Decoded:
        """The fields by cutting the text."""
        cut = to.constant(self._expression, "cut")
        inner = "{0}.value" if self.system else "{0}"
        values = tuple((one, f"cut({cut}, {inner}, {number})") for number, one in enumerate(self.fields, 1))
        return Decoded("Identifier" if self.system else "str", values)

    @property
    def _expression(self) -> str:
        fields = ("(.+)" if one.type != "id" else "([A-Za-z0-9-]+)" for one in self.fields)
        parts = (part + re.escape(after) for part, after in zip(fields, self.fixed[1:], strict=True))
        return re.escape(self.fixed[0]) + "".join(parts)


def parse(place: Place, text: str, system: str = "") -> TwoWay | None:
    """The term of a text with at least one field in it, or None with a diagnostic."""
    fixed, fields, at = [""], list[Field](), 0
    for match in _PART.finditer(text):
        fixed[-1] += text[at : match.start()]
        at = match.end()
        if match[1] is None:
            fixed[-1] += "$"
            continue
        field = place.fields.visible.get(match[1])
        if field is None:
            place.say(say.unknown_field(place.text.at(match[1]), match[1], place.fields.visible))
            return None
        fields.append(field)
        fixed.append("")
    fixed[-1] += text[at:]
    if any("$" in part for part in re.split(_PART, text)[::2]):
        place.say(form.bare_dollar(place.text.at("$")))
        return None
    for field in fields:
        if field.type not in _CUTTABLE or field.many:
            place.say(
                wrong.field_at_element(
                    place.text.at(f"${field.name}"),
                    field.name,
                    field.type,
                    "a text with other parts",
                    f"a text takes single values of type {', '.join(_CUTTABLE)}",
                )
            )
            return None
    if len(fields) > 1 and not _separable(fields, fixed):
        place.say(lost.text_not_separable(place.text.span, [one.name for one in fields]))
        return None
    return Pattern(place.text.span, tuple(fields), tuple(fixed), system, place.names.spellings(system))


def unescape(text: str) -> str:
    """A text without fields, with `$$` for `$`."""
    return text.replace("$$", "$")


def _separable(fields: list[Field], fixed: list[str]) -> bool:
    names = {one.name for one in fields}
    return (
        len(names) == len(fields)
        and all(one.type == "id" for one in fields)
        and all(re.search(r"[^A-Za-z0-9-]", between) for between in fixed[1:-1])
    )
