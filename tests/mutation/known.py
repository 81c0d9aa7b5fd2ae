"""What the check of the original made and proved, taken over for a mutant where everything that it rests on is the same.

A shape rests on its lines, its fields and the names it looked up; its proofs on the shape and the rules that concern its fields.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from service.diagnostics import tree
from service.diagnostics.spans import Source, Span
from service.diagnostics.tree import Mapping as Tree
from service.mapping import fields as field_lines
from service.mapping import library, syntax, vocabulary
from service.mapping.check import example, kinds, prove, r5_apart, reachable
from service.mapping.check.resolve import Resolver
from service.mapping.library import Library, Texts
from service.mapping.loops import Loops
from service.mapping.plan import Kind, Shape
from service.mapping.vocabulary import Constant, Table, Vocabulary
from service.records.fields import Field, Fields
from tests.mutation import prints
from tests.mutation.laws import Spot, links

NAMED = ("systems", "aliases", "constants", "extensions", "units", "tables", "evidence")
"""What a vocabulary has names for."""

Names = set[tuple[str, Hashable]]
"""Names, each with the sort of what it names."""


class Stale(Exception):  # noqa: N818 - it is no error
    """A shape that links to one that is now written otherwise was taken over, and has to be made again."""


class _Noted(dict[Any, Any]):
    """Names of one sort; those that are looked up are added to each of the open sets."""

    def __init__(self, sort: str, entries: Mapping[Any, Any], sets: list[Names]) -> None:
        super().__init__(entries)
        self.sort = sort
        self.sets = sets

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a name."""
        self._note(key)
        return super().get(key, default)

    def _note(self, key: Any) -> None:
        for names in self.sets:
            names.add((self.sort, key))


@dataclass(slots=True)
class _Made:
    """What was made (a kind, its fields, a shape) from a text with names; `links` says how the shapes are written that a shape links to."""

    value: Any
    text: object
    names: Names
    links: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Run:
    """The check of one mutant: the names that say something else (None: all), and the shapes that were taken over."""

    changed: Names | None = None
    taken: set[int] = field(default_factory=set)
    moved: dict[int, bool] = field(default_factory=dict)


class Known:
    """The check of unchanged texts, step by step."""

    def __init__(self, texts: Texts, clinic: str) -> None:
        self.texts = texts
        self._clinic = clinic
        self._run: _Run | None = None
        self._stale: set[tuple[str, str]] = set()
        self._sets: list[Names] = []
        self._trees: dict[tuple[str, str], Any] = {}
        self._read: tuple[Tree, str, Vocabulary] | None = None
        self._written_out: dict[int, tuple[object, Tree, set[Span]]] = {}
        self._files: dict[int, syntax.File] = {}
        self._types: Mapping[str, str] = {}
        self._kinds: dict[str, _Made] = {}
        self._fields: dict[str, _Made] = {}
        self._shapes: dict[tuple[str, str], _Made] = {}
        self._kind = ""
        with self._steps():
            self.library = library.check(texts, clinic)
        every = self.library.kinds.values()
        for one in every:
            for shape in one.shapes:
                self._shapes[one.name, shape.name].links = {name: _state(one.shape(name)) for name in links(shape)}
        self._excluded = {id(one): (one.excluded, frozenset(one.excluded)) for one in _every_field(every)}
        self._lines = {
            (one.name, shape.name): {prints.leaf(leaf): leaf for leaf in shape.scope.leaves()} for one in every for shape in one.shapes
        }
        self._prints = {(one.name, shape.name): prints.shape(shape) for one in every for shape in one.shapes}
        self._whole = {one.name: prints.kind(one) for one in every}
        self._of_type = _by_type(every)
        self._lists = {id(one) for kind in every for one in _lists(kind.fields)}

    def check(self, changed: Mapping[str, str]) -> tuple[Library, dict[str, list[Spot]]]:
        """The mappings with changed files, and what of them is not the original's. Raises Diagnostics."""
        texts = replace(self.texts, files={**self.texts.files, **changed})
        self._stale = set()
        while True:
            for excluded, _ in self._excluded.values():
                excluded.clear()
            self._run = _Run()
            try:
                with self._steps():
                    loaded = library.check(texts, self._clinic)
                return loaded, self._touched(loaded)
            except Stale as again:
                self._stale.add(again.args)

    def _touched(self, loaded: Library) -> dict[str, list[Spot]]:
        every = replace(loaded.names, endings={}) != replace(self.library.names, endings={})
        every |= any(layout.lines for layout in loaded.layouts.values())
        found = {name: [shape for shape in one.shapes if self._moved(shape)] for name, one in loaded.kinds.items()}
        return {
            name: [*(self._spot(shape) for shape in shapes), *self._gone(loaded.kinds[name])]
            for name, shapes in found.items()
            if every or shapes or prints.kind(loaded.kinds[name]) != self._whole.get(name)
        }

    def _spot(self, shape: Shape) -> Spot:
        known = self._shapes.get((shape.kind, shape.name))
        was: Shape | None = known.value if known and known.value is not shape else None
        before = self._lines.get((shape.kind, shape.name), {})
        now = {prints.leaf(leaf): leaf for leaf in shape.scope.leaves()}
        lines = [leaf for said, leaf in (*now.items(), *before.items()) if said not in before or said not in now]
        return Spot(shape, was, lines)

    def _gone(self, kind: Kind) -> Iterator[Spot]:
        was = self.library.kinds.get(kind.name)
        yield from (Spot(None, shape, []) for shape in (was.shapes if was else ()) if kind.shape(shape.name) is None)

    def _moved(self, shape: Shape) -> bool:
        """Whether a shape, or what its proofs rest on, is not the original's."""
        assert self._run
        if id(shape) not in self._run.moved:
            if id(shape) in self._run.taken:
                fields = (one for leaf in shape.scope.leaves() for one in leaf.term.fields if id(one) in self._excluded)
                moved = any(one.excluded != self._excluded[id(one)][1] for one in fields)
            else:
                moved = prints.shape(shape) != self._prints.get((shape.kind, shape.name))
            self._run.moved[id(shape)] = moved
        return self._run.moved[id(shape)]

    def _is_original(self, kind: Kind) -> bool:
        known = self._kinds.get(kind.name)
        return known is not None and known.value is kind and not any(map(self._moved, kind.shapes))

    @contextmanager
    def _steps(self) -> Iterator[None]:
        with ExitStack() as stack:
            for holder, name, step in (
                (tree, "parse", self._parse),
                (vocabulary, "read", self._vocabulary),
                (Loops, "write_out", self._write_out),
                (syntax, "read", self._syntax),
                (kinds, "build", self._build),
                (field_lines, "read", self._read_fields),
                (kinds, "_shape", self._shape),
                (kinds, "_finish", self._finish),
                (prove, "_of_kind", self._of_kind),
                (prove, "_of_shape", self._of_shape),
                (prove, "_tried", self._tried),
                (reachable, "_of_shape", self._of_shape),
                (reachable, "_fields", self._reachable),
                (r5_apart, "check", self._apart),
                (example, "check", self._examples),
            ):
                stack.enter_context(patch.object(holder, name, _stepping(step, getattr(holder, name))))
            yield

    def _parse(self, made: Any, source: Source) -> Any:
        key = (source.name, source.text)
        if self._run is None:
            self._trees[key] = made(source)
        return self._trees[key] if key in self._trees else made(source)

    def _vocabulary(self, made: Any, base: Tree, evidence: Source) -> Any:
        if self._read and self._read[0] is base and self._read[1] == evidence.text:
            return _copy(self._read[2])
        read = made(base, evidence)
        if self._run is None:
            self._read = (base, evidence.text, _copy(read))
            for sort in NAMED:
                setattr(read, sort, _Noted(sort, getattr(read, sort), self._sets))
        return read

    def _write_out(self, made: Any, loops: Loops, node: Tree) -> Any:
        around: object = None
        if "<" in node.span.source.text:
            tables = [[[one.text for one in names] for names in loops.tables.values()], *loops.tables]
            around = [tables, [[id(one) for one in files.values()] for files in loops.folders.values()]]
        known = self._written_out.get(id(node))
        if known and known[0] == around:
            loops.used |= known[2]
            return known[1]
        before = set(loops.used)
        out = made(loops, node)
        if self._run is None:
            self._written_out[id(node)] = (around, out, loops.used - before)
        return out

    def _syntax(self, made: Any, node: Tree, found: Any) -> Any:
        if self._run is None:
            self._files[id(node)] = made(node, found)
        return self._files[id(node)] if id(node) in self._files else made(node, found)

    def _build(self, made: Any, files: kinds.Files, file: syntax.File) -> Any:
        self._kind = file.kind
        if self._run is None:
            self._types = files.types
            built, names = self._noting(made, files, file)
            self._kinds[file.kind] = _Made(built, [file, *(files.by_kind[one.kind] for one in file.children)], names)
            return built
        if not self._run.moved and not self._run.taken and self._run.changed is None and files.types == self._types:
            self._run.changed = _changed(self.library.vocabulary, files.names)
        known = self._kinds.get(file.kind)
        around = [file, *(files.by_kind.get(one.kind) for one in file.children)]
        if known and _same(around, known.text) and self._clean(known) and not any(name == file.kind for name, _ in self._stale):
            self._run.taken |= {id(shape) for shape in known.value.shapes}
            return known.value
        return made(files, file)

    def _clean(self, known: _Made) -> bool:
        assert self._run
        return self._run.changed is not None and known.names.isdisjoint(self._run.changed)

    def _noting(self, made: Any, *args: Any) -> tuple[Any, Names]:
        names: Names = set()
        self._sets.append(names)
        try:
            return made(*args), names
        finally:
            self._sets.pop()

    def _read_fields(self, made: Any, node: Tree, rules: Any, names: Vocabulary, *around: Any) -> Any:
        if around:
            return made(node, rules, names, *around)
        text = prints.text((node, rules))
        if self._run is None:
            read, looked_up = self._noting(made, node, rules, names)
            self._fields[self._kind] = _Made(read, text, looked_up)
            return read
        known = self._fields.get(self._kind)
        if known and known.text == text and self._clean(known):
            return known.value
        read = made(node, rules, names)
        return known.value if known and prints.fields(read) == prints.fields(known.value) else read

    def _shape(self, made: Any, file: syntax.File, one: syntax.Shape, fields: Fields, resolver: Resolver) -> Any:
        key = (file.kind, one.name.text)
        text = prints.text(one)
        if self._run is None:
            shape, names = self._noting(made, file, one, fields, resolver)
            self._shapes[key] = _Made(shape, text, names)
            return shape
        known = self._shapes.get(key)
        if (
            known
            and key not in self._stale
            and known.text == text
            and fields is self._fields[file.kind].value
            and self._clean(known)
            and all(resolver.shapes.get(name) == state[0] for name, state in known.links.items())
        ):
            self._run.taken.add(id(known.value))
            return known.value
        return made(file, one, fields, resolver)

    def _finish(self, made: Any, kind: Kind, shape: Shape) -> None:
        if self._run is None:
            self._shapes[kind.name, shape.name].names |= self._noting(made, kind, shape)[1]
        elif id(shape) not in self._run.taken:
            made(kind, shape)
        elif any(_state(kind.shape(name)) != state for name, state in self._shapes[kind.name, shape.name].links.items()):
            raise Stale(kind.name, shape.name)

    def _of_kind(self, made: Any, kind: Kind) -> Any:
        known = self._kinds.get(kind.name) if self._run else None
        same = known and kind.fields is known.value.fields and kind.key == known.value.key and _same(kind.written, known.value.written)
        return [] if same else made(kind)

    def _of_shape(self, made: Any, kind: Kind, shape: Shape) -> Any:
        return made(kind, shape) if self._run is None or self._moved(shape) else ()

    def _tried(self, made: Any, shape: Shape, links: Any) -> Any:
        if self._run is None or self._moved(shape):
            return made(shape, links)
        shape.doubt = self._shapes[shape.kind, shape.name].value.doubt
        return ()

    def _reachable(self, made: Any, fields: Fields) -> Any:
        return () if self._run and id(fields) in self._lists else made(fields)

    def _apart(self, made: Any, every: Iterable[Kind]) -> Any:
        every = list(every)
        if self._run is None:
            return made(every)
        now = _by_type(every)
        moved = {shape.type for kind in every for shape in kind.shapes if self._moved(shape)}
        moved |= {name for name, shapes in now.items() if not _same(shapes, self._of_type.get(name, []))}
        return made([replace(kind, shapes=tuple(shape for shape in kind.shapes if shape.type in moved)) for kind in every])

    def _examples(self, made: Any, every: Mapping[str, Kind], names: Any) -> Any:
        """The example of a kind goes with the kinds of the records inside it."""
        same = {name for name, kind in every.items() if self._run and self._is_original(kind)}
        told = {name for name, kind in every.items() if not {name, *(one.kind for one in kind.children)} <= same}
        return made({name: kind if name in told else replace(kind, example=None) for name, kind in every.items()}, names)


def _stepping(step: Any, made: Any) -> Any:
    """A function that takes a step in the place of another, which it is given."""
    return lambda *args: step(made, *args)


def _same(some: Iterable[object], others: Any) -> bool:
    """Whether two lists hold the very same things."""
    some = list(some)
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _copy(names: Vocabulary) -> Vocabulary:
    return replace(names, **{sort: dict(getattr(names, sort)) for sort in NAMED}, found=[*names.found])


def _changed(old: Vocabulary, new: Vocabulary) -> Names | None:
    """The names that do not say what they said; None where the base url is another."""
    if (old.base, old.former_bases) != (new.base, new.former_bases):
        return None
    found: Names = set()
    for sort in NAMED:
        before, now = dict(getattr(old, sort)), getattr(new, sort)
        found |= {
            (sort, key)
            for key in before.keys() | now.keys()
            if before.get(key) is not now.get(key) and _said(before.get(key)) != _said(now.get(key))
        }
    return found


def _said(named: Any) -> Any:
    match named:
        case Constant():
            return named.alternatives
        case Table():
            return [(name, one.alternatives) for name, one in named.entries.items()]
    return named


def _state(target: Shape | None) -> tuple[Any, ...]:
    """How the target of a link is written."""
    return (target.type, target.when, bool(target.each), target.form_of) if target else ()


def _lists(fields: Fields) -> Iterator[Fields]:
    """The fields of a record, and those of the items of each of its lists."""
    yield fields
    for one in fields.by_name.values():
        if one.items:
            yield from _lists(one.items)


def _every_field(every: Iterable[Kind]) -> Iterator[Field]:
    for kind in every:
        for fields in _lists(kind.fields):
            yield from fields.by_name.values()
        for shape in kind.shapes:
            for leaf in (*shape.scope.leaves(), *(leaf for items in shape.scope.items() for leaf in items.scope.leaves())):
                yield from leaf.term.fields


def _by_type(every: Iterable[Kind]) -> dict[str, list[Shape]]:
    found: dict[str, list[Shape]] = {}
    for kind in every:
        for shape in kind.shapes:
            found.setdefault(shape.type, []).append(shape)
    return found
