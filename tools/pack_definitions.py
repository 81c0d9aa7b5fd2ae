"""Pack HL7's definitions into the tables of service/fhir/tables.

    python -m tools.pack_definitions DIRECTORY

DIRECTORY holds the packages of PACKAGES. The tables hold facts only (paths, types, cardinalities, bindings, codes, invariants), no
prose. Each is a file of one JSON line per definition, sorted by name; the same input gives the same bytes.
What a definition inherits is not repeated: a type's line has only its own elements, a profile's only those that say more than the type.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from service.fhir import snapshot
from service.fhir.expansion import CodeSystem, NotEnumerableError, Terms, ValueSet
from service.fhir.snapshot import STRUCTURES, VALUE_SETS, Base, Json, Row, filled, type_codes

PACKAGES = ("hl7.fhir.r4.core-4.0.1.tgz", "us_core_610.tgz", "hl7.fhir.uv.ips-1.1.0.tgz")
TABLES = Path(__file__).parents[1] / "service" / "fhir" / "tables"

REGEX = STRUCTURES + "regex"
CODE_SYSTEMS = "http://hl7.org/fhir/"
GUIDES = ("http://hl7.org/fhir/us/", "http://hl7.org/fhir/uv/")
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"

CONTEXTS = {
    "capabilitystatement-expectation": ["Element"],
    "regex": ["ElementDefinition.type"],
    "structuredefinition-fhir-type": ["ElementDefinition.type"],
    "structuredefinition-normative-version": [
        "CapabilityStatement",
        "CodeSystem",
        "ElementDefinition",
        "OperationDefinition",
        "SearchParameter",
        "ValueSet",
    ],
}
"""More places of extensions: HL7's own R4 and US Core definitions have them there, as later editions of these extensions allow."""
RULES = {
    "questionnaire-displayCategory": ["type = 'display'"],
    "questionnaire-maxOccurs": ["type != 'display' and (repeats = true or %extension.value = 1)"],
    "questionnaire-minOccurs": ["type != 'display' and (required = true or %extension.value = 0)"],
}
"""Rules of extensions that say the opposite of what they are for, or name an element as it is called in JSON only."""
OPEN = ["required", "ucum-vitals-common"]
"""A binding of R4's vital signs that US Core, made from them, leaves open: its flow of oxygen has another unit."""
GROWN = frozenset(
    re.findall(
        r"\S+",
        """
        adverse-event-category adverse-event-causality-assess adverse-event-causality-method adverse-event-seriousness
        allergyintolerance-verification audit-event-type condition-clinical consentpolicycodes endpoint-connection-type
        ex-diagnosis-on-admission ex-revenue-center hl7-work-group immunization-evaluation-dose-status-reason
        immunization-subpotent-reason location-physical-type measure-scoring medicationdispense-performer-function
        medicationknowledge-characteristic operation-outcome study-type synthesis-type v2-0001 v2-0003 v2-0076 v2-0201 v2-0203 v2-0207
        v2-0277 v2-0278 v2-0279 v2-0281 v2-0294 v2-0354 v2-0369 v2-0396 v2-0513 v2-0717 v2-0912 v3-AcknowledgementDetailCode v3-ActClass
        v3-ActCode v3-ActMood v3-ActReason v3-ActRelationshipType v3-ActSite v3-ActUSPrivacyLaw v3-CalendarCycle v3-DataOperation
        v3-Dentition v3-EmployeeJobClass v3-EntityCode v3-EntityNamePartQualifierR2 v3-EntityNameUse v3-EntityNameUseR2 v3-hl7Realm
        v3-IdentifierReliability v3-MaritalStatus v3-ObservationMethod v3-ObservationValue v3-ParticipationMode v3-ParticipationType
        v3-RoleCode v3-RouteOfAdministration v3-SpecimenType v3-styleType v3-TribalEntityUS v3-WorkClassificationODH
        """,
    )
)
"""HL7's code systems that have more codes in hl7.terminology 5.1.0 than in R4 4.0.1: a code that R4 does not have may be a later one."""


def main(arguments: list[str]) -> int:
    """Write the tables from the packages in the directory given."""
    if len(arguments) != 1:
        print("usage: python -m tools.pack_definitions DIRECTORY", file=sys.stderr)
        return 2
    TABLES.mkdir(exist_ok=True)
    for name, text in tables(Path(arguments[0])).items():
        (TABLES / name).write_bytes(text)
        print(f"{name}: {len(text)} bytes")
    return 0


def tables(directory: Path) -> dict[str, bytes]:
    """The text of every table by its file name."""
    definitions = [item for package in PACKAGES for item in read_package(directory / package)]
    structures = {item["url"]: item for item in definitions if item["resourceType"] == "StructureDefinition"}
    types = Types(structures)
    constraints = [item for item in structures.values() if item.get("derivation") == "constraint" and "snapshot" in item]
    value_sets = [item for item in definitions if item["resourceType"] == "ValueSet"]
    systems = {item["url"]: item for item in definitions if item["resourceType"] == "CodeSystem"}
    terms = Terms(msgspec.convert(value_sets, list[ValueSet]), msgspec.convert([*systems.values()], list[CodeSystem]))
    return {
        "types.ndjson": lines(type_row(item, types) for item in types.definitions.values()),
        "profiles.ndjson": lines(profile_row(item, types) for item in constraints if item["type"] != "Extension"),
        "extensions.ndjson": lines(extension_row(item, types) for item in constraints if item["type"] == "Extension"),
        "codes.ndjson": lines(codes_row(url, terms) for url in checked_value_sets(structures.values())),
        "systems.ndjson": lines(systems_row(url, item) for url, item in systems.items() if is_known(url, item)),
    }


def read_package(path: Path) -> Iterator[Json]:
    """The structure definitions, value sets and code systems of a package."""
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    with tarfile.open(path) as archive:
        for member in archive:
            name = re.fullmatch(r"package/(StructureDefinition|ValueSet|CodeSystem)-[^/]*\.json", member.name)
            file = archive.extractfile(member) if name else None
            if file is not None:
                yield decoder.decode(file.read())


def lines(rows: Iterable[Json]) -> bytes:
    """One JSON line per row, sorted by name; what is empty is left out."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    ordered = sorted(rows, key=lambda row: str(row["name"]))
    return b"".join(encoder.encode(filled(row)) + b"\n" for row in ordered)


class Types:
    """The types of FHIR: every snapshot element by its path, to tell what a definition adds to what it inherits."""

    def __init__(self, structures: dict[str, Json]) -> None:
        self.structures = structures
        self.definitions = {
            item["type"]: item for item in structures.values() if item["kind"] != "logical" and item.get("derivation") != "constraint"
        }
        self.elements = {element["path"]: element for item in self.definitions.values() for element in item["snapshot"]["element"]}

    def base(self, name: str) -> str:
        """The type that a type specializes, "" at the top."""
        return str(self.definitions[name].get("baseDefinition", "")).removeprefix(STRUCTURES)

    def resource(self, url: str) -> str:
        """The type that a StructureDefinition is of, "" for Resource or when unknown."""
        name = str(self.structures[url]["type"]) if url in self.structures else ""
        return "" if name == "Resource" else name

    def element(self, parents: Sequence[str], name: str) -> Base | None:
        """The element called `name` in an element at a path or of a type that the parents name; None if there is none."""
        for parent in parents:
            found = self.elements.get(f"{parent}.{name}")
            if found is not None:
                content = found.get("contentReference", "").removeprefix("#")
                row = {"card": snapshot.cardinality(found), **snapshot.constraint_row({**found, "slicing": None}, self)}
                return Base(row, (content or found["path"], *type_codes(found)))
        return None

    def rules(self, name: str) -> set[str]:
        """The keys of the rules of a type and of its elements."""
        elements = self.definitions[name]["snapshot"]["element"] if name in self.definitions else ()
        return {rule["key"] for element in elements for rule in element.get("constraint", ())}


def type_row(item: Json, types: Types) -> Row:
    """What a type adds to the type it specializes."""
    name, base = item["type"], types.base(item["type"])
    own = [element for element in item["snapshot"]["element"][1:] if element["base"]["path"] == element["path"]]
    inherited = {rule["key"] for rule in types.elements.get(base, {}).get("constraint", ())}
    primitive = item["kind"] == "primitive-type"
    value = types.elements[f"{name}.value"]["type"][0] if primitive else {}
    return {
        "name": name,
        "kind": item["kind"],
        "base": base,
        "abstract": item["abstract"],
        "regex": next((note["valueString"] for note in value.get("extension", ()) if note["url"] == REGEX), ""),
        "elements": [] if primitive else [element_row(element, types) for element in own],
        "invariants": snapshot.rules(item["snapshot"]["element"][:1], inherited)
        + [row for element in own for row in snapshot.rules([element], snapshot.type_rules(element, types))],
    }


def element_row(element: Json, types: Types) -> Row:
    """An element of a type; what is usual is left out."""
    card = snapshot.cardinality(element)
    simple = any("SimpleQuantity" in profile for kind in element.get("type", ()) for profile in kind.get("profile", ()))
    return filled(
        {
            "path": element["path"].partition(".")[2],
            "card": "" if card == "0..1" else card,
            "types": type_codes(element),
            "targets": snapshot.targets(element, types),
            "modifier": element.get("isModifier", False),
            "simple": simple,
            "binding": snapshot.binding(element),
            "content": element.get("contentReference", "").removeprefix("#"),
        }
    )


def profile_row(item: Json, types: Types) -> Row:
    """The row of a profile."""
    row = snapshot.profile_row(item, types)
    return {
        **row,
        "elements": [{**one, "binding": ["extensible", OPEN[1]]} if one.get("binding") == OPEN else one for one in row["elements"]],
    }


def extension_row(item: Json, types: Types) -> Row:
    """An extension, with all the places where HL7 has it."""
    row, name = snapshot.extension_row(item, types), item["url"].removeprefix(STRUCTURES)
    return {**row, "contexts": [*row["contexts"], *CONTEXTS.get(name, ())], "rules": RULES.get(name, row["rules"])}


def checked_value_sets(structures: Iterable[Json]) -> list[str]:
    """The value sets that a required or extensible binding names, or that a binding names as its limit."""
    bound = (
        snapshot.binding(element) or ["example"]
        for item in structures
        if item["kind"] != "logical"
        for element in item.get("snapshot", {}).get("element", ())
    )
    named = (name for strength, *names in bound for name in names[strength not in ("required", "extensible") :])
    return sorted({name if ":" in name else VALUE_SETS + name for name in named})


def codes_row(url: str, terms: Terms) -> Row:
    """The codes of a value set by system, or why they are not known and which systems they come from."""
    row: Row = {"name": url}
    try:
        codes = terms.codes(url)
    except NotEnumerableError as error:
        return {**row, "systems": sorted(terms.systems(url)), "why": str(error)}
    return {**row, "codes": {system: sorted(c for s, c in codes if s == system) for system in sorted({s for s, _ in codes})}}


def is_known(url: str, system: Json) -> bool:
    """Whether a code system is HL7's own and has all its codes in the packages."""
    return system["content"] == "complete" and url.startswith((CODE_SYSTEMS, TERMINOLOGY)) and not url.startswith(GUIDES)


def systems_row(url: str, system: Json) -> Row:
    """Every code of a code system, lower case where case does not matter; whether there may be later ones."""
    read = msgspec.convert(system, CodeSystem)
    codes, any_case = read.codes(), not read.case_sensitive
    return {
        "name": url,
        "version": system.get("version", ""),
        "codes": sorted({code.lower() for code in codes} if any_case else codes),
        "any_case": any_case,
        "grown": url.removeprefix(TERMINOLOGY) in GROWN,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
