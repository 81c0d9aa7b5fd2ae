"""Record to resources, as Python text: checks that say yes or no, then one f-string for each resource."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from service.fhir.json import quote
from service.mapping import identity, transaction
from service.mapping.emit.checks import Checks
from service.mapping.emit.nodes import Elements, Member, Node, image, parts_image
from service.mapping.emit.render import Renderer
from service.mapping.emit.simplify import conjuncts, simplest
from service.mapping.emit.source import Source, condition, text
from service.mapping.plan import Items, Kind, Shape
from service.mapping.sender import Names
from service.mapping.terms.term import Emitter, Hole, Pieces
from service.records.fields import Field, Fields
from service.records.formulas import FALSE, TRUE, Formula, Literal, any_of

PLAIN = ("id", "language", "npi", "date", "dateTime", "instant")
"""Types whose values need no escapes in JSON."""

_USED = re.compile(r"\b([vt])_(\w+)")


@dataclass(slots=True)
class Writer(Elements):
    """Emits `write` and `bundle` of a kind, both from a record `r`, and to None where that is not valid.

    `write` gives a list of (number of the shape, id of the item, resource), with references by id. `bundle` adds entries to the list `out`
    and their full URLs, which begin with `h`, to `urls`; what `p` knows by kind and key is referred to by full URL.
    """

    kind: Kind
    names: Names
    source: Source
    in_bundle: bool = False

    def functions(self) -> None:
        """Both functions, with those for items."""
        checks = Checks(self.source)
        for one in self.kind.fields.by_name.values():
            if one.items:
                checks.item_function(one)
        for self.in_bundle in (False, True):
            for shape in self.kind.written:
                for items in shape.scope.items():
                    element, plain = parts_image(items.scope.parts, self), items.field.items is None
                    self._item_function(self.call(items), items.scope.fields, element, plain=plain)
                if shape.each and shape.each.items:
                    self._item_function(self._shape_function(shape), shape.each.items, image(shape, self))
            self._whole(checks)
        self._single()

    def token(self, field: Field) -> Pieces:
        """The JSON token of a field."""
        if field.type in PLAIN:
            return ['"', Hole(f"v_{field.name}"), '"']
        return [Hole(f'("true" if v_{field.name} else "false")' if field.type == "boolean" else f"t_{field.name}")]

    def inner(self, field: Field) -> Pieces:
        """The text of a field between its quotes."""
        return [Hole(f"v_{field.name}" if field.type in PLAIN else f"quote(v_{field.name})[1:-1]")]

    def value(self, field: Field) -> str:
        """The value of a field."""
        return f"v_{field.name}"

    def entry(self, field: Field) -> Emitter:
        """The emitter for one entry of a list field."""
        return _Entry(self, field)

    def call(self, items: Items) -> str:
        """The function that writes an item."""
        return f"{self._verb}_{items.field.name}"

    def constant(self, value: object, hint: str) -> str:
        """A constant of the module."""
        return self.source.constant(value, hint)

    def reference(self, type_: str, field: Field) -> Pieces:
        """A Reference to the resource of a type whose key a field holds."""
        kind = self.names.kinds.get(type_, type_)
        return self._reference(type_, kind, f"v_{field.name}", "")

    def link(self, shape: str) -> Pieces:
        """A Reference to another resource of the record."""
        target = self.kind.shape(shape)
        assert target is not None
        reference = self._reference(target.type, self.kind.name, f"v_{self.kind.key}", target.ending)
        if self.in_bundle:
            reference[:-3] = ['{"reference":"', Hole("h"), f'{self.kind.written.index(target):03x}",']
        return reference

    @property
    def _verb(self) -> str:
        return "bundle" if self.in_bundle else "write"

    def _reference(self, type_: str, kind: str, key: str, ending: str) -> Pieces:
        system = quote(identity.system(self.names.base, kind))
        tail: Pieces = [f'"identifier":{{"system":{system},"value":"', Hole(key), f'{"/" + ending if ending else ""}"}}}}']
        if self.in_bundle and type_ in self.names.kinds:
            conditional = quote(f"{type_}?identifier={identity.system(self.names.base, kind)}|")
            known = f'"{kind}" in p and p["{kind}"].get({key})'
            return ['{"reference":"', Hole(f"({known} or {conditional} + {key})"), '",', *tail]
        if self.in_bundle:
            return ["{", *tail]
        return [f'{{"reference":"{type_}/', Hole(key), f'{"." + ending if ending else ""}",', *tail]

    def _entry(self, source: Source, number: int, item: str, resource: Pieces) -> None:
        """Add the entry of a resource; `item` is an expression for the id of the item, if it is one's."""
        shape, key, system = self.kind.written[number], Hole(f"v_{self.kind.key}"), identity.system(self.names.base, self.kind.name)
        of_item: Pieces = [Hole(item)] if item else []
        rest: Pieces = [f"/{shape.ending}" if shape.ending else "", *(["/", *of_item] if item else [])]
        url: Pieces = [f"{shape.type}?identifier={system}|", key, *rest]
        if shape.type in transaction.NOT_SEARCHED:
            url = [f"{shape.type}/", key, *(one.replace("/", ".") if isinstance(one, str) else one for one in rest)]
        stem = f"stem({text([f'{system}|', key, '/', *of_item])})" if item else "h"
        source.add(f'u = {stem} + "{number:03x}"')
        source.add("urls.append(u)")
        source.add(f"out.append({text(transaction.around([Hole('u')], resource, 'PUT', url))})")

    def _shape_function(self, shape: Shape) -> str:
        return f"{self._verb}_shape_{shape.name.replace('-', '_')}"

    def _item_function(self, name: str, fields: Fields, node: Node, *, plain: bool = False) -> None:
        """The function of a record `r` and an item `i` (a record, or a `plain` value) that gives an element or a resource."""
        body = self.source.body()
        result = text(Renderer(body, fields, {}).node(node, frozenset()))
        with self.source.block(f"def {name}(r, i, p, h):"):
            self._load(fields, [*body.lines, result], "i" if plain else "i.f_{}")
            self.source.lines += body.lines
            self.source.add(f"return {result}")

    def _load(self, fields: Fields, lines: list[str], item: str = "") -> None:
        """The variables that lines use, from the record and the item, of which `item` is an expression for the field `{}`."""
        used = [(match[1], match[2]) for line in lines for match in _USED.finditer(line)]
        tokens = {name for kind, name in used if kind == "t"}
        for name in dict.fromkeys(name for _, name in used):
            field = fields.visible[name]
            value = item if fields.outer and name in fields.by_name else "r.f_{}"
            self.source.add(f"v_{name} = {value.format(name)}")
            self.source.lines += [self.source.indented(line) for line in Checks(self.source).variables(field, token=name in tokens)]

    def _whole(self, checks: Checks) -> None:
        fields = self.kind.fields
        body = self.source.body()
        renderer = Renderer(body, fields, {})
        shapes = [(number, shape) for number, shape in enumerate(self.kind.written) if shape.each is None]
        images = {shape.name: image(shape, self) for _, shape in shapes}
        doubt = simplest(any_of(shape.doubt for shape in self.kind.written), frozenset(), fields)
        if doubt != FALSE:
            with body.block(f"if {condition(doubt, fields.visible)}:"):
                body.add("return None")
        self._share(renderer, [images[shape.name] for _, shape in shapes])
        for number, shape in enumerate(self.kind.written):
            when = simplest(shape.condition if shape.each else shape.when, frozenset(), fields)
            if when == FALSE:
                continue
            if shape.each:
                self._each(body, number, shape, when)
            elif when == TRUE:
                self._resource(renderer, number, images[shape.name], frozenset())
            else:
                with body.block(f"if {condition(when, fields.visible)}:"):
                    self._resource(renderer, number, images[shape.name], conjuncts(when))
        with self.source.block("def bundle(r, p, h, out, urls):" if self.in_bundle else "def write(r, p=None, h=None):"):
            used = {match[2] for line in body.lines for match in _USED.finditer(line) if match[1] == "t"}
            checks.record(fields, [one.name for one in self.kind.children], used)
            if not self.in_bundle:
                self.source.add("out = []")
            self.source.lines += body.lines
            self.source.add("return out")

    def _single(self) -> None:
        """The function that says whether a record becomes one resource."""
        fields = self.kind.fields
        alone = [shape for shape in self.kind.written if not shape.each]
        conditions = [when for shape in alone if (when := simplest(shape.when, frozenset(), fields)) != FALSE]
        plain = [one for one in conditions if isinstance(one, Literal) and one.value is None and one.positive]
        present = [one.field for one in plain]
        counts = [f"({condition(one, fields.visible)})" for one in conditions if one not in plain]
        counts += [f"({self._count(shape)})" for shape in self.kind.written if shape.each]
        if present:
            counts.append(f"{len(present)} - ({', '.join(f'r.f_{name}' for name in present)},).count(None)")
        without = "".join(f"r.c_{one.name} is None and " for one in self.kind.children)
        with self.source.block("def single(r):"):
            self._load(fields, counts)
            self.source.add(f"return {without}{' + '.join(counts)} == 1")

    def _count(self, shape: Shape) -> str:
        """How many resources a shape writes, one for each item of a list."""
        assert shape.each
        musts = " and ".join(f"x.f_{one.name} is not None" for one in shape.scope.musts if not one.required)
        items = f"v_{shape.each.name} or ()"
        number = f"sum([{musts} for x in {items}])" if musts else f"len({items})"
        when = simplest(shape.condition, frozenset(), self.kind.fields)
        return number if when == TRUE else f"{number} if {condition(when, self.kind.fields.visible)} else 0"

    def _share(self, renderer: Renderer, images: list[Node]) -> None:
        """Members that several resources, or several members of them, have in common are built once, the inner ones first."""
        times = Counter(member for one in images for member in one.members)
        for member, around in _around(images).items():
            if times[member] + len(around) > 1 and any(not isinstance(piece, str) for piece in _pieces(member.value)):
                pieces = renderer.member(member, frozenset())
                if len(pieces) == 1 and isinstance(pieces[0], Hole):
                    renderer.shared[member] = pieces[0].code
                    continue
                name = renderer.source.name("s")
                renderer.source.add(f"{name} = {text(pieces)}")
                renderer.shared[member] = name

    def _resource(self, renderer: Renderer, number: int, node: Node, known: frozenset[Formula]) -> None:
        resource = renderer.node(node, known)
        if self.in_bundle:
            self._entry(renderer.source, number, "", resource)
        else:
            renderer.source.add(f"out.append(({number}, '', {text(resource)}))")

    def _each(self, body: Source, number: int, shape: Shape, when: Formula) -> None:
        assert shape.each
        rest = "" if when == TRUE else f" and {condition(when, self.kind.fields.visible)}"
        name = shape.each.name
        musts = " and ".join(f"x.f_{one.name} is not None" for one in shape.scope.musts if not one.required)
        resource = f"{self._shape_function(shape)}(r, x, p, h)"
        with body.block(f"if v_{name} is not None{rest}:"), body.block(f"for x in v_{name}:"):
            if musts:
                with body.block(f"if not ({musts}):"):
                    body.add("continue")
            if self.in_bundle:
                self._entry(body, number, f"x.f_{shape.item_id}", [Hole(resource)])
            else:
                body.add(f"out.append(({number}, x.f_{shape.item_id}, {resource}))")


@dataclass(slots=True)
class _Entry(Emitter):
    """The emitter for one entry `x` of a list field."""

    writer: Writer
    field: Field

    def token(self, field: Field) -> Pieces:
        """The token of an entry."""
        if field is not self.field:
            return self.writer.token(field)
        if field.type in PLAIN:
            return ['"', Hole("x"), '"']
        if field.type in ("integer", "decimal"):
            return [Hole("bytes(x).decode()")]
        return [Hole('("true" if x else "false")' if field.type == "boolean" else "quote(x)")]

    def inner(self, field: Field) -> Pieces:
        """The text of an entry."""
        return [Hole("quote(x)[1:-1]")] if field is self.field else self.writer.inner(field)

    def value(self, field: Field) -> str:
        """The value of an entry."""
        if field is not self.field:
            return self.writer.value(field)
        return "bytes(x).decode()" if field.numeric else "x"

    def constant(self, value: object, hint: str) -> str:
        """A constant of the module."""
        return self.writer.constant(value, hint)

    def reference(self, type_: str, field: Field) -> Pieces:
        """A Reference to a resource."""
        return self.writer.reference(type_, field)

    def link(self, shape: str) -> Pieces:
        """A Reference to another resource of the record."""
        return self.writer.link(shape)


def _around(images: list[Node]) -> dict[Member, set[Member]]:
    """Every member, inner ones first, with the members that it stands in."""
    found: dict[Member, set[Member]] = {}

    def visit(members: tuple[Member, ...], around: Member | None) -> None:
        for one in members:
            if one not in found:
                visit(one.value.members, one)
            found.setdefault(one, set()).update([around] if around else [])

    for image_ in images:
        visit(image_.members, None)
    return found


def _pieces(node: Node) -> Iterator[str | Hole]:
    yield from node.pieces
    if node.loop:
        yield Hole(node.loop)
    for member in node.members:
        yield from _pieces(member.value)
