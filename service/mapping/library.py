"""A folder of YAML, with one clinic's overlay, becomes one checked set of mappings with its content hash."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from service.diagnostics import tree
from service.diagnostics.diagnostic import Diagnostic, Diagnostics
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.spans import Source, Span
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar
from service.mapping import layout_lines, overlay, syntax, vocabulary
from service.mapping.check import kinds as check_kinds
from service.mapping.check import prove, r15_releases
from service.mapping.layout import Layout
from service.mapping.loops import Loops
from service.mapping.plan import Kind
from service.mapping.sender import Names
from service.mapping.vocabulary import Vocabulary, section

NOT_TABLES = ("clinics", "examples", "review")
"""Folders beside base.yaml that hold no table files."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a mappings folder by their path in it, without the clinics' but one."""

    name: str
    files: Mapping[str, str]

    @property
    def hash(self) -> str:
        """A digest of everything that can change what the mappings do."""
        digest = hashlib.sha256()
        for path in sorted(self.files):
            if not path.startswith("examples/"):
                digest.update(f"{path}\0{self.files[path]}\0".encode())
        return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Library:
    """A checked set of mappings.

    `names` tells what is ours; `clinic` is the overlay's name, or empty; `released` are the lines of its lock.
    `layouts` are the clinic's own record forms by kind, none where it has none; `folders` the table files by folder and id.
    """

    kinds: Mapping[str, Kind]
    vocabulary: Vocabulary
    names: Names
    hash: str
    clinic: str = ""
    released: frozenset[str] = frozenset()
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    folders: Mapping[str, Mapping[str, Tree]] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The version that base.yaml states."""
        return self.vocabulary.version


def read(folder: Path, clinic: str = "") -> Texts:
    """The texts of a folder; U+FFFD stands where one is not UTF-8. Raises OSError where the folder or the clinic's file is missing."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".tsv", ".lock") and path.is_file()]
    texts: dict[str, str] = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if name.startswith("clinics/") and path.stem != clinic:
            continue
        if name.startswith("examples/"):
            continue
        texts[name] = path.read_bytes().decode("utf-8-sig", "replace")
    for needed in ("base.yaml", *([f"clinics/{clinic}.yaml"] if clinic else [])):
        if needed not in texts:
            raise FileNotFoundError(f"{folder.name}/{needed}")
    return Texts(folder.name, texts)


def load(folder: Path, clinic: str = "") -> Library:
    """The mappings of a folder. Raises Diagnostics with every error of every file; OSError where there is no such folder."""
    texts = read(folder, clinic)
    collecting = gc.isenabled()
    gc.disable()  # what a load makes stays: to look for garbage among it takes a tenth of its time
    try:
        return check(texts, clinic)
    finally:
        if collecting:
            gc.enable()


def check(texts: Texts, clinic: str = "") -> Library:
    """The mappings that texts spell. Raises Diagnostics with every error of every file."""
    found: list[Diagnostic] = []
    trees = merged(texts, clinic, found)
    base, records, folders = trees.base, trees.records, trees.folders
    names = vocabulary.read(base, Source(f"{texts.name}/codes.tsv", texts.files.get("codes.tsv", "")))
    found += names.found
    names.found = found
    for table_files in folders.values():
        for file_id, table_file in table_files.items():
            for key, node in section(found, table_file, "tables"):
                vocabulary.table(names, f"{file_id}/{key.text}", key, node)
    loops = Loops(folders, {name: tuple(Scalar(one, table.span) for one in table.entries) for name, table in names.tables.items()}, found)
    files = [one for tree_ in records.values() if (one := syntax.read(loops.write_out(tree_), found))]
    found += loops.unused()
    by_kind: dict[str, syntax.File] = {}
    for one in files:
        if one.kind in by_kind:
            found.append(form.record_twice(one.words["record"].span, one.kind, by_kind[one.kind].words["record"].span))
        by_kind.setdefault(one.kind, one)
    whole = check_kinds.Files(by_kind, names)
    kinds = {kind: check_kinds.build(whole, file) for kind, file in by_kind.items()}
    layouts = layout_lines.read(trees.layout, kinds, found)
    who = ours(names, kinds)
    if found:
        faulty = {one.span.source.name for one in found}
        sound = {name: kind for name, kind in kinds.items() if kind.span.source.name not in faulty}
        shared = {f"{texts.name}/{path}" for path in texts.files if "/" in path or path in ("base.yaml", "codes.tsv")}
        raise Diagnostics([*found, *(prove.alone(sound, who) if faulty.isdisjoint(shared) else ())])
    found += prove.check(kinds, who)
    path = f"clinics/{clinic}.lock" if clinic else "released.lock"
    lock = Source(f"{texts.name}/{path}", texts.files.get(path, ""))
    found += r15_releases.check(lock, kinds, who, (base.get("base") or base).span)
    if found:
        raise Diagnostics(found)
    released = frozenset(line for line, _ in r15_releases.lines(lock))
    return Library(kinds, names, who, texts.hash, clinic, released, layouts, folders)


@dataclass(frozen=True, slots=True)
class Trees:
    """The trees of a folder, a clinic's changes merged in: base.yaml, the record kinds by file name, the table files by folder and id.

    `layout` is the clinic's own record form.
    """

    base: Tree
    records: Mapping[str, Tree]
    folders: Mapping[str, Mapping[str, Tree]]
    layout: Node | None


def merged(texts: Texts, clinic: str, found: list[Diagnostic]) -> Trees:
    """The trees that texts spell; errors are added to `found`. Raises Diagnostics where they leave nothing to go on with."""
    trees = _trees(texts, found)
    if any(path.endswith(".yaml") and path not in trees and (path == "base.yaml" or "/" in path) for path in texts.files):
        raise Diagnostics(found)  # any name may stand in these files; without a record kind the others can be checked
    base, records, folders = _sorted(trees, found)
    if not clinic:
        return Trees(base, records, folders, None)
    overlay_ = trees[f"clinics/{clinic}.yaml"]
    return _overlaid(Trees(base, records, folders, overlay_.get("layout")), overlay_, found)


def ours(names: Vocabulary, kinds: Mapping[str, Kind]) -> Names:
    """What is ours, by the names of bases, kinds and endings, former ones included."""
    endings: dict[tuple[str, str], tuple[str, str]] = {}
    for kind in kinds.values():
        for shape in kind.written:
            for ending in (shape.ending, *shape.former):
                if ending:
                    endings.setdefault((shape.type, ending), (kind.name, shape.name))
    return Names(
        base=names.base,
        bases=(names.base, *names.former_bases),
        kind_names={spelt: kind.name for kind in kinds.values() for spelt in (*kind.former, kind.name)},
        kinds={shape.type: kind.name for kind in kinds.values() for shape in kind.written if not shape.ending},
        endings=endings,
    )


def _trees(texts: Texts, found: list[Diagnostic]) -> dict[str, Tree]:
    trees: dict[str, Tree] = {}
    for path, text in texts.files.items():
        source = Source(f"{texts.name}/{path}", text)
        if (at := text.find("\ufffd")) >= 0:
            found.append(form.bad_character(Span(source, at, at + 1)))
            continue
        if not path.endswith(".yaml"):
            continue
        node, problems = tree.parse(source)
        found += problems
        if isinstance(node, Tree):
            trees[path] = node
        elif node is not None:
            found.append(form.not_a_block(node.span, "a mapping file", PurePath(path).stem))
    return trees


def _sorted(trees: Mapping[str, Tree], found: list[Diagnostic]) -> tuple[Tree, dict[str, Tree], dict[str, dict[str, Tree]]]:
    """base.yaml, the record kinds by file name, and the table files by folder and id."""
    records: dict[str, Tree] = {}
    folders: dict[str, dict[str, Tree]] = {}
    ids: dict[str, Span] = {}
    for path, node in trees.items():
        folder, _, name = path.rpartition("/")
        if not folder and name != "base.yaml":
            records[name.removesuffix(".yaml")] = node
        elif folder and folder.split("/")[0] not in NOT_TABLES:
            ident = node.get("id")
            word = ident if isinstance(ident, Scalar) and ident.text else Scalar(name.removesuffix(".yaml"), node.span)
            if word is not ident:
                found.append(form.missing_section(node.span, "id"))
            if word.text in ids:
                found.append(say.table_file_twice(word.span, word.text, ids[word.text]))
            ids[word.text] = word.span
            folders.setdefault(folder, {})[word.text] = node
    return trees["base.yaml"], records, folders


def _overlaid(trees: Trees, clinic: Tree, found: list[Diagnostic]) -> Trees:
    """The trees with a clinic's changes; it names a table file by its path."""
    changes = tuple(entry for entry in clinic if entry[0].text != "layout")
    table_files = {f"{folder}/{name}": node for folder, files in trees.folders.items() for name, node in files.items()}
    files = {"base": trees.base, **trees.records, **table_files}
    whole = Tree(tuple((Scalar(name, node.span), node) for name, node in files.items()), clinic.span)
    merged = overlay.merge(whole, replace(clinic, entries=changes), found)
    kept = {key.text: node for key, node in merged if isinstance(node, Tree)}
    base = kept.pop("base", trees.base)
    folders: dict[str, dict[str, Tree]] = {}
    for path in [path for path in kept if "/" in path]:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, {})[name] = kept.pop(path)
    return Trees(base, kept, folders, trees.layout)
