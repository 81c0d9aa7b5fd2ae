"""The page of a table file: what is known about it, its sections with the fields that they make, its tables and codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar, Sequence
from service.mapping import vocabulary
from service.mapping.library import Library
from service.mapping.loops import ABOUT
from service.mapping.pages.markdown import CODES, code_row, page, section, table
from service.mapping.pages.records import type_of
from service.mapping.pages.standing import Spot, field_of, spots, standing
from service.mapping.vocabulary import Vocabulary


def index(folder: str, files: Mapping[str, Tree]) -> str:
    """The page that leads to those of a folder."""
    rows = [(f"[{name}]({name}.md)", _title(tree, "")) for name, tree in sorted(files.items())]
    return page(folder.capitalize(), table((folder.removesuffix("s"), "is"), rows))


def table_page(library: Library, folder: str, name: str) -> str:
    """The page of a table file: where its fields are written. What is read besides stands on the page of the record kind."""
    files, names = library.folders[folder], library.vocabulary
    tree = files[name]
    of = [
        f"a [{kind}](../records/{kind}.md) with `{field.name} = {name}`"
        for kind, one in library.kinds.items()
        if (field := field_of(one, files))
    ]
    terms = {
        kind: [spot for spot in spots(one) if not spot.foreign and not _others(spot, name, files)] for kind, one in library.kinds.items()
    }
    sections = [(key.text, node) for key, node in tree if isinstance(node, Tree) and key.text not in ("tables", ABOUT)]
    texts = [(key.text, node.text.replace("{base}", names.base)) for key, node in tree if isinstance(node, Scalar) and key.text != "id"]
    return page(
        _title(tree, name),
        f"{': '.join([f'`{tree.span.source.name}`', *([', '.join(of)] if of else [])])}.\n",
        table(("about", ""), [*_about(tree), *texts]),
        *(_section(library, title, node, terms) for title, node in sections),
        section("Codes", CODES, _code_rows(names, tree)),
    )


def _about(tree: Tree) -> Iterator[tuple[str, str]]:
    """What else a file says about itself, a row for each; a block of blocks has one for each of these."""
    for key, node in vocabulary.section([], tree, ABOUT):
        if isinstance(node, Tree) and all(isinstance(value, Tree) for _, value in node):
            yield from ((f"{key.text}: {name.text}", _told(value, "<br>")) for name, value in node)
        else:
            yield key.text, _told(node, "<br>")


def _told(node: Node, between: str) -> str:
    match node:
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return between.join(_told(one, ", ") for one in items)
        case Tree():
            return between.join(f"{key.text}: {_told(value, ', ')}" for key, value in node)


def _title(tree: Tree, name: str) -> str:
    return dict(_about(tree)).get("title", name)


def _others(spot: Spot, name: str, files: Mapping[str, Tree]) -> bool:
    """Whether a term is one of another file."""
    return spot.leaf.branch is not None and spot.leaf.branch.value in files.keys() - {name}


def _section(library: Library, title: str, node: Tree, terms: Mapping[str, list[Spot]]) -> str:
    """The lines of a section: the field that each makes, its type, where it stands, and what else the line says."""
    fields = {key.text: _field(library, key.text, terms) for key, _ in node}
    lines = {
        key.text: {name.text: value.text for name, value in line if isinstance(value, Scalar)}
        for key, line in node
        if isinstance(line, Tree)
    }
    new = dict.fromkeys(
        member for name, line in lines.items() for member, value in line.items() if not any(value in cell for cell in fields[name])
    )
    rows = [(f"`{name}`", *fields[name], *(line.get(member, "") for member in new)) for name, line in lines.items()]
    return section(title.replace("_", " ").capitalize(), ("field", "type", "in FHIR", *new), rows)


def _field(library: Library, name: str, terms: Mapping[str, list[Spot]]) -> tuple[str, str]:
    """The type of the field of this name, and where it stands."""
    for kind in library.kinds.values():
        if field := kind.fields.by_name.get(name):
            return type_of(field), standing(kind, [field], terms[kind.name])
    return "", ""


def _code_rows(names: Vocabulary, tree: Tree) -> Iterator[tuple[str, ...]]:
    stands_for: dict[tuple[str, str], dict[str, None]] = {}
    for what, text in _texts(tree, ""):
        spelt = vocabulary.constant(text)
        for item in (item for one in (spelt.alternatives if spelt else ()) for item in one if item.system in names.systems):
            stands_for.setdefault((names.systems[item.system], item.code), {})[what] = None
    for (system, word), meanings in sorted(stands_for.items()):
        if (system, word) in names.evidence:
            yield code_row(names, system, word, ", ".join(f"`{what}`" for what in meanings))


def _texts(node: Node, at: str) -> Iterator[tuple[str, Scalar]]:
    """Every text of a tree with its path."""
    match node:
        case Scalar():
            yield at, node
        case Tree():
            for key, value in node:
                yield from _texts(value, f"{at}.{key.text}" if at else key.text)
