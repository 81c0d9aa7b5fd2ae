"""A set of resources as a transaction Bundle: whoever receives it twice has it once (R4, http.html#transaction, #cond-update)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar

from service.fhir import json, primitives
from service.fhir.json import Value, quote
from service.mapping import identity
from service.mapping.identity import Own

HEAD = '{"resourceType":"Bundle","type":"transaction","entry":['
TAIL = "]}"

NOT_SEARCHED = frozenset(
    (
        "AdverseEvent",
        "BiologicallyDerivedProduct",
        "CatalogEntry",
        "MedicinalProductIngredient",
        "ObservationDefinition",
        "Provenance",
        "SubstanceSpecification",
    )
)
"""Types that R4 gives no search by identifier (R4, searchparameter-registry.html): they are put to their own id."""

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-\[\]-~]+")
"""Absolute URLs that stand in JSON as they are: nobody's quotation mark ends a string of ours."""

_FULL_URL = "urn:uuid:[0-9a-f-]{36}"
_NUMBER = "fff"
_SOME_URL = "urn:uuid:00000000-0000-0000-0000-000000000000"
RESOURCE = len(f'{{"fullUrl":"{_SOME_URL}","resource":')
"""Where the resource begins in an entry of ours."""

_SECONDS = len("2000-01-01T00:00:00")
_REQUEST = b',"request":{"method":"'
Piece = TypeVar("Piece")

_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def entry(base: str, type_: str, own: Own, full_url: str, text: str) -> str:
    """The entry of a resource of ours."""
    identifier = f"{identity.system(base, own.kind)}|{own.value}"
    return "".join(around([full_url], [text], "PUT", [address(type_, identifier, own.id)]))


def entry_there(type_: str, id_: Value, full_url: str, text: str) -> str:
    """The entry of a resource that goes back to its server; without an id (or with what is none by R4) it never was at one."""
    method, url = ("POST", type_) if primitives.problem("id", id_) else ("PUT", f"{type_}/{id_}")
    return "".join(around([full_url], [text], method, [url]))


def url_there(server: str, resource: Value, full_url: str) -> str:
    """The full URL, in a Bundle, of a resource that goes back to its server: that of its id, else the one it came with, if that is one."""
    id_ = resource.get("id")
    if not primitives.problem("id", id_):
        return f"{server}/{resource['resourceType']}/{id_}"
    return full_url if URL.fullmatch(full_url) else f"{identity.stem(json.write(resource).decode())}000"


def around(full_url: Sequence[Piece | str], resource: Sequence[Piece | str], method: str, url: Sequence[Piece | str]) -> list[Piece | str]:
    """The pieces of an entry around those of its resource."""
    return ['{"fullUrl":"', *full_url, '","resource":', *resource, f',"request":{{"method":"{method}","url":"', *url, '"}}']


def address(type_: str, identifier: str, id_: str) -> str:
    """What a resource of ours is put to."""
    return f"{type_}/{id_}" if type_ in NOT_SEARCHED else f"{type_}?identifier={identifier}"


class Maker(NamedTuple):
    """Who made resources: our base, the record kind, and its mapping's version and content hash."""

    base: str
    kind: str
    mapping: str


def provenance(maker: Maker, key: str, stem: str, targets: Sequence[str], recorded: str) -> str:
    """The entry of the Provenance of a record whose full URLs begin with `stem`; `targets` are references, `recorded` an instant."""
    ending, rest = _same(maker)
    named = '"},{"reference":"'.join(targets)
    return (
        f'{{"fullUrl":"{stem}{_NUMBER}","resource":{{"resourceType":"Provenance","id":"{key}.{ending}",'
        f'"target":[{{"reference":"{named}"}}],"recorded":"{recorded}",{rest}}},'
        f'"request":{{"method":"PUT","url":"Provenance/{key}.{ending}"}}}}'
    )


@lru_cache
def _same(maker: Maker) -> tuple[str, str]:
    """What is the same in the Provenances of all records of a kind: the ending of the id, and the last members."""
    base, kind, mapping = maker
    used = f'{{"identifier":{{"system":{quote(f"{base}/id/mapping")},"value":{quote(mapping)}}},"display":"mapping {kind}"}}'
    return kind.replace("_", "-"), (
        f'"agent":[{{"type":{{"coding":[{{"system":"{_AGENT}","code":"assembler","display":"Assembler"}}]}},'
        f'"who":{{"identifier":{{"system":{quote(f"{base}/id/Device")},"value":"kap-fhir"}},"display":"kap-fhir"}}}}],'
        f'"entity":[{{"role":"source","what":{used}}}]'
    )


def own_provenance(base: str) -> Callable[[bytes], object]:
    """A test for entries that `provenance` wrote, whatever they name."""
    free = {"kind0": "[a-z0-9_-]+", "key0": "[A-Za-z0-9-]+", "mapping0": "[A-Za-z0-9.+-]+", "2000-01-01": "[0-9T:.Z+-]+"}
    form = re.escape(provenance(Maker(base, "kind0", "mapping0"), "key0", "urn:uuid:", ["target0"], "2000-01-01"))
    form = form.replace(re.escape('{"reference":"target0"}'), rf'(?:\{{"reference":"{_FULL_URL}"\}},?)+')
    form = re.sub(r"urn:uuid:[0-9a-f\\-]+", _FULL_URL, form, count=1)
    for word, any_ in free.items():
        form = form.replace(re.escape(word), any_)
    return re.compile(form.encode()).fullmatch


def resource_of(entry_text: bytes) -> bytes:
    """The resource of an entry of ours; of any other, anything."""
    return entry_text[RESOURCE : entry_text.rfind(_REQUEST)]


def bundle(entries: Iterable[str]) -> bytes:
    """The Bundle of entries; JSON has no empty list in R4."""
    texts = ",".join(entries)
    return f"{HEAD}{texts}{TAIL}".encode() if texts else b'{"resourceType":"Bundle","type":"transaction"}'


def latest(times: Sequence[str | None]) -> str:
    """The latest of FHIR dateTimes that are full instants; empty without one."""
    found = ending = ""
    for one in times:
        if not one or "T" not in one:
            continue
        if not found:
            found, ending = one, one[_SECONDS:]
        elif one[_SECONDS:] != ending:
            return max((one for one in times if one and "T" in one), key=_instant)
        elif one > found:
            found = one
    return found


def _instant(time: str) -> tuple[float, str]:
    """What orders instants; a leap second counts as the second before it, as Python has none."""
    return datetime.fromisoformat(time.replace(":60", ":59")).timestamp(), time
