"""What a Bundle must be beyond its invariants (R4 bundle.html, http.html#transaction, search.html, documents.html, messaging.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.fhir import primitives
from service.fhir.bundle import Entries, restful
from service.fhir.json import Value
from service.fhir.validate.findings import Findings

_ONCE = frozenset({"self", "first", "previous", "prev", "next", "last"})
_NEED_NO_URL = frozenset({"transaction", "transaction-response", "batch", "batch-response"})
_STATUS = re.compile(r"[1-5][0-9]{2}(\D.*)?", re.DOTALL)
_NAMED = ("subject", "encounter", "custodian", "author", "attester.party", "event.detail", "section")
_SECTION = ("author", "focus", "entry", "section")


def check(bundle: Mapping[str, Value], entries: Entries, place: str, findings: Findings) -> None:
    """Check the entries of a Bundle against its type and each other."""
    listed = [_Entry(one, f"{place}.entry[{index}]", findings) for index, one in enumerate(_list(bundle, "entry")) if isinstance(one, dict)]
    _check_links(bundle, place, findings)
    for entry in listed:
        entry.check(entries.kind)
    if entries.kind == "transaction":
        _check_overlap(listed, findings)
    if entries.kind in ("document", "message") and listed:
        _check_first(listed, entries, findings)
    if entries.kind == "document" and listed:
        styles = [found for text in _texts(bundle.get("link")) for found in entries.named(text, listed[0].url)]
        _check_reached(listed, entries, styles, findings)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a Bundle."""

    value: Mapping[str, Value]
    place: str
    findings: Findings

    @property
    def url(self) -> str:
        return _text(self.value, "fullUrl")

    @property
    def resource(self) -> Mapping[str, Value] | None:
        found = self.value.get("resource")
        return found if isinstance(found, dict) else None

    @property
    def _method(self) -> str:
        request = self.value.get("request")
        return _text(request, "method") if isinstance(request, dict) else ""

    def check(self, kind: str) -> None:
        self._check_url(kind)
        if kind in ("transaction", "batch"):
            self._check_request()
        if kind == "searchset":
            self._check_search()
        response = self.value.get("response")
        if isinstance(response, dict) and not _STATUS.fullmatch(_text(response, "status") or "200"):
            message = "a status should begin with the three digits of an HTTP status code"
            self.findings.warning("value", f"{self.place}.response.status", message)

    def _check_url(self, kind: str) -> None:
        if "fullUrl" not in self.value:
            if (kind and kind not in _NEED_NO_URL) or (self.resource is not None and self._method == "PUT"):
                self.findings.error("required", self.place, "an entry must have a fullUrl, unless it is a POST or an answer")
            return
        url, place = self.url, f"{self.place}.fullUrl"
        found = restful(url)
        if url and not primitives.is_absolute(url):
            self.findings.error("value", place, "a fullUrl must be absolute")
        elif self.resource is not None and found and (found.type, found.id) != _identity(self.resource):
            self.findings.error("value", place, "a fullUrl of this form must end in the type and the id of the resource")

    def _check_request(self) -> None:
        """The request of an entry, where it is a create, update, patch or delete and not an operation."""
        request, method = self.value.get("request"), self._method
        url = _text(request, "url") if isinstance(request, dict) else ""
        if method not in ("POST", "PUT") or not url or "$" in url or "_search" in url:
            return
        place = f"{self.place}.request"
        path, _, search = url.partition("?")
        type_, _, id_ = path.removeprefix("/").partition("/")
        if self.resource is None:
            self.findings.error("required", self.place, f"a {method} must have the resource that it writes")
            return
        if primitives.is_absolute(url):
            self.findings.error("value", f"{place}.url", "the url of a request must be relative to the server")
        elif type_ not in ("", self.resource.get("resourceType")):
            self.findings.error("value", f"{place}.url", "the url of a request must name the type of its resource")
        elif method == "PUT" and not search and (not id_ or id_ != self.resource.get("id")):
            self.findings.error("value", f"{place}.url", "the url of a PUT must end in the id of its resource, or search for it")

    def _check_search(self) -> None:
        search = self.value.get("search")
        mode = search.get("mode") if isinstance(search, dict) else None
        if self.resource is None:
            return
        if mode == "outcome" and self.resource.get("resourceType") != "OperationOutcome":
            self.findings.error("value", f"{self.place}.search.mode", "only an OperationOutcome is the outcome of a search")
        if mode in ("match", "include") and "id" not in self.resource:
            self.findings.error("required", f"{self.place}.resource", "a resource that a search finds must have an id")


def _check_links(bundle: Mapping[str, Value], place: str, findings: Findings) -> None:
    seen: set[str] = set()
    for index, link in enumerate(_list(bundle, "link")):
        relation = _text(link, "relation") if isinstance(link, dict) else ""
        if relation in _ONCE and relation in seen:
            findings.error("structure", f"{place}.link[{index}].relation", "a Bundle must have one link of this relation only")
        seen.add(relation)


def _check_overlap(listed: Sequence[_Entry], findings: Findings) -> None:
    """No resource may be changed twice in one transaction."""
    seen: set[str] = set()
    for entry in listed:
        request = entry.value.get("request")
        if not isinstance(request, dict) or _text(request, "method") not in ("PUT", "PATCH", "DELETE"):
            continue
        url = _text(request, "url").removeprefix("/")
        if url in seen and restful(url):
            findings.error("structure", f"{entry.place}.request.url", "a transaction must not change one resource twice")
        seen.add(url)


def _check_first(listed: Sequence[_Entry], entries: Entries, findings: Findings) -> None:
    """What the first resource of a document or message refers to must be in the Bundle."""
    first = listed[0]
    paths = {"Composition": _NAMED, "MessageHeader": ("focus",)}.get(_text(first.resource or {}, "resourceType"), ())
    for literal, place in _references(first.resource or {}, paths, f"{first.place}.resource"):
        if not literal.startswith("#") and not entries.named(literal, first.url):
            findings.error("not-found", f"{place}.reference", f"what a {entries.kind} refers to here must be one of its entries")


def _references(value: Mapping[str, Value], paths: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    """The literal references at paths in an object, sections in sections too, each with its place."""
    for path in paths:
        name, _, rest = path.partition(".")
        many = isinstance(value.get(name), list)
        for index, one in enumerate(value[name] if many else [value.get(name)]):
            spot = f"{place}.{name}[{index}]" if many else f"{place}.{name}"
            if not isinstance(one, dict):
                continue
            if name == "section" or rest:
                yield from _references(one, _SECTION if name == "section" else (rest,), spot)
            elif isinstance(one.get("reference"), str):
                yield one["reference"], spot


def _check_reached(listed: Sequence[_Entry], entries: Entries, styles: Sequence[Value], findings: Findings) -> None:
    """Every entry of a document must be linked to its Composition, forwards or backwards, or be a style sheet of it."""
    homes = {id(entry.resource): index for index, entry in enumerate(listed) if entry.resource is not None}
    linked: list[set[int]] = [set() for _ in listed]
    for index, entry in enumerate(listed):
        for text in _texts(entry.resource):
            for found in entries.named(text, entry.url):
                linked[index].add(homes[id(found)])
                linked[homes[id(found)]].add(index)
    reached = {0, *(homes[id(one)] for one in styles)}
    todo = [*reached]
    while todo:
        fresh = linked[todo.pop()] - reached
        reached |= fresh
        todo += fresh
    for index, entry in enumerate(listed):
        if index not in reached and entry.resource is not None:
            findings.error("structure", entry.place, "an entry of a document must be linked to its Composition")


def _texts(value: Value) -> Iterator[str]:
    """Every string in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _identity(resource: Mapping[str, Value]) -> tuple[Value, Value]:
    return resource.get("resourceType"), resource.get("id")


def _list(value: Mapping[str, Value], name: str) -> list[Value]:
    found = value.get(name)
    return found if isinstance(found, list) else []


def _text(value: Mapping[str, Value], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""
