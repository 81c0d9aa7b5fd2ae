"""Fields of a record kind from the lines that a mapping would have."""

from __future__ import annotations

import textwrap

from service.diagnostics import tree
from service.diagnostics.spans import Source
from service.diagnostics.tree import Mapping
from service.mapping import fields as grammar
from service.mapping import syntax, vocabulary
from service.mapping.vocabulary import section
from service.records.fields import Field, Fields

BASE = """
base: https://kap.example.org/fhir
version: 0.1.0
systems: {kap: https://kap.example.org/fhir/CodeSystem/kap}
tables:
  route: {IV: kap#iv "Into a vein", PO: kap#po "By mouth"}
  sedation: {0: kap#none "Asleep", 1: kap#some "Awake"}
"""


def fields_of(text: str) -> Fields:
    """The fields of `fields:` and the rules of `rules:` in a piece of YAML."""
    base = _tree("base.yaml", BASE)
    names = vocabulary.read(base, Source("codes.tsv", ""))
    names.found.clear()
    whole = _tree("some.yaml", textwrap.dedent(text))
    given = whole.get("fields")
    assert isinstance(given, Mapping)
    made = grammar.read(given, syntax.texts(section(names.found, whole, "rules"), names.found), names)
    assert not names.found, "\n".join(one.render() for one in names.found)
    return made


def field_of(line: str) -> Field:
    """The field `a` with a line of its own."""
    return fields_of(f"fields: {{a: '{line}'}}").by_name["a"]


def _tree(name: str, text: str) -> Mapping:
    node, problems = tree.parse(Source(name, text))
    assert isinstance(node, Mapping), problems
    return node
