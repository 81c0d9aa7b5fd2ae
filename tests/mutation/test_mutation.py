"""A sample of the mutants of every mapping file; `make mutate` judges many more."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from service.diagnostics.diagnostic import Diagnostics
from service.mapping import library
from service.mapping.check import prove
from tests.mutation.mutants import KINDS, mutants
from tests.mutation.verdicts import judge, originals, unlocked
from tests.support.mappings import FOLDER

SAMPLE = 15
TEXTS = unlocked(library.read(FOLDER, "bloom"))


@pytest.fixture(scope="module")
def known():
    """The check of what the mutants are made of."""
    return originals(TEXTS)


def one(file, kind, before):
    """The mutant of a kind whose line had a text."""
    return next(one for one in mutants(TEXTS.files, 0) if (one.file, one.kind, one.before) == (file, kind, before))


def test_no_mutant_escapes_and_none_crashes(known, seed):
    """Of a random sample, each mutant is refused by a diagnostic, or the laws hold for it."""
    sample = Random(seed).sample(mutants(TEXTS.files, seed), SAMPLE)
    verdicts = [judge(mutant, known, seed) for mutant in sample]
    assert [verdict for verdict in verdicts if verdict.word not in ("refused", "lawful")] == []


def test_every_line_is_mutated(seed):
    """Every line that is neither empty nor a comment has mutants, and every kind of mutation occurs."""
    made = mutants(TEXTS.files, seed)
    mutated = {(one.file, one.line) for one in made}
    lines = [
        (file, number)
        for file, text in TEXTS.files.items()
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip() and not line.lstrip().startswith("#") and not (file.endswith(".tsv") and number == 1)
    ]
    assert [line for line in lines if line not in mutated] == []
    assert {one.kind for one in made} == set(KINDS)
    assert len({one.id for one in made}) == len(made)


@pytest.mark.parametrize(
    ("file", "kind", "before"),
    [
        ("administration.yaml", "delete", "statusReason.text: $hold_reason"),
        ("vitals.yaml", "delete", "match code: diastolic"),
        ("patient.yaml", "delete", "identifier[system=mrn].value: $mrn"),
    ],
)
def test_the_laws_catch_what_the_proofs_refuse(known, file, kind, before, monkeypatch):
    """A line whose lack the proofs refuse breaks a law where the proofs are left out: neither says so of everything."""
    mutant = one(file, kind, before)
    assert judge(mutant, known, 0).word == "refused"
    monkeypatch.setattr(prove, "check", lambda *_: [])
    assert judge(mutant, known, 0).word == "escaped"


def test_a_diagnostic_points_to_the_mutated_line(known):
    """Whether a diagnostic stands at the mutated line, at another that names what was changed, or elsewhere, is told apart."""
    details = [
        judge(one("vitals.yaml", "misspell", "match code: heart-rate"), known, 0).detail,
        judge(one("vitals.yaml", "delete", "valueQuantity: $heart_rate! '/min'"), known, 0).detail,
    ]
    assert details == ["line", "named"]


def test_what_is_taken_over_hides_nothing(known, seed):
    """A mutant of which only what it touches is checked again is told the same as one that is checked whole."""
    for mutant in Random(seed).sample(mutants(known[""].texts.files, seed), 3):
        changed = {mutant.file: mutant.text(known[""].texts.files[mutant.file])}
        whole = replace(known[""].texts, files={**known[""].texts.files, **changed})
        assert told(known[""].check, changed) == told(library.check, whole), mutant


def told(check, *given):
    """The codes and messages of a check."""
    try:
        check(*given)
    except Diagnostics as refused:
        return sorted((found.code, found.message) for found in refused.found)
    return []
