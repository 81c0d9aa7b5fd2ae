"""One session of a synthetic client, with what was measured, given, answered and suffered in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from service.demo import scores
from service.demo.course import Course
from service.demo.people import NURSES, PSYCHIATRIST, THERAPISTS

_MINUTES = 40
_READINGS = ((-10, "pre"), (10, "during"), (20, "during"), (30, "during"), (40, "40min"), (60, "post"), (90, "post"), (120, "discharge"))
_STOP_ABOVE = 162
_EFFECTS = (("dissociation", 0.7, "mild"), ("nausea", 0.25, "moderate"), ("dizziness", 0.2, "mild"), ("headache", 0.12, "mild"))
_REFUSED = 0.03


@dataclass(frozen=True, slots=True)
class Visit:
    """The number of a session in the series, its type, when it begins, and the series."""

    number: int
    type: str
    begins: datetime
    series: str
    doses: int


@dataclass(frozen=True, slots=True)
class _Dose:
    """A dose: in which session, when it begins, who gives it, the rise of systolic pressure at its end, and whether it is stopped early."""

    course: Course
    session_id: str
    at: datetime
    nurse: str
    rise: float
    stopped: bool

    @property
    def id(self) -> str:
        return f"{self.session_id}-a1"

    def after(self, minutes: int) -> str:
        """So many minutes after its beginning."""
        return (self.at + timedelta(minutes=minutes)).isoformat()


def session(course: Course, visit: Visit, random: Random) -> dict[str, Any]:
    """A session with the records inside it."""
    session_id = f"{course.client_id}-s{visit.number}"
    begins = visit.begins
    record: dict[str, Any] = {
        "session_id": session_id,
        "client_id": course.client_id,
        "status": "finished",
        "place": "clinic",
        "session_type": visit.type,
        "series_id": f"{course.client_id}-series",
        "series_kind": visit.series,
        "series_length": visit.doses,
        "session_number": str(visit.number),
        "started_at": begins.isoformat(),
        "ended_at": (begins + timedelta(minutes=170 if visit.type == "dosing" else 55)).isoformat(),
        "indications": ["ptsd" if course.trauma else "depression"],
        "clinician_id": PSYCHIATRIST,
        "therapist_id": THERAPISTS[course.number % 2],
    }
    if visit.type == "screening":
        record |= _screening(course, begins)
        record["questionnaire_responses"] = [
            scores.screener(session_id, begins.isoformat(), random),
            scores.rated(session_id, "madrs", round(course.burden * 48), begins.isoformat(), PSYCHIATRIST),
        ]
    elif visit.type == "integration":
        record["therapies"] = [{"therapy_id": "1", "modality": random.choice(("emdr", "ifs", "cbt", "art"))}]
    if visit.type == "dosing":
        record |= _dosing(course, session_id, begins + timedelta(minutes=30), random)
    if visit.type in ("dosing", "integration"):
        before = (begins - timedelta(hours=15)).isoformat()
        asked = scores.responses(course, session_id, before, random)
        record["questionnaire_responses"] = [*asked, *record.get("questionnaire_responses", ())]
    return record


def _screening(course: Course, at: datetime) -> dict[str, Any]:
    """Contraindications as they were asked; raised blood pressure is no bar, and somebody decided so."""
    asked = {"hypertension": course.hypertension, "psychosis": False, "pregnancy": False, "liver_disease": False}
    return {
        "screening": [
            {
                "finding_id": str(place),
                "condition": condition,
                "answer": "yes" if found else "no",
                "asked_at": at.isoformat(),
                "asked_by": NURSES[0],
                **({"decision": "proceed_with_care", "decided_by": PSYCHIATRIST} if found else {}),
            }
            for place, (condition, found) in enumerate(asked.items(), 1)
        ]
    }


def _dosing(course: Course, session_id: str, at: datetime, random: Random) -> dict[str, Any]:
    rise = max(4.0, random.gauss(22, 9))
    stopped = course.systolic + rise > _STOP_ABOVE and random.random() < 0.5
    dose = _Dose(course, session_id, at, random.choice(NURSES), rise, stopped)
    events = _events(dose, random)
    nausea = any(one["event"] == "nausea" for one in events)
    return {
        "asa_class": 2 if course.hypertension else 1,
        "consent_signed_at": dose.after(-25),
        "ride_home_confirmed": True,
        "checks": [
            {"check_id": "1", "what": "escort_arranged", "answer": "yes"},
            {"check_id": "2", "what": "driving_advice", "answer": "yes", "at": dose.after(130), "by": dose.nurse},
        ],
        "ready_to_leave_at": dose.after(135),
        "administrations": [_infusion(dose), *([_ondansetron(dose)] if nausea else [])],
        "vitals": [_reading(dose, place, random) for place in range(len(_READINGS))],
        "questionnaire_responses": [scores.rated(session_id, "cadss", random.randrange(4, 45), dose.after(45), dose.nurse)],
        **({"adverse_events": events} if events else {}),
        "notes": "synthetic: what was said stays in the clinic",
    }


def _infusion(dose: _Dose) -> dict[str, Any]:
    """0.5 mg/kg over 40 minutes, or the part of it that went in before it was stopped."""
    weight = Decimal(round(dose.course.weight))
    ordered = weight / 2
    minutes = 25 if dose.stopped else _MINUTES
    given = (ordered * minutes / _MINUTES).quantize(Decimal("0.1"))
    record: dict[str, Any] = {
        "administration_id": dose.id,
        "status": "stopped" if dose.stopped else "given",
        "substance": "ketamine",
        "lot_number": "DEMO-LOT-1",
        "start_at": dose.after(0),
        "end_at": dose.after(minutes),
        "route": "IV",
        "site": "left forearm",
        "dose_amount": given,
        "dose_unit": "mg",
        "dose_text": "0.5 mg/kg over 40 min",
        "rate": (ordered / _MINUTES).quantize(Decimal("0.001")),
        "rate_unit": "mg/min",
        "dose_mg_per_kg": Decimal("0.5"),
        "ordered_dose": ordered,
        "ordered_minutes": _MINUTES,
        "weight_kg": weight,
        "weight_at": dose.after(-25),
        "prescriber_id": PSYCHIATRIST,
        "administered_by": dose.nurse,
    }
    if dose.stopped:
        record |= {"hold_reason": "blood pressure", "waste_amount": ordered - given, "waste_unit": "mg"}
        record["waste_witness"] = next(one for one in NURSES if one != dose.nurse)
    return record


def _ondansetron(dose: _Dose) -> dict[str, Any]:
    return {
        "administration_id": f"{dose.session_id}-a2",
        "status": "given",
        "substance": "ondansetron",
        "start_at": dose.after(50),
        "route": "IV",
        "dose_amount": 4,
        "dose_unit": "mg",
        "prn_for": "nausea",
        "administered_by": dose.nurse,
    }


def _events(dose: _Dose, random: Random) -> list[dict[str, Any]]:
    """Side effects, which came and went."""
    return [
        {
            "event_id": f"{dose.session_id}-e{place}",
            "event": event,
            "severity": severity,
            "onset_at": dose.after(random.randrange(5, 45)),
            "outcome": "resolved",
            "suspect_id": dose.id,
        }
        for place, (event, often, severity) in enumerate(_EFFECTS, 1)
        if random.random() < often
    ]


def _reading(dose: _Dose, place: int, random: Random) -> dict[str, Any]:
    """Vital signs: a rise that is highest when the infusion ends and gone two hours later; now and then one was refused."""
    course = dose.course
    minutes, phase = _READINGS[place]
    share = 0.0 if minutes < 0 else minutes / _MINUTES if minutes <= _MINUTES else max(0.0, 1 - (minutes - _MINUTES) / 80)
    record: dict[str, Any] = {
        "reading_id": f"{dose.session_id}-v{place + 1}",
        "administration_id": dose.id,
        "recorded_at": dose.after(minutes),
        "status": "final",
        "phase": phase,
        "minutes_from_dose": minutes,
        "recorded_by": dose.nurse,
        "heart_rate": round(course.pulse + share * dose.rise / 2 + random.gauss(0, 3)),
        "oxygen_saturation": min(100, round(random.gauss(97.5 - share, 0.8))),
        "sedation_score": 4 if share > 0.5 else 5,
    }
    if random.random() < _REFUSED:
        return {**record, "missed": [{"missed_id": "1", "measurement": "blood_pressure", "reason": "refused"}]}
    record["bp_systolic"] = round(course.systolic + share * dose.rise + random.gauss(0, 3))
    record["bp_diastolic"] = round(course.diastolic + share * dose.rise * 0.6 + random.gauss(0, 2))
    record["bp_position"] = "recumbent" if 0 < minutes <= _MINUTES else "sitting"
    return record
