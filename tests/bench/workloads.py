"""What is measured: a blood pressure, an infusion, a PHQ-9 response and a whole session, each as a hundred records that differ.

Beside them the dosing sessions of the synthetic clinic, which have no hand-written code to stand beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.demo import clinic
from service.fhir import json
from service.mapping import library
from service.mapping.wire import Gateway

ROOT = Path(__file__).parents[2]
VARIANTS = 100

BLOOD_PRESSURE = {
    "reading_id": "v-1",
    "client_id": "c-17",
    "session_id": "s-88",
    "recorded_at": "2024-05-14T09:50:00-06:00",
    "status": "final",
    "phase": "pre",
    "bp_systolic": 122,
    "bp_diastolic": 78,
}


@dataclass(frozen=True)
class Workload:
    """A record kind's records, and the resources that they become, as bytes; and whether they were written by hand, too."""

    name: str
    kind: str
    records: list[bytes]
    resources: list[bytes]
    by_hand: bool = True


def gateway() -> Gateway:
    """The product's mappings."""
    return Gateway.of(library.load(ROOT / "mappings"))


def workloads(gate: Gateway) -> list[Workload]:
    """The workloads."""
    return [
        _workload(gate, "BP reading", "vitals", json.from_python(BLOOD_PRESSURE)),
        _workload(gate, "IV administration", "administration", _example("administration")),
        _workload(gate, "PHQ-9 response", "questionnaire_response", _example("questionnaire_response")),
        _workload(gate, "whole session", "session", _example("session")),
        _synthetic(gate),
    ]


def _synthetic(gate: Gateway) -> Workload:
    """The dosing sessions of the synthetic clinic."""
    records = [json.write(record) for _, record in clinic.records() if record.get("session_type") == "dosing"]
    return Workload("synthetic sessions", "session", records, [gate.to_fhir("session", one).data for one in records], by_hand=False)


def _example(kind: str) -> json.Value:
    return json.read((ROOT / "mappings" / "examples" / kind / "ordinary.record.json").read_bytes())


def _workload(gate: Gateway, name: str, kind: str, record: json.Value) -> Workload:
    key = gate.library.kinds[kind].key
    records = [json.write({**record, key: f"{record[key]}-{number}"}) for number in range(VARIANTS)]
    return Workload(name, kind, records, [gate.to_fhir(kind, one).data for one in records])
