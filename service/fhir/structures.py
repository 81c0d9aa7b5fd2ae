"""Profiles and extensions from StructureDefinitions handed in, over the packed definitions (R4 structuredefinition.html)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from service.fhir import definitions, profiles, snapshot, tables
from service.fhir.definitions import Element, ExtensionDefinition, Profile
from service.fhir.primitives import MAX_STRING
from service.fhir.snapshot import STRUCTURES, VALUE_SETS, Base, DefinitionError, Json, Row

MAX_BASES = 32
MAX_ELEMENTS = 5_000
MAX_PATH = 512
MAX_PATTERN = 4_096

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


class Structures:
    """StructureDefinitions by their url: Python values with Decimal for what is no integer. They may build on each other."""

    def __init__(self, items: Mapping[str, Json]) -> None:
        self._items = items
        self._rows: dict[str, Row] = {}
        self._open: list[str] = []

    def read(self, url: str) -> Profile | ExtensionDefinition:
        """One of them.

        Raises DefinitionError.
        """
        row = _encoder.encode(snapshot.filled(self._row(url)))
        return profiles.read_extension(row) if self._items[url]["type"] == "Extension" else profiles.read_profile(row)

    def resource(self, url: str) -> str:
        """The type that a StructureDefinition is of, "" for Resource or when unknown."""
        url = url.partition("|")[0]
        name = url.removeprefix(STRUCTURES)
        packed = definitions.profile(url)
        if url in self._items:
            name = str(self._items[url].get("type", ""))
        elif packed:
            name = packed.type
        return name if definitions.is_type(name) and name != "Resource" else ""

    def element(self, parents: Sequence[str], name: str) -> Base | None:
        """The element called `name` in an element at a path or of a type that the parents name; None if there is none."""
        for parent in parents:
            if name == "value" and definitions.is_primitive(parent):
                return Base({"card": "0..1", "max_length": MAX_STRING}, (parent,))
            try:
                found = definitions.children(parent).get(name.removesuffix("[x]"))
            except LookupError:
                continue
            if found and found.choice == name.endswith("[x]"):
                return Base(_base_row(found), (found.content or found.path, *found.types))
        return None

    def rules(self, name: str) -> set[str]:
        """The keys of the rules of a type and of its elements."""
        return {rule.key for rule in definitions.invariants(name)} if definitions.is_type(name) else set()

    def _row(self, url: str) -> Row:
        if url not in self._rows:
            if url in self._open or len(self._open) == MAX_BASES:
                raise DefinitionError(f"its bases go in a circle, or are more than {MAX_BASES}")
            self._open.append(url)
            item = _checked(self._items[url])
            make = snapshot.extension_row if item["type"] == "Extension" else snapshot.profile_row
            self._rows[url] = make(item, self, None if "snapshot" in item else self._base(item["baseDefinition"]))
            self._open.pop()
        return self._rows[url]

    def _base(self, url: str) -> Row | None:
        """The row of a base, None for a type."""
        url = url.partition("|")[0]
        if url in self._items:
            return self._row(url)
        line = tables.lines("profiles").get(url) or tables.lines("extensions").get(url)
        if line is None and not definitions.is_type(url.removeprefix(STRUCTURES)):
            raise DefinitionError(f"its base {url} is not known")
        return _decoder.decode(line) if line else None


def _base_row(element: Element) -> Row:
    bound = element.binding
    value_sets = (bound.value_set, bound.limit) if bound else ()
    return snapshot.filled(
        {
            "card": f"{element.min}..{'*' if element.max is None else element.max}",
            "types": [*element.types],
            "targets": [*element.targets],
            "profiles": {"Quantity": ["SimpleQuantity"]} if element.simple else {},
            "binding": [bound.strength, *(snapshot.short(name, VALUE_SETS) for name in value_sets if name)] if bound else None,
        }
    )


class _Note(msgspec.Struct):
    url: str
    told: bool = msgspec.field(default=False, name="valueBoolean")
    type: str = msgspec.field(default="", name="valueUrl")
    limit: str = msgspec.field(default="", name="valueCanonical")


class _Type(msgspec.Struct):
    code: str
    profile: tuple[str, ...] = ()
    target_profile: tuple[str, ...] = msgspec.field(default=(), name="targetProfile")
    extension: tuple[_Note, ...] = ()


_Path = Annotated[str, msgspec.Meta(max_length=MAX_PATH)]


class _Discriminator(msgspec.Struct):
    type: str
    path: _Path


class _Slicing(msgspec.Struct):
    discriminator: Annotated[tuple[_Discriminator, ...], msgspec.Meta(max_length=8)] = ()
    rules: Literal["closed", "open", "openAtEnd"] = "open"
    ordered: bool = False


class _Binding(msgspec.Struct):
    strength: str
    value_set: str = msgspec.field(default="", name="valueSet")
    extension: tuple[_Note, ...] = ()


class _Rule(msgspec.Struct):
    key: str
    severity: Literal["error", "warning"]
    expression: str = ""
    extension: tuple[_Note, ...] = ()


class _Origin(msgspec.Struct):
    path: str = ""


class _Element(msgspec.Struct):
    path: _Path
    id: _Path = ""
    slice_name: str = msgspec.field(default="", name="sliceName")
    min: int = 0
    max: Annotated[str, msgspec.Meta(pattern=r"^(\*|[0-9]{1,9})$")] = "*"
    type: tuple[_Type, ...] = ()
    slicing: _Slicing | None = None
    binding: _Binding | None = None
    base: _Origin | None = None
    constraint: tuple[_Rule, ...] = ()
    max_length: int = msgspec.field(default=0, name="maxLength")
    must_support: bool = msgspec.field(default=False, name="mustSupport")
    modifier: bool = msgspec.field(default=False, name="isModifier")


class _SnapshotElement(_Element, kw_only=True):
    id: _Path
    min: int
    max: Annotated[str, msgspec.Meta(pattern=r"^(\*|[0-9]{1,9})$")]


class _Differential(msgspec.Struct):
    element: Annotated[tuple[_Element, ...], msgspec.Meta(max_length=MAX_ELEMENTS)]


class _Snapshot(msgspec.Struct):
    element: Annotated[tuple[_SnapshotElement, ...], msgspec.Meta(max_length=MAX_ELEMENTS)]


class _Context(msgspec.Struct):
    type: str
    expression: str


class _Structure(msgspec.Struct):
    """What must be right for a StructureDefinition to be read."""

    url: str
    type: str
    derivation: Literal["constraint"]
    base: Annotated[str, msgspec.Meta(min_length=1)] = msgspec.field(name="baseDefinition")
    version: str = ""
    fhir_version: Annotated[str, msgspec.Meta(pattern=r"^4\.")] = msgspec.field(default="4.", name="fhirVersion")
    context: tuple[_Context, ...] = ()
    differential: _Differential | None = None
    snapshot: _Snapshot | None = None


def _checked(item: Json) -> Json:
    """A StructureDefinition, if it has the form of a profile or an extension of R4.

    Raises DefinitionError.
    """
    try:
        msgspec.convert(item, _Structure)
    except msgspec.ValidationError as error:
        raise DefinitionError(f"it does not say what a profile of R4 must: {error}") from None
    if not definitions.is_type(item["type"]):
        raise DefinitionError("its type is not one of R4")
    form = item.get("snapshot") or item.get("differential")
    if not form:
        raise DefinitionError("it has no differential and no snapshot")
    for element in form["element"]:
        asked = [value for name, value in element.items() if name.startswith(("fixed", "pattern"))]
        if len(_encoder.encode(asked)) > MAX_PATTERN:
            raise DefinitionError(f"its fixed value or pattern is longer than {MAX_PATTERN} bytes", element.get("id", element["path"]))
    return item
