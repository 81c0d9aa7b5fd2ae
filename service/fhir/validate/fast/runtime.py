"""What emitted code calls: tests of values that say yes only where the slow path finds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from service.fhir import definitions, json, primitives, ucum
from service.fhir.bundle import Entries
from service.fhir.fhirpath import Budget, Environment, FhirPathError, Node, compile  # noqa: A004 - what it does
from service.fhir.fhirpath.nodes import is_moderate
from service.fhir.guide import Guide
from service.fhir.json import MAX_DEPTH
from service.fhir.snapshot import STRUCTURES
from service.fhir.validate import answers, bindings, bundles, datatypes
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import Scope

Memo = dict[Any, Any]
"""What was found of values that come again and again."""

MEMO = 4096
"""How many values a memo keeps before it begins again."""

MAX_INTERNED = 16
"""How many arrays and objects may be in an interned value."""

_MAX_STEPS = 50_000
"""How much work an invariant may be that is evaluated as it stands."""

_DAY = r"(?!0000)[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_DATE = rf"{_DAY}|(?!0000)[0-9]{{4}}(?:-(?:0[1-9]|1[0-2]))?"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
_FOUND = re.compile(r"[A-Za-z0-9.-]+(?:/[A-Za-z0-9.-]+)?").fullmatch

# Most values are of these forms, and all that are of them are valid; the full checks decide about others.
ID = re.compile(r"[A-Za-z0-9.-]{1,64}").fullmatch
DATE = re.compile(_DATE).fullmatch
DATE_TIME = re.compile(f"{_DAY}T{_CLOCK}|{_DATE}").fullmatch
INSTANT = re.compile(f"{_DAY}T{_CLOCK}").fullmatch
URI = re.compile(r"(?!urn:)[!-~]+|urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
TYPED = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}").fullmatch
NUMBER = re.compile(rb"[-0-9].{0,63}").fullmatch
"""A value that JSON allows and that begins so is a number, of which `json.read` takes no longer ones."""

_encode = msgspec.json.encode
_NO_ENTRIES = Entries()
_NONE: Mapping[str, Any] = MappingProxyType({})


class _Meta(msgspec.Struct, frozen=True):
    profile: tuple[str, ...] = ()


class Head(msgspec.Struct):
    """What a resource says of itself."""

    resourceType: str  # noqa: N815 - by its JSON name
    id: str = ""
    meta: _Meta = _Meta()


head = msgspec.json.Decoder(Head).decode
"""From the text of a resource to what it says of itself."""


CANONICALS: Memo = {}
CODES: Memo = {}
PARTS: Memo = {}
"""Urls of extensions in extensions that no definition has."""
SEARCHES: Memo = {}
"""Searches in place of a reference that name no type, up to the value of an identifier."""
SYSTEMS: Memo = {}
"""Absolute uris that identifiers have as their system."""
UNITS: Memo = {}
UNKNOWN: Memo = {}
"""Absolute urls of extensions that no definition has."""
URIS: Memo = {}


class Unsure(Exception):  # noqa: N818 - no error: the slow path answers
    """The fast path does not know."""


class Entry:
    """A resource in a Bundle, to which others may refer: its text, and what they ask about it."""

    __slots__ = ("_head", "_text")

    def __init__(self, text: msgspec.Raw) -> None:
        self._text = text
        self._head: Head | None = None

    @property
    def head(self) -> Head:
        """Its type and its profiles, which it must have to be accepted itself."""
        if self._head is None:
            self._head = head(self._text)
        return self._head


class Where:
    """What the references in a resource may name: Bundle entries by their fullUrl, contained resources by their id, each by its type.

    `named` are the types that literal references name, "" for an unknown one; `url` is its own fullUrl, `kind` the type of the Bundle,
    `guide` has the Questionnaires. `used` are the references to contained resources so far, `ids` the ids of elements, `depth` is how
    many arrays and objects deep a value may be that is decoded now.
    """

    __slots__ = ("contained", "depth", "entries", "guide", "ids", "kind", "name", "named", "url", "used")

    def __init__(self, name: str, guide: Guide, around: Where | None, url: str) -> None:
        self.name = name
        self.guide = guide
        self.url = url
        self.contained: Mapping[str, str] = _NONE
        self.used: list[str] = []
        self.ids: list[str] = []
        if around is None:
            self.entries: Mapping[str, Entry] = _NONE
            self.named: dict[str | None, str] = {}
            self.kind, self.depth = "", 0
        else:
            self.entries, self.named, self.kind, self.depth = around.entries, around.named, around.kind, around.depth

    def deepen(self, levels: int) -> None:
        """Go into a text inside a text, which may be some levels deep."""
        self.depth += levels
        if self.depth > MAX_DEPTH - MAX_INTERNED:
            raise Unsure

    def identify(self, own: str) -> None:
        """Take the id of an element, which no other may have."""
        if own in self.ids:
            raise Unsure
        self.ids.append(own)


class Nowhere:
    """Stands for a resource where what a value holds must not depend on one."""

    depth = 0

    @property
    def named(self) -> dict[str | None, str]:
        """Nothing is known of them."""
        raise Unsure

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Nothing is known of them."""
        raise Unsure

    def deepen(self, _levels: int) -> None:
        """Interned values are not deep."""

    def identify(self, _own: str) -> None:
        """No id that another element may have."""
        raise Unsure


def remember(memo: Memo, value: Any, found: Any = True) -> Any:  # noqa: FBT002 - for most memos it is enough that the value is there
    """What was found of a value, noted in a memo; but not of a concept with a text of its own, which may be about a patient."""
    if len(memo) >= MEMO:
        memo.clear()
    if getattr(value, "text", None) is None:
        memo[value] = found
    return found


def _kept(type_: str, memo: Memo) -> Callable[[str], bool]:
    return lambda value: primitives.problem(type_, value) is None and bool(remember(memo, value))


def _plain(type_: str) -> Callable[[str], bool]:
    return lambda value: primitives.problem(type_, value) is None


def coded(system: str | None, code: str, type_: str) -> bool:
    """Whether nothing is wrong with the code of a Coding or of a unit; those of UCUM are remembered."""
    if system == ucum.SYSTEM:
        return ucum.unit(code) is not None and bool(remember(UNITS, code))
    value = {"system": system, "code": code}
    return not any(severity == "error" for severity, *_ in datatypes.RULES.get(type_, _no_rules)(value))


def identified(x: Any) -> bool:
    """Whether the system of an Identifier is right, and its value if the system says what it must be."""
    if primitives.problem("uri", x.system) or any(datatypes.RULES["Identifier"]({"system": x.system, "value": x.value})):
        return False
    return x.system == "urn:ietf:rfc:3986" or bool(remember(SYSTEMS, x.system))


def _no_rules(_: Any) -> tuple[()]:
    return ()


def canonical(value: str) -> bool:
    """Whether a value is a canonical URL, not of a contained resource; if so, it is remembered."""
    return value[0] != "#" and primitives.problem("canonical", value) is None and bool(remember(CANONICALS, value))


code = _kept("code", CODES)
known_uri = _kept("uri", URIS)
uri, date, date_time, instant, time, oid, uuid, base64, xhtml = map(
    _plain, ("uri", "date", "dateTime", "instant", "time", "oid", "uuid", "base64Binary", "xhtml")
)


def refer(x: Any, targets: frozenset[str] | None, s: Where) -> None:
    """Refuse a Reference that may name what it must not; targets None for any."""
    literal = x.reference
    if literal is None:
        named = x.type or ""
    elif literal.startswith("#"):
        s.used.append(literal[1:])
        named = s.contained[literal[1:]]
    else:
        s.named[literal] = named = _named(literal, s)
    if x.type is not None and x.type != named:
        raise Unsure
    if targets is not None and named not in targets and definitions.is_resource(named):
        raise Unsure


def _named(literal: str, s: Where) -> str:
    """The type that a reference to elsewhere names, "" for none. That of a search is remembered by what comes before its value."""
    if literal in s.entries:
        return s.entries[literal].head.resourceType
    if plain := TYPED(literal):
        return plain[1]
    if literal.startswith("urn:uuid:") and URI(literal):
        return ""
    search, _, value = literal.rpartition("|")
    if search in SEARCHES and s.kind == "transaction" and _FOUND(value):
        return ""
    if not URI(literal) or "#" in literal or (s.entries and "/_history/" in literal):
        raise Unsure
    if "?" in literal and s.kind != "transaction" and not primitives.is_absolute(literal):
        raise Unsure
    steps = literal.partition("/_history/")[0].rsplit("/", 2)
    named = steps[-2] if len(steps) > 1 else ""
    if "?" in search and ID(value) and not definitions.is_resource(named):
        remember(SEARCHES, search)
    return named


def targeted(x: Any, profiles: frozenset[str], s: Where) -> None:
    """Refuse a Reference to a resource at hand that claims none of some profiles, of which each type is one."""
    literal = x.reference
    if literal is None or not (s.entries or literal.startswith("#")):
        return
    if literal.startswith("#"):
        raise Unsure
    found = s.entries.get(_NO_ENTRIES.url(literal, s.url))
    if found and STRUCTURES + found.head.resourceType not in profiles and profiles.isdisjoint(found.head.meta.profile):
        raise Unsure


def within(value: Any, type_: str, value_set: str, memo: Memo) -> bool:
    """Whether a code, Coding, CodeableConcept or Quantity may be in a value set; if so, it is remembered, but for a Quantity."""
    if type_ == "code":
        found = bindings.holds(value, type_, value_set)
    elif type_ == "CodeableConcept":
        found = bindings.holds({"coding": [_coding(one) for one in value.coding or ()]}, type_, value_set)
    else:
        found = value.code is None if type_ == "Quantity" else None
        found = found or bindings.holds(_coding(value), "Coding", value_set)
    return found is not False and (type_ == "Quantity" or bool(remember(memo, value)))


def _coding(x: Any) -> dict[str, str | None]:
    return {"system": x.system, "code": x.code}


def judged(rule: str, at: str, x: Any) -> bool:
    """Whether an invariant that looks at no more than a value and what is in it holds of it, evaluated as it stands."""
    node = Node(json.read(_encode(x)), None, "BackboneElement" if "." in at else at, at)
    try:
        return compile(rule, at).holds(Environment(node, node, budget=Budget(_MAX_STEPS)), node) is True
    except FhirPathError:
        return False


def distinct(values: list[Any]) -> bool:
    """Whether no value is there twice."""
    return len(set(values)) == len(values)


def apart(some: Any, others: Any) -> bool:
    """Whether no two codings can be equal: not even their codes are."""
    return {(one.system, one.code) for one in some}.isdisjoint((one.system, one.code) for one in others)


def in_order(earlier: str, later: str) -> bool:
    """Whether one date or time is surely not after another: as precise as the other with the same offset, or the earlier moment."""
    if len(earlier) == len(later) and earlier[19:] == later[19:]:
        return earlier <= later
    if min(len(earlier), len(later)) < 19 or "60" in (earlier[17:19], later[17:19]):
        return False
    return datetime.fromisoformat(earlier) < datetime.fromisoformat(later)


def amount(value: Any) -> Decimal | None:
    """The number of a decimal; None for none, and for one of a size that FHIRPath does not take."""
    found = None if value is None else Decimal(bytes(value).decode())
    return found if found is not None and is_moderate(found) else None


def ascending(low: Any, high: Any) -> bool:
    """Whether one Quantity is surely not above another of the same unit."""
    if (low.system, low.code, low.unit) != (high.system, high.code, high.unit) or low.comparator or high.comparator:
        return False
    least, most = amount(low.value), amount(high.value)
    return least is not None and most is not None and least <= most


def answered(data: bytes, x: Any, guide: Guide) -> bool:
    """Whether the answers in a QuestionnaireResponse fit its Questionnaire, if the guide has it; no answer may be a Reference."""
    if x.questionnaire is None or guide.form(x.questionnaire) is None:
        return True
    value, findings = json.read(data), Findings()
    answers.check(value, "", Scope(value, guide=guide), findings)
    return not findings.counted["error"] and b"valueReference" not in data


def bundled(x: Any) -> bool:
    """Whether the entries of a Bundle are right for its type and beside each other; those of a document or message are not looked at."""
    if x.type == "transaction" and not x.link and _are_plain_writes(x.entry or ()):
        return True
    if x.type in ("document", "message"):
        return False
    findings = Findings()
    entries = [_shown(one) for one in x.entry or ()]
    bundles.check({"link": [{"relation": one.relation} for one in x.link or ()], "entry": entries}, Entries({}, x.type), "", findings)
    return not findings.counted["error"]


def _are_plain_writes(entries: Iterable[Any]) -> bool:
    """Whether entries create or update resources of their types, each one that a search finds or that has the id."""
    updated: set[str] = set()
    for entry in entries:
        request, resource, url = entry.request, entry.resource, entry.fullUrl
        if request is None or resource is None or entry.response is not None:
            return False
        if request.method != "POST" if url is None else not url.startswith("urn:uuid:"):
            return False
        path, search, _ = request.url.partition("?")
        if path == resource.resourceType:
            if request.method != ("PUT" if search else "POST") or "$" in request.url:
                return False
        elif path != f"{resource.resourceType}/{resource.id}" or search or request.method != "PUT" or path in updated:
            return False
        updated.add(path)
    return True


def _shown(entry: Any) -> dict[str, Any]:
    """What the rules of Bundles look at in an entry."""
    parts = (("resource", ("resourceType", "id")), ("request", ("method", "url")), ("search", ("mode",)))
    shown = {name: _members(inner, names) for name, names in parts if (inner := getattr(entry, name)) is not None}
    return {**shown, **_members(entry, ("fullUrl",))}


def _members(x: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(x, name)) is not None}
