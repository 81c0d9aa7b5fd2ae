"""One mapping file becomes a Kind: its fields, its shapes resolved and settled, its children."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.diagnostics.messages import elements
from service.diagnostics.messages import identity as mistaken
from service.diagnostics.messages import names as say
from service.diagnostics.messages import reversibility as lost
from service.diagnostics.messages import types as wrong
from service.diagnostics.tree import Scalar
from service.fhir import definitions
from service.mapping import fields as field_lines
from service.mapping import paths, plan, syntax
from service.mapping.check import engine
from service.mapping.check.resolve import Resolver
from service.mapping.plan import ChildList, Kind, Shape
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.reference import Link
from service.mapping.vocabulary import Coding, Vocabulary
from service.records.fields import Field, Fields
from service.records.formulas import Formula, any_of, has

_POLICIES = ("report", "refuse", "keep")
_ENDING = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Files:
    """All mapping files by kind, with the vocabulary; `types` gives the record kind of a resource type."""

    by_kind: Mapping[str, syntax.File]
    names: Vocabulary

    @property
    def types(self) -> dict[str, str]:
        """The kind that writes a resource type under its own key, without an ending."""
        return {
            shape.keys["resource"].text: kind
            for kind, file in self.by_kind.items()
            for shape in file.shapes
            if shape.name.text == kind and "resource" in shape.keys
        }


def build(files: Files, file: syntax.File) -> Kind:
    """The kind of a file; what is wrong with it is added to the vocabulary's `found`."""
    names, found = files.names, files.names.found
    fields = field_lines.read(file.fields, file.rules, names)
    inner = [field for one in fields.by_name.values() if one.items for field in one.items.by_name.values()]
    for one in (*fields.by_name.values(), *inner):
        for label in one.sensitive:
            if label not in names.constants:
                found.append(say.unknown_concept(one.span, label, names.constants))
    leftovers = file.words.get("leftovers")
    if leftovers and leftovers.text not in _POLICIES:
        found.append(say.unknown_policy(leftovers.span, leftovers.text, _POLICIES))
    types = {shape.name.text: shape.keys["resource"].text for shape in file.shapes if "resource" in shape.keys}
    resolver = Resolver(names, files.types, types)
    shapes = tuple(shape for one in file.shapes if (shape := _shape(file, one, fields, resolver)))
    kind = Kind(
        name=file.kind,
        former=_names(file.words.get("formerly")),
        key=_key(file.words["key"], fields, names),
        foreign_key=tuple(_foreign_key(file.words.get("foreign key"), fields, names)),
        leftovers=leftovers.text if leftovers else "report",
        fields=fields,
        children=tuple(child for one in file.children if (child := _child(files, one, fields, file.words["key"].text))),
        shapes=shapes,
        example=file.example,
        names=names,
        span=file.words["record"].span,
    )
    firsthand = [one.name.text for one in file.shapes if "other form of" not in one.keys]
    for word in (one.keys["other form of"] for one in file.shapes if "other form of" in one.keys):
        if word.text not in firsthand:
            found.append(say.unknown_shape(word.span, word.text, firsthand))
    for shape in shapes:
        _finish(kind, shape)
    return kind


def _finish(kind: Kind, shape: Shape) -> None:
    """Add to a shape what follows from the others of its kind and what the engine writes, and settle it."""
    _links(kind, shape)
    _contained(kind.names, shape)
    if kind.key in kind.fields.by_name:
        item = shape.each.items.by_name[shape.item_id] if shape.each and shape.each.items else None
        engine.add(shape, kind.names.base, kind.fields.by_name[kind.key], item)
    plan.settle(shape.scope, shape.type)
    labels = list(_labels(kind.names, shape))
    for coding, when in labels:
        engine.label(shape, coding, when)
    if labels:
        plan.settle(shape.scope, shape.type)
    shape.own_only = not _reads_all_required(kind, shape)


def _shape(file: syntax.File, one: syntax.Shape, fields: Fields, resolver: Resolver) -> Shape | None:
    names = resolver.names
    type_ = one.keys.get("resource")
    if type_ is None or not definitions.is_resource(type_.text):
        names.found.append(
            say.unknown_resource(type_.span, type_.text, definitions.resource_types())
            if type_
            else elements.shape_without_type(one.name.span, one.name.text, one.keys["like"].text if "like" in one.keys else "")
        )
        return None
    if one.name.text != file.kind and not _ENDING.fullmatch(one.name.text):
        names.found.append(mistaken.bad_ending(one.name.span, one.name.text))
        return None
    if "identifier" not in definitions.children(type_.text):
        names.found.append(elements.type_without_identifier(type_.span, type_.text))
        return None
    each = _each(one.keys.get("each"), fields, names)
    form_of = one.keys.get("other form of")
    profile = one.keys.get("profile")
    if profile and ((known := definitions.profile(profile.text)) is None or known.type != type_.text):
        names.found.append(say.unknown_profile(profile.span, profile.text, type_.text, definitions.profile_names()))
        profile = None
    inner = each.items if each and each.items else fields
    if "each" in one.keys and each is None:
        return None
    return Shape(
        name=one.name.text,
        kind=file.kind,
        type=type_.text,
        scope=resolver.scope(inner, one.group, type_.text),
        span=one.name.span,
        profile=profile.text if profile else "",
        condition=resolver.condition(fields, one.group.condition),
        each=each,
        form_of=form_of.text if form_of else "",
        former=_names(one.keys.get("formerly")),
    )


def _each(text: Scalar | None, fields: Fields, names: Vocabulary) -> Field | None:
    if text is None:
        return None
    field = fields.by_name.get(text.text.removeprefix("$"))
    if field is None or field.items is None:
        known = [one.name for one in fields.by_name.values() if one.items]
        names.found.append(wrong.not_a_list(text.span, text.text, "list of records", known))
        return None
    if not any(one.type == "id" and one.required for one in field.items.by_name.values()):
        names.found.append(lost.each_without_id(text.span, field.name, field.span))
        return None
    return field


def _key(text: Scalar, fields: Fields, names: Vocabulary) -> str:
    field = fields.by_name.get(text.text)
    if field is None:
        names.found.append(say.unknown_field(text.span, text.text, fields.by_name))
    elif field.type != "id" or not field.required or field.many or field.low or field.high:
        names.found.append(wrong.key_not_id(text.span, text.text, field.span))
    return text.text


def _foreign_key(text: Scalar | None, fields: Fields, names: Vocabulary) -> Iterator[str]:
    for name in _names(text):
        assert text is not None
        field = fields.by_name.get(name)
        if field is None:
            names.found.append(say.unknown_field(text.at(name), name, fields.by_name))
        elif field.many or field.stays:
            names.found.append(wrong.foreign_key_field(text.at(name), name))
        else:
            yield name


def _child(files: Files, one: syntax.Child, fields: Fields, key: str) -> ChildList | None:
    found = files.names.found
    file = files.by_kind.get(one.kind)
    if file is None:
        found.append(say.unknown_kind(one.text.at(one.kind), one.kind, files.by_kind))
        return None
    if one.name.text in fields.by_name:
        found.append(say.child_named_as_field(one.name.span, one.name.text))
    theirs = [name.text for name, _ in file.fields]
    for name, value in one.parts:
        if name not in theirs:
            found.append(say.unknown_field(one.text.at(name), name, theirs))
        elif not value and name not in fields.by_name:
            found.append(say.unknown_field(one.text.at(name), name, fields.by_name))
    shared = tuple(name for name, value in one.parts if not value)
    if key not in shared:
        found.append(mistaken.child_without_key(one.text.span, one.name.text, key))
    return ChildList(
        name=one.name.text, kind=one.kind, shared=shared, fixed={name: value for name, value in one.parts if value}, span=one.text.span
    )


def _links(kind: Kind, shape: Shape) -> None:
    """A link is written where the shape it names is."""
    for leaf in _all_leaves(shape):
        if isinstance(leaf.term, Link):
            target = kind.shape(leaf.term.shape)
            if target is None:
                continue
            if target.each or target.form_of:
                kind.names.found.append(wrong.link_to_many(leaf.term.span, target.name))
            leaf.only = target.when


def _contained(names: Vocabulary, shape: Shape) -> None:
    """A contained resource is named by the element that writes `#` and its id; one that nothing names would not be valid."""
    references = {
        leaf.term.term.value: tuple(step.name for step in paths.parse(leaf.path))
        for leaf in shape.scope.leaves()
        if leaf.name == "reference" and isinstance(leaf.term, Echo) and isinstance(leaf.term.term, Constant)
    }
    for block in plan.every(shape.scope.parts):
        if not isinstance(block, plan.Block) or block.name != "contained":
            continue
        ids = [
            part.term.term.value
            for part in block.parts
            if isinstance(part, plan.Leaf) and part.name == "id" and isinstance(part.term, Echo) and isinstance(part.term.term, Constant)
        ]
        if not ids or f"#{ids[0]}" not in references:
            names.found.append(elements.contained_not_named(block.span, block.path))
        else:
            block.named_by = references[f"#{ids[0]}"]


def _labels(names: Vocabulary, shape: Shape) -> Iterator[tuple[Coding, Formula]]:
    """The labels of the sensitive fields that a shape writes, each with its condition; an item's count as soon as there are items."""
    when: dict[str, list[Formula]] = {}
    for leaf in shape.scope.leaves():
        for field in leaf.term.fields:
            for label in field.sensitive:
                when.setdefault(label, []).append(leaf.when)
    for items in shape.scope.items():
        for label in {one for leaf in items.scope.leaves() for field in leaf.term.fields for one in field.sensitive}:
            when.setdefault(label, []).append(has(items.field.name))
    for choice in shape.scope.choices:
        for label in choice.field.sensitive if choice.field else ():
            when.setdefault(label, []).append(any_of(branch.chosen for branch in choice.branches))
    for label in sorted(when):
        constant = names.constants.get(label)
        concept = names.concept(constant) if constant else None
        for coding in concept.written if concept else ():
            yield coding, any_of(when[label])


def _all_leaves(shape: Shape) -> Iterator[plan.Leaf]:
    yield from shape.scope.leaves()
    for items in shape.scope.items():
        yield from items.scope.leaves()


def _reads_all_required(kind: Kind, shape: Shape) -> bool:
    read = {field.name for leaf in shape.scope.leaves() if leaf.two_way for field in leaf.term.fields}
    read |= {choice.field.name for choice in shape.scope.choices if choice.field}
    needed = {one.name for one in kind.fields.by_name.values() if one.required and one.name != kind.key}
    if shape.each and shape.each.items:
        needed |= {one.name for one in shape.each.items.by_name.values() if one.required and one.name != shape.item_id}
    return needed <= read


def _names(text: Scalar | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.text.split(",") if part.strip()) if text else ()
