"""The emitted code: written for a type or definition when it is first met, compiled, and bound into one namespace."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import msgspec

from service.fhir import definitions, primitives
from service.fhir.definitions import Profile
from service.fhir.guide import PACKED, Guide
from service.fhir.primitives import MAX_INTEGER, MAX_STRING
from service.fhir.validate import vitals
from service.fhir.validate.fast import checks, profiles, runtime, shapes
from service.fhir.validate.fast.profiles import NotEmitted
from service.fhir.validate.fast.runtime import MAX_INTERNED, Entry, Memo, Nowhere, Unsure, Where, head, remember
from service.fhir.validate.fast.shapes import Part

_NESTED = b"extension"
_CODES = frozenset({b"extension", b"valueBoolean", b"valueCode", b"valueCodeableConcept", b"valueCoding"})
"""Members of extensions of which few different ones may be met."""

_HEAD = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]+)"').match
_NOWHERE = Nowhere()
_LONG = 2 * MAX_INTERNED
"""The length up to which a text cannot have more than so many arrays and objects."""

_encode = msgspec.json.encode


def _plain(name: str) -> str:
    """The JSON name of an attribute."""
    return name.removesuffix("_")


def _integer(low: int) -> Any:
    return Annotated[int, msgspec.Meta(ge=low, le=MAX_INTEGER)]


_BUILT_IN = {
    "Annotated": Annotated,
    "ClassVar": ClassVar,
    "Integer": _integer(-MAX_INTEGER - 1),
    "Literal": Literal,
    "PositiveInt": _integer(1),
    "Raw": msgspec.Raw,
    "Some": msgspec.Meta(min_length=1),
    "Struct": msgspec.Struct,
    "Text": Annotated[str, msgspec.Meta(min_length=1)],
    "UnsignedInt": _integer(0),
    "plain": _plain,
    **{name: value for name, value in vars(runtime).items() if not name.startswith("_")},
}


Check = Callable[[Any, Any], None]


class _Reader(NamedTuple):
    """How the text of a resource of a type is read: its decoder, the name of its function, how deep its Struct is."""

    name: str
    decode: Callable[[Any], Any]
    check: str
    depth: int


class Code:
    """Emitted code; `texts` is what was written, by name. Without `invariants`, it says nothing of those."""

    def __init__(self, *, invariants: bool = True) -> None:
        self.texts: dict[str, str] = {}
        self._invariants = invariants
        self._names: dict[str, Any] = {
            **_BUILT_IN,
            "Extension_known": {},
            "contained": self._contained,
            "extended": self._extended,
            "extension": self._extension,
            "resource": self._inside,
        }
        self._decoders: dict[str, Callable[[Any], Any]] = {}
        self._readers: dict[bytes, _Reader] = {}
        self._profiles: dict[tuple[str, str], Check | None] = {}
        self._claims: Memo = {}
        self._lone: dict[bytes, tuple[Callable[[bytes], Any], Check]] = {}
        for name in shapes.INTERNED:
            self._names[f"{name}_known"] = {}
            self._names[f"{name}_of"] = partial(self._interned, name)

    def whole(self, data: bytes, profiles: Iterable[str] | None, guide: Guide, around: Where | None = None, url: str = "") -> Any:
        """The Struct of a resource, valid also for the profiles that it claims, or else for those that are given.

        Its text stands by itself, or `around` is the Bundle with an entry of this fullUrl. Raises Unsure, and what msgspec raises.
        """
        found = _HEAD(data)
        name, decode, check, depth = self._read(found[1] if found else head(data).resourceType.encode())
        x = decode(data)
        s = Where(name, guide, around, url)
        s.deepen(depth)
        if name == "Bundle":
            s.kind = x.type
            s.named = {}
            s.entries = _by_url(x.entry or ())
            if len(data) > MAX_STRING and len(data) - sum(len(bytes(one.resource)) for one in x.entry or () if one.resource) > MAX_STRING:
                raise Unsure
        elif len(data) > MAX_STRING or (name == "QuestionnaireResponse" and not runtime.answered(data, x, guide)):
            raise Unsure
        elif getattr(x, "contained", None):
            s.contained = _by_id(x.contained)
        self._names[check](x, s)
        for conform in self._wanted(name, x) if profiles is None else [self._given(name, one) for one in profiles]:
            conform(x, s)
        if s.contained and s.contained.keys() - s.used:
            raise Unsure
        return x

    def _inside(self, data: Any, around: Where, url: str | None) -> Any:
        """The Struct of a resource in an entry with a fullUrl, or in a parameter."""
        return self.whole(bytes(data), None, around.guide, around, url or "")

    def _contained(self, data: bytes, around: Where) -> Any:
        """The Struct of a resource contained in another: it contains none, and has no version and no security labels (dom-2, 4, 5)."""
        found = _HEAD(data)
        name, decode, check, depth = self._read(found[1] if found else head(data).resourceType.encode())
        x = decode(data)
        meta = x.meta
        if getattr(x, "contained", None) or (meta and (meta.versionId or meta.lastUpdated or meta.security)):
            raise Unsure
        around.deepen(depth)
        self._names[check](x, around)
        around.depth -= depth
        for conform in self._wanted(name, x):
            conform(x, around)
        return x

    def _read(self, name: bytes) -> _Reader:
        return self._readers.get(name) or self._reader(name)

    def _reader(self, spelt: bytes) -> _Reader:
        name = spelt.decode("ascii", "replace")
        if not definitions.is_resource(name) or name == "Questionnaire":  # whose items are judged by each other
            raise Unsure
        self._check(name)
        self._readers[spelt] = found = _Reader(name, self._decoder(name), f"check_{name}", shapes.depth(name))
        return found

    def _wanted(self, name: str, x: Any) -> list[Check]:
        """The functions of the profiles that a resource claims, and of R4's own for the vital sign that it is."""
        if x.meta is None and name != "Observation":
            return []
        claimed = tuple(x.meta.profile) if x.meta and x.meta.profile else ()
        key = (x.code if name == "Observation" else name), claimed
        found = self._claims.get(key)
        if found is None:
            found = [self._profile(name, url) for url in claimed if ":" in url]
            if name == "Observation" and (vital := _vital(x, claimed)):
                found.append(self._vital(vital))
            if getattr(key[0], "text", None) is None:
                remember(self._claims, key, found)
        return found

    def _given(self, name: str, url: str) -> Check:
        if PACKED.profile(url) is None:
            raise Unsure
        return self._profile(name, url)

    def _profile(self, name: str, url: str) -> Check:
        """The function of a profile, or one that does nothing for a url that is not known. Raises Unsure where there is none."""
        found = PACKED.profile(url)
        if found is None:
            return _nothing
        if found.type != name:
            raise Unsure
        return self._emitted((name, url), found.name, name, found.tree)

    def _vital(self, vital: Profile) -> Check:
        """The function of R4's profile for a vital sign, or of what claimed profiles leave of it."""
        return self._emitted((vital.url, " ".join(vital.elements)), f"{vital.name}_{len(self._profiles)}", vital.type, vital.tree)

    def _extended(self, x: Any, hosts: frozenset[str], name: str, s: Where) -> None:
        """Refuse an extension that may be known and wrong, where it stands."""
        known = definitions.extension(x.url)
        if known is None:
            if primitives.is_absolute(x.url) and "|" not in x.url:
                remember(runtime.UNKNOWN, x.url)
            elif "Extension" not in hosts or "|" in x.url:
                raise Unsure
            else:
                remember(runtime.PARTS, x.url)
            return
        if hosts.isdisjoint(known.contexts) or known.rules or known.modifier != (name == "modifierExtension"):
            raise Unsure
        for one in x.extension or ():
            if ":" not in one.url and (one.url not in known.parts or one.extension):
                raise Unsure
        self._emitted(("Extension", x.url), x.url.rpartition("/")[2], "Extension", known.tree)(x, s)

    def _emitted(self, key: tuple[str, str], name: str, at: str, tree: definitions.Node) -> Check:
        """The function of a definition, kept under a key. Raises Unsure where there is none."""
        if key not in self._profiles:
            name = re.sub(r"\W", "_", name)
            try:
                self._link(name, profiles.text(name, at, tree, invariants=self._invariants))
                self._profiles[key] = self._names[name]
            except NotEmitted:
                self._profiles[key] = None
        check = self._profiles[key]
        if check is None:
            raise Unsure
        return check

    def _extension(self, data: bytes, s: Where) -> Any:
        """The Struct of an extension, which is kept if it only holds codes: those come again and again."""
        words = data.split(b'"', 6)
        name = words[5 if words[1] == b"url" else 1] if len(words) > 6 else b""
        decode, check = self._lone.get(name) or self._alone(name)
        try:
            x = decode(data)
        except msgspec.ValidationError:
            if name != _NESTED:
                raise
            decode, check = self._lone.get(b"") or self._alone(b"")
            x = decode(data)
        if len(_encode(x)) != len(data):
            _refuse_twice(x, data)
        if x.extension is None:
            check(x, s)
        else:
            s.deepen(2)
            check(x, s)
            s.depth -= 2
        if name in _CODES and _holds_codes(x):
            remember(self._names["Extension_known"], data, x)
        return x

    def _check_extension(self, x: Any, s: Where) -> None:
        self._names["check_Extension"](x, s)

    def _alone(self, name: bytes) -> tuple[Callable[[bytes], Any], Check]:
        """The decoder and function of extensions with this member alone; for any other name those of all extensions."""
        if "Lone" not in self._names:
            self._need(shapes.all_parts("Extension"))
            for one in shapes.inner():
                if one.how == "inside":
                    self._shape(one.member.at)
            self._link("Lone", shapes.lone_base())
            self._link("check_Extension_outer", checks.outer())
            self._lone[_NESTED] = msgspec.json.Decoder(self._names["Extension_outer"]).decode, self._names["check_Extension_outer"]
        part = {part.attribute: part for part in shapes.all_parts("Extension")}.get(name.decode("ascii", "replace"))
        if part is None or part.attribute in ("id", "url", "extension"):
            self._check("Extension")
            return self._lone.get(name) or (msgspec.json.Decoder(self._shape("Extension")).decode, self._check_extension)
        own = f"Extension_{part.attribute}"
        if part.how == "inside":
            self._shape(part.member.at)
        self._link(own, shapes.lone(part))
        self._link(f"check_{own}", checks.lone(part))
        self._lone[name] = msgspec.json.Decoder(self._names[own]).decode, self._names[f"check_{own}"]
        return self._lone[name]

    def _interned(self, name: str, data: bytes) -> Any:
        """The Struct of a value that comes again and again, the first time one is met: then by a function that does but what each needs."""
        self._check(name)
        decode, known = self._decoder(name), self._names[f"{name}_known"]
        self._names[f"check_{name}"](decode(data), _NOWHERE)
        check = self._names[f"check_{name}"]

        def interned(data: bytes) -> Any:
            if len(data) > _LONG and data.count(b"{") + data.count(b"[") > MAX_INTERNED:
                raise Unsure
            x = decode(data)
            check(x, _NOWHERE)
            return x if getattr(x, "text", None) else remember(known, data, x)

        self._names[f"{name}_of"] = interned
        return interned(data)

    def _check(self, at: str) -> None:
        """See that there is a function for a type, or one that writes it when it is first called."""
        name = f"check_{shapes.name(at)}"
        if name not in self._names:

            def first(*args: Any) -> None:
                self._link(name, checks.text(at, invariants=self._invariants))
                self._need(shapes.all_parts(at))
                self._names[name](*args)

            self._names[name] = first

    def _need(self, parts: Iterable[Part]) -> None:
        """See that there is what the check of some members calls."""
        for part in parts:
            if part.how in ("inside", "later"):
                self._check(part.member.at)
            if part.how == "later":
                self._later(part.member.at)

    def _later(self, at: str) -> None:
        """See that there is a decoder for a type, or one that is made when it is first called."""
        name = f"{shapes.name(at)}_of"

        def first(data: Any) -> Any:
            self._names[name] = self._decoder(at)
            return self._names[name](data)

        self._names.setdefault(name, first)

    def _decoder(self, at: str) -> Callable[[Any], Any]:
        """From a text to the Struct of a type. Raises Unsure where a name stands twice in an object, and what msgspec raises."""
        found = self._decoders.get(at)
        if found is None:
            found = self._decoders[at] = _once(msgspec.json.Decoder(self._shape(at)).decode)
        return found

    def _shape(self, at: str) -> Any:
        name = shapes.name(at)
        if name not in self._names:
            for inner in shapes.needed(at):
                self._shape(inner)
            self._link(name, shapes.text(at))
        return self._names[name]

    def _link(self, name: str, text: str) -> None:
        file = f"<validator {name}>"
        self.texts[name] = text
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        exec(compile(text, file, "exec", dont_inherit=True), self._names)  # noqa: S102 - the text is our own, made from HL7's definitions


def _once(decode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decoder that refuses an object with one name twice.

    Of the two only the last would be written again, and a text without white space between its parts comes out as long as it was.
    """

    def decoded(data: Any) -> Any:
        x = decode(data)
        if len(_encode(x)) != len(data):
            _refuse_twice(x, bytes(data))
        return x

    return decoded


def _refuse_twice(x: Any, data: bytes) -> None:
    """Refuse a Struct of a text in which there may be another name, or another string, than those of the Struct, by their quotes."""
    if _encode(x).count(b'"') != data.count(b'"'):
        raise Unsure


def _by_url(listed: Iterable[Any]) -> dict[str, Entry]:
    """The resources of a Bundle by their fullUrl. Raises Unsure where one has two."""
    found = [(one.fullUrl, Entry(one.resource)) for one in listed if one.fullUrl and one.resource]
    if len(by_url := dict(found)) < len(found):
        raise Unsure
    return by_url


def _by_id(contained: Iterable[Any]) -> dict[str, str]:
    """The types of contained resources by their ids. Raises Unsure where one has none, or two have one."""
    by_id: dict[str, str] = {}
    for one in contained:
        found = head(one)
        if not found.id or found.id in by_id:
            raise Unsure
        by_id[found.id] = found.resourceType
    return by_id


def _holds_codes(x: Any) -> bool:
    """Whether all that an extension holds is codes without a text of their own, also in the extensions in it."""
    if x.id is not None:
        return False
    if x.extension is not None:
        return all(map(_holds_codes, x.extension))
    if x.valueCodeableConcept is not None:
        return x.valueCodeableConcept.text is None
    return x.valueBoolean is not None or x.valueCode is not None or x.valueCoding is not None


def _vital(x: Any, claimed: Iterable[str]) -> Profile | None:
    codings = [{"system": one.system, "code": one.code} for one in x.code.coding or ()]
    return vitals.profile({"code": {"coding": codings}, "meta": {"profile": list(claimed)}}, PACKED)


def _nothing(_x: Any, _s: Where) -> None:
    """What an unknown profile asks for."""
