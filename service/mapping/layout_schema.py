"""JSON Schema of records that a clinic holds in objects of its own, or in rows; from one whose properties are the names of its lines."""

from __future__ import annotations

from collections.abc import Mapping

from service.fhir.json import Number, Value
from service.mapping.layout import Layout, Path, Rows

Schema = dict[str, Value]


def shaped(schema: Schema, layout: Layout) -> Schema:
    """The schema of a record, or of each of its rows. What a row says of another cannot be told."""
    if layout.rows:
        return _row(schema, layout, layout.rows)
    paths = {line.name: line.path for line in layout.lines.values() if len(line.path) > 1}
    return _opened(schema, paths) if paths else schema


def _opened(schema: Schema, paths: Mapping[str, Path]) -> Schema:
    """A schema or condition with objects where the clinic has them."""
    made = dict(schema)
    for name in ("allOf", "anyOf"):
        if name in made:
            made[name] = [_opened(one, paths) for one in made[name]]
    if "not" in made:
        made["not"] = _opened(made["not"], paths)
    if "required" in made or "properties" in made:
        properties = {paths.get(name, (name,)): value for name, value in made.pop("properties", {}).items()}
        required = [paths.get(name, (name,)) for name in made.pop("required", ())]
        made = {**made, **_object(properties, required, closed="additionalProperties" in made)}
    return made


def _row(schema: Schema, layout: Layout, rows: Rows) -> Schema:
    """What each row holds: of one case, or of none."""
    of_cases = {line.name for lines in rows.cases.values() for line in lines.values()}
    lines = {line.name: line.path for line in layout.lines.values()}
    properties, required = schema["properties"], schema.get("required", [])
    shared = {lines.get(name, (name,)): value for name, value in properties.items() if name not in of_cases}
    always = [lines.get(name, (name,)) for name in required if name not in of_cases]
    made = [_object(shared, always, closed=True)]
    for word, case in rows.cases.items():
        own = {path: properties[line.name] for path, line in case.items() if line.name in properties}
        needed = [path for path, line in case.items() if line.name in required]
        column: dict[Path, Value] = {(rows.column,): {"const": word}}
        made.append(_object({**shared, **column, **own}, [*always, (rows.column,), *needed], closed=True))
    return {"type": "object", "anyOf": made}


def _object(properties: Mapping[Path, Value], required: list[Path], *, closed: bool) -> Schema:
    made: Schema = {}
    for name in dict.fromkeys(path[0] for path in (*properties, *required)):
        inside = {path[1:]: value for path, value in properties.items() if path[0] == name and len(path) > 1}
        needed = [path[1:] for path in required if path[0] == name and len(path) > 1]
        if inside or needed:
            made[name] = _object(inside, needed, closed=closed)
        elif (name,) in properties:
            made[name] = properties[(name,)]
    return {
        **({"type": "object", "minProperties": Number("1")} if closed else {}),
        "properties": made,
        **({"required": list(dict.fromkeys(path[0] for path in required))} if required else {}),
        **({"additionalProperties": False} if closed else {}),
    }
