"""What a profile or extension definition asks of a type, as Python functions over its Struct, after those of `checks`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from service.fhir import definitions
from service.fhir.definitions import Node, ProfileElement
from service.fhir.guide import PACKED
from service.fhir.json import Number, Value
from service.fhir.validate.fast import checks, rules, shapes
from service.fhir.validate.fast.lines import Lines
from service.fhir.validate.fast.shapes import Part
from service.fhir.validate.slicing import is_a

_Test = Callable[[str, Part], str]
"""Whether something holds of a value, by the expression that gives it and its part."""


_PATH = re.compile(r"\$this|[A-Za-z]+(\.[A-Za-z]+)*").fullmatch


class NotEmitted(Exception):  # noqa: N818 - no error: the slow path answers
    """A definition that says what no emitted code can tell."""


def text(name: str, at: str, tree: Node, *, invariants: bool) -> str:
    """The function `<name>(x, s)`: it raises Unsure unless the Struct `x`, already checked, is what the definition asks for.

    Raises NotEmitted.
    """
    done = Lines(invariants)
    if not _function(name, at, tree, done):
        done.add(f"def {name}(x, s):")
    done.depth = 1
    done.add("pass")
    for rule in tree.invariants:
        rules.refuse(rule, "x", at, done)
    return done.text


def _function(name: str, at: str, node: Node, done: Lines) -> bool:
    """Add the function of a node, after those that it calls, if there is something for it to do."""
    lines = done.beside(depth=1)
    for step, parts in shapes.parts(at).items():
        if step in node.children:
            _Element(f"{name}_{step}", node.children[step], parts, lines, done).add()
    if lines.lines:
        done.lines += [f"def {name}(x, s):", *lines.lines]
    return bool(lines.lines)


class _Element:
    """One element under a node, in a function whose `lines` are being written."""

    def __init__(self, name: str, node: Node, parts: tuple[Part, ...], lines: Lines, done: Lines) -> None:
        self.name, self.node, self.parts, self.lines, self.done = name, node, parts, lines, done
        self.element = parts[0].member.element

    def add(self) -> None:
        """Add the checks of the element: how often it occurs, its values, its slices."""
        facts = self.node.facts
        if self.element.max is None or self.element.max > 1:
            self._list(facts)
            return
        self._slices_of_choice()
        kept = [part for part in self.parts if not facts or not facts.types or part.member.type in facts.types]
        for part in self.parts:
            if part not in kept or (facts and facts.max == 0):
                self.lines.refuse(f"x.{part.attribute} is not None")
        if facts and facts.min and not self.element.min:
            self.lines.refuse(" and ".join(f"x.{part.attribute} is None" for part in kept))
        for part in kept:
            with self.lines.block(f"if (v := x.{part.attribute}) is not None:"):
                self._value(self.name, self.node, part, "v")

    def _list(self, facts: ProfileElement | None) -> None:
        part, lines = self.parts[0], self.lines
        lines.add(f"l = x.{part.attribute} or ()")
        if facts and facts.min > self.element.min:
            lines.refuse(f"len(l) < {facts.min}")
        if facts and facts.max is not None:
            lines.refuse(f"len(l) > {facts.max}")
        counts = [f"n{number}" for number in range(len(self.node.slices))]
        if counts:
            lines.add(f"{' = '.join(counts)} = 0")
        with lines.block("for i in l:"):
            self._value(self.name, self.node, part, "i")
            self._slices(part, counts)
        for count, slice_ in zip(counts, self.node.slices.values(), strict=True):
            if slice_.facts and slice_.facts.min:
                lines.refuse(f"{count} < {slice_.facts.min}")
            if slice_.facts and slice_.facts.max is not None:
                lines.refuse(f"{count} > {slice_.facts.max}")

    def _slices(self, part: Part, counts: list[str]) -> None:
        """The slice of an item `i`, and what it asks for."""
        if not counts:
            return
        facts, lines = self.node.facts, self.lines
        if facts is None or facts.slicing is None or facts.slicing.ordered or facts.slicing.rules == "openAtEnd":
            raise NotEmitted(self.name)
        for number, (name, slice_) in enumerate(self.node.slices.items()):
            if slice_.slices:
                raise NotEmitted(self.name)
            named = f"{self.name}_{name}".replace("-", "_")
            fits = [verdict for how, path in facts.slicing.by for verdict in self._meets(named, part, slice_, how, path)]
            if not fits:
                raise NotEmitted(named)
            with lines.block(f"{'elif' if number else 'if'} {' and '.join(fits)}:"):
                lines.add(f"{counts[number]} += 1")
                self._value(named, slice_, part, "i")
        if facts.slicing.rules == "closed":
            lines.add("else:")
            lines.add("    raise Unsure")

    def _slices_of_choice(self) -> None:
        """Slices by type of an element that occurs once."""
        if not self.node.slices:
            return
        if not self.node.facts or not self.node.facts.slicing or self.node.facts.slicing.by != (("type", "$this"),):
            raise NotEmitted(self.name)
        for name, slice_ in self.node.slices.items():
            types = slice_.facts.types if slice_.facts else ()
            chosen = [part for part in self.parts if any(is_a(part.member.type, one) for one in types)]
            if not chosen or slice_.slices:
                raise NotEmitted(self.name)
            assert slice_.facts
            if slice_.facts.min:
                self.lines.refuse(" and ".join(f"x.{part.attribute} is None" for part in chosen))
            for part in chosen:
                with self.lines.block(f"if (v := x.{part.attribute}) is not None:"):
                    if slice_.facts.max == 0:
                        self.lines.add("raise Unsure")
                    self._value(f"{self.name}_{name}".replace("-", "_"), slice_, part, "v")
        if self.node.facts.slicing.rules == "closed":
            known = {code for slice_ in self.node.slices.values() if slice_.facts for code in slice_.facts.types}
            for part in self.parts:
                if part.member.type not in known:
                    self.lines.refuse(f"x.{part.attribute} is not None")

    def _value(self, name: str, node: Node, part: Part, v: str) -> None:
        """What a node says of one value, of what is in it too; interned values that are so are remembered."""
        if part.how != "interned":
            self._facts(name, node, part, v, self.lines)
            return
        body = self.done.beside(depth=1)
        self._facts(name, node, part, "x", body)
        if not body.lines:
            return
        known = self.lines.constant(f"{name}_known")
        self.done.lines += [f"def {name}(x, s):", *body.lines, f"    remember({known}, x)"]
        with self.lines.block(f"if {v} not in {known}:"):
            self.lines.add(f"{name}({v}, s)")

    def _facts(self, name: str, node: Node, part: Part, v: str, lines: Lines) -> None:
        if node.facts:
            self._fact(name, node.facts, part, v, lines)
        if node.children and part.how == "resource":
            raise NotEmitted(name)
        if node.children and part.how == "plain":
            _nothing_needed(node)
            value = node.children.get("value")
            if value and value.facts:
                self._fact(f"{name}_value", value.facts, part, v, lines)
        elif node.children and _function(f"{name}_parts", part.member.at, node, self.done):
            lines.add(f"{name}_parts({v}, s)")
        for rule in node.invariants:
            rules.refuse(rule, v, part.member.at, lines)

    def _fact(self, name: str, facts: ProfileElement, part: Part, v: str, lines: Lines) -> None:
        """What is said of one value itself."""
        type_ = part.member.type
        limits = (facts.min_value, facts.max_value, facts.max_length)
        if limits != (None, None, None) or any(code != "Extension" and is_a(type_, code) for code in facts.profiles):
            raise NotEmitted(name)
        if facts.types and type_ not in facts.types:
            lines.add("raise Unsure")
        if facts.targets and type_ == "Reference":
            targets = lines.constant(f"TARGETS_{name}", frozenset(facts.targets))
            with lines.block(f"if s.named.get({v}.reference) not in {targets}:"):
                lines.add(f"refer({v}, {targets}, s)")
        if type_ == "Reference" and facts.target_profiles and all(map(PACKED.profile, facts.target_profiles)):
            with lines.block("if s.entries or s.contained:"):
                lines.add(f"targeted({v}, {lines.constant(f'PROFILES_{name}', frozenset(facts.target_profiles))}, s)")
        if facts.fixed is not None:
            lines.refuse(f"not ({_equals(facts.fixed, v, type_)})")
        if facts.pattern is not None:
            lines.refuse(f"not ({_fits(facts.pattern, v, part.member.at)})")
        bound = facts.binding
        wanted = bound and (bound.value_set if bound.strength == "required" else bound.limit)
        if wanted and bound != part.member.element.binding:
            self._bound(name, wanted, type_, v, lines)

    def _bound(self, name: str, value_set: str, type_: str, v: str, lines: Lines) -> None:
        codes = definitions.codes(value_set)
        if type_ == "code" and codes is not None:
            lines.refuse(f"{v} not in {lines.constant(f'CODES_{name}', frozenset(code for _, code in codes))}")
        else:
            checks.within(type_, value_set, v, f"BOUND_{name}", lines)

    def _meets(self, name: str, part: Part, slice_: Node, how: str, path: str) -> list[str]:
        """Whether an item `i` meets a discriminator of a slice; nothing where the slice does not say what it asks for."""
        if how not in ("value", "pattern", "exists") or not _PATH(path):
            raise NotEmitted(name)
        if path == "url" and slice_.facts and (urls := slice_.facts.profiles.get("Extension")):
            return [f"i.url in {urls!r}"]
        facts = [node.facts for node in _below(slice_, path) if node.facts]
        wanted = [one for one in facts if how != "exists" and _decides(one)]
        spot = f"is_{name}_{path}"
        if wanted:
            return [self.selected(spot, "i", part, path, lambda v, leaf: _any(_has(one, v, leaf) for one in wanted))]
        if any(one.max == 0 or one.min for one in facts):
            there = self.selected(spot, "i", part, path, lambda _v, _part: "True")
            return [f"not {there}" if any(one.max == 0 for one in facts) else there]
        return []

    def selected(self, name: str, v: str, part: Part, path: str, test: _Test) -> str:
        """Whether a test holds for a value at a path inside `v`; interned values keep the answer."""
        if part.how != "interned":
            return self.within(v, part, path, test, partial(self.selected, name))
        name = name.replace(".", "_").replace("$", "")
        with self.done.function(f"def {name}(x):"):
            self.done.add(f"return remember({name}_known, x, {self.within('x', part, path, test, self.plainly)})")
        known = self.done.constant(f"{name}_known")
        return f"({name}({v}) if (k := {known}.get({v})) is None else k)"

    def plainly(self, v: str, part: Part, path: str, test: _Test) -> str:
        """Whether a test holds for a value at a path inside `v`."""
        return self.within(v, part, path, test, self.plainly)

    def within(self, v: str, part: Part, path: str, test: _Test, go: Callable[[str, Part, str, _Test], str]) -> str:
        """The same, where `go` says it of what the first step leads to."""
        if path == "$this":
            return test(v, part)
        step, _, rest = path.partition(".")
        found = []
        for inner in shapes.parts(part.member.at).get(step, ()):
            value, below = f"{v}.{inner.attribute}", rest or "$this"
            if inner.member.many:
                found.append(f"any([{go('j', inner, below, test)} for j in {value} or ()])")
            else:
                found.append(f"{value} is not None and {go(value, inner, below, test)}")
        if not found:
            raise NotEmitted(self.name)
        return _any(found)


def _nothing_needed(node: Node) -> None:
    """See that a primitive value needs no `_element` beside it: there is none in what is checked fast. Raises NotEmitted."""
    for child in node.children.values():
        for one in (child, *child.slices.values()):
            if one.facts and one.facts.min:
                raise NotEmitted(one.facts.id)


def _below(node: Node, path: str) -> Iterator[Node]:
    """What is said at a path inside a node, whatever slices lie between. Raises NotEmitted where other definitions say more."""
    if path == "$this":
        yield node
        return
    if node.facts and node.facts.profiles:
        raise NotEmitted(path)
    step, _, rest = path.partition(".")
    child = node.children.get(step)
    for inner in (child, *child.slices.values()) if child else ():
        if inner.slices and inner is not child:
            raise NotEmitted(path)
        yield from _below(inner, rest or "$this")


def _any(tests: Iterable[str]) -> str:
    each = list(dict.fromkeys(tests))
    return each[0] if len(each) == 1 else f"({' or '.join(f'({one})' for one in each)})"


def _decides(facts: ProfileElement) -> bool:
    required = facts.binding is not None and facts.binding.strength == "required"
    return facts.fixed is not None or facts.pattern is not None or required


def _has(facts: ProfileElement, v: str, part: Part) -> str:
    if facts.fixed is not None:
        return _equals(facts.fixed, v, part.member.type)
    if facts.pattern is not None:
        return _fits(facts.pattern, v, part.member.at)
    assert facts.binding is not None
    codes = definitions.codes(facts.binding.value_set)
    if codes is None or part.member.type not in ("code", "Coding", "CodeableConcept"):
        raise NotEmitted(facts.id)
    if part.member.type == "code":
        return f"{v} in {tuple(sorted({code for _, code in codes}))!r}"
    return f"within({v}, {part.member.type!r}, {facts.binding.value_set!r}, {{}})"


def _equals(value: Value, v: str, type_: str) -> str:
    """Whether an attribute is a fixed value: of a primitive type, for any other the slow path answers."""
    if isinstance(value, dict | list):
        raise NotEmitted(type_)
    return _fits(value, v, type_)


def _fits(pattern: Value, v: str, at: str) -> str:
    """Whether a Struct or another attribute has all that a pattern has."""
    match pattern:
        case bool():
            return f"{v} is {pattern}"
        case str():
            return f"{v} == {pattern!r}"
        case Number():
            return f"bytes({v}) == {pattern.text.encode()!r}" if at == "decimal" else f"{v} == {pattern.text}"
        case dict():
            parts = {part.member.name: part for part in shapes.all_parts(at)}
            if not parts.keys() >= pattern.keys():
                raise NotEmitted(at)
            return " and ".join(_fits_part(one, v, parts[name]) for name, one in pattern.items())
    raise NotEmitted(at)


def _fits_part(pattern: Value, v: str, part: Part) -> str:
    value, at = f"{v}.{part.attribute}", part.member.at
    if isinstance(pattern, list):
        each = [f"any([{_fits(one, 'o', at)} for o in {value}])" for one in pattern]
        return f"{value} is not None and {' and '.join(each)}"
    inner = _fits(pattern, value, at)
    return f"{value} is not None and {inner}" if isinstance(pattern, dict | Number) else inner
