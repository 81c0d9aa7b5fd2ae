"""The instruments of the product, and records of answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from service.fhir.json import Number, Value
from service.instruments import load
from tests.support.mappings import mappings

INSTRUMENTS = load.of(mappings())
COMPUTED = [(name, one.name) for name, known in INSTRUMENTS.items() for one in known.scores.values() if not one.not_computed]
"""Each score that comes of answers."""


def answered(name: str, answers: Sequence[str | int | None], **fields: str | int | Decimal) -> dict[str, Value]:
    """A record with these answers to the items of an instrument, in the order of its file; None is no answer. `fields` are others."""
    given = {**dict(zip(INSTRUMENTS[name].items, answers, strict=False)), **fields}
    return {item: one if isinstance(one, str) else Number(str(one)) for item, one in given.items() if one is not None}


def whole(name: str, *, most: bool = False) -> dict[str, Value]:
    """A record in which everything that makes the total is answered, each with the least or the most points."""
    known = INSTRUMENTS[name]
    given = {}
    for part in known.scores["total"].items:
        item = known.items.get(part)
        range_ = item.range if item else known.scores[part].range
        assert range_
        points = range_.high if most != (part in known.scores["total"].reversed) else range_.low
        given[part] = next((answer for answer, count in item.points.items() if count == points), points) if item else points
    return answered(name, [], **{part: one if isinstance(one, str) and not one.isdecimal() else int(one) for part, one in given.items()})
