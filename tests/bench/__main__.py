"""`python -m tests.bench`: a table of ratios, and the same in build/bench.json."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from math import prod

import orjson

from tests.bench.workloads import ROOT, Workload, gateway, workloads

ROUNDS = 25


def main() -> None:
    """Measure every workload both ways in one run."""
    gate = gateway()
    rows = [_row(one, gate) for one in workloads(gate)]
    result = {}
    for direction in ("to_fhir", "from_fhir"):
        ratios = {row["workload"]: row[direction]["ratio"] for row in rows}
        result[direction] = {**ratios, "geometric_mean": round(prod(ratios.values()) ** (1 / len(ratios)), 2)}
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "bench.json").write_text(json.dumps(result, indent=2) + "\n")
    print(f"{'':20}{'':>11}{'limit µs':>10}{'mapped µs':>11}{'ratio':>8}")
    for row in rows:
        for direction in ("to_fhir", "from_fhir"):
            one = row[direction]
            print(f"{row['workload']:20}{direction:>11}{one['limit']:10.2f}{one['mapped']:11.2f}{one['ratio']:8.2f}")
    for direction, one in result.items():
        print(f"{'geometric mean':20}{direction:>11}{'':21}{one['geometric_mean']:8.2f}")


def _row(one: Workload, gate) -> dict:
    answers = [gate.from_fhir(data).data for data in one.resources]
    return {
        "workload": one.name,
        "to_fhir": _compare(one.records, one.resources, lambda data: gate.to_fhir(one.kind, data)),
        "from_fhir": _compare(one.resources, answers, gate.from_fhir),
    }


def _compare(sent: list[bytes], answered: list[bytes], convert: Callable[[bytes], object]) -> dict:
    """The median time of a conversion, and of reading what is sent and printing what is answered with orjson; alternately, in µs."""
    pairs = [(data, orjson.loads(answer)) for data, answer in zip(sent, answered, strict=True)]
    limits, mapped = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for data, answer in pairs:
            orjson.loads(data)
            orjson.dumps(answer)
        middle = time.perf_counter()
        for data in sent:
            convert(data)
        end = time.perf_counter()
        limits.append((middle - start) / len(sent) * 1e6)
        mapped.append((end - middle) / len(sent) * 1e6)
    limit, cost = statistics.median(limits), statistics.median(mapped)
    return {"limit": limit, "mapped": cost, "ratio": round(statistics.median(m / b for m, b in zip(mapped, limits, strict=True)), 2)}


if __name__ == "__main__":
    main()
