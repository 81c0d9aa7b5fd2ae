"""A guide is made from files, Bundles and packages of definitions."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from service.fhir import guide_files, json
from service.fhir.guide_files import GuideError
from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, US_CORE
from tests.fhir.validate.profiled import BASE, URL, differential, guide
from tests.support.shared import shared

NAMED = differential("Patient", {"path": "Patient.name", "min": 2})
CODES = {
    "resourceType": "ValueSet",
    "url": f"{BASE}codes",
    "compose": {"include": [{"system": f"{BASE}system"}], "exclude": [{"system": f"{BASE}system", "concept": [{"code": "b"}]}]},
}
SYSTEM = {
    "resourceType": "CodeSystem",
    "url": f"{BASE}system",
    "content": "complete",
    "concept": [{"code": "a", "concept": [{"code": "b"}]}],
}


def written(folder: Path, name: str, value: Any) -> Path:
    """A JSON file."""
    path = folder / name
    path.write_bytes(json.write(json.from_python(value)))
    return path


def test_files_are_read(tmp_path: Path) -> None:
    """Files, and Bundles in files, make one guide; in it they find each other."""
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": CODES}, {"resource": SYSTEM}]}
    made = guide_files.read([written(tmp_path, "a.json", NAMED), written(tmp_path, "b.json", bundle)])
    assert made.profile(URL) is not None
    assert made.codes(f"{BASE}codes") == {(f"{BASE}system", "a")}
    assert [one.expression for one in validate(PATIENT, [URL], made) if one.severity == "error"] == ["Patient"]


def test_a_package_is_read(tmp_path: Path) -> None:
    """Of a package its definitions are taken, not its examples, its logical models and its list of contents."""
    path = tmp_path / "a.tgz"
    model = NAMED | {"url": f"{BASE}model", "derivation": "specialization"}
    files = {"StructureDefinition-a": NAMED, "StructureDefinition-b": model, "example/Patient-a": {}, "package": {}, "ValueSet-a": CODES}
    with tarfile.open(path, "w:gz") as archive:
        for name, value in files.items():
            data = json.write(json.from_python(value))
            member = tarfile.TarInfo(f"package/{name}.json")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    made = guide_files.read([path])
    assert [*made.profiles] == [URL]
    assert made.codes(f"{BASE}codes") is None


def test_another_edition_of_a_guide_is_handed_in() -> None:
    """With the package of US Core 7.0.0 its own examples have no error, and its profiles are those of that version."""
    package = shared("definitions") / "us_core_700.tgz"
    made = guide_files.read([package])
    assert made.profile(f"{US_CORE}us-core-patient|7.0.0") is not None
    with tarfile.open(package) as archive:
        files = [archive.extractfile(one) for one in archive if one.name.startswith("package/example/") and one.name.endswith(".json")]
        examples = [json.read(file.read()) for file in files[::4] if file]
    assert len(examples) > 50
    for example in examples:
        assert [one.message for one in validate(example, guide=made) if one.severity == "error"] == [], example.get("id")


def test_a_guide_asks_profiles_of_every_resource_of_a_type() -> None:
    """A global profile holds for a resource that does not claim it."""
    ask = {"resourceType": "ImplementationGuide", "url": f"{BASE}guide", "global": [{"type": "Patient", "profile": URL}]}
    made = guide(NAMED, ask)
    assert [(one.expression, one.profile) for one in validate(PATIENT, guide=made) if one.severity == "error"] == [("Patient", URL)]
    assert [one for one in validate(PATIENT) if one.severity == "error"] == []


def test_a_questionnaire_is_handed_in() -> None:
    """A Questionnaire is found by its url."""
    made = guide({"resourceType": "Questionnaire", "url": f"{BASE}phq-9", "status": "active"})
    assert made.form(f"{BASE}phq-9") is not None


def test_a_code_system_is_handed_in() -> None:
    """A code that a whole code system does not have is an error at its place; of a part of one nothing is said."""

    def coded(code: str) -> dict[str, Any]:
        return PATIENT | {"maritalStatus": {"coding": [{"system": SYSTEM["url"], "code": code}]}}

    said = [[one.expression for one in validate(coded(code), guide=guide(SYSTEM)) if one.severity == "error"] for code in "abcA"]
    at = ["Patient.maritalStatus.coding[0].code"]
    assert said == [[], [], at, at]
    for other in ({"content": "fragment"}, {"caseSensitive": False}):
        assert [one for one in validate(coded("A"), guide=guide(SYSTEM | other)) if one.severity == "error"] == []


def test_an_extension_is_handed_in() -> None:
    """An extension that R4 does not have is checked by its definition."""
    shade = differential(
        "Extension",
        {"path": "Extension.value[x]", "type": [{"code": "code"}], "binding": {"strength": "required", "valueSet": CODES["url"]}},
        url=f"{BASE}shade",
        context=[{"type": "element", "expression": "Patient"}],
    )
    made = guide(shade, CODES, SYSTEM)
    right, wrong, odd = ({"url": f"{BASE}shade"} | value for value in ({"valueCode": "a"}, {"valueCode": "b"}, {"valueString": "a"}))
    places = [validate(PATIENT | {"extension": [one]}, (), made) for one in (right, wrong, odd)]
    assert [[one.code for one in found if one.severity == "error"] for found in places] == [[], ["code-invalid"], ["structure"]]


@pytest.mark.parametrize(
    ("resource", "element", "reason"),
    [
        ({"resourceType": "Patient"}, "", "not a resource that defines something"),
        ({"resourceType": "ValueSet"}, "", "without a url"),
        ([], "", "not a resource that defines something"),
        ({"resourceType": "Bundle", "entry": [{}]}, "", "not a resource that defines something"),
        (CODES | {"compose": {"include": "all"}}, "", "$.compose.include"),
        (NAMED | {"differential": {"element": [{"path": "Patient.colour"}]}}, "Patient.colour", "not an element"),
        ({"resourceType": "ImplementationGuide", "url": BASE, "global": [{"type": "Patient", "profile": URL}]}, "", "is not known"),
    ],
)
def test_what_defines_nothing_is_refused(tmp_path: Path, resource: Any, element: str, reason: str) -> None:
    """An error names the file, the element where there is one, and the reason."""
    path = written(tmp_path, "a.json", resource)
    with pytest.raises(GuideError) as raised:
        guide_files.read([path])
    assert (raised.value.file, raised.value.element) == (str(path), element)
    assert reason in raised.value.reason
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(("name", "data"), [("a.json", b"{"), ("a.tgz", b"{"), ("none.json", None)])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, data: bytes | None) -> None:
    """A file that is no JSON, a package that is none, and one that is not there are errors of that file."""
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(GuideError) as raised:
        guide_files.read([path])
    assert raised.value.file == str(path)
