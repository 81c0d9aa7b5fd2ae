"""What stands around the sessions of a synthetic client: other medicines, and the results that screening asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from service.demo.course import Course
from service.demo.people import PRESCRIBER

_MEDICINES: tuple[tuple[str, str, str, int, int], ...] = (
    ("sertraline 100 mg tablets", "36437", "antidepressant", 100, 1),
    ("venlafaxine 75 mg capsules", "39786", "antidepressant", 75, 1),
    ("bupropion 150 mg tablets", "42347", "antidepressant", 150, 2),
    ("lamotrigine 100 mg tablets", "28439", "mood_stabilizer", 100, 2),
    ("lorazepam 0.5 mg tablets", "6470", "benzodiazepine", 1, 1),
    ("lithium 300 mg capsules", "6448", "mood_stabilizer", 300, 2),
)


def medicines(course: Course, first: datetime, random: Random) -> Iterator[dict[str, Any]]:
    """None to three medicines; some were stopped, of one the dose is not known."""
    for place, (name, rxnorm, class_, amount, daily) in enumerate(random.sample(_MEDICINES, random.choice((0, 1, 1, 2, 2, 3))), 1):
        began = first - timedelta(days=random.randrange(60, 900))
        stopped = random.random() < 0.15
        record: dict[str, Any] = {
            "medication_id": f"{course.client_id}-m{place}",
            "client_id": course.client_id,
            "name": name,
            "rxnorm": rxnorm,
            "drug_class": class_,
            "status": "stopped" if stopped else "active",
            "started_on": f"{began:%Y-%m}",
            "prescriber_id": PRESCRIBER,
            "informant": "client",
            "noted_at": first.isoformat(),
        }
        if random.random() < 0.9:
            record |= {"dose_text": f"{daily} a day", "dose_amount": amount, "dose_unit": "mg", "route": "PO"}
            record |= {"frequency": daily, "period": 1, "period_unit": "d"}
        if stopped:
            record |= {"stopped_on": f"{first - timedelta(days=20):%Y-%m-%d}", "stop_reason": "no benefit"}
        yield record


def results(course: Course, first: datetime, random: Random) -> Iterator[dict[str, Any]]:
    """Liver enzymes of every client, a drug screen of most."""
    taken = (first - timedelta(days=3)).isoformat()
    for test, high in (("alt", 55), ("ast", 40)):
        value = round(random.gauss(26, 8))
        yield {
            "result_id": f"{course.client_id}-{test}",
            "client_id": course.client_id,
            "status": "final",
            "category": "laboratory",
            "test": test,
            "taken_at": taken,
            "value": max(8, value),
            "unit": "U/L",
            "high": high,
        }
    if random.random() < 0.8:
        about = {"result_id": f"{course.client_id}-uds", "client_id": course.client_id, "status": "final", "category": "laboratory"}
        yield {**about, "test": "opiates_urine", "taken_at": taken, "finding": "negative"}
