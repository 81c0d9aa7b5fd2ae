"""A page of Markdown for each record kind: its fields and where they stand in FHIR, its resources, its codes with their evidence.

The same mappings give the same pages.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.fhir import definitions
from service.fhir.json import Value
from service.mapping.library import Library
from service.mapping.plan import Block, Items, Kind, Leaf, Part, Shape, every
from service.mapping.terms import codings
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.quantity import InUnit
from service.mapping.terms.term import Term
from service.mapping.terms.via import Coded
from service.mapping.vocabulary import Vocabulary
from service.records import moments
from service.records.fields import Field, Fields
from service.records.formulas import TRUE

MARK = "<!-- Made by `kap-fhir docs` from the mappings. Change them, not this page. -->\n"
"""How every page begins."""

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


@dataclass(frozen=True, slots=True)
class _Spot:
    """A term of a shape and the element at which it stands, from its resource type."""

    shape: Shape
    element: str
    leaf: Leaf

    @property
    def term(self) -> Term:
        """What is written."""
        return self.leaf.term.term if isinstance(self.leaf.term, Echo) else self.leaf.term

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields whose values stand there; a constant of a case tells the case's field."""
        by = self.leaf.branch and self.leaf.branch.choice.field
        return (by,) if by and self.leaf.mode == "match" and not self.leaf.term.fields else self.leaf.term.fields

    @property
    def foreign(self) -> bool:
        """Whether only others write it."""
        return bool(self.shape.form_of) or self.leaf.mode == "also"

    @property
    def alone(self) -> bool:
        """Whether it is a constant that every resource of the shape has and none is known by."""
        return isinstance(self.term, Constant) and not self.leaf.mode and not self.leaf.branch

    @property
    def looped(self) -> bool:
        """Whether a loop wrote the term: such lines are those of the file or table over which it goes."""
        return "<" in self.leaf.term.span.text


def pages(library: Library) -> dict[str, str]:
    """The page of each record kind and an index of them, by file name."""
    kinds = {name: library.kinds[name] for name in sorted(library.kinds)}
    rows = [(f"[{name}]({name}.md)", summary(kind), ", ".join(_types(kind))) for name, kind in kinds.items()]
    index = f"{MARK}# Record kinds\n\n{table(('record', 'is', 'becomes'), rows)}{_READ_ON}"
    return {"README.md": index, **{f"{name}.md": _page(kind) for name, kind in kinds.items()}}


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; empty where there is no row."""
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines, ""]) if lines else ""


def code_row(names: Vocabulary, system: str, code: str, stands_for: str) -> tuple[str, str, str, str]:
    """The row of a code in a table of codes: what it is, its display, what it stands for, where it was seen."""
    evidence = names.evidence[system, code]
    return _code(names, system, code), evidence.display, stands_for, f"{evidence.confidence}: {evidence.seen}"


def summary(kind: Kind) -> str:
    """What a record of this kind is: the comment with which its file begins."""
    lines = itertools.takewhile(lambda line: line.startswith("#"), kind.span.source.text.splitlines())
    return " ".join(line.lstrip("# ") for line in lines)


def _page(kind: Kind) -> str:
    spots = [_Spot(shape, f"{shape.type}.{leaf.path}", leaf) for shape in kind.shapes for leaf in _leaves(shape.scope.parts)]
    shared = f" Resources of other systems that agree in {_listed(kind.foreign_key)} are one record." if kind.foreign_key else ""
    about = f"`{kind.span.source.name}`: the key is `{kind.key}`.{shared} What is not read is {_KEPT[kind.leftovers]}.\n"
    return "\n".join(
        [
            f"{MARK}# {kind.name}\n",
            f"{summary(kind)}\n",
            about,
            *_section("Fields", ("field", "type", "in FHIR", ""), _field_rows(kind, kind.fields, spots)),
            *_section("Rules", ("rule", "says"), _rule_rows(kind)),
            *_section("Records inside", ("list", "of", "with"), _child_rows(kind)),
            *_section("Resources", ("resource", "is", "written", "known by", "always with"), _resource_rows(kind, spots)),
            *_section("Extensions", ("extension", "url", "holds"), _extension_rows(kind)),
            *_section("Units", ("unit", "text", "read as well"), _unit_rows(spots)),
            *_section("Codes", ("code", "display", "stands for", "evidence"), _code_rows(kind, spots)),
        ]
    )


_KEPT = {"report": "reported", "refuse": "refused", "keep": "kept and given back"}


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    text = table(head, rows)
    return [f"## {title}\n", text] if text else []


def _leaves(parts: list[Part]) -> Iterator[Leaf]:
    """Every leaf that a line of a file writes, those of items included."""
    for part in every(parts):
        if isinstance(part, Items):
            yield from _leaves(part.scope.parts)
        elif isinstance(part, Leaf) and part.mode != "engine":
            yield part


def _types(kind: Kind) -> Iterable[str]:
    return dict.fromkeys(shape.type for shape in kind.written)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _field_rows(kind: Kind, fields: Fields, spots: list[_Spot], prefix: str = "") -> Iterator[tuple[str, ...]]:
    """A row for each field, or for those that one line of a loop gives to one case; below a list, its items."""
    clauses = {name: _clauses(fields, field) for name, field in fields.by_name.items()}
    for (_, said), group in itertools.groupby(fields.by_name.values(), lambda one: (one.span, clauses[one.name])):
        first, *others = group
        name = f"`{prefix}{first.name}`" + (f" … `{prefix}{others[-1].name}`" if others else "")
        yield name, f"{len(others) + 1} fields" if others else _type(first), _standing(kind, [first, *others], spots), said
        if first.items:
            yield from _field_rows(kind, first.items, spots, f"{prefix}{first.name}.")


def _type(field: Field) -> str:
    if field.items:
        return "list of records"
    many = "list of " if field.many else ""
    if field.values:
        return f"{many}{_listed(field.values)}{' or other text' if field.or_text else ''}"
    bounds = "" if not (field.low or field.high) else " day.." if field.type in moments.TYPES else f" {field.low}..{field.high}"
    return f"{many}{field.type}{bounds}"


def _clauses(fields: Fields, field: Field) -> str:
    """What a field means, and what its clauses ask for."""
    rules = [rule.text.removeprefix(f"{field.name} ") for rule in fields.rules if rule.clause_of == field.name]
    meaning = field.means or _remark(field)
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


def _standing(kind: Kind, fields: list[Field], spots: list[_Spot]) -> str:
    """Where fields stand: where they are written and read, where they are repeated, where others have them."""
    field = fields[0]
    if field.name == kind.key:
        return "own identifier and `id` of every resource"
    if field.items:
        return " and ".join(_each(kind, field))
    wanted = set(fields)
    mine = [spot for spot in spots if not wanted.isdisjoint(spot.fields)]
    here = [spot for spot in mine if not spot.foreign]
    known = {spot.element for spot in here}
    ways = {
        "": [spot for spot in here if not isinstance(spot.leaf.term, Echo)],
        "repeated at ": [spot for spot in here if isinstance(spot.leaf.term, Echo)],
        "read as well at ": [spot for spot in mine if spot.foreign and spot.element not in known],
    }
    ids = ["own identifier and `id` of its resource"] if any(shape.item_id == field.name for shape in kind.shapes) else []
    return "; ".join([*ids, *(f"{words}{_places(kind, field, found)}" for words, found in ways.items() if found)])


def _each(kind: Kind, field: Field) -> Iterator[str]:
    """What each item of a list becomes: a resource, or an element."""
    for shape in kind.shapes:
        if shape.each is field:
            yield f"one `{shape.type}` each ({shape.name})"
        yield from (f"one `{shape.type}.{items.path}` each" for items in shape.scope.items() if items.field is field)


def _places(kind: Kind, field: Field, spots: list[_Spot]) -> str:
    """The elements, each with how the value stands there, and the shapes that have it where not all of its type do."""
    many = len({spot.element for spot in spots}) > 3
    shapes: dict[tuple[str, str], dict[str, None]] = {}
    for spot in spots:
        element = re.sub(r"=[^]]*(?=\])", "=…", spot.element) if many else spot.element
        shapes.setdefault((element, _how(spot, field)), {})[spot.shape.name] = None
    return ", ".join(f"`{element}`{how}{_of(kind, element, names)}" for (element, how), names in shapes.items())


def _of(kind: Kind, element: str, names: Iterable[str]) -> str:
    of_type = [shape.name for shape in kind.written if shape.type == element.partition(".")[0]]
    return "" if list(names) == of_type else f" ({', '.join(names)})"


def _how(spot: _Spot, field: Field) -> str:
    """In which unit a value stands, or as which words."""
    match spot.term:
        case InUnit(units=units) as term:
            return ", its unit" if field is term.unit_field else f" in {_listed(units)}"
        case Coded(type="code", written=written):
            others = [f"`{name}` as `{value}`" for name, value in written.items() if name != value]
            return f" ({', '.join(others)})" if others else ""
    return ""


def _rule_rows(kind: Kind) -> Iterator[tuple[str, str]]:
    yield from ((rule.name, rule.text) for rule in kind.fields.rules if not rule.clause_of)
    for field in kind.fields.by_name.values():
        inside = field.items.rules if field.items else ()
        yield from ((f"{field.name}.{rule.name}", rule.text) for rule in inside if not rule.clause_of)


def _child_rows(kind: Kind) -> Iterator[tuple[str, str, str]]:
    for one in kind.children:
        taken = [f"`{name}`" for name in one.shared] + [f"`{name} = {value}`" for name, value in one.fixed.items()]
        yield f"`{one.name}`", f"[{one.kind}]({one.kind}.md)", ", ".join(taken)


def _resource_rows(kind: Kind, spots: list[_Spot]) -> Iterator[tuple[str, ...]]:
    for shape in kind.shapes:
        page = f"[{shape.type}](http://hl7.org/fhir/R4/{shape.type.lower()}.html)"
        known = definitions.profile(shape.profile) if shape.profile else None
        profile = f", [{shape.profile}]({known.url})" if known else ""
        mine = [spot for spot in spots if spot.shape is shape]
        match = [_always(kind.names, spot) for spot in mine if spot.leaf.mode == "match"]
        always = [_always(kind.names, spot) for spot in mine if spot.alone]
        yield f"`{shape.name}`", f"{page}{profile}", _written(shape), "<br>".join(dict.fromkeys(match)), "<br>".join(always)


def _written(shape: Shape) -> str:
    """When a shape is written."""
    if shape.form_of:
        return f"never first: it is another form of `{shape.form_of}`"
    said = [f"for each of `{shape.each.name}`"] if shape.each else []
    said += [f"when `{shape.when}`"] if shape.when != TRUE else []
    said += ["read from our own resources only"] if shape.own_only else []
    return "; ".join(said) or "always"


def _always(names: Vocabulary, spot: _Spot) -> str:
    """An element with its constant; with the field that tells it, where there are several."""
    if isinstance(spot.term, Constant) and not spot.fields:
        return f"`{spot.leaf.path}` {_spelt(names, spot.term.value)}"
    return f"`{spot.leaf.path}` by {_listed(one.name for one in spot.fields)}"


def _spelt(names: Vocabulary, value: Value) -> str:
    """A constant as it is written."""
    return " + ".join(f"`{code if isinstance(code, str) else _code(names, *code)}`" for code in codings.in_json(value)) or f"`{value}`"


def _extension_rows(kind: Kind) -> Iterator[tuple[str, str, str]]:
    names = {part.slice: None for shape in kind.shapes for part in _blocks(shape.scope.parts) if part.name == "extension"}
    for one in (kind.names.extensions[name] for name in sorted(names)):
        targets = f"({', '.join(one.targets)})" if one.targets else ""
        yield f"`{one.name}`", f"`{one.url}`", "parts" if one.type == "extension" else f"{one.type}{targets}"


def _blocks(parts: list[Part]) -> Iterator[Block]:
    for part in every(parts):
        if isinstance(part, Items):
            yield from _blocks(part.scope.parts)
        elif isinstance(part, Block):
            yield part


def _unit_rows(spots: list[_Spot]) -> list[tuple[str, str, str]]:
    units = {code: texts for spot in spots if isinstance(spot.term, InUnit) for code, texts in spot.term.units.items()}
    return [(f"`{code}`", texts[0], ", ".join(texts[1:])) for code, texts in sorted(units.items())]


def _code(names: Vocabulary, system: str, code: str) -> str:
    """A code as base.yaml spells it."""
    return f"{next(name for name, url in names.systems.items() if url == system)}#{code}"


def _code_rows(kind: Kind, spots: list[_Spot]) -> Iterator[tuple[str, ...]]:
    stands_for: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for spot in spots:
        for code, what in () if spot.looped else _meanings(spot):
            if code in kind.names.evidence:
                stands_for.setdefault(code, {}).setdefault(what, {})[spot.shape.name] = None
    for (system, code), meanings in sorted(stands_for.items()):
        words = [f"`{what}`" + ("" if " = " in what else _of(kind, what, shapes)) for what, shapes in meanings.items()]
        yield code_row(kind.names, system, code, ", ".join(words))


def _meanings(spot: _Spot) -> Iterator[tuple[codings.Code, str]]:
    """The codes of a term, each with what it stands for: a value of a field, or being this element."""
    branch = spot.leaf.branch
    match spot.term:
        case Coded(field=field, read_as=read):
            yield from ((code, f"{field.name} = {name}") for code, name in read.items())
        case Constant(read_as=read, value=value):
            what = f"{branch.choice.field.name} = {branch.value}" if branch and branch.choice.field else spot.element
            yield from ((code, what) for code in {*codings.in_json(value), *read})
