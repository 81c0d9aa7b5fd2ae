"""Nothing stands in a file in vain: rules can be fulfilled, fields have values, shapes are written."""

from __future__ import annotations

from collections.abc import Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import elements
from service.diagnostics.messages import reversibility as lost
from service.mapping.plan import Block, Items, Kind, Part, Shape, every
from service.mapping.satisfy import Theory, theory
from service.records.fields import Fields
from service.records.formulas import TRUE, Formula, has


def check(kind: Kind) -> Iterator[Diagnostic]:
    """Contradictory rules, fields and shapes that never are, keys written by lines."""
    if theory(kind.fields).solve() is None:
        yield lost.rules_unsatisfiable(kind.span, kind.name, _against(kind.fields, TRUE))
        return
    for fields in (kind.fields, *(one.items for one in kind.fields.by_name.values() if one.items)):
        yield from _fields(fields)
    for shape in kind.shapes:
        yield from _of_shape(kind, shape)


def _of_shape(kind: Kind, shape: Shape) -> Iterator[Diagnostic]:
    if theory(shape.scope.fields).solve(shape.when) is None:
        yield lost.shape_never(shape.span, shape.name, _against(shape.scope.fields, shape.when))
    yield from _keys(kind, shape)
    yield from _extensions(kind, shape.scope.parts)


def _fields(fields: Fields) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for one in fields.by_name.values():
        if one.name in seen:
            continue
        model = theory(fields).solve(has(one.name), prefer=lambda: True)
        if model is None:
            yield lost.field_never(one.span, one.name, _against(fields, has(one.name)))
        else:
            seen.update(name for name in fields.by_name if model.get(has(name), True))


def _against(fields: Fields, formula: Formula) -> list[str]:
    """As few rules as exclude a formula together, in words."""
    around = [fields, *([fields.outer] if fields.outer else [])]
    said: dict[str, Formula] = {f"{one.name} required": has(one.name) for scope in around for one in scope.by_name.values() if one.required}
    said |= {rule.text: rule.formula for scope in around for rule in scope.rules}
    needed = said
    for text in said:
        rest = {one: rule for one, rule in needed.items() if one != text}
        if Theory(tuple(rest.values()), theory(fields).domains, theory(fields).open_domains).solve(formula) is None:
            needed = rest
    return list(needed)


def _keys(kind: Kind, shape: Shape) -> Iterator[Diagnostic]:
    """The key and an item's id come from the engine; a line that reads them too could give another value."""
    keys = {kind.key, *([shape.item_id] if shape.each else [])}
    for leaf in shape.scope.leaves():
        if leaf.two_way and any(one.name in keys for one in leaf.term.fields):
            yield lost.key_in_shape(leaf.term.span, next(one.name for one in leaf.term.fields if one.name in keys))


def _extensions(kind: Kind, parts: list[Part]) -> Iterator[Diagnostic]:
    """The value of an extension is of the type that its definition gives."""
    for block in every(parts):
        inside = block.parts if isinstance(block, Block) else block.scope.parts if isinstance(block, Items) else []
        if isinstance(block, Items):
            yield from _extensions(kind, inside)
        if not isinstance(block, Block | Items) or block.name != "extension" or not block.slice:
            continue
        type_ = kind.names.extensions[block.slice].type
        for part in inside:
            nested = part.name == "extension"
            if (part.element.name == "value" and part.type != type_) or (nested and type_ != "extension"):
                yield elements.extension_value_type(part.span.part(part.name), block.slice, type_)
