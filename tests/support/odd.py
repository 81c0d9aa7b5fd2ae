"""Values as others might write them, right and wrong, by the type of R4 that they are for."""

from __future__ import annotations

from typing import Any

from service.fhir.json import Number

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
UCUM = "http://unitsofmeasure.org"
UUID = "5b1d2b2f-8a3e-4a9c-9d9d-000000000001"
XHTML = "http://www.w3.org/1999/xhtml"

NO_JSON = ("", "NaN", "Infinity", "01", "+1", ".5", "1.", "1e", "'x'", "undefined", "True", "[1,]", "/*x*/1", "nul", "0x1F")

TEXTS = (" ", "  x ", "\t", "\n\n", "a\tb", "a\u0001b", "a\u00a0b", "\u00a0", "a\u200bb", "é", "x" * 5000, "<b>x</b>")

MOMENTS = (
    *("2024", "2024-02", "2024-02-29", "2023-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-10", "2024-1-1", "24-01-01"),
    *("0000-01-01", "0001-01-01", "1599-12-31", "9999-12-31", "10000-01-01", "2024-01-01T10:00:00", "2024-01-01T10:00Z", "2024-01-01T10Z"),
    *("2024-01-01T24:00:00Z", "2024-01-01T23:59:60Z", "2024-01-01T23:60:00Z", "2024-01-01T10:00:00.123456789Z", "2024-01-01T10:00:00.Z"),
    *("2024-01-01T10:00:00+14:00", "2024-01-01T10:00:00+14:01", "2024-01-01T10:00:00+15:00", "2024-01-01T10:00:00-12:30"),
    *("2024-01-01t10:00:00z", "2024-01-01 10:00:00Z", "2024-01-01T10:00:00+0100", "01/02/2024", "10:00", "10:00:00", "10:00:00.5"),
    *("25:00:00", "2023-02-29T10:00:00Z", "2024-01-01T", " 2024-01-01", "2024-01-01Z"),
)

PERIODS = (
    *(("2024-02", "2024-01"), ("2024-02-02T10:00:00Z", "2024-02-02T09:00:00Z"), ("2024-02-02", "2024-02-02"), ("2024", "2024-01-01")),
    *(("2024-02-02T10:00:00Z", "2024-02-02T10:30:00+01:00"), ("2024-02-02T10:00:00Z", "2024-02-02"), ("2024-02-02", "2024-01")),
)

NUMBERS = tuple(
    map(
        Number,
        (
            *("0", "-0", "1", "-1", "1.0", "1.5", "1e2", "1E-2", "2147483647", "2147483648", "-2147483648", "-2147483649", "0.10"),
            *("1" * 19, f"0.{'1' * 20}", "1e400"),
        ),
    )
)

BASE64 = ("AAAA", "AAA=", "AA==", "A===", "AAA", "A A A A ", "AAAA\nAAAA", "****", "_-_-")

IDS = ("a" * 64, "a" * 65, "a_b", "a b", "a/b", "é", "A.b-1", "#a", "a\n", "-", ".")

URIS = (
    *("http://loinc.org", UCUM, "http://snomed.info/sct", f"{HL7}bogus", "x", "a b", " http://a.example", "http://a b.example", ""),
    *("urn:oid:1.2.3", "urn:oid:01.2", "urn:oid:a", "urn:uuid:1", f"urn:uuid:{UUID}", f"urn:uuid:{UUID.upper()}", UUID, "1.2.3"),
    *("http://é.example/ü", "#frag", "http://a.example|1", "|", "a|b|c"),
)

REFERENCES: tuple[dict[str, Any], ...] = (
    *({"reference": f"{name}/1"} for name in ("Patient", "Observation", "Medication", "Binary", "Bogus", "patient")),
    *({"reference": f"http://example.org/fhir/{name}/1"} for name in ("Patient", "Observation", "Bogus")),
    *({"reference": text} for text in ("#missing", "#", "", "urn:uuid:1", f"urn:uuid:{UUID}", "Patient", "Patient/a b", "Patient/a_b")),
    *({"reference": text} for text in ("/Patient/1", "Patient/1/", "Patient/1/_history/2", "x", f"Patient/{'1' * 65}")),
    {"reference": "Patient?identifier=a|b"},
    {"reference": "Patient/1", "type": "Observation"},
    *({"type": name} for name in ("Patient", "Observation", "Bogus", f"{HL7}Patient")),
    {"display": "in words"},
    {"identifier": {"system": "http://example.org/ids", "value": "1"}},
    {"identifier": {"value": "1"}, "type": "Device"},
)

CODINGS: tuple[dict[str, Any], ...] = (
    {"code": "bogus"},
    {"system": "http://example.org/system"},
    {"system": "http://terminology.hl7.org/CodeSystem/bogus"},
    {"system": "http://hl7.org/fhir/observation-status"},
    {"system": "loinc"},
    {"system": "urn:oid:2.16.840.1.113883.6.1"},
    {"version": "9"},
    {"display": "other words"},
)

CONCEPTS: tuple[dict[str, Any], ...] = (
    {"text": "in words"},
    {"coding": [{"system": "http://example.org/system", "code": "x"}]},
    {"coding": [{}]},
)

UNITS = ("kPa", "mg", "mm[Hg]", "%", "a", "mmHg", "bogus", "Mg", "{score}", "1", "kg/m2", "/min", "min-1", "h", "wk", "kg")

QUANTITIES: tuple[dict[str, Any], ...] = (
    *({"code": code} for code in UNITS),
    *({"system": UCUM, "code": code} for code in UNITS),
    *({name: None} for name in ("system", "code", "value", "unit")),
    {"comparator": "<"},
    {"comparator": "ad"},
    {"value": Number("-1")},
)

_X = {"valueString": "x"}
EXTENSIONS: tuple[dict[str, Any], ...] = (
    {"url": "http://example.org/ext", **_X},
    {"url": f"{HL7}bogus", **_X},
    {"url": f"{HL7}data-absent-reason", "valueCode": "unknown"},
    {"url": f"{HL7}data-absent-reason", "valueCode": "bogus"},
    {"url": f"{HL7}data-absent-reason", **_X},
    {"url": f"{HL7}patient-birthPlace", "valueAddress": {"city": "x"}},
    {"url": f"{HL7}ordinalValue", "valueDecimal": Number("1")},
    {"url": f"{HL7}patient-birthTime", "valueDateTime": "2024-01-01T10:00:00Z"},
    {"url": f"{HL7}rendering-markdown", "valueMarkdown": "*x*"},
    {"url": f"{US_CORE}birthsex", "valueCode": "F"},
    {"url": f"{US_CORE}birthsex", "valueCode": "X"},
    {"url": f"{US_CORE}race", "extension": [{"url": "text", **_X}]},
    {"url": f"{US_CORE}race", "extension": [{"url": "bogus", **_X}]},
    {"url": "x", **_X},
    {"url": "http://example.org/ext"},
    _X,
    {"url": "http://example.org/ext", **_X, "valueCode": "x"},
    {"url": "http://example.org/ext", **_X, "extension": [{"url": "x", **_X}]},
)

_ABSENT = {"extension": [{"url": f"{HL7}data-absent-reason", "valueCode": "unknown"}]}
COMPANIONS = (_ABSENT, {"id": "a1"}, {"id": "a 1"}, {}, [_ABSENT], {"x": "y"}, {"extension": []}, "x")

_WARD = {"resourceType": "Organization", "id": "ward", "name": "Ward"}
CONTAINED: tuple[dict[str, Any], ...] = (
    _WARD,
    {name: value for name, value in _WARD.items() if name != "id"},
    {**_WARD, "contained": [{**_WARD, "id": "inner"}]},
    {**_WARD, "meta": {"lastUpdated": "2024-01-01T00:00:00Z", "versionId": "1"}},
    {**_WARD, "meta": {"security": [{"system": "http://example.org", "code": "x"}]}},
    {**_WARD, "text": {"status": "generated", "div": f'<div xmlns="{XHTML}">x</div>'}},
    {"resourceType": "Bogus", "id": "ward"},
    {"id": "ward"},
    {**_WARD, "id": "#ward"},
)

_INSIDE = """\
x
<p>x</p>

&#32;
<script>x</script>
<p onclick="x">x</p>
<a href="javascript:x">x</a>
<p>x
a & b
&nbsp;x
&bogus;
<img src="http://a.example/x.png"/>
<img src="#x" alt="x"/>
<iframe/>
<form>x</form>
<b>x</b><br/>
&#160;
<p style="color:red">x</p>
<p id="a" class="b" lang="en">x</p>
<!-- x -->x
<table><tr><td>x</td></tr></table>
<a name="x">x</a>
<a href="#x">x</a>
<P>x</P>
<p><p>x</p></p>
<li>x</li>
<style>x</style>
<p title="x">x</p>"""
_DIVS = [f'<div xmlns="{XHTML}">{inside}</div>' for inside in _INSIDE.split("\n")]
NARRATIVES = (
    *_DIVS,
    *("<div>x</div>", "x", "", f'<p xmlns="{XHTML}">x</p>', '<div xmlns="http://a.example">x</div>', _DIVS[0] * 2),
    *(f'<?xml version="1.0"?>{_DIVS[0]}', f"<!DOCTYPE html>{_DIVS[0]}", f" {_DIVS[0]} ", f'<x:div xmlns:x="{XHTML}">x</x:div>'),
)

ANSWERS: tuple[dict[str, Any], ...] = (
    {"valueString": "words"},
    {"valueInteger": Number("3")},
    {"valueBoolean": True},
    {"valueDate": "2024-01-02"},
    {"valueCoding": {"system": "http://loinc.org", "code": "LA6568-5"}},
    {"valueCoding": {"code": "x"}},
    {"valueQuantity": {"value": Number("3")}},
)

PROFILES = (
    *(f"{US_CORE}{name}" for name in ("patient", "blood-pressure|6.1.0", "patient|9.9.9", "bogus")),
    *(f"{HL7}vitalsigns", f"{HL7}Patient", "http://example.org/profile", "x"),
)

RESOURCE_TYPES = ("Bogus", "patient", "", "Resource", "DomainResource", "Basic", "Observation", "Element", None)

BUNDLE_TYPES = ("document", "message", "transaction", "batch", "searchset", "history", "collection", "bogus")
