"""The pages of this folder: what each one provokes, and the text it says comes of it (see README.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.diagnostics.diagnostic import Diagnostics
from service.diagnostics.issue import Issue, Refused
from service.fhir import json
from service.instruments import load as instruments
from service.mapping import library
from service.mapping.library import Texts
from service.mapping.wire import Gateway, Terms

FOLDER = Path(__file__).parent
_FENCE = re.compile(r"^```(\w.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_PICTURES = {0x2400 + code: code for code in range(32)}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words behind the fence, what stands in it, and where in the page."""

    words: tuple[str, ...]
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its name, its text, and its cases, each of the blocks that end with a `text` block."""

    name: str
    text: str

    @property
    def title(self) -> str:
        """The heading."""
        return self.text.partition("\n")[0].removeprefix("# ")

    @property
    def cases(self) -> Iterator[tuple[list[Block], Block]]:
        """What each case changes and converts, and the text expected of it."""
        given: list[Block] = []
        for match in _FENCE.finditer(self.text):
            block = Block(tuple(match[1].split()), match[2], match.start(2), match.end(2))
            if block.words != ("text",):
                given.append(block)
                continue
            yield given, block
            given = []

    def rewritten(self) -> str:
        """The page with the text that comes of each case now."""
        parts, at = [], 0
        for given, expected in self.cases:
            parts += [self.text[at : expected.start], told(given), "\n"]
            at = expected.end
        return "".join([*parts, self.text[at:]])


def read() -> list[Page]:
    """Every page, by number; those of the conditions last."""
    found = [Page(path.stem, path.read_text("utf-8")) for path in FOLDER.glob("*.md") if path.stem != "README"]
    return sorted(found, key=lambda page: (page.name.rstrip("0123456789"), int(page.name.lstrip("KAPR"))))


def base() -> dict[str, str]:
    """The files of the mappings that pages change, by their path."""
    return {path.relative_to(FOLDER / "base").as_posix(): path.read_text("utf-8") for path in (FOLDER / "base").rglob("*.*")}


def told(given: list[Block]) -> str:
    """What the product says of a case: the errors of its mappings, or the issues of the last thing that is converted."""
    files = base()
    clinic = ""
    for kind, name, *_ in (block.words for block in given):
        if kind != "json" and name.startswith("clinics/"):
            clinic = Path(name).stem
    for block in given:
        kind, name, *_ = block.words
        if kind == "diff":
            files[name] = _changed(files[name], block.text)
        elif kind != "json":
            files[name] = block.text.translate(_PICTURES)
    try:
        mappings = library.check(Texts("mappings", files), clinic)
        instruments.of(mappings)
    except Diagnostics as errors:
        return str(errors)
    issues = _converted(Gateway.of(mappings), [block for block in given if block.words[0] == "json"])
    return "\n".join(issue.render() for issue in issues) or "nothing"


def _changed(text: str, change: str) -> str:
    """A file with a change as `diff` shows it: lines that stay, go (`-`) or come (`+`); `@@` begins another stretch.

    What stays or goes must stand in the file just once.
    """
    for stretch in change.split("@@\n"):
        lines = [line if line.strip() else " \n" for line in stretch.splitlines(keepends=True)]
        old = "".join(line[1:] for line in lines if line[0] != "+")
        new = "".join(line[1:] for line in lines if line[0] != "-")
        assert f"\n{text}".count(f"\n{old}") == 1, f"not just once in the file:\n{old}"
        text = f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]
    return text.translate(_PICTURES)


def _converted(gateway: Gateway, blocks: list[Block]) -> list[Issue]:
    """The issues of the last of some conversions: of a record, of resources, or of the record just read, changed and given back."""
    issues: list[Issue] = []
    kind, record, server = "", {}, ""
    for block in blocks:
        _, what, *words = block.words
        options = dict(one.split("=") for one in words if "=" in one)
        text = block.text.encode()
        try:
            if what == "resources":
                server = options.get("server", "")
                answer = gateway.from_fhir(text, _terms(options))
                kind, record = next(((one["kind"], one["record"]) for one in json.read(answer.data)["records"]), ("", {}))
            elif what == "edited":
                answer = gateway.to_fhir(kind, json.write({**record, **json.read(text)}), Terms(server=server))
            else:
                answer = gateway.to_fhir(words[0], text, _terms(options))
            issues = list(answer.issues)
        except Refused as refused:
            issues = list(refused.issues)
    return issues


def _terms(options: dict[str, str]) -> Terms:
    """What stands behind the words of a `json` block."""
    return Terms(server=options.get("server", ""), recorded=options.get("recorded", ""), leftovers=options.get("leftovers", ""))
