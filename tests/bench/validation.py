"""How long it takes to see that a good resource is valid, beside reading its bytes with orjson.

`structure` is without the invariants. The slow path, which explains, and the models of fhir.resources stand beside it.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable

import orjson
from fhir.resources.R4B import get_fhir_model_class

from service.fhir import json
from service.fhir.guide import PACKED
from service.fhir.validate import fast, validate
from service.fhir.validate.fast import code
from tests.bench.workloads import Workload

ROUNDS = 40
ENTRIES = 50
_SEARCH = re.compile(rb'([A-Za-z]+)\?identifier=[^"|]*\|')


def rows(workloads: list[Workload]) -> list[dict]:
    """A row for each resource that the target names."""
    pressure, administration, response, _, sessions = (one.resources for one in workloads)
    bundles = [one for one in sessions if len(orjson.loads(one)["entry"]) == ENTRIES]
    return [
        _row("BP Observation", pressure[:20]),
        _row("MedicationAdministration", _first(administration[:20])),
        _row("QuestionnaireResponse", _first(response[:20])),
        _row(f"Bundle of {ENTRIES}", bundles[:10]),
    ]


def _first(bundles: list[bytes]) -> list[bytes]:
    """The first resource of each Bundle, by itself: its references name resources by their ids."""
    entries = (json.read(one)["entry"][0]["resource"] for one in bundles)
    return [_SEARCH.sub(rb"\1/", json.write(one)) for one in entries]


def _row(name: str, texts: list[bytes]) -> dict:
    model = get_fhir_model_class(orjson.loads(texts[0])["resourceType"])
    structure = code.Code(invariants=False)
    ways: dict[str, Callable[[bytes], object]] = {
        "loads": orjson.loads,
        "structure": lambda text: structure.whole(text, None, PACKED),
        "full": fast.accepts,
        "explained": lambda text: validate(json.read(text)),
        "models": model.model_validate_json,
    }
    assert all(map(fast.accepts, texts))
    times: dict[str, list[int]] = {way: [] for way in ways}
    for number in range(ROUNDS + 1):
        for text in texts:
            for way, check in ways.items():
                if number % 20 == 0 or way not in ("explained", "models"):
                    start = time.perf_counter_ns()
                    check(text)
                    times[way].append(time.perf_counter_ns() - start)
        if not number:  # code is written and memos are filled
            times = {way: [] for way in ways}
    medians = {way: statistics.median(found) / 1000 for way, found in times.items()}
    ratios = {way: round(one / medians["loads"], 2) for way, one in medians.items() if way != "loads"}
    return {"resource": name, "bytes": len(texts[0]), "loads": round(medians["loads"], 2), **ratios}
