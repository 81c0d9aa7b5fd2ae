"""A set of resources as a transaction Bundle: whoever receives it twice has it once (R4, http.html#transaction, #cond-update)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from service.fhir.json import quote
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

_FULL_URL = "urn:uuid:[0-9a-f-]{36}"
_SOME_URL = "urn:uuid:00000000-0000-0000-0000-000000000000"
_URL = len('{"fullUrl":"')
RESOURCE = len(f'{{"fullUrl":"{_SOME_URL}","resource":')
"""Where the resource begins in an entry of ours."""

_REQUEST = b',"request":{"method":"'
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def entry(base: str, type_: str, own: Own, text: str) -> str:
    """The entry of a resource of ours."""
    system = identity.system(base, own.kind)
    url = f"{type_}/{own.id}" if type_ in NOT_SEARCHED else f"{type_}?identifier={system}|{own.value}"
    return _entry(identity.full_url(system, own.value), text, "PUT", url)


def entry_there(server: str, type_: str, id_: str, full_url: str, text: str) -> str:
    """The entry of a resource that goes back to its server; without an id it never was at one."""
    if id_:
        return _entry(f"{server}/{type_}/{id_}", text, "PUT", f"{type_}/{id_}")
    return _entry(full_url or identity.full_url(server, text), text, "POST", type_)


def provenance(base: str, kind: str, key: str, targets: Iterable[str], mapping: str, recorded: str) -> str:
    """The entry of the Provenance of a record: `targets` are full URLs, `mapping` is version and content hash, `recorded` an instant."""
    own = Own("Provenance", key, kind.replace("_", "-"))
    used = f'{{"identifier":{{"system":{quote(f"{base}/id/mapping")},"value":{quote(mapping)}}},"display":"mapping {kind}"}}'
    text = (
        f'{{"resourceType":"Provenance","id":"{own.id}",'
        f'"target":[{",".join(f"""{{"reference":"{one}"}}""" for one in targets)}],"recorded":"{recorded}",'
        f'"agent":[{{"type":{{"coding":[{{"system":"{_AGENT}","code":"assembler","display":"Assembler"}}]}},'
        f'"who":{{"identifier":{{"system":{quote(f"{base}/id/Device")},"value":"kap-fhir"}},"display":"kap-fhir"}}}}],'
        f'"entity":[{{"role":"source","what":{used}}}]}}'
    )
    return entry(base, "Provenance", own, text)


def own_provenance(base: str) -> Callable[[bytes], object]:
    """A test for entries that `provenance` wrote, whatever they name."""
    free = {"kind0": "[a-z0-9_-]+", "key0": "[A-Za-z0-9-]+", "mapping0": "[A-Za-z0-9.+-]+", "2000-01-01": "[0-9T:.Z+-]+"}
    form = re.escape(provenance(base, "kind0", "key0", [], "mapping0", "2000-01-01"))
    form = form.replace(re.escape('"target":[]'), rf'"target":\[(?:\{{"reference":"{_FULL_URL}"\}},?)+\]')
    form = re.sub(r"urn:uuid:[0-9a-f\\-]+", _FULL_URL, form, count=1)
    for word, any_ in free.items():
        form = form.replace(re.escape(word), any_)
    return re.compile(form.encode()).fullmatch


def url_of(entry_text: str) -> str:
    """The full URL of an entry of ours."""
    return entry_text[_URL : _URL + len(_SOME_URL)]


def resource_of(entry_text: bytes) -> bytes:
    """The resource of an entry of ours; of any other, anything."""
    return entry_text[RESOURCE : entry_text.rfind(_REQUEST)]


def bundle(entries: Iterable[str]) -> bytes:
    """The Bundle of entries."""
    return f"{HEAD}{','.join(entries)}{TAIL}".encode()


def latest(times: Iterable[str | None]) -> str:
    """The latest of FHIR dateTimes that are full instants; empty without one."""
    return max((one for one in times if one and "T" in one), key=_instant, default="")


def _instant(time: str) -> tuple[float, str]:
    """What orders instants; a leap second counts as the second before it, as Python has none."""
    return datetime.fromisoformat(time.replace(":60", ":59")).timestamp(), time


def _entry(full_url: str, text: str, method: str, url: str) -> str:
    return f'{{"fullUrl":"{full_url}","resource":{text},"request":{{"method":"{method}","url":"{url}"}}}}'
