"""The page of a record kind: its fields and where they stand in FHIR, its resources, its codes with their evidence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from service.fhir import definitions
from service.fhir.json import Value
from service.mapping.pages.markdown import CODES, code_row, coded, listed, page, section, table
from service.mapping.pages.standing import Spot, field_of, of, spots, standing
from service.mapping.plan import Block, Items, Kind, Part, Shape, every
from service.mapping.terms import codings
from service.mapping.terms.constant import Constant
from service.mapping.terms.quantity import InUnit
from service.mapping.terms.term import Term
from service.mapping.terms.via import Coded
from service.mapping.vocabulary import Vocabulary
from service.records import moments
from service.records.fields import Field, Fields
from service.records.formulas import TRUE

_READ_ON = """
What a field's type and its clauses mean says [the language](../language.md#fields). An element is named as in a mapping:
[paths](../language.md#paths). The engine writes `id`, `meta` and the own identifier of every resource
([who is who](../language.md#who-is-who)).

The evidence of a code begins with how sure it is:

| | |
| --- | --- |
| A | seen with this display at HL7, VSAC, LOINC or OHDSI, or at a source that checked it with a terminology server |
| B | seen at two or more independent public sources |
| C | seen at one secondary source |
| local | ours: no public code was found |
"""


def index(kinds: Mapping[str, Kind]) -> str:
    """The page that leads to those of all kinds, and says how to read them."""
    rows = [(f"[{name}]({name}.md)", _summary(kind), ", ".join(_types(kind))) for name, kind in sorted(kinds.items())]
    return page("Record kinds", table(("record", "is", "becomes"), rows)) + _READ_ON


def record_page(kind: Kind, folders: Mapping[str, Collection[str]]) -> str:
    """The page of a record kind; `folders` are the ids of table files, which have pages of their own."""
    all_of_it = spots(kind)
    shared = f" Resources of other systems that agree in {listed(kind.foreign_key)} are one record." if kind.foreign_key else ""
    loops = [one for one, ids in folders.items() if field_of(kind, ids)]
    apart = "".join(f" What differs by {one.removesuffix('s')} stands on [pages of their own](../{one}/README.md)." for one in loops)
    return page(
        kind.name,
        f"{_summary(kind)}\n",
        f"`{kind.span.source.name}`: the key is `{kind.key}`.{shared} What is not read is {_KEPT[kind.leftovers]}.{apart}\n",
        section("Fields", ("field", "type", "in FHIR", ""), _field_rows(kind, kind.fields, all_of_it)),
        section("Rules", ("rule", "says"), _rule_rows(kind)),
        section("Records inside", ("list", "of", "with"), _child_rows(kind)),
        section("Resources", ("resource", "is", "written", "known by", "always with"), _resource_rows(kind, all_of_it)),
        section("Extensions", ("extension", "url", "holds"), _extension_rows(kind)),
        section("Units", ("unit", "text", "read as well"), _unit_rows(all_of_it)),
        section("Codes", CODES, _code_rows(kind, all_of_it)),
    )


def _summary(kind: Kind) -> str:
    """What a record of this kind is: the comment with which its file begins."""
    lines = itertools.takewhile(lambda line: line.startswith("#"), kind.span.source.text.splitlines())
    return " ".join(line.lstrip("# ") for line in lines)


_KEPT = {"report": "reported", "refuse": "refused", "keep": "kept and given back"}


def _types(kind: Kind) -> Iterable[str]:
    return dict.fromkeys(shape.type for shape in kind.written)


def _field_rows(kind: Kind, fields: Fields, terms: list[Spot], prefix: str = "") -> Iterator[tuple[str, ...]]:
    """A row for each field, or for those that one line of a loop gives to one case; below a list, its items."""
    clauses = {name: _clauses(fields, field) for name, field in fields.by_name.items()}
    for (_, said), group in itertools.groupby(fields.by_name.values(), lambda one: (one.span, clauses[one.name])):
        first, *others = group
        name = f"`{prefix}{first.name}`" + (f" … `{prefix}{others[-1].name}`" if others else "")
        yield name, f"{len(others) + 1} fields" if others else type_of(first), standing(kind, [first, *others], terms), said
        if first.items:
            yield from _field_rows(kind, first.items, terms, f"{prefix}{first.name}.")


def type_of(field: Field) -> str:
    """The type of a field with its range, or its values."""
    if field.items:
        return "list of records"
    many = "list of " if field.many else ""
    if field.values:
        return f"{many}{listed(field.values)}{' or other text' if field.or_text else ''}"
    bounds = "" if not (field.low or field.high) else " day.." if field.type in moments.TYPES else f" {field.low}..{field.high}"
    return f"{many}{field.type}{bounds}"


def _clauses(fields: Fields, field: Field) -> str:
    """What a field means, and what its clauses ask for."""
    rules = [rule.text.removeprefix(f"{field.name} ") for rule in fields.rules if rule.clause_of == field.name]
    meaning = "" if "<" in field.span.text else field.means or _remark(field)
    said = [meaning] if meaning else []
    said += ["required"] if field.required else []
    said += [re.sub(r"(needs|only when|together with|not before) (.*)", r"\1 `\2`", rule) for rule in rules]
    said += [f"labelled `{label}`" for label in field.sensitive]
    said += [f"stays: {field.stays}"] if field.stays else []
    return "; ".join(said)


def _remark(field: Field) -> str:
    """The comment on a field's line, or on that which opens its list."""
    lines = [field.span.source.line(field.span.line + below) for below in range(1 + bool(field.items))]
    return next((match[1] for line in lines if (match := re.search(r"\s#\s+(.*)", line))), "")


def _rule_rows(kind: Kind) -> Iterator[tuple[str, str]]:
    yield from ((rule.name, rule.text) for rule in kind.fields.rules if not rule.clause_of)
    for field in kind.fields.by_name.values():
        inside = field.items.rules if field.items else ()
        yield from ((f"{field.name}.{rule.name}", rule.text) for rule in inside if not rule.clause_of)


def _child_rows(kind: Kind) -> Iterator[tuple[str, str, str]]:
    for one in kind.children:
        taken = [f"`{name}`" for name in one.shared] + [f"`{name} = {value}`" for name, value in one.fixed.items()]
        yield f"`{one.name}`", f"[{one.kind}]({one.kind}.md)", ", ".join(taken)


def _resource_rows(kind: Kind, terms: list[Spot]) -> Iterator[tuple[str, ...]]:
    for shape in kind.shapes:
        type_ = f"[{shape.type}](http://hl7.org/fhir/R4/{shape.type.lower()}.html)"
        known = definitions.profile(shape.profile) if shape.profile else None
        profile = f", [{shape.profile}]({known.url})" if known else ""
        mine = [spot for spot in terms if spot.shape is shape]
        match = [_always(kind.names, spot) for spot in mine if spot.leaf.mode == "match"]
        always = [_always(kind.names, spot) for spot in mine if spot.alone]
        yield f"`{shape.name}`", f"{type_}{profile}", _written(shape), "<br>".join(dict.fromkeys(match)), "<br>".join(always)


def _written(shape: Shape) -> str:
    """When a shape is written."""
    if shape.form_of:
        return f"never first: it is another form of `{shape.form_of}`"
    said = [f"for each of `{shape.each.name}`"] if shape.each else []
    said += [f"when `{shape.when}`"] if shape.when != TRUE else []
    said += ["read from our own resources only"] if shape.own_only else []
    return "; ".join(said) or "always"


def _always(names: Vocabulary, spot: Spot) -> str:
    """An element with its constant; with the field that tells it, where there are several."""
    if isinstance(spot.term, Constant) and not spot.fields:
        return f"`{spot.leaf.path}` {_spelt(names, spot.term.value)}"
    return f"`{spot.leaf.path}` by {listed(one.name for one in spot.fields)}"


def _spelt(names: Vocabulary, value: Value) -> str:
    """A constant as it is written."""
    return " + ".join(f"`{code if isinstance(code, str) else coded(names, *code)}`" for code in codings.in_json(value)) or f"`{value}`"


def _extension_rows(kind: Kind) -> Iterator[tuple[str, str, str]]:
    names = {part.slice: None for shape in kind.shapes for part in _elements(shape.scope.parts) if part.name == "extension"}
    for one in (kind.names.extensions[name] for name in sorted(names)):
        targets = f"({', '.join(one.targets)})" if one.targets else ""
        yield f"`{one.name}`", f"`{one.url}`", "parts" if one.type == "extension" else f"{one.type}{targets}"


def _elements(parts: list[Part]) -> Iterator[Block | Items]:
    for part in every(parts):
        if isinstance(part, Block | Items):
            yield part
        if isinstance(part, Items):
            yield from _elements(part.scope.parts)


def _unit_rows(terms: list[Spot]) -> list[tuple[str, str, str]]:
    units = {code: texts for spot in terms if isinstance(spot.term, InUnit) for code, texts in spot.term.units.items()}
    return [(f"`{code}`", texts[0], ", ".join(texts[1:])) for code, texts in sorted(units.items())]


def _code_rows(kind: Kind, terms: list[Spot]) -> Iterator[tuple[str, ...]]:
    listings = {inner: f"{field.name}." for field in kind.fields.by_name.values() if field.items for inner in field.items.by_name.values()}
    stands_for: dict[tuple[str, str], dict[str, list[Spot]]] = {}
    for spot in terms:
        for code, what in () if spot.looped else _meanings(spot, listings):
            if code in kind.names.evidence:
                stands_for.setdefault(code, {}).setdefault(what, []).append(spot)
    written = {code for spot in terms for code in _written_codes(spot.term)}
    for key, meanings in sorted(stands_for.items()):
        words = [f"`{what}`" + ("" if " = " in what else of(kind, what, same)) for what, same in meanings.items()]
        yield code_row(kind.names, *key, ", ".join(words) + ("" if key in written else ", read only"))


def _meanings(spot: Spot, listings: Mapping[Field, str]) -> Iterator[tuple[codings.Code, str]]:
    """The codes by which a term is known, each with what it stands for: a value of a field (behind its list), or being this element."""
    branch, told = spot.leaf.branch, spot.fields[0] if spot.fields else None
    name = f"{listings.get(told, '')}{told.name}" if told else ""
    match spot.term:
        case Coded(read_as=read):
            yield from ((code, f"{name} = {value}") for code, value in read.items())
        case Constant(read_as=read, value=value):
            what = f"{name} = {branch.value}" if branch and name else spot.element
            yield from ((code, what) for code in {*codings.in_json(value), *read})


def _written_codes(term: Term) -> Iterator[codings.Code]:
    match term:
        case Coded(written=written):
            yield from (code for value in written.values() for code in codings.in_json(value))
        case Constant(value=value):
            yield from codings.in_json(value)
