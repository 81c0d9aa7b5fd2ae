"""Questionnaires of the synthetic clinic: answers that add up to the severity of the day."""

from __future__ import annotations

from random import Random
from typing import Any

from service.demo.course import Course

_ITEMS = {"phq-9": ("phq9_", 9, 3), "gad-7": ("gad7_", 7, 3), "pcl-5": ("pcl_", 20, 4)}
"""By instrument what its items' fields begin with, how many there are, and the highest answer."""

_LEFT_OUT = 0.06
_DIFFICULTY = ("not", "somewhat", "very", "extremely")


def responses(course: Course, session_id: str, submitted_at: str, random: Random) -> list[dict[str, Any]]:
    """The questionnaires that a client answers before a session."""
    instruments = ["phq-9", "gad-7", *(["pcl-5"] if course.trauma else [])]
    return [_response(course, f"{session_id}-{one}", one, submitted_at, random) for one in instruments]


def rated(session_id: str, instrument: str, total: int, at: str, rater: str) -> dict[str, Any]:
    """What a clinician rated: the total alone."""
    return {
        "response_id": f"{session_id}-{instrument}",
        "instrument": instrument,
        "submitted_at": at,
        "status": "completed",
        "entered_by": rater,
        "total": total,
    }


def screener(session_id: str, at: str, random: Random) -> dict[str, Any]:
    """The suicide screener of the first visit: wishes in some, plans in none."""
    wish = "yes" if random.random() < 0.2 else "no"
    answers = {"cssrs_1": wish, "cssrs_2": "no", "cssrs_6": "no"}
    about = {"instrument": "c-ssrs-screener-recent", "submitted_at": at, "status": "completed"}
    return {"response_id": f"{session_id}-c-ssrs", **about, **answers}


def _response(course: Course, key: str, instrument: str, at: str, random: Random) -> dict[str, Any]:
    prefix, number, highest = _ITEMS[instrument]
    total = round(min(1.0, max(0.0, random.gauss(course.burden, 0.05))) * number * highest)
    answers = _spread(total, number, highest, random)
    record: dict[str, Any] = {"response_id": key, "instrument": instrument, "submitted_at": at, "status": "completed"}
    record |= {f"{prefix}{place}": answer for place, answer in enumerate(answers, 1)}
    if instrument == "phq-9":
        record["phq9_difficulty"] = _DIFFICULTY[min(3, int(course.burden * 4))]
    if random.random() < _LEFT_OUT:
        del record[f"{prefix}{random.randrange(1, number + 1)}"]
        return record
    return {**record, "total": total}


def _spread(total: int, number: int, highest: int, random: Random) -> list[int]:
    """A total as that of so many answers."""
    answers = [0] * number
    for _ in range(total):
        open_ = [place for place, answer in enumerate(answers) if answer < highest]
        answers[random.choice(open_)] += 1
    return answers
