"""Lines become parts: every path is followed through R4's elements, every slice and term gets its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.diagnostics.messages import elements
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.messages import types as wrong
from service.diagnostics.tree import Scalar
from service.fhir import definitions
from service.fhir.definitions import Member
from service.mapping import conditions, paths, syntax
from service.mapping.check import slices
from service.mapping.fields import check_condition
from service.mapping.paths import Path, Step
from service.mapping.plan import Block, Branch, Choice, Items, Leaf, Part, Scope
from service.mapping.terms import constant
from service.mapping.terms.constant import Constant
from service.mapping.terms.parse import parse
from service.mapping.terms.term import Place, TwoWay
from service.mapping.vocabulary import Vocabulary
from service.records.fields import Field, Fields
from service.records.formulas import TRUE, Formula, all_of, has, negate

_ENGINE = ("id", "meta", "implicitRules", "modifierExtension")


Musts = tuple[tuple[Path, Field], ...]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where lines are added: a scope, the element it starts at (`at`), the number of that element's step, and the branch they stand in."""

    scope: Scope
    at: str
    root: int
    branch: Branch | None


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves the lines of one shape. `kinds` gives the record kind of a resource type, `shapes` the type of each shape of this kind."""

    names: Vocabulary
    kinds: Mapping[str, str]
    shapes: Mapping[str, str]

    def scope(self, fields: Fields, group: syntax.Group, at: str, *, root: int = 0) -> Scope:
        """The parts and choices of a group whose paths, from their step number `root` on, start at an element (`at`)."""
        scope = Scope(fields)
        self._group(_Spot(scope, at, root, None), group)
        return scope

    def condition(self, fields: Fields, text: Scalar | None) -> Formula:
        """The formula of a `written when`."""
        if text is None:
            return TRUE
        try:
            formula = conditions.condition(text.text)
        except conditions.ConditionError as error:
            self.names.found.append(form.not_a_condition(text.at(error.rest), text.text))
            return TRUE
        return formula if check_condition(formula, fields, text, self.names.found) else TRUE

    def _group(self, spot: _Spot, group: syntax.Group, outer: Musts = ()) -> None:
        musts = [*outer]
        for line in group.lines:
            field = spot.scope.fields.visible.get(line.must) if isinstance(line, syntax.Line) and line.must else None
            if field and line.block == group.prefix:
                (spot.branch.musts if spot.branch else spot.scope.musts).append(field)
            elif field:
                musts.append((line.block, field))
        for line in group.lines:
            inside = tuple(field for block, field in musts if line.block[: len(block)] == block)
            if isinstance(line, syntax.EachLine):
                self._items(spot, line, inside)
            else:
                self._line(spot, line, inside)
        for block, field in musts[len(outer) :]:
            self._require(spot, block, field)
        for choice in group.choices:
            prefix = choice.groups[0].prefix if choice.groups else ()
            self._choice(spot, choice, tuple(must for must in musts if prefix[: len(must[0])] == must[0]))

    def _require(self, spot: _Spot, path: Path, field: Field) -> None:
        """A block whose line has a `!` is not read without its field."""
        parts = spot.scope.parts
        block = None
        for step in path[spot.root :]:
            block = next((one for one in parts if isinstance(one, Block) and (one.name, one.slice) == (step.name, step.slice)), None)
            if block is None:
                return
            parts = block.parts
        if block is not None:
            block.required.append((field, spot.branch))

    def _choice(self, spot: _Spot, choice: syntax.Choice, musts: Musts) -> None:
        scope = spot.scope
        field = None
        if choice.case:
            field = scope.fields.visible.get(choice.name)
            if field is None:
                self.names.found.append(say.unknown_field(choice.key.at(choice.name), choice.name, scope.fields.visible))
                return
            if not field.enumerated or field.or_text:
                self.names.found.append(wrong.case_of_open_field(choice.key.at(choice.name), field.name, field.type))
                return
        made = Choice(choice.name, field, spot.branch, choice.key.span)
        scope.choices.append(made)
        for group in choice.groups:
            span = group.value.span if group.value else _first_key(group, choice).span
            value = group.value.text if group.value else ""
            if field and value not in field.domain:
                self.names.found.append(say.unknown_value(span, value, field.name, field.domain))
                continue
            one = Branch(made, value, self.condition(scope.fields, group.condition), span)
            made.branches.append(one)
            self._group(replace(spot, branch=one), group, musts)

    def _items(self, spot: _Spot, line: syntax.EachLine, musts: tuple[Field, ...]) -> None:
        found, scope = self.names.found, spot.scope
        field = scope.fields.by_name.get(line.field)
        if field is None or not field.many or scope.fields.outer:
            lists = [one.name for one in scope.fields.by_name.values() if one.many and not scope.fields.outer]
            found.append(wrong.not_a_list(line.key.at(line.field), line.field, "list", lists))
            return
        around = self._descend(spot, line.path, line.key)
        member = around and self._member(around[1], line.path, line.key)
        if around is None or member is None:
            return
        step = line.path[-1]
        if not member.many or step.deep or member.type == "Resource" or definitions.is_primitive(member.type):
            found.append(elements.each_needs_list(line.key.span, paths.show(line.path)))
            return
        part = _part(member, line.path, spot.branch, line.key)
        told = Block(**part, slice=step.slice, deep=False)
        if step.slice and not slices.resolve(told, member, around[1], self.names, line.key, self.kinds):
            return
        entry = Fields({field.name: replace(field, many=False, required=True)}, (), scope.fields)
        inner = self.scope(field.items or entry, line.group, member.at, root=len(line.path))
        inner.parts += told.parts
        around[0].append(Items(**part, musts=musts, slice=step.slice, field=field, scope=inner))

    def _line(self, spot: _Spot, line: syntax.Line, musts: tuple[Field, ...]) -> None:
        around = self._descend(spot, line.path, line.key)
        if around is None:
            return
        parts, inside = around
        last = line.path[-1]
        if last.slice or last.deep:
            block = self._block(parts, inside, line.path, line.key, spot.branch)
            member = slices.value(block, self.names, line.key) if block else None
            if block is None or member is None:
                return
            parts, inside = block.parts, block.at
        else:
            member = self._member(inside, line.path, line.key)
            if member is None:
                return
        place = Place(member, paths.show(line.path), spot.scope.fields, self.names, line.term, self.kinds, self.shapes)
        parsed = parse(place, line.term.text)
        term = parsed.term
        if term is None:
            return
        if (line.mode == "match" and not isinstance(term, Constant | TwoWay)) or (line.mode == "also" and not isinstance(term, TwoWay)):
            self.names.found.append(wrong.mode_of_term(line.key.at(line.mode), line.mode))
            return
        leaf = Leaf(**_part(member, line.path, spot.branch, line.key), musts=musts, term=term, mode=line.mode)
        parts.append(leaf)
        if parsed.absent:
            self._absent(parts, inside, leaf, place, parsed.absent)

    def _absent(self, parts: list[Part], at: str, leaf: Leaf, place: Place, code: str) -> None:
        member = definitions.member(at, "dataAbsentReason")
        if member is None:
            self.names.found.append(wrong.absent_not_here(place.text.at(code), place.path))
            return
        spot = replace(place, member=member)
        term = constant.parse(spot, f"absent#{code}")
        if term is not None:
            only = negate(all_of(has(one.name) for one in leaf.term.fields))
            path = (*paths.parse(place.path)[:-1], Step("dataAbsentReason"))
            parts.append(Leaf(**_part(member, path, leaf.branch, place.text), musts=leaf.musts, term=term, mode="absent", only=only))

    def _descend(self, spot: _Spot, path: Path, key: Scalar) -> tuple[list[Part], str] | None:
        """The parts of the element in which the last step of a path stands, and what its children are looked up by."""
        parts, at = spot.scope.parts, spot.at
        for number in range(spot.root + 1, len(path)):
            block = self._block(parts, at, path[:number], path[number - 1].key or key, spot.branch)
            if block is None:
                return None
            parts, at = block.parts, block.at
        return parts, at

    def _block(self, parts: list[Part], at: str, path: Path, key: Scalar, branch: Branch | None) -> Block | None:
        step = path[-1]
        for part in reversed(parts):  # the line before is most often in the same block
            if isinstance(part, Block) and (part.name, part.slice) == (step.name, step.slice):
                part.branch = _common(part.branch, branch)
                return part
        member = self._member(at, path, key)
        if member is None:
            return None
        if definitions.is_primitive(member.type):
            self.names.found.append(elements.primitive_has_no_parts(key.at(step.name), step.name, member.type))
            return None
        if step.deep and (not member.many or not step.slice):
            self.names.found.append(elements.deep_needs_slice(key.at(step.name), step.name))
            return None
        block = Block(**_part(member, path, branch, key), slice=step.slice, deep=step.deep)
        if step.slice and not slices.resolve(block, member, at, self.names, key, self.kinds):
            return None
        if member.type == "Resource" and not step.slice:
            self.names.found.append(elements.contained_needs_type(key.at(step.name), step.name))
            return None
        parts.append(block)
        return block

    def _member(self, at: str, path: Path, key: Scalar) -> Member | None:
        found, step = self.names.found, path[-1]
        member = definitions.member(at, step.name)
        span = key.at(step.name)
        if member is not None and (step.name not in _ENGINE or len(path) > 1) and step.name != "modifierExtension":
            return member
        if member is not None:
            found.append(elements.written_by_engine(span, step.name))
        elif step.name in (children := definitions.children(at)) and children[step.name].choice:
            found.append(elements.choice_needs_type(span, step.name, definitions.choice_names(children[step.name])))
        else:
            own_first = sorted(children.values(), key=lambda element: element.name in definitions.children("DomainResource"))
            known = [name for element in own_first for name in (definitions.choice_names(element) if element.choice else (element.name,))]
            found.append(say.unknown_element(span, step.name, at, known))
        return None


def _first_key(group: syntax.Group, choice: syntax.Choice) -> Scalar:
    """The first key of an alternative."""
    steps = group.lines[0].path[len(group.prefix) :] if group.lines else ()
    return (steps[0].key if steps else None) or choice.key


def _part(member: Member, path: Path, branch: Branch | None, key: Scalar) -> dict[str, Any]:
    return {
        "name": member.name,
        "element": member.element,
        "type": member.type,
        "at": member.at,
        "many": member.many,
        "path": paths.show(path),
        "branch": branch,
        "span": key.span,
    }


def _common(one: Branch | None, other: Branch | None) -> Branch | None:
    """The innermost branch that both stand in."""
    while one is not None and not (other and other.within(one)):
        one = one.choice.parent
    return one
