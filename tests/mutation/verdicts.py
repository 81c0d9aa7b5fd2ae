"""What becomes of a mutant: refused (and where the diagnostic points), lawful, escaped, crashed."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from random import Random

from service.diagnostics.diagnostic import Diagnostic, Diagnostics
from service.mapping.library import Texts
from tests.mutation import laws
from tests.mutation.known import Known
from tests.mutation.mutants import Mutant

LOST = "KAP329"
"""The diagnostic of an example that does not come back: the proofs should have said so before."""
GRAMMAR = {"id", "text", "code", "required", "list"}
"""Words that say nothing about which line is meant."""

_THING = re.compile(r"^ *(?:- )?[+-]?([\w-]+):|\$(\w+)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`word` is refused, lawful, escaped or crashed; `detail` says where the diagnostics (`text`) point, or what broke."""

    mutant: str
    word: str
    detail: str
    text: str = ""


def judge(mutant: Mutant, known: Mapping[str, Known], seed: int) -> Verdict:
    """The verdict on one mutant of the originals."""
    original = known[PurePath(mutant.file).stem if mutant.file.startswith("clinics/") else ""]
    try:
        loaded, touched = original.check({mutant.file: mutant.text(original.texts.files[mutant.file])})
        laws.hold(loaded, touched, Random(f"{seed} {mutant.id}"))
    except Diagnostics as refused:
        if not refused.found:
            return Verdict(mutant.id, "crashed", "refused without a diagnostic")
        if any(one.code == LOST for one in refused.found):
            return Verdict(mutant.id, "escaped", f"only the example shows it: {refused}")
        return Verdict(mutant.id, "refused", place(mutant, original.texts, refused.found), str(refused))
    except laws.Broken as broken:
        return Verdict(mutant.id, "escaped", str(broken))
    except Exception:  # noqa: BLE001 - whatever it is, it is a crash
        return Verdict(mutant.id, "crashed", traceback.format_exc(limit=-4))
    return Verdict(mutant.id, "lawful", "")


def originals(texts: Texts) -> dict[str, Known]:
    """The check of the texts themselves, by clinic: for none, and for each whose overlay is among them."""
    clinics = [name for name in texts.files if name.startswith("clinics/")]
    alone = replace(texts, files={name: text for name, text in texts.files.items() if name not in clinics})
    return {"": Known(alone, ""), **{PurePath(name).stem: Known(texts, PurePath(name).stem) for name in clinics}}


def place(mutant: Mutant, texts: Texts, found: tuple[Diagnostic, ...]) -> str:
    """Where the diagnostics point: `line`, the mutated one (or the head of the block that lost it); `named`, one that names what was
    changed, where the consequence lies; `elsewhere`.
    """
    file = f"{texts.name}/{mutant.file}"
    original = texts.files[mutant.file].split("\n")
    lines = set(range(mutant.line, mutant.line + max(1, len(mutant.lines))))
    if not mutant.lines:
        lines = {mutant.line} if mutant.how == "line alone" else {_head(original, mutant.line)}
    spans = [span for one in found for span in (one.span, one.span.by) if span]
    if any(span.source.name == file and span.line in lines for span in spans):
        return "line"
    before, after = (_words("\n".join(text)) - GRAMMAR for text in (original[mutant.line - 1 : mutant.last], mutant.lines))
    told = [text for one in found for text in (one.message, one.label, *one.notes, one.help)]
    shown = {name for text in told for name in re.findall(r"`([^`]*)`", text)} | {one.span.text for one in found}
    things = {
        match[match.lastindex or 0] for line in (*original[mutant.line - 1 : mutant.last], *mutant.lines) for match in _THING.finditer(line)
    }
    changed = any(((before ^ after) | things) & _words(text) for text in told)
    named = any((before | after) & _words(name) for name in shown if "\n" not in name)
    return "named" if changed or named or any(f"{file}:{mutant.line}:" in text for text in told) else "elsewhere"


def _head(lines: list[str], line: int) -> int:
    """The number of the line around the one that is gone (the first of the file for one of the outermost)."""
    gone = lines[line - 1]
    level = len(gone) - len(gone.lstrip())
    above = (number for number in range(line - 1, 0, -1) if lines[number - 1].strip() and _level(lines[number - 1]) < level)
    return next(above, 1)


def _level(line: str) -> int:
    return len(line) - len(line.lstrip()) if not line.lstrip().startswith("#") else len(line)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w-]{2,}", text))


def counts(verdicts: list[Verdict]) -> Mapping[str, int]:
    """How many of each word."""
    words = ("refused", "lawful", "escaped", "crashed")
    return {word: sum(one.word == word for one in verdicts) for word in words}


def unlocked(texts: Texts) -> Texts:
    """The texts without what was released: the lock would refuse what the proofs must."""
    return replace(texts, files={name: text for name, text in texts.files.items() if not name.endswith(".lock")})
