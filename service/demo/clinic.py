"""A synthetic clinic: no person, number, address or course of treatment in it is anybody's. The same seed gives the same records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from random import Random

from service.demo import around, people, visit
from service.demo.course import Course
from service.fhir.json import Value, from_python, write

PATIENTS = 25
SEED = 1

_FIRST_DAY = datetime(2026, 1, 5, 9, tzinfo=timezone(timedelta(hours=-7)))
_SPACING = {"twice_weekly": 3, "six_to_eight": 7, "five_days": 1}


def records(patients: int = PATIENTS, seed: int = SEED) -> Iterator[tuple[str, Value]]:
    """Each record with its kind: first those who work there, then each client with medicines, results and six to eight sessions."""
    for kind, record in people.staff():
        yield kind, from_python(record)
    for number in range(1, patients + 1):
        for kind, record in _client(number, Random(f"{seed}/{number}")):  # noqa: S311 - the data is meant to be the same each time
            yield kind, from_python(record)


def session() -> Value:
    """A dosing session with the patient and the practitioners that it names: `{"record": session, "with": {kind: [record, …]}}`."""
    told = list(records(1))
    found = next(record for kind, record in told if kind == "session" and record["session_type"] == "dosing")
    named = write(found).decode()
    people_ = {"patient": "client_id", "practitioner": "practitioner_id"}
    beside = {kind: [one for name, one in told if name == kind and f'"{one[key]}"' in named] for kind, key in people_.items()}
    return {"record": found, "with": beside}


def _client(number: int, random: Random) -> Iterator[tuple[str, Value]]:
    course = Course.of(number, random)
    first = _FIRST_DAY + timedelta(days=random.randrange(200), hours=random.choice((0, 2, 4)))
    yield "patient", people.client(course, random)
    for medicine in around.medicines(course, first, random):
        yield "medication", medicine
    for result in around.results(course, first, random):
        yield "result", result
    series = random.choice(tuple(_SPACING))
    kinds = ["screening", "preparation", *["dosing"] * random.randrange(3, 5), "integration"]
    begins = first
    for at, kind in enumerate(kinds, 1):
        yield "session", visit.session(course, visit.Visit(at, kind, begins, series, kinds.count("dosing")), random)
        if kind == "dosing":
            course.after_dose(random)
        begins += timedelta(days=_SPACING[series] if kind == "dosing" else 7)
