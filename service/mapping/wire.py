"""The two directions over bytes: emitted code answers what it can, `walk` answers and explains the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from service.diagnostics.diagnostic import similar
from service.diagnostics.issue import Issue, Refused
from service.diagnostics.messages import input as say
from service.fhir import json, primitives
from service.fhir.guide import PACKED, Guide
from service.fhir.json import JsonError, Value
from service.fhir.outcome import outcome
from service.mapping import convert, identity, laid_out, transaction, validity
from service.mapping.assemble import Gathering
from service.mapping.children import shown, times
from service.mapping.convert import Given, Records, Resources, Sent, Top
from service.mapping.fast import read as fast_read
from service.mapping.fast import write as fast_write
from service.mapping.fast.code import Code
from service.mapping.gather import Known, Member, Orphan
from service.mapping.library import Library
from service.mapping.memory import POLICIES
from service.mapping.transaction import Maker


@dataclass(frozen=True, slots=True)
class Terms:
    """What a conversion needs to know besides the record or resource.

    `server` is the base of the receiver or sender (empty: our own), `takes_ids` whether the receiver keeps the ids that we give.
    `recorded` is the instant for the Provenance (empty: the latest time in the records). From FHIR: `links` by server is the link table
    (`Type/id` to our key), `key` the key that the one record is to have, `leftovers` a policy that stands above that of the mappings.
    """

    server: str = ""
    takes_ids: bool = False
    recorded: str = ""
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    key: str = ""
    leftovers: str = ""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The JSON of an answer; the notes (from FHIR they are inside it, too), and what is to be withdrawn at the receiver (`Type/id`).

    `failed`: it is the OperationOutcome of a line that could not be converted, for the reasons in `issues`.
    """

    data: bytes
    issues: tuple[Issue, ...] = ()
    withdrawn: tuple[str, ...] = ()
    failed: bool = False


OURS = Terms()
_NOTHING_ELSE = b'"orphans":[],"links":{},"outcome":%b}' % json.write(outcome(()))


@dataclass(frozen=True, slots=True)
class Gateway:
    """A library and its emitted code, and what resources are validated by beside R4 and the packed profiles."""

    library: Library
    code: Code
    mapping: str
    guide: Guide

    @classmethod
    def of(cls, library: Library, guide: Guide = PACKED) -> Gateway:
        """The gateway of a library; `mapping` is the mappings' version and content hash. Code is emitted when it is first used."""
        return cls(library, Code(library), f"{library.version}+{library.hash}", guide)

    def to_fhir(self, kind: str, data: bytes, terms: Terms = OURS) -> Answer:
        """A record, a list of records, or `{"record": …, "with": {kind: [record, …]}}` with records that are sent along.

        A record that becomes one resource is answered with it, everything else with a transaction Bundle. Raises Refused.
        """
        if terms is not OURS or kind not in self.library.kinds:
            self._check(terms, kind)
        if self.library.layouts:
            data = json.write(laid_out.ours(self.library.layouts, kind, _read(data)))
        if terms is OURS or terms.takes_ids or self._ours(terms.server):
            answer = fast_write.to_fhir(self.code, kind, data, self.mapping, terms.recorded)
            if answer is None and (compact := _compact(data)):
                answer = fast_write.to_fhir(self.code, kind, compact, self.mapping, terms.recorded)
            if answer is not None:
                return Answer(answer)
        try:
            return self._walked(kind, _read(data), terms)
        except Refused as refused:
            raise Refused(laid_out.named(self.library.layouts, kind, refused.issues)) from None

    def _walked(self, kind: str, value: Value, terms: Terms) -> Answer:
        """What `walk` makes of records in our own form."""
        tops, alone = self._tops(kind, value)
        made = convert.to_set(self.library, tops, server=terms.server, takes_ids=terms.takes_ids) if alone else []
        alone = alone and len(made[0].sent) == 1
        if not alone:
            made = convert.to_set(self.library, tops, server=terms.server, takes_ids=terms.takes_ids, bundle=True)
        data = json.write(made[0].sent[0].resource) if alone else self._bundle(tops, made, terms)
        return Answer(data, tuple(issue for one in made for issue in one.issues), tuple(name for one in made for name in one.withdrawn))

    def from_fhir(self, data: bytes, terms: Terms = OURS) -> Answer:
        """A resource, a Bundle or a list of resources. What breaks R4 is not read, and comes back as an orphan.

        The answer is `{"records": [{kind, record, seen, unknown}], "orphans": [resource], "links": {server: {"Type/id": key}}, "outcome":
        OperationOutcome}`. Raises Refused for what is no resource at all.
        """
        if terms is not OURS:
            self._check(terms)
        if terms is OURS or (not terms.key and self._ours(terms.server)):
            records = fast_read.from_fhir(self.code, data)
            if records is None and (compact := _compact(data)):
                records = fast_read.from_fhir(self.code, compact)
            if records is not None and (records := self._in_their_form(records)) is not None:
                return Answer(b'{"records":[%b],%b' % (b",".join(records), _NOTHING_ELSE))
        value = _read(data)
        given, warnings = validity.validated(list(_given(value)), value, data)
        known = Known(links=terms.links, key=terms.key)
        read = convert.from_fhir(self.library, given, server=terms.server, known=known, policy=terms.leftovers)
        told = self._records(read)
        issues = (*(issue for one in read.orphans for issue in one.issues), *warnings, *read.issues, *_without_resource(value))
        return Answer(json.write(self._told(read, told, issues)), issues)

    def to_fhir_lines(self, kind: str, lines: Iterable[bytes], terms: Terms = OURS) -> Iterator[Answer]:
        """NDJSON: what each record becomes, as `to_fhir` gives it, on one line; a bad line becomes an OperationOutcome and fails alone."""
        self._check(terms, kind)
        return _by_line(lines, lambda line: self.to_fhir(kind, line, terms))

    def from_fhir_lines(self, lines: Iterable[bytes], terms: Terms = OURS) -> Iterator[Answer]:
        """NDJSON: the records of each line, as `from_fhir` gives them, on one line; a bad line becomes an OperationOutcome."""
        self._check(terms)
        return _by_line(lines, lambda line: self.from_fhir(line, terms))

    def _check(self, terms: Terms, kind: str = "") -> None:
        issues = []
        if kind and kind not in self.library.kinds:
            issues.append(say.unknown_kind(similar(kind, self.library.kinds)))
        if terms.recorded and primitives.problem("instant", terms.recorded):
            issues.append(say.not_an_instant())
        if terms.server and not transaction.URL.fullmatch(terms.server):
            issues.append(say.not_a_server())
        if terms.leftovers and terms.leftovers not in POLICIES:
            issues.append(say.not_a_policy(POLICIES))
        if issues:
            raise Refused(issues)

    def _ours(self, server: str) -> bool:
        return not server or identity.normal(server) in self.library.names.bases

    def _tops(self, kind: str, value: Value) -> tuple[list[Top], bool]:
        """The records that a value holds, and whether it is one record alone."""
        tops: list[Top] = []
        if isinstance(value, dict) and value.keys() == {"record", "with"}:
            beside = value["with"]
            if not isinstance(beside, dict) or not all(isinstance(records, list) for records in beside.values()):
                raise Refused([say.not_beside()])
            unknown = [name for name in beside if name not in self.library.kinds]
            if unknown:
                raise Refused([say.unknown_kind(similar(name, self.library.kinds)).inside("with") for name in unknown])
            tops = [Top(name, one, f"with.{name}[{number}]") for name, records in beside.items() for number, one in enumerate(records)]
            value = value["record"]
        if isinstance(value, list):
            return [*tops, *(Top(kind, one, f"[{number}]") for number, one in enumerate(value))], False
        return [*tops, Top(kind, value)], not tops

    def _bundle(self, tops: Iterable[Top], made: Iterable[Resources], terms: Terms) -> bytes:
        base = self.library.names.base
        keeps_ids = terms.takes_ids or self._ours(terms.server)
        there = f"{identity.normal(terms.server)}/"  # what a server has already, some know by `Type/id` only
        entries: list[str] = []
        for top, one in zip(tops, made, strict=True):
            entries += [_entry(base, sent, keeps_ids=keeps_ids) for sent in one.sent]
            kind = self.library.kinds[top.kind]
            if recorded := terms.recorded or transaction.latest(list(times(self.library.kinds, kind, top.record))):
                urls = [sent.full_url.removeprefix(there) for sent in one.sent]
                stem = identity.stem(f"{identity.system(base, kind.name)}|{top.record[kind.key]}")
                entries.append(transaction.provenance(Maker(base, kind.name, self.mapping), top.record[kind.key], stem, urls, recorded))
        return transaction.bundle(entries)

    def _in_their_form(self, records: list[bytes]) -> list[bytes] | None:
        """Records as they are told, in the clinic's form; None where one has none."""
        if not self.library.layouts:
            return records
        try:
            return [json.write(laid_out.theirs(self.library.layouts, json.read(one))) for one in records]
        except Refused:
            return None

    def _records(self, read: Records) -> list[Value]:
        """The records that were read, in the clinic's form; the resources of one that has none there become orphans."""
        told = []
        for one in read.records:
            try:
                told.append(laid_out.theirs(self.library.layouts, {"kind": one.kind.name, "record": shown(one), **_seen(one)}))
            except Refused as refused:
                members = list(_members(one))
                read.orphans += [Orphan(member.resource, [], refused=True) for member in members]
                read.issues += [issue.inside(members[0].resource.where) for issue in refused.issues]
        return told

    def _told(self, read: Records, records: list[Value], issues: Iterable[Issue]) -> Value:
        return {
            "records": records,
            "orphans": [one.resource.value for one in read.orphans],
            "links": {server: links for server, links in read.links.items() if server not in self.library.names.bases},
            "outcome": outcome(issues),
        }


def _compact(data: bytes) -> bytes | None:
    """A JSON text without white space between its parts; None where there is none, or the text is broken."""
    try:
        compact = msgspec.json.format(data, indent=-1)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return compact if compact != data else None


def _read(data: bytes) -> Value:
    try:
        return json.read(data)
    except JsonError as error:
        raise Refused([say.not_json(str(error))]) from None


def _given(value: Value) -> Iterator[Given]:
    """The resources of a resource, a list of them or a Bundle."""
    if isinstance(value, list):
        given = [Given(one, "", f"[{number}]") for number, one in enumerate(value)]
    elif isinstance(value, dict) and value.get("resourceType") == "Bundle":
        entries = value.get("entry", [])
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise Refused([say.not_resources("Bundle.entry")])
        given = [
            Given(one["resource"], one["fullUrl"] if isinstance(one.get("fullUrl"), str) else "", f"Bundle.entry[{number}].resource")
            for number, one in enumerate(entries)
            if "resource" in one
        ]
    else:
        given = [Given(value)]
    wrong = [say.not_resources(one.path) for one in given if not isinstance(one.resource, dict)]
    if not wrong and isinstance(value, dict) and not isinstance(value.get("resourceType"), str):
        wrong = [say.not_resources("")]
    if wrong:
        raise Refused(wrong)
    yield from given


def _without_resource(value: Value) -> list[Issue]:
    """A note for each entry of a Bundle that holds no resource."""
    entries = value.get("entry", []) if isinstance(value, dict) and value.get("resourceType") == "Bundle" else []
    return [say.no_resource(f"Bundle.entry[{number}]") for number, one in enumerate(entries) if "resource" not in one]


def _entry(base: str, sent: Sent, *, keeps_ids: bool) -> str:
    """The entry of a resource; a receiver that gives ids itself finds ours by the identifier alone."""
    resource = sent.resource
    if sent.own is None:
        return transaction.entry_there(sent.type, resource.get("id"), sent.full_url, json.write(resource).decode())
    if not keeps_ids and sent.type not in transaction.NOT_SEARCHED:
        resource = {name: value for name, value in resource.items() if name != "id"}
    return transaction.entry(base, sent.type, sent.own, sent.full_url, json.write(resource).decode())


def _members(one: Gathering) -> Iterator[Member]:
    """The members of a record and of those inside it."""
    yield from one.members
    for children in one.children.values():
        for child in children:
            yield from _members(child)


def _seen(one: Gathering) -> dict[str, Value]:
    """Which shapes were seen, and which fields are therefore unknown, for the record and those inside it."""
    inside = {name: [_seen(child) for child in children] for name, children in one.children.items()}
    return {"seen": one.seen, "unknown": one.unknown, **({"children": inside} if inside else {})}


def _by_line(lines: Iterable[bytes], convert_: Callable[[bytes], Answer]) -> Iterator[Answer]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield convert_(line)
        except Refused as refused:
            issues = tuple(replace(one, message=f"line {number}: {one.message}") for one in refused.issues)
            yield Answer(json.write(outcome(issues)), issues, failed=True)
