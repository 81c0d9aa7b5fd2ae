"""The source text: short modules, an engine that knows no clinical word, and one name for each thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from service.fhir import definitions
from tests.contract.repository import ROOT

GENERIC = (
    "about active answer as asked at by check checks city class code coded codes comparator condition contact contacts count country "
    "date decided description drawn each effect email end ended entered event expiry file finding for form from given high hold holds "
    "home id identifiers identity interpretation issued kind language last leave left length log loinc lot low mean method minutes "
    "name names needed new no note noted notes npi number of on opened ordered other others outcome over part parts per period phone "
    "place position postal prefix quantity range rate reading ready reason recorded reported resolved result returned role route said "
    "score severity signed site source start started state status step steps stopped street strength submitted suffix system taken "
    "test text title to total type unit use value what with yes"
)
"""Words of the mappings' fields that people outside of medicine use just as well, and a type of the language."""

NEVER = "model dto payload serialize serializer transform transformer manager helper util utils processor"
"""Names that the project does not give."""

FHIR = re.compile(rf"\b(?:{'|'.join(definitions.resource_types())})\b|^[a-z]+(?:[A-Z][a-z]+)+$")
"""Names of FHIR, which the engine must know: resource types, and elements whose name is several words."""

MODULES = [path for part in ("service", "tools", "tests") for path in sorted((ROOT / part).rglob("*.py"))]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_a_module_is_short() -> None:
    """No module is longer than 400 lines."""
    lengths = {shown(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert not {name: lines for name, lines in lengths.items() if lines > 400}


def test_the_engine_knows_no_clinical_word() -> None:
    """No name and no text in `service/mapping` has a word of the record kinds and their fields; names of FHIR aside."""
    never = clinical()
    found = {
        f"{shown(path)}:{line}: {text}"
        for path in (ROOT / "service/mapping").rglob("*.py")
        for line, text in spoken(ast.parse(path.read_text("utf-8")))
        if never & words(text)
    }
    assert not found


def test_the_clinical_words_are_known() -> None:
    """The words that the engine must not know are read from the mappings: without them the test above could not fail."""
    assert {"systolic", "dose", "dissociation", "questionnaire", "medication"} <= clinical()


def test_a_thing_has_its_name() -> None:
    """No module, class or function of the service is called a model, a helper or another word that says nothing."""
    named = [(shown(path), one) for path in MODULES if path.is_relative_to(ROOT / "service") for one in (path.stem, *defined(path))]
    assert not [(module, name) for module, name in named if words(name) & set(NEVER.split())]


def clinical() -> set[str]:
    """The words in the names of record kinds and their fields, without those that are everybody's."""
    found: set[str] = set()
    for path in (ROOT / "mappings").glob("*.yaml"):
        mapping = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
        if "record" in mapping:
            found |= words(mapping["record"]).union(*map(words, names(mapping["fields"])))
    return found - set(GENERIC.split())


def defined(path: Path) -> list[str]:
    """The classes and functions of a module."""
    return [one.name for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.ClassDef | ast.FunctionDef)]


def names(fields: dict[str, object]) -> Iterator[str]:
    for name, value in fields.items():
        if name == "rules":
            continue
        yield name
        if isinstance(value, dict):
            yield from names(value.get("list of", value))


def spoken(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name and every text of a module, with its line; docstrings may give examples."""
    documents = {
        id(one.body[0].value)
        for one in ast.walk(tree)
        if isinstance(one, ast.Module | ast.ClassDef | ast.FunctionDef) and one.body and isinstance(one.body[0], ast.Expr)
    }
    for one in ast.walk(tree):
        match one:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield one.lineno, name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                yield one.lineno, name
            case ast.Constant(value=str(text)) if id(one) not in documents:
                yield one.lineno, FHIR.sub("", text)


def words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]{2,}", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()))
