"""The mutants of a mappings folder: every line deleted, misspelt, retargeted, retyped, swapped.

Which word and which letter, the seed decides; all else is the same in every run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import yaml

from service.records.fields import PLAIN

KINDS = ("delete", "misspell", "retarget", "retype", "swap")

_LINE = re.compile(r"(?P<lead> *(?:- )?)(?P<key>(?:\"[^\"]*\"|[^\s\"{#][^:]*?)):(?: +(?P<value>[^#\s].*?))?(?P<rest>\s*(?:\s# .*)?)")
_ITEM = re.compile(r"(?P<lead> *(?:- )?)(?P<value>\S.*?)(?P<rest>\s*(?:\s# .*)?)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9]")
_TOKEN = re.compile(r"[A-Za-z][\w-]*(?:#[\w.-]+)?")
_ENTRY = re.compile(r'(?P<key>"[^"]*"|[^\s{},:"]+): (?P<value>"[^"]*"|\{[^{}]*\}|[^{},"]+)')

_FIELD_CHANGES = {
    "not required": (r" required\b", ""),
    "required": (
        r"^((?:text|id|code|uri|boolean|integer|decimal|date|dateTime|instant|one of [^;]*|[a-z-]+)(?: -?[\d.]+)?)(?=;|$)",
        r"\1 required",
    ),
    "no list": (r"\blist of (?=\w)", ""),
    "a list": (r"^(?=(?:text|code|integer|decimal)\b)", "list of "),
    "no other text": (r" or text\b", ""),
    "another range": (r"(\d+)\.\.(\d*)", r"\g<1>1..\2"),
    "no range": (r" (?:-?\d+)?\.\.(?:\d+)?", ""),
    "`or` for `and`": (r"\band\b", "or"),
    "`and` for `or`": (r"\bor\b(?! text)", "and"),
    "`only when` for `needs`": (r"\bneeds\b", "only when"),
    "`needs` for `only when`": (r"\bonly when\b", "needs"),
    "`needs` for `together with`": (r"\btogether with\b", "needs"),
    "`most` for `least`": (r"^at least one of", "at most one of"),
    "`least` for `most`": (r"^at most one of", "at least one of"),
}
_TERM_CHANGES = {
    "no `!`": (r"!", ""),
    "a `!`": (r"(\$\w+)(?!\w|!)", r"\1!"),
    "no echo": (r"^\"?= (.*?)\"?$", r"\1"),
    "an echo": (r"^(\$|[A-Z]\w+/\$)", r"= \1"),
    "no link": (r"^=> ", ""),
    "no `else absent`": (r" else absent \S+", ""),
    "no unit": (r"'[^']+'", "$"),
    "no `via`": (r" via \S+", ""),
    "`or` for `and`": (r"\band\b", "or"),
    "`and` for `or`": (r"\bor\b", "and"),
}
_PATH_CHANGES = {
    "no `match`": (r"^match ", ""),
    "no `also`": (r"^also ", ""),
    "a `match`": (r"^(?!resource|like|profile)(?=[a-z]\w*(?:[.\[]|$))", "match "),
    "an `also`": (r"^(?!resource|like|profile)(?=[a-z]\w*(?:[.\[]|$))", "also "),
    "no slice": (r"\[[^\]]*\]", ""),
    "no depth": (r"\.\.", ""),
    "another choice": (r"value[A-Z]\w+$", "valueString"),
    "no `each`": (r"each \$(\w+)$", r"\1"),
    "`first of` for `case`": (r"^case \$", "first of "),
    "`case` for `first of`": (r"^first of ", "case $"),
}
"""What makes a field or rule, a term or condition, a path or choice another one: what stands there, and what comes in its place."""

_SEPARATORS = (" | ", " + ", ", ", "; ", "|")
_SECTIONS = ("fields", "rules", "patterns", "resources")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`lines` of a file stand in place of those from `line` to `last` (from 1, both included). `before` and `after` are what differs."""

    file: str
    line: int
    last: int
    kind: str
    how: str
    lines: tuple[str, ...]
    before: str
    after: str

    @property
    def id(self) -> str:
        """Its name in reports."""
        return f"{self.file}:{self.line} {self.kind} {self.how}"

    def text(self, original: str) -> str:
        """The file's text with the mutation."""
        lines = original.split("\n")
        lines[self.line - 1 : self.last] = self.lines
        return "\n".join(lines)


def mutants(files: Mapping[str, str], seed: int) -> list[Mutant]:
    """The mutants of all files of a folder, in the order of the files and lines; none is equal to the original or to another."""
    made: dict[tuple[str, str], Mutant] = {}
    names = _Names(files)
    for file, text in files.items():
        source = _File(file, text.split("\n"), names)
        for one in source.mutants(seed):
            whole = one.text(text)
            if whole != text and (one.how != "line alone" or _is_yaml(whole)):
                made.setdefault((file, whole), one)
    return list(made.values())


class _Names:
    """The words of each sort, by file: a word is retargeted to another of its sort."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.base = self._sections(files["base.yaml"])
        self.tables = sorted(self.base.get("tables", ()))
        self.units = sorted(self.base.get("units", ()))
        self.by_file = {file: self._sorts(text) for file, text in files.items() if file.endswith(".yaml")}

    def _sorts(self, text: str) -> list[list[str]]:
        own = self._sections(text)
        types = re.findall(r"^    resource: (\w+)$", text, re.MULTILINE) + re.findall(r"\b([A-Z]\w+)/\$", text)
        paths = re.findall(r"^ {4,}(?:- |match |also )?([a-z][\w.]*(?:\[[^\]]*\][\w.]*)*)[:]", text, re.MULTILINE)
        codes = re.findall(r"[a-z-]+#[\w.-]+", text)
        links = re.findall(r"link: ([\w/-]+)", text)
        shared = [list(self.base.get(name, ())) for name in ("concepts", "systems", "extensions", "tables", "units")]
        sorts = [[*own.get("fields", ())], [*own.get("resources", ())], [*own.get("patterns", ())], types, codes, links, *shared, paths]
        return [sorted(set(sort)) for sort in sorts]

    def _sections(self, text: str) -> dict[str, list[str]]:
        """The keys one level below each section of a file (and those of lists of records)."""
        found: dict[str, list[str]] = {}
        section = ""
        for line in text.split("\n"):
            if match := re.match(r"([\w ]+):", line):
                section = match[1]
            elif match := re.match(r"(?:  |      )([\w/-]+|\"[^\"]+\"):", line):
                found.setdefault(section, []).append(match[1].strip('"'))
        return found

    def others(self, file: str, word: str) -> list[str]:
        """The other words of a word's sort."""
        sort = next((sort for sort in self.by_file[file] if word in sort), [])
        return [one for one in sort if one != word]


class _File:
    """The lines of a file and their mutants."""

    def __init__(self, file: str, lines: list[str], names: _Names) -> None:
        self.file = file
        self.lines = lines
        self.names = names
        self.sections = list(self._sections())

    def mutants(self, seed: int) -> Iterator[Mutant]:
        """Every mutant of every line that is not empty and no comment."""
        for at, line in enumerate(self.lines):
            random = Random(f"{seed} {self.file} {at}")
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if self.file.endswith(".tsv"):
                yield from self._row(at, random) if at else ()
                continue
            yield from self._deletions(at)
            yield from self._orders(at)
            match = _LINE.fullmatch(line) or _ITEM.fullmatch(line)
            assert match is not None, line
            parts = match.groupdict()
            key, value = parts.get("key") or "", parts["value"] or ""
            if key:
                yield from self._in(at, match, "key", random)
            if value:
                yield from self._in(at, match, "value", random)
                yield from self._value(at, match, value, random)
            yield from self._changes(at, match, key, value)
            yield from self._swaps(at, match, value)

    def _replace(self, at: int, kind: str, how: str, new: str) -> Mutant:
        return Mutant(self.file, at + 1, at + 1, kind, how, (new,), self.lines[at].strip(), new.strip())

    def _put(self, at: int, match: re.Match[str], group: str, kind: str, how: str, new: str) -> Mutant:
        line = self.lines[at]
        return self._replace(at, kind, how, line[: match.start(group)] + new + line[match.end(group) :])

    def _sections(self) -> Iterator[str]:
        """For each line the section of a record kind that it stands in, or nothing."""
        levels: list[tuple[int, str]] = [(-1, "")]
        for line in self.lines:
            if line.strip() and not line.lstrip().startswith("#"):
                while levels[-1][0] >= _level(line):
                    levels.pop()
            yield levels[-1][1]
            name = line.strip().partition(":")[0]
            if name in _SECTIONS and _level(line) <= 2:
                levels.append((_level(line), name))

    def _changes(self, at: int, match: re.Match[str], key: str, value: str) -> Iterator[Mutant]:
        """Another kind of field, term or path."""
        section = self.sections[at]
        shapes = section in ("patterns", "resources")
        of_value = _TERM_CHANGES if shapes else _FIELD_CHANGES if section else {}
        for group, text, changes in (("key", key, _PATH_CHANGES if shapes else {}), ("value", value, of_value)):
            for how, (old, new) in changes.items():
                if text and re.search(old, text):
                    yield self._put(at, match, group, "retype", how, re.sub(old, new, text, count=1))

    def _value(self, at: int, match: re.Match[str], value: str, random: Random) -> Iterator[Mutant]:
        """Another type or unit; a part or an entry less."""
        for sort, words in (("type", [*PLAIN, *self.names.tables]), ("unit", self.names.units)):
            found = [one for one in re.finditer(r"'[^']+'" if sort == "unit" else r"[A-Za-z][\w-]*", value) if one[0].strip("'") in words]
            if found:
                one = random.choice(found)
                other = random.choice([word for word in words if word != one[0].strip("'")])
                new = f"'{other}'" if sort == "unit" else other
                yield self._put(at, match, "value", "retype", f"{sort} {one[0]}", value[: one.start()] + new + value[one.end() :])
        for separator in _SEPARATORS:
            pieces = value.split(separator)
            if len(pieces) > 1 and not value.startswith(("{", '"')):
                gone = random.randrange(len(pieces))
                left = separator.join(pieces[:gone] + pieces[gone + 1 :])
                yield self._put(at, match, "value", "delete", f"a part at `{separator}`", left)
        for number, entry in enumerate(_ENTRY.finditer(value) if value.startswith("{") else ()):
            rest = re.sub(r"^, |(?<=\{), ", "", (value[: entry.start()] + value[entry.end() :]).replace(", ,", ",").replace(", }", "}"))
            yield self._put(at, match, "value", "delete", f"entry {number + 1}", rest)

    def _in(self, at: int, match: re.Match[str], group: str, random: Random) -> Iterator[Mutant]:
        """A misspelt word, and one that is retargeted."""
        text = match[group]
        words = list(_WORD.finditer(text))
        if words:
            word = random.choice(words)
            how, spell = random.choice((("drop", _drop), ("turn", _turn)))
            new = text[: word.start()] + spell(word[0], random) + text[word.end() :]
            yield self._put(at, match, group, "misspell", f"{group} ({how})", new)
        whole = [text] if self.names.others(self.file, text) else []
        found = [one for one in _TOKEN.finditer(text) if self.names.others(self.file, one[0])]
        if whole:
            yield self._put(at, match, group, "retarget", group, random.choice(self.names.others(self.file, text)))
        elif found:
            one = random.choice(found)
            new = text[: one.start()] + random.choice(self.names.others(self.file, one[0])) + text[one.end() :]
            yield self._put(at, match, group, "retarget", group, new)

    def _deletions(self, at: int) -> Iterator[Mutant]:
        """The line with its block, and the line alone."""
        end = self._block_end(at)
        whole = "\n".join(self.lines[at:end]).strip()
        yield Mutant(self.file, at + 1, end, "delete", "block" if end > at + 1 else "line", (), whole, "")
        if end > at + 1:
            yield Mutant(self.file, at + 1, at + 1, "delete", "line alone", (), self.lines[at].strip(), "")

    def _orders(self, at: int) -> Iterator[Mutant]:
        """The block that starts here and the next one of its level in the other order: alternatives, shapes, lines."""
        end = self._block_end(at)
        if end < len(self.lines) and self.lines[end].strip() and _level(self.lines[end]) == _level(self.lines[at]):
            last = self._block_end(end)
            turned = (*self.lines[end:last], *self.lines[at:end])
            if self.lines[at].lstrip().startswith("- ") or end > at + 1:
                yield Mutant(self.file, at + 1, last, "swap", "order", turned, self.lines[at].strip(), self.lines[end].strip())

    def _swaps(self, at: int, match: re.Match[str], value: str) -> Iterator[Mutant]:
        """The value and that of the next line; two neighbours in one line."""
        following = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        other = _LINE.fullmatch(following)
        if value and other and other["value"] and _level(following) == _level(self.lines[at]):
            first = self.lines[at][: match.start("value")] + other["value"] + self.lines[at][match.end("value") :]
            second = following[: other.start("value")] + value + following[other.end("value") :]
            yield Mutant(self.file, at + 1, at + 2, "swap", "values", (first, second), value, other["value"])
        if value.startswith("{"):
            entries = list(_ENTRY.finditer(value))
            for number, (one, two) in enumerate(pairwise(entries)):
                middle = value[one.end("value") : two.start("value")]
                new = value[: one.start("value")] + two["value"] + middle + one["value"] + value[two.end("value") :]
                yield self._put(at, match, "value", "swap", f"entries {number + 1}", new)
            return
        for separator in _SEPARATORS:
            pieces = value.split(separator)
            if len(pieces) > 1:
                new = separator.join([pieces[1], pieces[0], *pieces[2:]])
                yield self._put(at, match, "value", "swap", f"parts at `{separator}`", new)

    def _row(self, at: int, random: Random) -> Iterator[Mutant]:
        """A line of `codes.tsv` (system, code, display, confidence, evidence): without it, and two of six changes."""
        yield Mutant(self.file, at + 1, at + 1, "delete", "line", (), self.lines[at], "")
        cells = self.lines[at].split("\t")
        others = [line.split("\t") for line in self.lines[1:] if line and line != self.lines[at]]
        changes: list[tuple[str, str, int, Callable[[], str]]] = [
            ("misspell", "code", 1, lambda: _turn(cells[1], random) if len(set(cells[1])) > 1 else cells[1] + "0"),
            ("misspell", "display", 2, lambda: _drop(cells[2], random)),
            ("retarget", "system", 0, lambda: random.choice([one[0] for one in others])),
            ("retarget", "code", 1, lambda: random.choice([one[1] for one in others])),
            ("retype", "confidence", 3, lambda: "X"),
            ("swap", "display", 2, lambda: random.choice([one[2] for one in others])),
        ]
        for kind, how, column, change in random.sample(changes, 2):
            yield self._replace(at, kind, how, "\t".join([*cells[:column], change(), *cells[column + 1 :]]))

    def _block_end(self, at: int) -> int:
        """The number of the line behind a line's block, trailing empty lines and comments left out."""
        end = last = at + 1
        level = _level(self.lines[at])
        while last < len(self.lines):
            line = self.lines[last]
            if line.strip() and not line.lstrip().startswith("#"):
                if _level(line) <= level:
                    break
                end = last + 1
            last += 1
        return end


def _is_yaml(text: str) -> bool:
    try:
        yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    return True


def _level(line: str) -> int:
    return len(line) - len(line.lstrip())


def _drop(word: str, random: Random) -> str:
    at = random.randrange(len(word))
    return word[:at] + word[at + 1 :]


def _turn(word: str, random: Random) -> str:
    """Two different neighbours change places; a word of one letter loses it."""
    spots = [at for at in range(len(word) - 1) if word[at] != word[at + 1]]
    if not spots:
        return _drop(word, random)
    at = random.choice(spots)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
