"""Mapping files broken in every way: each loads or is refused with errors that can be printed; nothing else happens."""

from __future__ import annotations

import secrets
from random import Random

import pytest

from service.diagnostics.diagnostic import Diagnostic, Diagnostics
from service.instruments import load
from service.mapping import library
from service.mapping.library import Texts
from tests.messages import pages

CLINIC = """\
layout:
  reading:
    bp: $systolic/$diastolic
    at: taken_at in America/Denver
  patient:
    gender: {field: sex, Female: F, Male: M, Other: X}
    dob: birth_date as MM/DD/YYYY
base:
  units:
    +g: g
reading:
  fields:
    heart_rate: decimal 1..2
  resources:
    hr:
      +interpretation.text: = seen
"""
LOOP = "    subject: Patient/$client_id\n    each file of panels:\n      device.display: = <code>\n"
EXAMPLE = "example: {reading_id: r, client_id: c, taken_at: 2024-05-14T10:00:00Z, weight: 3}\n"

VALUES = r"""
''¦null¦[]¦{}¦[x]¦{x: y}¦- a¦word¦two words¦é日🙂¦'a\tb'¦"a\u0085b"¦true¦-1¦1e400¦2024-02-30¦<id>¦<x>¦&a b¦*a¦!!int 3
$¦$$¦$x¦$weight¦$weight!¦$contacts¦$x via y¦$weight 'kg'¦$weight $unit¦$weight 'kg' else absent x¦$a-$b¦= ¦= = x¦= $weight!
=> ¦=> bp¦=> x¦Patient/$x¦Patient/$weight¦x|$weight¦mrn|x-$client_id¦heart-rate¦heart-rate +¦| weight¦loinc#¦loinc#1¦loinc#8867-4 "x
decimal¦decimal 2..1¦decimal -..1¦integer 0..99999999999999999999¦id ..5 required¦id 0..¦list of text¦list of¦one of¦one of a¦text or text
sex or text¦list of: {a: text}¦text; ¦text; stays¦text; stays ""¦text; needs ¦text; only when b =¦dateTime; not before weight
text; together with x, y¦not¦and¦a or¦a = b|¦x = ¦at least one of ¦together ,¦a needs¦reading¦reading with¦reading with client_id
dose with client_id¦patient with client_id¦reading with position = sitting¦reading with client_id, position = ¦https://¦urn:x¦{base}
birth_date as¦birth_date as YYYY¦taken_at as MM/DD/YYYY
taken_at in¦taken_at in Nowhere¦heart_rate¦$a/$b¦$systolic/$systolic¦{field: sex, A: F}
"""
KEYS = """
x¦a.b¦a..b¦a..¦[a]¦x[¦x[]¦x[a=b]¦x[=]¦name[system=phone]¦component[systolic]¦extension[waste]¦contained[X]¦match¦match code¦also code
code each $contacts¦each $x¦first of¦first of x¦case¦case $¦case $status¦each file of¦each file of panels¦each <q> of sex¦each <q> of
written when¦like¦each¦other form of¦formerly¦profile¦<id>¦+x¦-x¦-
"""
SIGNS = "\t\r{}[]:,'\"$<>|+=!#&*%@`-. \x00\ufeff\u2028\ufffdé日"


def spelt(words: str) -> list[str]:
    """The words between the bars, and an empty one."""
    return ["", *words.strip().replace("\n", "¦").split("¦")]


def files() -> dict[str, str]:
    """The base of the messages, with a loop, a table file, an example and a clinic."""
    texts = pages.base()
    texts["reading.yaml"] = texts["reading.yaml"].replace("    subject: Patient/$client_id\n", LOOP, 1) + EXAMPLE
    return {**texts, "panels/weights.yaml": "id: weights\ncode: weight\ntables:\n  t: {y: final}\n", "clinics/north.yaml": CLINIC}


def broken(text: str, random: Random) -> str:
    """The text with one line removed, doubled, moved, indented, cut or given another key or value."""
    lines = text.split("\n")
    at = random.randrange(len(lines))
    line = lines[at]
    key, _, value = line.partition(":")
    indent = " " * (len(line) - len(line.lstrip()))
    changed = random.choice((
        [],
        [line, line],
        [f"  {line}"],
        [line[1:]],
        [f"{key}: {random.choice(spelt(VALUES))}"],
        [f"{key}:", f"{indent}  {random.choice(spelt(KEYS))}: {random.choice(spelt(VALUES))}"],
        [f"{indent}{random.choice(spelt(KEYS))}:{value}"],
        [f"{line[: len(line) // 2]}{random.choice(SIGNS)}{line[len(line) // 2 :]}"],
        [f"{indent}{random.choice(spelt(KEYS))}: {random.choice(spelt(VALUES))}", line],
    ))  # fmt: skip
    return "\n".join([*lines[:at], *changed, *lines[at + 1 :]])


def test_the_files_load_before_they_are_broken() -> None:
    """What follows begins with mappings that have no error."""
    assert library.check(Texts("mappings", files()), "north").clinic == "north"


@pytest.mark.parametrize("number", range(4))
def test_whatever_stands_in_a_file_it_loads_or_is_told(number: int) -> None:
    """Of files broken at random, each loads or is refused; every error has a code, a place in a file and a printed form."""
    seed = secrets.randbelow(10**6)
    print(f"round {number}, seed {seed}")
    random = Random(seed)
    for _ in range(40):
        texts = files()
        for _ in range(random.choice((1, 1, 2))):
            name = random.choice(sorted(texts))
            texts[name] = broken(texts[name], random)
        found = errors(texts)
        assert all(one.code.startswith("KAP") and one.span.source.name.startswith("mappings/") for one in found)
        assert all(one.render().startswith(f"error[{one.code}]: ") for one in found)


def errors(texts: dict[str, str]) -> tuple[Diagnostic, ...]:
    """The errors of mappings; a refusal has at least one."""
    try:
        load.of(library.check(Texts("mappings", texts), "north"))
    except Diagnostics as refusal:
        assert refusal.found  # noqa: PT017 - a refusal is one of two good ends
        return refusal.found
    return ()
