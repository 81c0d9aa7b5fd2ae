"""docs/native-fields.md: every name that others give to a field has its place among ours, or a reason why it has none."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from service.mapping.plan import Kind
from service.records.fields import Field
from tests.contract.repository import text
from tests.support.mappings import mappings
from tests.support.shared import shared

ROWS = re.findall(r"^\| (?!there |---)(.+) \| (.+) \|$", text("docs/native-fields.md"), re.MULTILINE)
PLACE = re.compile(r"`(\w+)\.([\w.]+)(?: = (\w+))?`")


def named(kind: Kind, path: str) -> Field | None:
    """The field of a record, or of an item of one of its lists, that a path names."""
    first, _, rest = path.partition(".")
    field = kind.fields.by_name.get(first)
    return field.items.by_name.get(rest) if field and field.items and rest else None if rest else field


@pytest.mark.parametrize(("there", "here"), ROWS)
def test_a_name_has_its_place(there: str, here: str) -> None:
    """Each row names a field, or a list of records, and values of fields that exist; or it says why there is none."""
    found = PLACE.findall(here)
    assert found or here.startswith("left out: "), there
    for name, path, value in found:
        kind = mappings().kinds[name]
        field = named(kind, path)
        assert field or path in {one.name for one in kind.children}, path
        assert not value or (field and value in field.domain), value


def test_every_name_is_there() -> None:
    """The rows are the names that were collected, no more and no less."""
    collected = json.loads(shared("reference/native_fields.json").read_text("utf-8"))
    names = [name for part in ("sources", "proposed") for listed in collected[part].values() for name in listed]
    assert Counter(there.replace("\\|", "|") for there, _ in ROWS) == Counter(names)
