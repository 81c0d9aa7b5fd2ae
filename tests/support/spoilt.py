"""Resources with one thing changed, mostly for the worse: chosen by the types of R4 and a seed, by no profile and no case."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import islice
from random import Random
from typing import Any

from service.fhir import definitions, json
from service.fhir.definitions import Element
from service.fhir.json import Number
from tests.support import odd, plausible
from tests.support.spots import Spot, Wanted, is_entry, is_named, is_object, is_required, is_resource, of, spots

MARK = "※"
"""Begins a name that is to stand twice and stands around what is no JSON; taken off in the text, since no dict has either."""
TURNS = 3
"""How often a resource may be changed in the same way."""


Change = Callable[[Spot, Random], None]
KINDS: dict[str, tuple[Wanted, Change]] = {}


def spoilt(resources: Mapping[str, Any], seed: int, each: int) -> Iterator[tuple[str, str, bytes]]:
    """Texts of the resources, each with one change: its kind, the resource's name, the text; of every kind `each`, or what can be had.

    The same seed gives the same, and a resource more or less, or another, changes few of the others.
    """
    for kind in sorted(KINDS):
        draws = sorted((Random(f"{seed} {kind} {name} {turn}").random(), name, turn) for name in resources for turn in range(TURNS))
        texts = ((kind, name, changed(resources[name], kind, Random(f"{seed} {kind} {name} {turn}"))) for _, name, turn in draws)
        yield from islice(((kind, name, text) for kind, name, text in texts if text), each)


def changed(resource: Any, kind: str, random: Random) -> bytes | None:
    """The text of a resource after a change of a kind; None where nothing can be changed so."""
    wanted, change = KINDS[kind]
    root = [deepcopy(resource)]
    found = [one for one in spots(Spot(root, 0, None, resource["resourceType"], resource["resourceType"])) if wanted(one)]
    if not found:
        return None
    path = random.choice(sorted({one.path for one in found}))
    change(random.choice([one for one in found if one.path == path]), random)
    text = re.sub(f'"{MARK}([^"]*){MARK}"', r"\1", json.write(root[0]).decode()).replace(MARK, "").encode()
    return text if text != json.write(resource) else None


def _kind(wanted: Wanted) -> Callable[[Change], Change]:
    def keep(change: Change) -> Change:
        KINDS[change.__name__.strip("_").replace("_", " ")] = wanted, change
        return change

    return keep


@_kind(is_named)
def _drop_a_member(spot: Spot, random: Random) -> None:
    del random, spot.holder[spot.key]


@_kind(is_required)
def _drop_a_required_member(spot: Spot, random: Random) -> None:
    del random, spot.holder[spot.key]


@_kind(is_entry)
def _drop_an_entry(spot: Spot, random: Random) -> None:
    del random, spot.holder[spot.key]


@_kind(is_entry)
def _repeat_an_entry(spot: Spot, random: Random) -> None:
    spot.holder.insert(random.choice((0, len(spot.holder))), deepcopy(spot.value))


@_kind(is_named)
def _rename_a_member(spot: Spot, random: Random) -> None:
    name = str(spot.key)
    letter = random.randrange(len(name))
    other = random.choice((f"{name}x", f"_{name}", name.swapcase(), name[:letter] + "q" + name[letter + 1 :], f"{name}s"))
    _replace(spot.holder, name, {other: spot.value})


@_kind(is_named)
def _name_a_member_twice(spot: Spot, random: Random) -> None:
    _replace(spot.holder, str(spot.key), {str(spot.key): spot.value, f"{MARK}{spot.key}": random.choice((spot.value, "x"))})


@_kind(is_named)
def _no_json(spot: Spot, random: Random) -> None:
    spot.put(f"{MARK}{random.choice(odd.NO_JSON)}{MARK}")


@_kind(lambda spot: spot.member is not None)
def _retype(spot: Spot, random: Random) -> None:
    match spot.value:
        case bool():
            spot.put(random.choice(("true", Number("1"))))
        case Number(text=text):
            spot.put(random.choice((text, True)))
        case str():
            spot.put(random.choice((Number("1"), True, {"value": spot.value})))
        case dict():
            spot.put(random.choice(("x", Number("1"), list(spot.value.values()))))
        case list():
            spot.put({"0": spot.value[0]} if spot.value else {})


@_kind(lambda spot: spot.member is not None)
def _array_or_not(spot: Spot, random: Random) -> None:
    del random
    spot.put(spot.value[0] if isinstance(spot.value, list) and spot.value else [spot.value])


@_kind(lambda spot: spot.member is not None)
def _empty(spot: Spot, random: Random) -> None:
    spot.put(random.choice(("", " ", [], {}, None, [None], [{}])))


@_kind(of("string", "markdown"))
def _odd_text(spot: Spot, random: Random) -> None:
    spot.put(random.choice(odd.TEXTS))


@_kind(of("code"))
def _other_code(spot: Spot, random: Random) -> None:
    value = str(spot.value)
    spot.put(random.choice(("bogus", value.upper(), value.title(), f" {value}", f"{value} ", f"{value}  x", "a b", "final", "active")))


@_kind(lambda spot: spot.type in ("Coding", "Quantity") and "code" in spot.value)
def _other_coding(spot: Spot, random: Random) -> None:
    spot.value.update(random.choice((*odd.CODINGS, {"code": str(spot.value["code"]).upper()})))


@_kind(of("CodeableConcept"))
def _other_concept(spot: Spot, random: Random) -> None:
    spot.put(deepcopy(random.choice(odd.CONCEPTS)))


@_kind(of("date", "dateTime", "instant", "time"))
def _other_moment(spot: Spot, random: Random) -> None:
    spot.put(random.choice(odd.MOMENTS))


@_kind(of("Reference"))
def _other_reference(spot: Spot, random: Random) -> None:
    spot.put(deepcopy(random.choice(odd.REFERENCES)))


@_kind(of("id"))
def _other_id(spot: Spot, random: Random) -> None:
    spot.put(random.choice(odd.IDS))


@_kind(of("uri", "url", "canonical", "oid", "uuid"))
def _other_uri(spot: Spot, random: Random) -> None:
    spot.put(random.choice(odd.URIS))


@_kind(of("decimal", "integer", "positiveInt", "unsignedInt"))
def _other_number(spot: Spot, random: Random) -> None:
    spot.put(random.choice(odd.NUMBERS))


@_kind(of("base64Binary"))
def _other_base64(spot: Spot, random: Random) -> None:
    spot.put(random.choice(odd.BASE64))


@_kind(of("boolean"))
def _not_so(spot: Spot, random: Random) -> None:
    del random
    spot.put(not spot.value)


@_kind(of("Quantity", "Age", "Duration", "Count", "Distance", "SimpleQuantity"))
def _other_unit(spot: Spot, random: Random) -> None:
    change = random.choice(odd.QUANTITIES)
    spot.value.update(change)
    for name in [name for name, value in spot.value.items() if value is None]:
        del spot.value[name]


@_kind(of("Period"))
def _turned_period(spot: Spot, random: Random) -> None:
    start, end = random.choice(odd.PERIODS)
    spot.put({"start": start, "end": end})


@_kind(of("Range"))
def _turned_range(spot: Spot, random: Random) -> None:
    low, high = random.choice((("2", "1"), ("1", "1"), ("1", "2")))
    unit = {"unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
    spot.put({"low": {"value": Number(low), **unit}, "high": {"value": Number(high), **random.choice((unit, {}))}})


@_kind(lambda spot: spot.member is not None and spot.member.element.choice)
def _other_choice(spot: Spot, random: Random) -> None:
    """Another type of a choice, in place of the first or beside it, fitting its own name or not."""
    member = spot.member
    assert member
    if not is_named(spot) or str(spot.key).startswith("_"):
        return
    other = random.choice([*definitions.choice_names(member.element), f"{member.element.name}Money", member.element.name])
    inner = definitions.member(member.element.path.rpartition(".")[0], other)
    value = random.choice((spot.value, plausible.value(inner, random) if inner else spot.value))
    _replace(spot.holder, str(spot.key), {other: value} if random.random() < 0.6 else {str(spot.key): spot.value, other: value})


@_kind(is_object)
def _one_more_element(spot: Spot, random: Random) -> None:
    """An element that R4 has here, with a value that it may have."""
    at = spot.value.get("resourceType", spot.at)
    element: Element = random.choice(list(definitions.children(at).values()))
    member = definitions.member(at, random.choice(definitions.choice_names(element)))
    assert member
    value = plausible.value(member, random)
    if not member.many:
        spot.value[member.name] = value
    elif isinstance(spot.value.setdefault(member.name, []), list):
        spot.value[member.name].append(value)


@_kind(is_object)
def _one_more_extension(spot: Spot, random: Random) -> None:
    name = random.choice(("extension", "extension", "modifierExtension"))
    _append(spot.value, name, deepcopy(random.choice(odd.EXTENSIONS)))


@_kind(lambda spot: spot.type == "Extension" and is_entry(spot))
def _moved_extension(spot: Spot, random: Random) -> None:
    """An extension in another place of the resource, as it is or as a modifier."""
    extension = spot.holder.pop(spot.key)
    host = random.choice([one for one in spots(spot.root) if is_object(one)])
    _append(host.value, random.choice(("extension", "extension", "modifierExtension")), extension)


@_kind(lambda spot: spot.type != "" and definitions.is_primitive(spot.type) and is_named(spot) and not str(spot.key).startswith("_"))
def _companion(spot: Spot, random: Random) -> None:
    """Something beside a primitive value, which itself stays or goes."""
    spot.holder[f"_{spot.key}"] = deepcopy(random.choice(odd.COMPANIONS))
    if random.random() < 0.3:
        del spot.holder[spot.key]


@_kind(lambda spot: isinstance(spot.value, list) and spot.member is not None and definitions.is_primitive(spot.member.type))
def _companions(spot: Spot, random: Random) -> None:
    one = {"extension": [{"url": "http://example.org/ext", "valueString": "x"}]}
    lists = ([one], [None, one], [one] * (len(spot.value) + 1), [None] * len(spot.value), [], one)
    spot.holder[f"_{spot.key}"] = random.choice(lists)
    if random.random() < 0.3:
        spot.value[0] = None


@_kind(lambda spot: isinstance(spot.value, dict) and bool(spot.at) and not is_resource(spot))
def _element_id(spot: Spot, random: Random) -> None:
    spot.value["id"] = random.choice(("e1", "e 1", "", "e" * 100))


@_kind(is_resource)
def _contained(spot: Spot, random: Random) -> None:
    _append(spot.value, "contained", deepcopy(random.choice(odd.CONTAINED)))
    if random.random() < 0.6:
        link = {"url": "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal", "valueReference": {"reference": "#ward"}}
        _append(spot.value, "extension", link)


@_kind(lambda spot: is_resource(spot) and spot.value["resourceType"] not in ("Bundle", "Binary", "Parameters"))
def _narrative(spot: Spot, random: Random) -> None:
    spot.value["text"] = {"status": random.choice(("generated", "empty", "bogus", "additional")), "div": random.choice(odd.NARRATIVES)}
    if random.random() < 0.1:
        del spot.value["text"][random.choice(("status", "div"))]


@_kind(is_resource)
def _claimed_profile(spot: Spot, random: Random) -> None:
    likely = [name for name in definitions.profile_names() if _fits(name, spot.value["resourceType"])]
    known = definitions.profile(random.choice(likely)) if likely else None
    chosen = known.url if known and random.random() < 0.7 else random.choice((*odd.PROFILES, f"{odd.HL7}{spot.value['resourceType']}"))
    if isinstance(spot.value.setdefault("meta", {}), dict):
        spot.value["meta"]["profile"] = [chosen]


@_kind(is_resource)
def _other_resource_type(spot: Spot, random: Random) -> None:
    spot.value["resourceType"] = random.choice(
        ("Bogus", "patient", "", "Resource", "DomainResource", "Basic", "Observation", "Element", None)
    )


@_kind(lambda spot: is_resource(spot) and isinstance(spot.value.get("entry"), list))
def _other_bundle(spot: Spot, random: Random) -> None:
    bundle = spot.value
    entry = random.choice([one for one in bundle["entry"] if isinstance(one, dict)] or [{}])
    made = {"resourceType": "Basic", "code": {"text": "x"}, "id": "b1"}
    changes: tuple[Callable[[], Any], ...] = (
        lambda: bundle.update(type=random.choice(odd.BUNDLE_TYPES)),
        lambda: bundle["entry"].append(deepcopy(entry)),
        lambda: bundle["entry"].insert(0, {"resource": made}),
        lambda: bundle["entry"].append({"fullUrl": "http://example.org/fhir/Basic/b1", "resource": made}),
        lambda: bundle["entry"].append({"fullUrl": "http://example.org/fhir/Basic/other", "resource": made}),
        lambda: bundle["entry"].append({"fullUrl": "Basic/b1", "resource": made}),
        lambda: bundle["entry"].append({"fullUrl": "urn:uuid:1", "resource": made}),
        lambda: bundle["entry"].append({"fullUrl": "http://example.org/fhir/Basic/b1/_history/1", "resource": made}),
        lambda: bundle["entry"].append({"fullUrl": "http://example.org/fhir/Basic/b1"}),
        lambda: entry.pop("fullUrl", None),
        lambda: entry.pop("request", None),
        lambda: entry.pop("resource", None),
        lambda: entry.update(fullUrl="http://example.org/fhir/Patient/other"),
        lambda: entry.update(request={"method": "PUT", "url": "x"}),
        lambda: entry.update(request={"method": "POST"}),
        lambda: entry.update(response={"status": "200"}),
        lambda: entry.update(search={"mode": "match"}),
        lambda: bundle.update(total=Number("3")),
        lambda: bundle.pop("identifier", None),
        lambda: bundle.pop("timestamp", None),
        lambda: bundle.update(link=[{"relation": "self", "url": "http://a.example"}] * 2),
        bundle["entry"].reverse,
    )
    random.choice(changes)()


@_kind(lambda spot: isinstance(spot.value, dict) and "linkId" in spot.value and spot.path.startswith("QuestionnaireResponse"))
def _other_item(spot: Spot, random: Random) -> None:
    """An item of a response that its Questionnaire does not have so."""
    item = spot.value
    answers = item.setdefault("answer", []) if random.random() < 0.8 else []
    answer = deepcopy(random.choice(odd.ANSWERS))
    changes: tuple[Callable[[], Any], ...] = (
        lambda: item.update(linkId="bogus"),
        lambda: item.update(text="other words"),
        lambda: item.pop("answer", None),
        lambda: answers.append(answer),
        lambda: item.update(answer=[answer]),
        lambda: answers.append(deepcopy(answers[0]) if answers else {}),
        lambda: _append(item, "item", {"linkId": "bogus", "answer": [{"valueString": "x"}]}),
        lambda: answers.append({"valueString": "x", "item": [{"linkId": item["linkId"], "answer": [{"valueInteger": Number("1")}]}]}),
        lambda: spot.holder.insert(0, spot.holder.pop()),
        lambda: spot.holder.append(deepcopy(item)),
        lambda: spot.holder.remove(item),
    )
    random.choice(changes)()


def _fits(profile: str, resource_type: str) -> bool:
    found = definitions.profile(profile)
    return found is not None and found.type == resource_type


def _append(holder: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(holder.setdefault(name, []), list):
        holder[name].append(value)


def _replace(holder: dict[str, Any], name: str, members: dict[str, Any]) -> None:
    """Put members in the place of one, where nothing else is moved."""
    kept = list(holder.items())
    holder.clear()
    for other, value in kept:
        holder.update(members if other == name else {other: value})
