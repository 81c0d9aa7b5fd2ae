"""`python -m tests.bench`: a table of ratios, and the same in build/bench.json."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from math import prod

import orjson

from tests.bench import by_hand, validation
from tests.bench.workloads import ROOT, Workload, gateway, workloads

ROUNDS = 25


def main() -> None:
    """Measure every workload both ways in one run."""
    gate = gateway()
    by_hand.NUMBERS.update({shape.name: number for number, shape in enumerate(gate.library.kinds["vitals"].written)})
    measured = workloads(gate)
    rows = [_row(one, gate) for one in measured]
    result: dict = {}
    for direction in ("to_fhir", "from_fhir"):
        ratios = {row["workload"]: row[direction]["ratio"] for row in rows}
        compared = [row[direction]["ratio"] for row in rows if row["by_hand"]]
        result[direction] = {**ratios, "geometric_mean": round(prod(compared) ** (1 / len(compared)), 2)}
    checked = result["validation"] = validation.rows(measured)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "bench.json").write_text(json.dumps(result, indent=2) + "\n")
    print(f"{'':20}{'':>11}{'limit µs':>10}{'mapped µs':>11}{'ratio':>8}{'by hand':>9}")
    for row in rows:
        for direction in ("to_fhir", "from_fhir"):
            one = row[direction]
            hand = f"{one['by_hand']:9.2f}" if "by_hand" in one else ""
            print(f"{row['workload']:20}{direction:>11}{one['limit']:10.2f}{one['mapped']:11.2f}{one['ratio']:8.2f}{hand}")
    for direction in ("to_fhir", "from_fhir"):
        print(f"{'geometric mean':20}{direction:>11}{'':21}{result[direction]['geometric_mean']:8.2f}")
    print(f"\n{'':26}{'bytes':>8}{'loads µs':>10}{'structure':>11}{'full':>8}{'explained':>11}{'models':>8}")
    for row in checked:
        ratios = f"{row['structure']:11.2f}{row['full']:8.2f}{row['explained']:11.0f}{row['models']:8.0f}"
        print(f"{row['resource']:26}{row['bytes']:8}{row['loads']:10.2f}{ratios}")


def _row(one: Workload, gate) -> dict:
    answers = [gate.from_fhir(data).data for data in one.resources]

    def hand(data: bytes) -> bytes:
        return orjson.dumps(by_hand.resource(one.kind, orjson.loads(data), gate.mapping))

    assert not one.by_hand or orjson.loads(hand(one.records[0])) == orjson.loads(one.resources[0])
    return {
        "workload": one.name,
        "by_hand": one.by_hand,
        "to_fhir": _compare(one.records, one.resources, lambda data: gate.to_fhir(one.kind, data), hand if one.by_hand else None),
        "from_fhir": _compare(one.resources, answers, gate.from_fhir),
    }


def _compare(sent: list[bytes], answered: list[bytes], convert: Callable[[bytes], object], hand: Callable | None = None) -> dict:
    """The median times, taken alternately, in µs: of reading what is sent and printing what is answered with orjson, and of a conversion.

    `by_hand` is the time of the hand-written code beside that limit.
    """
    pairs = [(data, orjson.loads(answer)) for data, answer in zip(sent, answered, strict=True)]
    limits, mapped, by_hands = [], [], []
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
        for data in sent if hand else ():
            hand(data)
        by_hands.append((time.perf_counter() - end) / len(sent) * 1e6)
    limit, cost = statistics.median(limits), statistics.median(mapped)
    made = {"limit": limit, "mapped": cost, "ratio": _ratio(mapped, limits)}
    return {**made, "by_hand": _ratio(by_hands, limits)} if hand else made


def _ratio(times: list[float], limits: list[float]) -> float:
    return round(statistics.median(one / limit for one, limit in zip(times, limits, strict=True)), 2)


if __name__ == "__main__":
    main()
