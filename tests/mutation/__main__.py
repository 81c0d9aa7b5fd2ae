"""`python -m tests.mutation [seed]`: as many mutants as 18 minutes allow, in a random order; with `all` before the seed every one.

It prints a table of the verdicts and writes `build/mutate.json`. Exits 1 where one escapes or crashes.
"""

from __future__ import annotations

import gc
import json
import math
import multiprocessing
import secrets
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

from service.mapping import library
from tests.mutation.known import Known
from tests.mutation.mutants import KINDS, Mutant, mutants
from tests.mutation.verdicts import Verdict, counts, judge, originals, unlocked
from tests.support.mappings import FOLDER

CLINIC = "bloom"
OUT = Path("build/mutate.json")
SECONDS = 18 * 60

_KNOWN: dict[str, Known] = {}
"""What all processes know of the original: it is checked before they part."""


def table(cases: list[Mutant], verdicts: list[Verdict]) -> str:
    """Verdicts by file and kind of mutation: refused/lawful/escaped/crashed."""
    by_spot: dict[tuple[str, str], Counter[str]] = {}
    for mutant, verdict in zip(cases, verdicts, strict=True):
        for spot in ((mutant.file, mutant.kind), (mutant.file, "all"), ("all", mutant.kind), ("all", "all")):
            by_spot.setdefault(spot, Counter())[verdict.word] += 1
    files = [*dict.fromkeys(one.file for one in cases), "all"]
    width = max(map(len, files))
    rows = [f"{'refused/lawful/escaped/crashed':{width}}" + "".join(f"{kind:>18}" for kind in (*KINDS, "all"))]
    for file in files:
        cells = [by_spot.get((file, kind), Counter()) for kind in (*KINDS, "all")]
        shown = ["/".join(str(cell[word]) for word in ("refused", "lawful", "escaped", "crashed")) for cell in cells]
        rows.append(f"{file:{width}}" + "".join(f"{one:>18}" for one in shown))
    return "\n".join(rows)


def _judged(mutant: Mutant, seed: int) -> Verdict:
    return judge(mutant, _KNOWN, seed)


def main(seed: int, seconds: float) -> int:
    """Judge mutants for so many seconds; 1 where one escapes or crashes."""
    started = time.monotonic()
    texts = unlocked(library.read(FOLDER, CLINIC))
    every = mutants(texts.files, seed)
    cases = Random(seed).sample(every, len(every))
    print(f"{len(cases)} mutants, seed {seed}", flush=True)
    verdicts: list[Verdict] = []
    _KNOWN.update(originals(texts))
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(maxtasksperchild=400) as pool:
        for verdict in pool.imap(partial(_judged, seed=seed), cases, chunksize=4):
            verdicts.append(verdict)
            if time.monotonic() - started > seconds:
                break
    cases = cases[: len(verdicts)]
    print(f"{len(cases)} of them judged")
    print(table(cases, verdicts))
    found = counts(verdicts)
    where = Counter(one.detail for one in verdicts if one.word == "refused")
    print(f"refused at the mutated line {where['line']}, by the name of what was changed {where['named']}, elsewhere {where['elsewhere']}")
    for verdict in verdicts:
        if verdict.word in ("escaped", "crashed"):
            print(f"{verdict.word}: {verdict.mutant}\n  {verdict.detail}")
    report = {
        "seed": seed,
        "mutants": len(cases),
        "of": len(every),
        **found,
        "pointing": where,
        "seconds": round(time.monotonic() - started),
    }
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if found["escaped"] or found["crashed"] else 0


if __name__ == "__main__":
    asked = sys.argv[1:]
    everything = asked[:1] == ["all"]
    seeds = asked[1:] if everything else asked
    sys.exit(main(int(seeds[0]) if seeds else secrets.randbelow(2**32), math.inf if everything else SECONDS))
