"""Records in the clinic's own form, on their way in and out. Without a layout there is nothing to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from service.diagnostics.issue import Issue
from service.fhir.json import Value
from service.mapping.layout import Layout

Layouts = Mapping[str, Layout]

_STEP = re.compile(r"([^.\[]*)((?:\[\d+\])*)")


def ours(layouts: Layouts, kind: str, value: Value) -> Value:
    """Our form of a record, a list of records, or a record `with` others beside it. Raises Refused with the clinic's names."""
    if isinstance(value, dict) and value.keys() == {"record", "with"}:
        beside = value["with"]
        if isinstance(beside, dict) and all(isinstance(records, list) for records in beside.values()):
            beside = {name: _ours_of(layouts, name, records, f"with.{name}") for name, records in beside.items()}
        return {"record": ours(layouts, kind, value["record"]), "with": beside}
    if not isinstance(value, list):
        return layouts[kind].ours(value) if kind in layouts else value
    records = _ours_of(layouts, kind, value, "")
    return records[0] if len(records) == 1 and kind in layouts and layouts[kind].rows else records


def form(layouts: Layouts, kind: str, record: Value) -> Value:
    """The clinic's form of a record of ours. Raises Refused with our names of what has no form there."""
    return layouts[kind].theirs(record) if kind in layouts else record


def theirs(layouts: Layouts, told: Mapping[str, Value]) -> Value:
    """What an answer says of a record, with the record in the clinic's form. Raises Refused with our names of what has no form there."""
    layout = layouts.get(told["kind"])
    return {**told, "record": layout.theirs(told["record"]), **_account(layout, told)} if layout else told


def named(layouts: Layouts, kind: str, issues: Iterable[Issue]) -> list[Issue]:
    """Issues of a record in our form, where the clinic would look for them."""
    return [replace(one, where=_path(layouts, kind, one.where)) for one in issues]


def _ours_of(layouts: Layouts, kind: str, records: list[Value], path: str) -> list[Value]:
    layout = layouts.get(kind)
    return [layout.ours(record, *paths) for paths, record in layout.apart(records, path)] if layout else records


def _account(layout: Layout, told: Mapping[str, Value]) -> dict[str, Value]:
    made: dict[str, Value] = {"unknown": [layout.named(name) for name in told["unknown"]]}
    if "children" in told:
        made["children"] = {
            layout.named(name): [{**one, **_account(layout.inside[name], one)} for one in inside]
            for name, inside in told["children"].items()
        }
    return made


def _path(layouts: Layouts, kind: str, where: str) -> str:
    """The path of a field in the clinic's form."""
    layout = layouts.get(kind)
    steps: list[str] = []
    for step in where.split("."):
        match = _STEP.fullmatch(step)
        name, index = (match[1], match[2]) if match else (step, "")
        if steps == ["with"]:
            layout = layouts.get(name)
        elif name and layout and (name in layout.kind.fields.by_name or name in layout.inside):
            steps.append(layout.named(name) + index)
            layout = layout.inside.get(name)
            continue
        steps.append(step)
    return ".".join(steps)
