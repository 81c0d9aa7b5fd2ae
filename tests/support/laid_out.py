"""Records that have a form at a clinic."""

from __future__ import annotations

import re

from service.diagnostics.diagnostic import Diagnostics
from service.diagnostics.issue import Refused
from service.diagnostics.spans import Source
from service.diagnostics.tree import parse
from service.fhir import json
from service.fhir.json import Value
from service.mapping import layout_lines
from service.mapping.layout import Layout
from tests.support.mappings import mappings

_TIME = re.compile(rb'"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}):[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"')


def in_one_zone(record: Value) -> Value:
    """The record with all its times at whole minutes of Arizona, which has no summer time."""
    return json.read(_TIME.sub(rb'"\1:00-07:00"', json.write(record)))


def fitting(layout: Layout, record: dict[str, Value]) -> dict[str, Value]:
    """What of a record has a form at a clinic."""
    while True:
        try:
            layout.theirs(record)
        except Refused as refused:
            without = {re.split(r"[.\[]", one.where)[0] for one in refused.issues if one.code == "KAP412"}
            record = {name: value for name, value in record.items() if name not in without}
        else:
            return record


def layouts(text: str) -> dict[str, Layout]:
    """The layouts of a clinic that changes nothing else."""
    tree, found = parse(Source("mappings/clinics/test.yaml", text))
    read = layout_lines.read(tree.get("layout"), mappings().kinds, found)
    if found:
        raise Diagnostics(found)
    return dict(read)
