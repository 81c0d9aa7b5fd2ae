"""Records with something wrong in them, derived from their fields: as JSON texts, since some of it has no other form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from service.fhir import json
from service.records.fields import Field, Fields

_ANYTHING = ("null", "true", "false", "0", "1", "-1", '""', '" "', '"x"', "[]", "{}", "[null]", '["x"]', "[[]]", '{"x":1}', "[{}]")
_TEXTS = (
    '" x"',
    '"x "',
    '"x\\u00a0"',
    '"\\u2003x"',
    '"\\u0000"',
    '"a\\u0007b"',
    '"a\\u0085b"',
    '"\\uffff"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"a\\tb\\n"',
    '"a\\u2028b"',
    '"\x7f"',
    '"<>&\\"\\\\/"',
    '"a\\/b"',
)
_NUMBERS = (
    "1.0",
    "1e2",
    "1E2",
    "-0",
    "-0.0",
    "01",
    "+1",
    ".5",
    "1.",
    "NaN",
    "1e400",
    "1e-400",
    "9" * 70,
    "2147483648",
    "-2147483649",
    '"1"',
    "1e40",
)
_MOMENTS = (
    '"2024"',
    '"2024-02"',
    '"2024-02-30"',
    '"2023-02-29"',
    '"2024-02-29"',
    '"2024-13-01"',
    '"2024-1-1"',
    '"0000-01-01"',
    '"0001-01-01"',
    '"2024-01-01T10:00:00"',
    '"2024-01-01T10:00Z"',
    '"2024-01-01T24:00:00Z"',
    '"2024-01-01T23:59:60Z"',
    '"2024-01-01T10:00:00.1234567890123Z"',
    '"2024-01-01T10:00:00.Z"',
    '"2024-01-01T10:00:00+14:00"',
    '"2024-01-01T10:00:00+14:01"',
    '"2024-01-01T10:00:00+15:00"',
    '"2024-01-01t10:00:00z"',
    '"2024-01-01 10:00:00Z"',
    '"\uff12024-01-01"',
)
_IDS = ('"a_b"', '"a.b"', '"a/b"', f'"{"a" * 36}"', f'"{"a" * 37}"', '"ä"', '"a\\n"')
_CODES = ('"a  b"', '" a"', '"a b"', '"a\\tb"', '"a\\u00a0b"', '"8867-4"', '"é"', '"a\\"b"')

_URIS = ('"x"', '"urn:"', '"urn:y z"', '"urn:é"', '"urn:uuid:1"', '"urn:oid:1.2"', '"ftp://x"', '"https://a.example/\\"b"')


def records(fields: Fields, record: Mapping[str, Any], random: Random) -> Iterator[str]:
    """Texts of a record with one thing changed: a field at a time, then names left out, unknown and repeated."""
    for name, one in fields.by_name.items():
        for text in random.sample(list(values(one)), 6):
            yield _object(record, name, text)
        if one.items:
            items = record.get(name) or [{}]
            for text in records(one.items, items[0], random):
                yield _object(record, name, f"[{text}]")
            yield _object(record, name, json.write([*items, items[0]]).decode())
    for name in record:
        yield _object({other: value for other, value in record.items() if other != name})
    whole = _object(record)
    yield _object(record, "unheard_of", "1")
    yield f"{whole[:-1]},{whole[1:]}"
    yield from ("", "null", "{}", whole[:-1], f"{whole}x", f"[{whole}]", f" {whole}", whole.replace('":', '" :'), f"\ufeff{whole}")


def values(field: Field) -> Iterator[str]:
    """Texts of values that are near the field's, on both sides of what it takes."""
    near: tuple[str, ...] = {
        "text": _TEXTS,
        "id": _IDS,
        "code": _CODES,
        "uri": _URIS,
        "date": _MOMENTS,
        "dateTime": _MOMENTS,
        "instant": _MOMENTS,
        "integer": _NUMBERS,
        "decimal": _NUMBERS,
    }.get(field.type, _TEXTS if field.or_text else ())
    edges = _edges(field)
    for text in (*_ANYTHING, *near, *edges):
        yield text
        if field.many:
            yield f"[{text}]"


def _edges(field: Field) -> Iterator[str]:
    bounds = [int(float(bound)) for bound in (field.low, field.high) if bound]
    if field.type in ("integer", "decimal"):
        yield from (f"{bound}{tail}" for bound in bounds for tail in ("", ".0", ".00001", "e0"))
        yield from (str(bound + step) for bound in bounds for step in (-1, 1))
    elif field.type in ("text", "id"):
        yield from (f'"{"a" * (bound + step)}"' for bound in bounds for step in (-1, 0, 1))
    for name in field.values[:3]:
        yield from (
            json.quote(name),
            json.quote(f"{name} "),
            json.quote(name.upper()),
            name if field.numeric else '"0"',
            f"{name}.0" if field.numeric else "0",
        )


def _object(record: Mapping[str, Any], name: str = "", text: str = "") -> str:
    """The text of a record with the text of one field's value."""
    members = {other: json.write(value).decode() for other, value in record.items()}
    if name:
        members[name] = text
    return "{" + ",".join(f"{json.quote(other)}:{value}" for other, value in members.items()) + "}"
