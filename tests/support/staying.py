"""Records with a secret in a field that stays in the clinic, in every form in which a caller may send them."""

from __future__ import annotations

from typing import Any

from service.fhir import json
from tests.support.http import record
from tests.support.mappings import mappings

SECRET = "she-spoke-of-7413"
STAYING = [(kind.name, name) for kind in mappings().kinds.values() for name, one in kind.fields.by_name.items() if one.stays]
"""Every field that stays, with its record kind."""


def secretive(kind: str, field: str) -> dict[str, Any]:
    """A valid record that holds the secret, without records inside."""
    return {**{name: value for name, value in record(kind).items() if not isinstance(value, list)}, field: SECRET}


def accepted(whole: dict[str, Any]) -> dict[str, bytes]:
    """A record in each form that is taken, by a name for it."""
    text = json.write(whole)
    return {"as it is": text, "with space": b"\n " + text.replace(b'":', b'" :\n'), "in a list": b"[" + text + b"]"}


def refused(whole: dict[str, Any], field: str) -> dict[str, bytes]:
    """The same with a mistake, in the secret, beside it, or in the JSON around it."""
    text, note = json.write(whole), json.write(SECRET)
    twice = b'"%b":%b,"%b":%b' % (field.encode(), note, field.encode(), note)
    without = {name: value for name, value in whole.items() if name != "client_id"}
    return {
        "a list of notes": json.write({**whole, field: [SECRET]}),
        "notes in an object": json.write({**whole, field: {"text": SECRET}}),
        "space around it": json.write({**whole, field: f" {SECRET} "}),
        "a control character": json.write({**whole, field: f"{SECRET}\u0007"}),
        "an unknown field": json.write({**whole, f"{field}_2": SECRET}),
        "a field is missing": json.write(without),
        "a value of no table": json.write({**whole, "status": SECRET, "sex": SECRET}),
        "said twice": text.replace(b'"%b":%b' % (field.encode(), note), twice),
        "cut": text[: text.index(note) + len(note) - 2],
        "no JSON behind it": text.replace(note, note + b" and"),
        "no JSON in it": text.replace(note, b"\\" + note),
        "not UTF-8": text.replace(note, note[:-1] + b'\xff"'),
        "no record at all": note,
    }
