"""docs/language.md: its excerpts stand in the mappings, its grammar is that of the code, and nothing that the code knows is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from service.diagnostics.spans import Source, Span
from service.diagnostics.tree import Scalar
from service.mapping import conditions, fields, layout_lines, library, loops, memory, paths, syntax, vocabulary
from service.mapping.check import r15_releases
from service.mapping.terms import parse
from service.mapping.walk import elements
from service.records import fields as records
from service.records import moments
from tests.contract import example
from tests.contract.grammar import Grammar, without_one
from tests.contract.repository import ROOT, text
from tests.support.mappings import CLINICS

PAGE = "docs/language.md"
GRAMMAR = Grammar(PAGE)
MAPPINGS = ROOT / "mappings"
KINDS = sorted(path.stem for path in MAPPINGS.glob("*.yaml") if path.stem != "base")
EXCERPTS = [
    (page.relative_to(ROOT).as_posix(), block)
    for page in sorted((ROOT / "docs").rglob("*.md"))
    for block in example.blocks(page.relative_to(ROOT).as_posix())
    if block.language == "yaml"
]


@pytest.mark.parametrize(("page", "block"), EXCERPTS)
def test_mappings_that_are_shown_exist(page: str, block: example.Block) -> None:
    """Each block of YAML stands to the letter in the mapping that it names, or is an example that loads."""
    if block.words.startswith("in "):
        assert block.text in text(f"mappings/{block.words[3:]}"), page
    else:
        assert example.mapping(block).kinds["example"]


def known() -> Iterator[str]:
    """Every word of the language that the code names."""
    yield from (*syntax.SECTIONS, *syntax._SHAPE_KEYS, *vocabulary.SECTIONS, loops.ABOUT, *records.PLAIN, *memory.POLICIES)
    yield from (*r15_releases._WORDS, moments.DAY)
    yield from ("first of", "case", "with", "list of", "id", "layout", "field")
    yield from ("and", "or", "not", "needs", "only when", "at least one of", "at most one of", "together", "sum of")
    expressions = (syntax._LINE, fields._HEAD, fields._ONE_OF, fields._CLAUSE, loops._FILES, loops._ENTRIES, parse._HOLE)
    for one in expressions:
        yield re.sub(r"\(\?P<\w+>|\\\w", " ", one.pattern)
    yield re.sub(r"\\\w", " ", layout_lines._LINE.pattern.replace(layout_lines._NAME, ""))


def test_the_grammar_has_the_words_of_the_code() -> None:
    """The words in quotes in the grammar are those that the code knows: none is missing, none is made up."""
    assert GRAMMAR.words() == {word for words in known() for word in re.findall("[A-Za-z]+", words)}


def test_every_word_is_explained() -> None:
    """The words that begin a section, a key, a clause or a type stand in the text of the page, not in its grammar alone."""
    sections = (*syntax.SECTIONS, *syntax._SHAPE_KEYS, *vocabulary.SECTIONS, loops.ABOUT)
    clauses = re.findall(r"[a-z][a-z ]+", fields._CLAUSE.pattern)
    explained = re.sub(r"^```.*?^```$", "", text(PAGE), flags=re.MULTILINE | re.DOTALL)
    words = {
        *sections,
        *clauses,
        *records.PLAIN,
        *memory.POLICIES,
        *r15_releases._WORDS,
        "match",
        "also",
        "first of",
        "case",
        "else absent",
    }
    assert not [word for word in words if f"`{word}" not in explained]


def test_the_order_of_uses_is_that_of_the_code() -> None:
    """The table says for names, addresses, telecoms and identifiers in which order they are taken."""
    types = {"names": "HumanName", "addresses": "Address", "telecoms": "ContactPoint", "identifiers": "Identifier"}
    rows = [f"| {name} | {', '.join(use or 'no use' for use in elements.USES[type_])} |\n" for name, type_ in types.items()]
    assert "".join(rows) in text(PAGE)
    assert {*types.values()} == {*elements.USES}


def scalar(spelt: str) -> Scalar:
    return Scalar(spelt, Span(Source("x", spelt), 0, len(spelt)))


PARSERS: dict[str, tuple[Callable[[str], Any], tuple[str, ...]]] = {
    "condition": (conditions.condition, ("a", "not a", "a = b|c and not d or e", "status = held|refused|stopped")),
    "rule": (conditions.rule, ("at least one of a, b", "at most one of a, b", "together a, b", "a needs b, c", "a = b only when c or d")),
    "path": (paths.parse, ("a.b.valueQuantity", "component[systolic].valueQuantity", "item..[x].text")),
    "constant": (lambda spelt: vocabulary.constant(scalar(spelt)), ('loinc#2708-6 "Oxygen saturation" + loinc#1 | final', "a + b | c")),
}


@pytest.mark.parametrize("production", PARSERS)
def test_the_grammar_accepts_what_the_code_accepts(production: str) -> None:
    """Texts, and all that come of them by leaving a part out or saying it twice, are spelt by the grammar if and only if they parse."""
    parser, samples = PARSERS[production]
    verdicts = {(one, accepted(parser, one)) for sample in samples for one in (sample, *without_one(sample))}
    assert {verdict for _, verdict in verdicts} == {True, False}
    assert not [one for one, verdict in verdicts if GRAMMAR.accepts(production, one) != verdict]


def accepted(parser: Callable[[str], Any], spelt: str) -> bool:
    try:
        return parser(spelt) is not None
    except (conditions.ConditionError, paths.PathError):
        return False


@pytest.mark.parametrize("kind", KINDS)
def test_the_grammar_spells_the_mappings(kind: str) -> None:
    """Each field, rule, list of children, path and term of a mapping is one by the grammar."""
    mapping = yaml.load(text(f"mappings/{kind}.yaml"), yaml.BaseLoader)
    lines = [
        *(("field", spelt) for spelt in leaves(mapping["fields"])),
        *(("rule", spelt) for spelt in leaves(mapping.get("rules", {}))),
        *(("child", spelt) for spelt in mapping.get("children", {}).values()),
        *(line for shape in (*mapping.get("patterns", {}).values(), *mapping["resources"].values()) for line in of_shape(shape)),
    ]
    assert not [(production, spelt) for production, spelt in lines if not GRAMMAR.accepts(production, written_out(spelt))]


def test_the_grammar_spells_the_rest() -> None:
    """So is each name of base.yaml, each form of a clinic's layout, and each fact of a lock."""
    base = yaml.load(text("mappings/base.yaml"), yaml.BaseLoader)
    clinics = [yaml.load(overlay, yaml.BaseLoader) for overlay in CLINICS.values()]
    sections = {"systems": "urls", "extensions": "extension", "units": "texts", "concepts": "constant"}
    lines = [(production, spelt) for name, production in sections.items() for spelt in base[name].values()]
    lines += [("constant", spelt) for table in base["tables"].values() for spelt in table.values()]
    lines += [("form", spelt) for clinic in clinics for spelt in forms(clinic["layout"])]
    lines += [("fact", spelt) for spelt in text("mappings/released.lock").splitlines()[1:]]
    assert not [(production, spelt) for production, spelt in lines if not GRAMMAR.accepts(production, spelt)]


def forms(block: dict[str, Any]) -> Iterator[str]:
    """The forms of a layout that stand on one line."""
    for value in block.values():
        if isinstance(value, str):
            yield value
        elif "field" not in value:
            yield from forms(value)


def leaves(block: dict[str, Any]) -> Iterator[str]:
    """The texts of the fields, those of items and loops, too."""
    for name, value in block.items():
        if name == "rules":
            continue
        yield from leaves(value) if isinstance(value, dict) else (value,)


def of_shape(block: Any) -> Iterator[tuple[str, str]]:
    """The paths and terms of a shape with the productions that spell them."""
    if isinstance(block, list):
        for one in block:
            yield from of_shape(one)
        return
    for name, value in block.items():
        if name == "written when":
            yield "condition", value
        elif name in syntax._SHAPE_KEYS:
            continue
        elif name.startswith(("first of ", "each ")):
            yield from of_shape(value)
        elif name.startswith("case $"):
            for inside in value.values():
                yield from of_shape(inside)
        elif isinstance(value, str):
            yield "key", name
            yield "term", value
        elif not name.startswith("<"):
            yield "key", name
            yield from of_shape(value)
        else:
            yield from of_shape(value)


def written_out(spelt: str) -> str:
    """A text of a loop with something in the place of its variables."""
    return re.sub(r"<\w+>", "x", spelt.replace("<range>", "0..4"))


def test_every_file_of_the_folder_is_documented() -> None:
    """The page names each folder that holds no table files, and each file that the loader asks for by name."""
    assert all(
        f"`{name}`" in text(PAGE) or f"`{name}/" in text(PAGE) for name in (*library.NOT_TABLES, "base.yaml", "codes.tsv", "released.lock")
    )
