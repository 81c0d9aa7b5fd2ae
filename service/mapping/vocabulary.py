"""What `base.yaml` names: systems, concepts, extensions, units and tables, with the evidence for each code (`codes.tsv`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.spans import Source, Span
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar
from service.fhir import definitions

_COLUMNS = ("system", "code", "display", "confidence", "evidence")
_ITEM = re.compile(r'\s*(?:([a-z][a-z0-9-]*)#(\S+?)|([^\s#+|"]+))(?:\s+"([^"]*)")?\s*([+|]|$)')


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a system (its url) with the display we write."""

    system: str
    code: str
    display: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two codings the same."""
        return self.system, self.code


@dataclass(frozen=True, slots=True)
class Concept:
    """Codings written together, and every coding by which the concept is known on the way back."""

    written: tuple[Coding, ...]
    read: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Item:
    """One coding or word of a constant as it is spelt."""

    system: str
    code: str
    display: str

    def __str__(self) -> str:
        return f"{self.system}#{self.code}" if self.system else self.code


@dataclass(frozen=True, slots=True)
class Constant:
    """`a + b | c`: alternatives, each of items written together; the first is written, all are read."""

    alternatives: tuple[tuple[Item, ...], ...]
    at: Scalar


@dataclass(frozen=True, slots=True)
class Table:
    """Names of the record side with the constant that each becomes."""

    name: str
    entries: Mapping[str, Constant]
    span: Span

    @property
    def numeric(self) -> bool:
        """Whether the names are numbers, so that the record holds a number."""
        return bool(self.entries) and all(re.fullmatch(r"-?(0|[1-9][0-9]{0,8})", name) for name in self.entries)


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension by its url; `type` is that of its value, `extension` when it holds parts; `targets` for a Reference."""

    name: str
    url: str
    type: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line of `codes.tsv`: the display, how sure it is (`X`: not to be used), and where it was seen."""

    display: str
    confidence: str
    seen: str


@dataclass(slots=True)
class Vocabulary:
    """Everything that has a name; lookups add a diagnostic to `found` and return None for what has none.

    `aliases` are what others write for a system (by its url), `units` the texts of a UCUM code: ours, then others that are read.
    """

    base: str = ""
    former_bases: tuple[str, ...] = ()
    version: str = ""
    systems: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    extensions: dict[str, Extension] = field(default_factory=dict)
    units: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    evidence: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)

    def system(self, name: str, at: Span) -> str | None:
        """The url of a system."""
        if name not in self.systems:
            self.found.append(say.unknown_system(at, name, self.systems))
            return None
        return self.systems[name]

    def coding(self, item: Item, at: Scalar) -> Coding | None:
        """The coding that an item of the form `system#code` names, with its display; it must have its line in `codes.tsv`."""
        url = self.system(item.system, at.at(item.system))
        if url is None:
            return None
        evidence = self.evidence.get((url, item.code))
        if evidence is None:
            self.found.append(
                say.code_without_evidence(at.at(item.code), str(item), (code for system, code in self.evidence if system == url))
            )
            return None
        if evidence.confidence == "X":
            self.found.append(say.code_not_to_be_used(at.at(item.code), str(item)))
            return None
        if item.display and item.display != evidence.display:
            self.found.append(say.display_differs(at.at(item.display), str(item), evidence.display))
            return None
        return Coding(url, item.code, evidence.display)

    def concept(self, constant: Constant, around: tuple[str, ...] = ()) -> Concept | None:
        """The concept of a constant whose items are codings or names of concepts; `around` are the names that led here."""
        written: list[Coding] = []
        read: set[tuple[str, str]] = set()
        for number, alternative in enumerate(constant.alternatives):
            for index, item in enumerate(alternative):
                if item.system:
                    coding = self.coding(item, constant.at)
                    named = Concept((coding,), frozenset((url, coding.code) for url in self.spellings(coding.system))) if coding else None
                elif item.code in around:
                    self.found.append(say.concept_circle(constant.at.at(item.code), item.code))
                    named = None
                elif item.code in self.constants:
                    named = self.concept(self.constants[item.code], (*around, item.code))
                else:
                    self.found.append(say.unknown_concept(constant.at.at(item.code), item.code, self.constants))
                    named = None
                if named is None:
                    return None
                if number == 0:
                    written += named.written
                if number or index == 0:
                    read |= named.read
        return Concept(tuple(written), frozenset(read))

    def spellings(self, url: str) -> tuple[str, ...]:
        """Every url by which a system, an extension or a questionnaire is known, ours first; one of ours also by former bases."""
        former = (f"{base}{url.removeprefix(self.base)}" for base in self.former_bases if url.startswith(f"{self.base}/"))
        return (url, *self.aliases.get(url, ()), *former)

    def extension(self, name: str, at: Span) -> Extension | None:
        """An extension, or a part of one (`name/part`)."""
        if name not in self.extensions:
            self.found.append(say.unknown_extension(at, name, self.extensions))
            return None
        return self.extensions[name]


def constant(at: Scalar, text: str | None = None) -> Constant | None:
    """The constant that a text spells, or None where it does not follow the grammar."""
    text = at.text if text is None else text
    alternatives: list[tuple[Item, ...]] = []
    together: list[Item] = []
    start = 0
    while True:
        match = _ITEM.match(text, start)
        if match is None:
            return None
        together.append(Item(match[1] or "", match[2] or match[3], match[4] or ""))
        if match[5] != "+":
            alternatives.append(tuple(together))
            together = []
        start = match.end()
        if not match[5]:
            return Constant(tuple(alternatives), at) if start == len(text) else None


def read_evidence(source: Source, base: str, found: list[Diagnostic]) -> dict[tuple[str, str], Evidence]:
    """`codes.tsv` by system and code, those that have evidence. `{base}` stands for the base url."""
    evidence: dict[tuple[str, str], Evidence] = {}
    for number, start in enumerate(source.starts, 1):
        line = source.line(number)
        cells = line.split("\t")
        if line and (len(cells) != len(_COLUMNS) or (start == 0 and tuple(cells) != _COLUMNS)):
            found.append(form.not_evidence(Span(source, start, start + len(line)), _COLUMNS, first=start == 0))
        elif line and start and cells[3] and cells[4]:
            evidence[cells[0].replace("{base}", base), cells[1]] = Evidence(cells[2], cells[3], cells[4])
    return evidence


SECTIONS = ("base", "formerly", "version", "systems", "concepts", "extensions", "units", "tables")


def read(tree: Tree, evidence: Source) -> Vocabulary:
    """The vocabulary of a `base.yaml`; what is wrong with it stands in `found`. `evidence` is `codes.tsv`."""
    names = Vocabulary()
    for key, _ in tree:
        if key.text not in SECTIONS:
            names.found.append(say.unknown_section(key.span, key.text, SECTIONS))
    names.base = _url(names, tree, "base") or "urn:base"  # without one, the systems that begin with it are no further errors
    names.version = text(names.found, tree, "version")
    names.former_bases = tuple(part.strip() for part in text(names.found, tree, "formerly", required=False).split(",") if part.strip())
    names.evidence = read_evidence(evidence, names.base, names.found)
    for key, value in _section(names, tree, "systems"):
        _system(names, key, value)
    for key, value in _section(names, tree, "units"):
        _unit(names, key, value)
    for key, value in _section(names, tree, "extensions"):
        _extension(names, key, value)
    for key, value in _section(names, tree, "concepts"):
        _constant(names, value, key.text, names.constants)
    for key, node in section(names.found, tree, "tables"):
        table(names, key.text, key, node)
    for one in list(names.constants.values()):
        names.concept(one)
    return names


def table(names: Vocabulary, name: str, key: Scalar, node: Node) -> None:
    """Add a table of `base.yaml` or of an instrument to the vocabulary."""
    if not isinstance(node, Tree) or not node.entries:
        names.found.append(form.not_a_block(node.span, f"table `{key.text}`", name))
        return
    entries: dict[str, Constant] = {}
    for entry, value in node:
        if isinstance(value, Scalar):
            _constant(names, value, entry.text, entries)
        else:
            names.found.append(form.not_a_text(value.span, entry.text))
    names.tables[name] = Table(name, entries, key.span)
    for one in entries.values():
        if all(item.system for alternative in one.alternatives for item in alternative):
            names.concept(one)


def _system(names: Vocabulary, key: Scalar, value: Scalar) -> None:
    url, *others = _alternatives(value.text.replace("{base}", names.base))
    names.systems[key.text] = url
    names.aliases[url] = tuple(others)
    if not all(re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", one) for one in (url, *others)):
        names.found.append(form.not_a_url(value.span, key.text))
    if url.startswith(f"{names.base}/id/"):
        names.found.append(say.reserved_system(value.span, f"{names.base}/id/"))


def _unit(names: Vocabulary, key: Scalar, value: Scalar) -> None:
    names.units[key.text] = tuple(_alternatives(value.text))
    for text_ in names.units[key.text]:
        first = next((code for code, texts in names.units.items() if text_ in texts and code != key.text), "")
        if first:
            names.found.append(say.unit_text_twice(value.at(text_), text_, first))


def _alternatives(spelt: str) -> list[str]:
    return [part.strip() for part in spelt.split(" | ")]


def _constant(names: Vocabulary, value: Scalar, name: str, into: dict[str, Constant]) -> None:
    found = constant(value)
    if found is None:
        names.found.append(form.not_a_constant(value.span, value.text, name))
    else:
        into[name] = found


def _extension(names: Vocabulary, key: Scalar, value: Scalar) -> None:
    url, _, kind = value.text.replace("{base}", names.base).partition(" ")
    targets: tuple[str, ...] = ()
    if match := re.fullmatch(r"Reference\((\w+(?:\|\w+)*)\)", kind):
        kind, targets = "Reference", tuple(match[1].split("|"))
    known = definitions.extension(url)
    if not kind:
        if known is None:
            names.found.append(form.extension_without_type(value.span, key.text))
            return
        if len(known.types) > 1:
            names.found.append(form.extension_type_open(value.span, key.text, known.types))
            return
        kind = known.types[0] if known.types else "extension"
    elif kind != "extension" and not (definitions.is_datatype(kind) or definitions.is_primitive(kind)):
        names.found.append(say.unknown_type(value.at(kind), key.text, kind, definitions.children("Extension")["value"].types))
        return
    parent = key.text.rpartition("/")[0]
    if not parent and not re.fullmatch(r"[a-z]+:\S+", url):
        names.found.append(form.not_a_url(value.span, key.text, key.text))
        return
    if parent and (parent not in names.extensions or names.extensions[parent].type != "extension"):
        names.found.append(say.unknown_extension(key.at(parent), parent, names.extensions))
        return
    names.extensions[key.text] = Extension(key.text, url, kind, targets)


def _url(names: Vocabulary, tree: Tree, key: str) -> str:
    value = text(names.found, tree, key)
    node = tree.get(key)
    if value and node is not None and not re.fullmatch(r"https?://[^\s/]+(/[^\s/]+)*", value):
        names.found.append(form.not_a_url(node.span, key))
    return value


def _section(names: Vocabulary, tree: Tree, name: str) -> Iterator[tuple[Scalar, Scalar]]:
    for key, value in section(names.found, tree, name):
        if isinstance(value, Scalar):
            yield key, value
        else:
            names.found.append(form.not_a_text(value.span, key.text))


def section(found: list[Diagnostic], tree: Tree, name: str) -> Tree | tuple[()]:
    """The block under a key, which may be missing."""
    node = tree.get(name)
    if node is None or isinstance(node, Tree):
        return node or ()
    found.append(form.not_a_block(node.span, f"`{name}`", name))
    return ()


def text(found: list[Diagnostic], tree: Tree, name: str, *, required: bool = True) -> str:
    """The text under a key, empty with a diagnostic where it is required and missing."""
    node = tree.get(name)
    if isinstance(node, Scalar) and node.text:
        return node.text
    if node is not None:
        found.append(form.not_a_text(node.span, name))
    elif required:
        found.append(form.missing_section(tree.span, name))
    return ""
