"""StructureDefinitions as rows of our tables: what a profile or an extension says beyond the type it constrains (R4 profiling.html).

A snapshot is read element by element; a differential is laid over the row of its base.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

STRUCTURES = "http://hl7.org/fhir/StructureDefinition/"
VALUE_SETS = "http://hl7.org/fhir/ValueSet/"
SYSTEM_TYPE = "http://hl7.org/fhirpath/System."
FHIR_TYPE = STRUCTURES + "structuredefinition-fhir-type"
BEST_PRACTICE = STRUCTURES + "elementdefinition-bestpractice"
MAX_VALUE_SET = STRUCTURES + "elementdefinition-maxValueSet"

Json = Any
Row = dict[str, Json]


class DefinitionError(Exception):
    """Why a definition cannot be used; `element` is the id of the element in it that is at fault, "" for none."""

    def __init__(self, reason: str, element: str = "") -> None:
        super().__init__(f"{element}: {reason}" if element else reason)
        self.reason = reason
        self.element = element


@dataclass(frozen=True, slots=True)
class Base:
    """What a type says of an element: its row, and the names (a path, then types) by which the elements in it are looked up."""

    row: Row
    inside: tuple[str, ...]


class Types(Protocol):
    """What is known when a definition is read."""

    def element(self, parents: Sequence[str], name: str) -> Base | None:
        """The element called `name` ("code", "value[x]") in what the parents name; None if there is none."""

    def resource(self, url: str) -> str:
        """The type that a StructureDefinition is of, "" for Resource or when unknown."""

    def rules(self, name: str) -> set[str]:
        """The keys of the rules of a type and of its elements."""


def profile_row(item: Json, types: Types, base: Row | None = None) -> Row:
    """The row of a profile. `base` is the row of the profile that a differential builds on, None where that is a type.

    Raises DefinitionError.
    """
    elements, added = _read(item, types, base or {})
    return {
        "name": item["url"],
        "version": item.get("version", ""),
        "type": item["type"],
        "base": item["baseDefinition"],
        "elements": elements,
        "invariants": added,
    }


def extension_row(item: Json, types: Types, base: Row | None = None) -> Row:
    """The row of an extension definition: where it may stand and what it holds.

    Raises DefinitionError.
    """
    contexts = item.get("context", ())
    elements, added = _read(item, types, base or {})
    return {
        "name": item["url"],
        "contexts": [context["expression"] for context in contexts if context["type"] != "fhirpath"],
        "paths": [context["expression"] for context in contexts if context["type"] == "fhirpath"],
        "rules": item.get("contextInvariant", []),
        "modifier": any(element.get("isModifier", False) for element in _elements(item) if element["path"] == "Extension"),
        "elements": [row for row in elements if row["id"] != "Extension.url"],
        "invariants": added,
    }


def filled(row: Row) -> Row:
    """The members of a row that say something."""
    return {name: value for name, value in row.items() if value not in (None, "", [], {}) and value is not False}


def cardinality(element: Json) -> str:
    """Minimum and maximum, as in `0..*`."""
    return f"{element['min']}..{element['max']}"


def type_codes(element: Json) -> list[str]:
    """The type codes; a FHIRPath system type as the FHIR primitive it stands for."""
    codes: list[str] = []
    for kind in element.get("type", ()):
        code = kind["code"]
        if code.startswith(SYSTEM_TYPE):
            notes = (note.get("valueUrl", "string") for note in kind.get("extension", ()) if note["url"] == FHIR_TYPE)
            fhir = next(notes, "string")
            code = "id" if element.get("base", {}).get("path") == "Resource.id" else fhir
        codes.append(code)
    return codes


def targets(element: Json, types: Types) -> list[str]:
    """The resource types that a Reference, or else a canonical, may name; empty for any."""
    named = {types.resource(target) for target in _targets(element)}
    return [] if "" in named else sorted(named)


def binding(element: Json) -> list[str] | None:
    """Strength, value set and, if there is one, the value set that no code may leave."""
    bound = element.get("binding", {})
    if "valueSet" not in bound:
        return None
    most = [note["valueCanonical"] for note in bound.get("extension", ()) if note["url"] == MAX_VALUE_SET and "valueCanonical" in note]
    return [bound["strength"], *(short(url, VALUE_SETS) for url in (bound["valueSet"], *most))]


def short(url: str, start: str) -> str:
    """A canonical without version, HL7's own by their last part."""
    return url.partition("|")[0].removeprefix(start)


def rules(elements: Iterable[Json], inherited: set[str]) -> list[Row]:
    """The rules of elements, without those of inherited keys."""
    return [
        {"key": rule["key"], "severity": _severity(rule), "path": element["id"], "expression": rule["expression"]}
        for element in elements
        for rule in element.get("constraint", ())
        if rule["key"] not in inherited and "expression" in rule
    ]


def _severity(rule: Json) -> str:
    """That of a rule; a best practice is a warning (R4 extension-elementdefinition-bestpractice.html)."""
    best = any(note["url"] == BEST_PRACTICE and note.get("valueBoolean") for note in rule.get("extension", ()))
    return "warning" if best else str(rule["severity"])


def type_rules(element: Json, types: Types) -> set[str]:
    """The keys of the rules that an element has from its types."""
    return types.rules("Element").union(*(types.rules(code) for code in type_codes(element)))


def constraint_row(element: Json, types: Types) -> Row:
    """What an element of a profile says of itself, its id and cardinality left out."""
    slicing, named_targets = element.get("slicing"), _urls(_targets(element))
    named = {start: element[name] for name in element for start in ("fixed", "pattern", "minValue", "maxValue") if name.startswith(start)}
    return filled(
        {
            "slice": element.get("sliceName", ""),
            "types": [] if _is_bare(element) else type_codes(element),
            "targets": targets(element, types),
            "profiles": {kind["code"]: _urls(kind["profile"]) for kind in element.get("type", ()) if "profile" in kind},
            "target_profiles": named_targets
            if any(name not in ("Resource", types.resource(STRUCTURES + name)) for name in named_targets)
            else [],
            "fixed": named.get("fixed"),
            "pattern": named.get("pattern"),
            "min_value": named.get("minValue"),
            "max_value": named.get("maxValue"),
            "max_length": element.get("maxLength"),
            "binding": binding(element),
            "must_support": element.get("mustSupport", False),
            "slicing": slicing
            and {
                "by": [[by["type"], by["path"]] for by in slicing.get("discriminator", ())],
                "rules": slicing.get("rules", "open"),
                **filled({"ordered": slicing.get("ordered", False)}),
            },
        }
    )


def _is_bare(element: Json) -> bool:
    """Whether this is the value of a primitive, whose type is no type of FHIR."""
    return element["path"].endswith(".value") and any(kind["code"].startswith(SYSTEM_TYPE) for kind in element.get("type", ()))


def _urls(urls: Iterable[str]) -> list[str]:
    return [short(url, STRUCTURES) for url in urls]


def _targets(element: Json) -> list[str]:
    kinds = element.get("type", ())
    chosen = [kind for kind in kinds if kind["code"] == "Reference"] or kinds
    return [target for kind in chosen for target in kind.get("targetProfile", ())]


def _read(item: Json, types: Types, base: Row) -> tuple[list[Row], list[Row]]:
    """The rows of the elements that say more than the type, and the rules that the type has not."""
    known = types.rules(item["type"])
    if "snapshot" in item:
        return list(_snapshot_rows(item, types)), _added_rules(_elements(item), known, types)
    overlay = _Overlay(item["type"], {row["id"]: dict(row) for row in base.get("elements", ())}, types)
    elements = [{**element, "id": overlay.lay(element, name)} for name, element in _identified(_elements(item))]
    return list(overlay.rows.values()), [*base.get("invariants", ()), *_added_rules(elements, known, types)]


def _elements(item: Json) -> list[Json]:
    return list(item.get("snapshot", item.get("differential", {})).get("element", ()))


def _added_rules(elements: Iterable[Json], known: set[str], types: Types) -> list[Row]:
    """The rules that are not of these keys or of the element's types; those of an element not again on its slices."""
    found: dict[str, Row] = {}
    for element in elements:
        for row in rules([element], known | type_rules(element, types)):
            found.setdefault(row["key"] + row["path"].replace(":" + element.get("sliceName", ""), ""), row)
    return list(found.values())


def _snapshot_rows(item: Json, types: Types) -> Iterator[Row]:
    inside: dict[str, tuple[str, ...]] = {item["type"]: (item["type"],)}
    elements = _elements(item)
    sliced = {element["id"].rpartition(":")[0] for element in elements if "sliceName" in element}
    for element in elements[1:]:
        base = types.element(inside.get(element["id"].rpartition(".")[0], ()), element["path"].rpartition(".")[2])
        if base is None:
            raise DefinitionError(f"not an element of {item['type']}", element["id"])
        row = {"card": cardinality(element), **constraint_row(element, types)}
        if element["id"] not in sliced:
            row.pop("slicing", None)
        inside[element["id"]] = (base.inside[0], *(type_codes(element) or base.inside[1:]))
        if more := {name: value for name, value in row.items() if base.row.get(name) != value}:
            yield {"id": element["id"], "card": row["card"], **more}


def _identified(elements: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """The elements of a differential by their ids; where one has none, its path and slice name tell it."""
    around: list[tuple[str, str]] = [("", "")]  # paths and ids of the elements that the last one is in
    for element in elements:
        path = element["path"]
        while not f"{path}.".startswith(around[-1][0]) or path + "." == around[-1][0]:
            around.pop()
        name = element.get("id", "")
        if ".".join(step.partition(":")[0] for step in name.split(".")) != path:
            begin, known = around[-1]
            name = f"{known}{path[len(begin) :]}:{element.get('sliceName', '')}".removesuffix(":")
        around.append((f"{path}.", f"{name}."))
        yield name, element


@dataclass(frozen=True, slots=True)
class _Overlay:
    """The rows of a base, with the elements of a differential laid over them."""

    type: str
    rows: dict[str, Row]
    types: Types

    def lay(self, element: Json, element_id: str) -> str:
        """Put what an element says into its row; gives the element's id as a snapshot has it.

        Raises DefinitionError.
        """
        at, inside = self.type, (self.type,)
        _, *steps = element_id.split(".")
        for left, step in enumerate(steps, -len(steps)):
            name, part, base = self._step(inside, step, element_id)
            whole = f"{at}.{name}"
            at = f"{whole}:{part}" if part else whole
            if part and at not in self.rows:
                if left < -1 and not name.endswith("[x]"):
                    raise DefinitionError("the slice is not defined", at)
                self._add_slice(whole, part, base, alone=step == part)
            codes = self.rows.get(at, {}).get("types") or self.rows.get(whole, {}).get("types")
            inside = (base.inside[0], *(codes or base.inside[1:]))
            if left == -1:
                self._merge(self.rows.setdefault(at, {"id": at, "card": base.row["card"]}), element, base.row)
        return at

    def _step(self, inside: tuple[str, ...], step: str, element_id: str) -> tuple[str, str, Base]:
        """Element name, slice name and base of a step; `valueQuantity` is the slice of `value[x]` for the type."""
        name, _, part = step.partition(":")
        base = self.types.element(inside, name)
        if base is not None:
            return name, part, base
        for end in (index for index, letter in enumerate(name) if letter.isupper()):
            base = self.types.element(inside, name[:end] + "[x]")
            if base is not None and _typed(base, name[end:]):
                return name[:end] + "[x]", name, base
        raise DefinitionError(f"not an element of {self.type}", element_id)

    def _add_slice(self, whole: str, part: str, base: Base, *, alone: bool) -> None:
        """A new slice; slicing by type and of extensions by url goes without saying, and `valueQuantity` `alone` leaves no other type."""
        sliced = self.rows.setdefault(whole, {"id": whole, "card": base.row["card"]})
        most = sliced["card"].partition("..")[2]
        row = self.rows[f"{whole}:{part}"] = {"id": f"{whole}:{part}", "card": f"0..{most}", "slice": part}
        name = whole.rpartition(".")[2]
        if name.endswith("[x]"):
            row["types"] = _typed(base, part.removeprefix(name.removesuffix("[x]")))
            slicing = sliced.setdefault("slicing", {"by": [["type", "$this"]], "rules": "closed" if alone else "open"})
            if alone and slicing["rules"] == "closed":
                sliced["types"] = [*sliced.get("types", ()), *row["types"]]
        elif base.inside[1:] == ("Extension",):
            sliced.setdefault("slicing", {"by": [["value", "url"]], "rules": "open"})

    def _merge(self, row: Row, element: Json, base: Row) -> None:
        low, _, high = row["card"].partition("..")
        if "type" in element:
            for name in ("types", "targets", "profiles", "target_profiles"):
                row.pop(name, None)
        new = constraint_row(element, self.types)
        if "slicing" in new:
            new["slicing"] = {"by": [], **row.get("slicing", {}), **filled(new["slicing"])}
        row.update({name: value for name, value in new.items() if base.get(name) != value})
        row["card"] = f"{element.get('min', low)}..{element.get('max', high)}"


def _typed(base: Base, name: str) -> list[str]:
    """The type of a choice that a JSON name ends in ("Quantity", "String")."""
    return [code for code in base.row.get("types", ()) if code[0].upper() + code[1:] == name]
