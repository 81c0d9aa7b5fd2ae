"""The three-way merge of a resource: R as their server has it, B as the record read from it would be written, M as it is written now.

Where M = B, R stands. Where they differ, M stands, and what described the old value goes. Lists are united by the lines that wrote them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.fhir import definitions
from service.fhir.forms import has_form
from service.fhir.json import Value
from service.mapping import labels
from service.mapping.leftovers import equal, pairs
from service.mapping.walk.write import Origin, Pointer, Written

ONE_VALUE = frozenset(
    ("CodeableConcept", "Coding", "Quantity", "Reference", "Identifier", "Period", "Range", "Ratio", "SampledData", "Annotation")
)
"""Types whose parts describe one value: when it changes, M stands there alone."""

_SUMMARIES = {
    "HumanName": ("text", "period"),
    "Address": ("text", "period"),
    "ContactPoint": ("period",),
    "Dosage": ("text", "patientInstruction"),
}
"""By type, the parts that say the whole in other words or when it held."""

_DERIVED = ("interpretation", "issued")
_VERSION = ("versionId", "lastUpdated")


@dataclass(slots=True)
class Merge:
    """One resource's merge. `dropped` are the pointers into R of what described an old value and was left out."""

    theirs: Mapping[str, Value]
    before: Written
    now: Written
    trace: Mapping[Pointer, Origin]
    dropped: list[Pointer] = field(default_factory=list)
    _made: dict[str, Value] = field(default_factory=dict)

    def whole(self) -> dict[str, Value]:
        """The merged resource, with every leftover that did not describe an old value."""
        if not self._made:
            made = self._object("Resource", self.theirs, self.before.resource, self.now.resource, (), (), ())
            self._made = self._without_unnamed(made)
        return self._made

    def left_out(self, returned: Mapping[str, Value]) -> list[Pointer]:
        """What of R is not in what is given back, which may hold less than the whole."""
        whole = self.whole()
        return [*self.dropped, *((name,) for name in self.theirs if name in whole and not equal(whole[name], returned.get(name)))]

    def _object(self, at: str, r: Mapping[str, Value], b: Mapping[str, Value], m: Mapping[str, Value], *spots: Pointer) -> dict[str, Value]:
        at = str(r.get("resourceType", at))
        made: dict[str, Value] = {}
        changed = False
        for name in dict.fromkeys((*(one.removeprefix("_") for one in r), *m)):
            if equal(b.get(name), m.get(name)):
                made.update({one: r[one] for one in (name, f"_{name}") if one in r})
                continue
            value = self._member(at, name, r.get(name), b.get(name), m.get(name), *((*spot, name) for spot in spots))
            changed |= value is not None or r.get(name) is not None
            if f"_{name}" in r:
                self.dropped.append((*spots[0], f"_{name}"))
            if value is not None:
                made[name] = value
        if changed:
            self._drop_stale(at, made, b, m, spots[0])
        return made

    def _member(self, at: str, name: str, r: Value, b: Value, m: Value, *spots: Pointer) -> Value:
        """A member in which B and M differ; None when nothing is left of it."""
        lists = [isinstance(one, list) for one in (r, b, m) if one is not None]
        if all(lists):
            return self._list(_type(at, name), r or [], b or [], m or [], *spots) or None
        if any(lists):
            self.dropped.append(spots[0])
            return m
        if m is None or r is None:
            if r is not None and not equal(r, b):
                self.dropped.append(spots[0])
            return m
        type_ = _type(at, name)
        if not isinstance(r, dict) or not isinstance(m, dict) or type_ in ONE_VALUE:
            if not equal(r, b) and isinstance(r, dict):
                self.dropped.append(spots[0])
            return m
        return self._object(type_, r, b or {}, m, *spots)

    def _list(self, type_: str, r: list[Value], b: list[Value], m: list[Value], *spots: Pointer) -> list[Value]:
        """Leftover elements keep their places; ours stand in the order of the record, new ones behind the one before them."""
        in_b = pairs(r, b, spots[0], spots[1], self.trace, self.before.origins)
        in_m = pairs(b, m, spots[1], spots[2], self.before.origins, self.now.origins)
        there = pairs(r, m, (), (), {}, {})
        was, stays = set(in_b.values()), set(in_m.values())
        places: list[tuple[bool, Value]] = []
        ours: dict[int, Value] = {}
        for number, value in enumerate(r):
            if number not in in_b:
                now = there.get(number, -1)
                new = now >= 0 and now not in stays
                places.append((False, now) if new else (True, value))
                ours.update({now: m[now]} if new else {})
                continue
            before = in_b[number]
            if before not in in_m:
                if not equal(value, b[before]):
                    self.dropped.append((*spots[0], number))
                continue
            now = in_m[before]
            places.append((False, now))
            inside = ((*spots[0], number), (*spots[1], before), (*spots[2], now))
            ours[now] = value if equal(b[before], m[now]) else self._element(type_, value, b[before], m[now], *inside)
        places = _in_order(places)
        unwritten = {now for before, now in in_m.items() if before not in was}  # another resource of the record has it
        for now in (one for one in range(len(m)) if one not in ours and one not in unwritten):
            ours[now] = m[now]
            places.insert(_place(places, now), (False, now))
        return [value if leftover else ours[value] for leftover, value in places]

    def _element(self, type_: str, r: Value, b: Value, m: Value, *spots: Pointer) -> Value:
        if type_ in ONE_VALUE or not isinstance(r, dict) or not isinstance(m, dict):
            if not equal(r, b):
                self.dropped.append(spots[0])
            return m
        return self._object(type_, r, b, m, *spots)

    def _drop_stale(self, at: str, made: dict[str, Value], b: Mapping[str, Value], m: Mapping[str, Value], spot: Pointer) -> None:
        """What stands beside a changed value and described the old one."""
        stale = [*_DERIVED, *_SUMMARIES.get(at, ())]
        if "period" in stale and made.get("use") in ("old", "temp"):
            stale.append("use")
        if definitions.is_resource(at):
            stale.append("text")
            self._drop_version(made, m, spot)
        for name, element in definitions.children(at).items():
            forms = definitions.choice_names(element) if element.choice else ()
            if any(form in m and not equal(b.get(form), m[form]) for form in forms):
                stale += [one for form in forms if form not in m for one in (form, f"_{form}")]
                stale += ["dataAbsentReason"] if name == "value" else []
        for name in stale:
            if name in made and name not in m:
                del made[name]
                self.dropped.append((*spot, name))
            elif name in _DERIVED and name in made and not equal(made[name], m[name]):
                made[name] = m[name]
                self.dropped.append((*spot, name))

    def _drop_version(self, made: dict[str, Value], m: Mapping[str, Value], spot: Pointer) -> None:
        meta = made.get("meta")
        if not isinstance(meta, dict):
            return
        ours = m.get("meta", {}).get("profile", [])
        kept = {name: value for name, value in meta.items() if name not in _VERSION}
        profiles = meta.get("profile")
        kept["profile"] = [one for one in profiles if one in ours] if isinstance(profiles, list) else []
        self.dropped += [(*spot, "meta", name) for name, value in meta.items() if not equal(value, kept.get(name))]
        made["meta"] = {name: value for name, value in kept.items() if value}
        if not made["meta"]:
            del made["meta"]

    def _without_unnamed(self, made: dict[str, Value]) -> dict[str, Value]:
        """A contained resource that nothing names any more goes."""
        contained: Value = made.get("contained")
        if not has_form("DomainResource", {"contained": contained}):
            return made
        named, before = set(_references(made)), set(_references(self.theirs))
        kept = [one for one in contained if f"#{one.get('id')}" in named or f"#{one.get('id')}" not in before]
        if len(kept) == len(contained):
            return made
        self.dropped.append(("contained",))
        return {name: kept if name == "contained" else value for name, value in made.items() if name != "contained" or kept}


def _in_order(places: list[tuple[bool, Value]]) -> list[tuple[bool, Value]]:
    """The places with our elements in the order of the record."""
    order = iter(sorted(value for leftover, value in places if not leftover))
    return [(leftover, value if leftover else next(order)) for leftover, value in places]


def _place(places: list[tuple[bool, Value]], new: int) -> int:
    """Where a new element goes: behind the last of ours before it, else before the first behind it, else at the end."""
    before = [at for at, (leftover, one) in enumerate(places) if not leftover and one < new]
    behind = [at for at, (leftover, one) in enumerate(places) if not leftover and one > new]
    return before[-1] + 1 if before else behind[0] if behind else len(places)


def ours_alone(theirs: Mapping[str, Value], now: Written) -> dict[str, Value]:
    """M with the labels that R has."""
    return labels.united(now.resource, labels.of(theirs))


def _type(at: str, name: str) -> str:
    """What the children of a member are looked up by: a backbone path or the name of a type."""
    member = definitions.member(at, name)
    return member.at if member else ""


def _references(value: Value) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [one for inner in value.values() for one in _references(inner)]
    return [one for inner in value for one in _references(inner)] if isinstance(value, list) else []
