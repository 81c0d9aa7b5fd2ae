"""Pack HL7's definitions into the tables of service/fhir/tables.

    python tools/pack_definitions.py DIRECTORY

DIRECTORY holds the packages hl7.fhir.r4.core-4.0.1.tgz and us_core_610.tgz. The tables hold facts only (paths, types, cardinalities,
bindings, codes, invariants), no prose. Each is a file of one JSON line per definition, sorted by name; the same input gives the same bytes.
What a definition inherits is not repeated: a type's line has only its own elements, a profile's only those that say more than the type.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

PACKAGES = ("hl7.fhir.r4.core-4.0.1.tgz", "us_core_610.tgz")
TABLES = Path(__file__).parents[1] / "service" / "fhir" / "tables"

STRUCTURES = "http://hl7.org/fhir/StructureDefinition/"
VALUE_SETS = "http://hl7.org/fhir/ValueSet/"
SYSTEM_TYPE = "http://hl7.org/fhirpath/System."
FHIR_TYPE = STRUCTURES + "structuredefinition-fhir-type"
REGEX = STRUCTURES + "regex"

Json = Any
Codes = set[tuple[str, str]]


class NotEnumerableError(Exception):
    """The packages do not hold the codes of a value set; says why."""


def main(arguments: list[str]) -> int:
    """Write the tables from the packages in the directory given."""
    if len(arguments) != 1:
        print("usage: python tools/pack_definitions.py DIRECTORY", file=sys.stderr)
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
    terms = Terms(definitions)
    return {
        "types.ndjson": lines(type_line(item, types) for item in types.definitions.values()),
        "profiles.ndjson": lines(profile_line(item, types) for item in constraints if item["kind"] == "resource"),
        "extensions.ndjson": lines(extension_line(item, types) for item in constraints if item["type"] == "Extension"),
        "codes.ndjson": lines(code_line(url, terms) for url in required_value_sets(structures.values())),
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


def filled(row: dict[str, Json]) -> dict[str, Json]:
    """The members of a row that say something."""
    return {name: value for name, value in row.items() if value not in (None, "", [], {}) and value is not False}


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

    def root_keys(self, name: str) -> set[str]:
        """Keys of the invariants on every value of a type."""
        return {rule["key"] for rule in self.elements.get(name, {}).get("constraint", ())}

    def resource(self, target: str) -> str:
        """The resource type that a Reference target means, "" when any or unknown."""
        name = str(self.structures[target]["type"]) if target in self.structures else ""
        return "" if name == "Resource" else name

    def step(self, path: str, codes: list[str], name: str) -> Json | None:
        """The element called `name` in an element at `path` of these types."""
        for parent in (path, *codes):
            found = self.elements.get(f"{parent}.{name}")
            if found is not None:
                return found
        return None


def type_line(item: Json, types: Types) -> dict[str, Json]:
    """What a type adds to the type it specializes."""
    name, base = item["type"], types.base(item["type"])
    own = [element for element in item["snapshot"]["element"][1:] if element["base"]["path"] == element["path"]]
    inherited = types.root_keys(base) if base else set()
    primitive = item["kind"] == "primitive-type"
    value = types.elements[f"{name}.value"]["type"][0] if primitive else {}
    return {
        "name": name,
        "kind": item["kind"],
        "base": base,
        "abstract": item["abstract"],
        "regex": next((note["valueString"] for note in value.get("extension", ()) if note["url"] == REGEX), ""),
        "elements": [] if primitive else [element_row(element, types) for element in own],
        "invariants": invariants(item["snapshot"]["element"][:1], inherited)
        + [row for element in own for row in invariants([element], type_keys(element, types))],
    }


def element_row(element: Json, types: Types) -> dict[str, Json]:
    """An element of a type; what is usual is left out."""
    path = element["path"]
    simple = any("SimpleQuantity" in profile for kind in element.get("type", ()) for profile in kind.get("profile", ()))
    return filled(
        {
            "path": path.partition(".")[2],
            "card": cardinality(element),
            "types": type_codes(element),
            "targets": targets(element, types),
            "modifier": element.get("isModifier", False),
            "simple": simple,
            "binding": binding(element),
            "content": element.get("contentReference", "").removeprefix("#"),
        }
    )


def cardinality(element: Json) -> str:
    """Minimum and maximum, as in `0..*`; empty for the usual 0..1."""
    text = f"{element['min']}..{element['max']}"
    return "" if text == "0..1" else text


def type_codes(element: Json) -> list[str]:
    """The type codes; a FHIRPath system type as the FHIR primitive it stands for."""
    codes: list[str] = []
    for kind in element.get("type", ()):
        code = kind["code"]
        if code.startswith(SYSTEM_TYPE):
            fhir = next(note["valueUrl"] for note in kind["extension"] if note["url"] == FHIR_TYPE)
            code = "id" if element.get("base", {}).get("path") == "Resource.id" else fhir
        codes.append(code)
    return codes


def targets(element: Json, types: Types) -> list[str]:
    """The resource types that a Reference, or else a canonical, may name; empty for any."""
    kinds = element.get("type", ())
    chosen = [kind for kind in kinds if kind["code"] == "Reference"] or kinds
    named = {types.resource(target) for kind in chosen for target in kind.get("targetProfile", ())}
    return [] if "" in named else sorted(named)


def binding(element: Json) -> list[str] | None:
    """Strength and value set."""
    bound = element.get("binding", {})
    return [bound["strength"], short(bound["valueSet"])] if "valueSet" in bound else None


def short(value_set: str) -> str:
    """A value set's url without version, HL7's own by their last part."""
    return value_set.partition("|")[0].removeprefix(VALUE_SETS)


def type_keys(element: Json, types: Types) -> set[str]:
    """Keys of the invariants that an element has from its types."""
    return types.root_keys("Element").union(*(types.root_keys(code) for code in type_codes(element)))


def invariants(elements: Iterable[Json], inherited: set[str]) -> list[dict[str, Json]]:
    """The rules of elements, without those of inherited keys."""
    return [
        {"key": rule["key"], "severity": rule["severity"], "path": element["id"], "expression": rule["expression"]}
        for element in elements
        for rule in element.get("constraint", ())
        if rule["key"] not in inherited
    ]


def profile_line(item: Json, types: Types) -> dict[str, Json]:
    """What a profile adds to the type it constrains."""
    return {
        "name": item["url"],
        "version": item["version"],
        "type": item["type"],
        "base": item["baseDefinition"],
        "elements": list(constraints(item, types)),
        "invariants": added_rules(item, types),
    }


def added_rules(item: Json, types: Types) -> list[dict[str, Json]]:
    """The rules that a profile or extension has and its type has not; those of an element not again on its slices."""
    known = {row["key"] for name in (item["type"], "DomainResource") for row in all_rules(name, types)}
    rules: dict[str, Json] = {}
    for element in item["snapshot"]["element"]:
        for row in invariants([element], known | type_keys(element, types)):
            rules.setdefault(row["key"] + row["path"].replace(":" + element.get("sliceName", ""), ""), row)
    return list(rules.values())


def all_rules(name: str, types: Types) -> list[dict[str, Json]]:
    """Every rule of a type, inherited ones too."""
    return invariants(types.definitions[name]["snapshot"]["element"], set())


def extension_line(item: Json, types: Types) -> dict[str, Json]:
    """Where an extension may stand and what it holds.

    Raises ValueError for a context that is not an element.
    """
    contexts = item["context"]
    if any(context["type"] != "element" for context in contexts):
        raise ValueError(f"{item['url']}: a context that is no element")
    return {
        "name": item["url"],
        "contexts": [context["expression"] for context in contexts],
        "modifier": item["snapshot"]["element"][0].get("isModifier", False),
        "elements": [row for row in constraints(item, types) if row["id"] != "Extension.url"],
        "invariants": added_rules(item, types),
    }


def constraints(item: Json, types: Types) -> Iterator[dict[str, Json]]:
    """The snapshot elements of a profile that say more than the type they constrain."""
    seen: dict[str, tuple[str, list[str]]] = {item["type"]: (item["type"], [])}
    sliced = {element["id"].rpartition(":")[0] for element in item["snapshot"]["element"] if "sliceName" in element}
    for element in item["snapshot"]["element"][1:]:
        parent = seen[element["id"].rpartition(".")[0]]
        base = types.step(*parent, element["path"].rpartition(".")[2])
        if base is None:
            raise ValueError(f"{item['url']}: {element['id']} is not an element of the type")
        content = base.get("contentReference", "").removeprefix("#")
        seen[element["id"]] = (content or base["path"], type_codes(element) or type_codes(base))
        row = constraint_row(element, types, is_sliced=element["id"] in sliced)
        plain = constraint_row(base, types, is_sliced=False)
        more = {name: value for name, value in row.items() if plain.get(name) != value or name == "slice"}
        if more:
            yield {"id": element["id"], "card": f"{element['min']}..{element['max']}", **more}


def constraint_row(element: Json, types: Types, *, is_sliced: bool) -> dict[str, Json]:
    """What is said of an element of a profile."""
    slicing = element.get("slicing") if is_sliced else None
    value = next((name for name in element if name.startswith(("fixed", "pattern"))), "")
    return filled(
        {
            "slice": element.get("sliceName", ""),
            "card": f"{element['min']}..{element['max']}",
            "types": type_codes(element),
            "targets": targets(element, types),
            "profiles": extension_urls(element),
            "fixed": element[value] if value.startswith("fixed") else None,
            "pattern": element[value] if value.startswith("pattern") else None,
            "binding": binding(element),
            "must_support": element.get("mustSupport", False),
            "slicing": slicing
            and filled(
                {
                    "by": [[by["type"], by["path"]] for by in slicing["discriminator"]],
                    "rules": slicing["rules"],
                    "ordered": slicing.get("ordered", False),
                }
            ),
        }
    )


def extension_urls(element: Json) -> list[str]:
    """The extension definitions that a slice of `extension` names."""
    kinds = element.get("type", ())
    return [profile for kind in kinds if kind["code"] == "Extension" for profile in kind.get("profile", ())]


def required_value_sets(structures: Iterable[Json]) -> list[str]:
    """The value sets that a required binding names."""
    bound = (
        element.get("binding", {})
        for item in structures
        if item["kind"] != "logical"
        for element in item.get("snapshot", {}).get("element", ())
    )
    return sorted({item["valueSet"].partition("|")[0] for item in bound if item.get("strength") == "required"})


def code_line(url: str, terms: Terms) -> dict[str, Json]:
    """The codes of a value set by system, or why they are not known and which systems they come from."""
    row: dict[str, Json] = {"name": url}
    try:
        codes = terms.codes(url)
    except NotEnumerableError as error:
        return {**row, "systems": sorted(terms.systems(url)), "why": str(error)}
    return {**row, "codes": {system: sorted(c for s, c in codes if s == system) for system in sorted({s for s, _ in codes})}}


class Terms:
    """The value sets and code systems of the packages."""

    def __init__(self, definitions: Iterable[Json]) -> None:
        by_url = [(item["resourceType"], item.get("url"), item) for item in definitions]
        self.value_sets = {url: item for kind, url, item in by_url if kind == "ValueSet"}
        self.code_systems = {url: item for kind, url, item in by_url if kind == "CodeSystem"}

    def systems(self, url: str) -> set[str]:
        """The systems that a value set takes codes from; empty when that is unknown."""
        found: set[str] = set()
        for part in self.value_sets.get(url, {}).get("compose", {}).get("include", ()):
            parts = [{part["system"]}] if "system" in part else [self.systems(name) for name in part["valueSet"]]
            if not all(parts):
                return set()
            found.update(*parts)
        return found

    def codes(self, url: str) -> Codes:
        """The codes of a value set.

        Raises NotEnumerableError.
        """
        url = url.partition("|")[0]
        if url not in self.value_sets:
            raise NotEnumerableError(f"value set {url} not in the packages")
        compose = self.value_sets[url]["compose"]
        found = set().union(*(self.part(part) for part in compose["include"]))
        return found.difference(*(self.part(part) for part in compose.get("exclude", ())))

    def part(self, part: Json) -> Codes:
        """The codes of one include or exclude: all that it says must hold at once."""
        sets = [self.codes(url) for url in part.get("valueSet", ())]
        if "concept" in part:
            sets.append({(part["system"], concept["code"]) for concept in part["concept"]})
        elif "system" in part:
            sets.append(self.system_codes(part["system"], part.get("filter", ())))
        return set.intersection(*sets)

    def system_codes(self, url: str, filters: Iterable[Json]) -> Codes:
        """The codes of a code system that one may use and that pass the filters."""
        system = self.code_systems.get(url)
        if system is None or system["content"] != "complete":
            raise NotEnumerableError(f"codes of {url} not in the packages")
        ancestors = dict(concepts(system.get("concept", ()), ()))
        chosen = {code for code, (_, usable) in ancestors.items() if usable}
        for rule in filters:
            if (rule["property"], rule["op"]) != ("concept", "is-a"):
                raise NotEnumerableError(f"{rule['property']} {rule['op']} {rule['value']} in {url} not in the packages")
            chosen = {code for code in chosen if rule["value"] in (code, *ancestors[code][0])}
        return {(url, code) for code in chosen}


def concepts(items: Iterable[Json], above: tuple[str, ...]) -> Iterator[tuple[str, tuple[tuple[str, ...], bool]]]:
    """Every code with the codes above it and whether it may be used (some only group others)."""
    for item in items:
        traits = item.get("property", ())
        parents = (*above, *(trait["valueCode"] for trait in traits if trait["code"] == "subsumedBy"))
        usable = not any(trait["code"] == "notSelectable" and trait["valueBoolean"] for trait in traits)
        yield item["code"], (parents, usable)
        yield from concepts(item.get("concept", ()), (*parents, item["code"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
