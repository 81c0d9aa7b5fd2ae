from __future__ import annotations

import gc
import linecache
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from service.fhir import fhirpath, json
from service.fhir.fhirpath import Budget, Environment, EvaluationError, StaticError
from service.fhir.fhirpath.environment import TooCostlyError
from service.fhir.fhirpath.nodes import system

PATIENT = json.read("""{
  "resourceType": "Patient", "id": "a", "active": true,
  "birthDate": "1974-12", "_birthDate": {"extension": [{"url": "u", "valueDecimal": 1.50}]},
  "name": [{"given": ["Ann", null], "_given": [null, {"id": "x"}], "family": "Aye"}, {"family": "Bee"}],
  "multipleBirthInteger": 2,
  "contact": [{"name": {"family": "Cee"}, "modifierExtension": [{"url": "m", "valueBoolean": true}]}],
  "maritalStatus": {"coding": [{"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}]},
  "contained": [{"resourceType": "Organization", "id": "o", "name": "Org"}],
  "managingOrganization": {"reference": "#o"}
}""")
NOW = datetime(2024, 2, 29, 13, 14, 15, 160000, tzinfo=UTC)


def evaluate(expression: str, resource: Any = PATIENT, **more: Any) -> list[Any]:
    """What an expression gives, as System values where it has them."""
    node = fhirpath.resource_node(resource)
    found = fhirpath.compile(expression, node.type).evaluate(Environment(node, node, now=NOW, **more), node)
    return [item if system(item) is None else system(item) for item in found]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("multipleBirth", [2]),
        ("multipleBirth is integer and multipleBirth is FHIR.integer", [True]),
        ("multipleBirth is Integer", [False]),
        ("multipleBirth.type().name", ["integer"]),
        ("birthDate.extension('u').value", [Decimal("1.50")]),
        ("birthDate.extension.value.toString()", ["1.50"]),
        ("name.given.count()", [2]),
        ("name.given[1].hasValue()", [False]),
        ("name.given[1].id", ["x"]),
        ("contact.name is Element", [True]),
        ("contact is BackboneElement", [True]),
        ("Resource.id", ["a"]),
        ("contained.ofType(Organization).name", ["Org"]),
        ("contained.name", ["Org"]),
        ("%resource.id & %rootResource.id & %context.id", ["aaa"]),
        ("name.select(%context.id)", ["a", "a"]),
        ("%`vs-x` & %'ext-y'", ["http://hl7.org/fhir/ValueSet/xhttp://hl7.org/fhir/StructureDefinition/y"]),
        ("birthDate < @1975", [True]),
        ("birthDate = @1974", []),
        ("0.1 + 0.2 = 0.3", [True]),
        ("now().toString()", ["2024-02-29T13:14:15.160+00:00"]),
        ("today() - 1 year", None),
        ("(today() + 1 year).toString()", ["2025-02-28"]),
        ("(@2024-01-31 + 1 month).toString()", ["2024-02-29"]),
        ("(@2024 + 24 months).toString()", ["2026"]),
        ("(@T23:59:59 + 2 seconds).toString()", ["00:00:01"]),
        ("(@2024-01-01T00:00:00Z - 1 second).toString()", ["2023-12-31T23:59:59Z"]),
        ("@9999-12-31 + 1 day", []),
        ("2147483647 + 1", []),
        ("name.family.join('-').replaceMatches('(A)(y)', '$2$1')", ["yAe-Bee"]),
        ("'ab'.replaceMatches('(?<x>a)', '${x}$1c')", ["aacb"]),
        ("'ab' in ('ab' | 'c') and (1 | 2) contains 2.0", [True]),
        ("name.all(family.exists()) and name.exists(given.exists())", [True]),
        ("name.where($index = 1).family", ["Bee"]),
        ("descendants().where($this is Reference).reference", ["#o"]),
        ("contact.repeat(children()).family", ["Cee"]),
        ("name.family.aggregate($total & $this, '')", ["AyeBee"]),
        ("1 'cm' + 1 'm' = 101 'cm'", [True]),
        ("1 'm' = 1 'kg'", []),
        ("1 '[in_i]'.toQuantity('cm') = 2.54 'cm'", [True]),
        ("37 'Cel' ~ 310.15 'K'", [True]),
    ],
)
def test_evaluation(expression: str, result: list[Any] | None) -> None:
    """Expressions give what N1 and R4's fhirpath.html say."""
    found = evaluate(expression)
    if result is not None:
        assert found == result
        assert list(map(repr, found)) == list(map(repr, result))


@pytest.mark.parametrize(
    ("expression", "start"),
    [
        ("name.gven", 5),
        ("valueQuantity", 0),
        ("multipleBirthInteger", 0),
        ("Observation.value", 0),
        ("name.first().family.gven", 20),
        ("name.where(gven = 'x')", 11),
        ("nonsense()", 0),
        ("name.first(1)", 5),
        ("name.where()", 5),
        ("name is Nonsense", 5),
        ("%nonsense", 0),
        ("children().first()", 11),
        ("name.startsWith('A')", 5),
        ("name.select(period).upper()", 20),
    ],
)
def test_static_errors(expression: str, start: int) -> None:
    """What R4's types rule out is refused before anything is evaluated, where it stands."""
    with pytest.raises(StaticError) as caught:
        fhirpath.compile(expression, "Patient")
    assert caught.value.start == start


@pytest.mark.parametrize(
    ("expression", "start"),
    [
        ("name.exists() and name.single().exists()", 23),
        ("1 + 'a'", 2),
        ("1 < 'a'", 2),
        ("name < name", 5),
        ("name.family.upper()", 12),
        ("name and true", 0),
        ("name.select(given[family])", 17),
        ("'a'.matches('(')", 4),
        ("'a'.replaceMatches('(a)', '$2')", 4),
        ("'a'.replaceMatches('(?<x>a)', '${y}')", 4),
        ("conformsTo('http://example.org/none')", 0),
        ("id.subsumes('x')", 3),
        ("id.memberOf('http://example.org/none')", 3),
        ("today() + 1 'cm'", 8),
    ],
)
def test_evaluation_errors(expression: str, start: int) -> None:
    """What cannot be evaluated says so, where it stands."""
    with pytest.raises(EvaluationError) as caught:
        evaluate(expression)
    assert caught.value.start == start


def test_references_and_profiles() -> None:
    """`resolve`, `conformsTo` and `memberOf` ask the environment."""
    organization = PATIENT["contained"][0]
    assert evaluate("managingOrganization.resolve().name", resolve={"#o": organization}.get) == ["Org"]
    assert evaluate("managingOrganization.resolve()") == []
    assert evaluate("conformsTo('http://example.org/p')", conforms=lambda node, url: node.type == "Patient" and url.endswith("p")) == [True]
    assert evaluate("iif('male'.memberOf(%`vs-administrative-gender`), 1, 2)") == [1]


def test_trace_shows_and_changes_nothing() -> None:
    """`trace` hands what it sees to the environment."""
    seen: dict[str, int] = {}
    assert evaluate("name.trace('n', given).family", trace=lambda name, items: seen.update({name: len(items)})) == ["Aye", "Bee"]
    assert seen == {"n": 2}


def test_later_operands_are_evaluated_where_they_decide() -> None:
    """`and`, `or`, `implies` and `iif` do not meet an error in what does not count."""
    for expression in ("false and name.single().exists()", "false implies name.single().exists()", "iif(false, name.single(), false)"):
        assert evaluate(f"({expression}).exists()") == [True]
    assert evaluate("true or name.single().exists()") == [True]


@pytest.mark.parametrize(
    "expression",
    [
        "repeatAll($this)",
        "descendants().repeatAll(%resource.descendants())",
        "descendants().select(descendants().select(%resource.descendants().select(%resource.descendants())))",
        "(1).repeat($this + 1)",
        "descendants().aggregate($total.combine($total), 1)",
        "descendants().select(descendants()).select(%resource = %resource.first())",
        "descendants().select(descendants()).select(%resource ~ %resource.first())",
    ],
)
def test_endless_work_ends(expression: str) -> None:
    """A budget bounds what an expression may do."""
    with pytest.raises(TooCostlyError):
        evaluate(expression, budget=Budget(1_000))


@pytest.mark.parametrize("number", ["1e999999999", "-1e-999999999", "9" * 64])
@pytest.mark.parametrize("operation", ["+ 1", "* 2", "div 3", "mod 3", "> 1", "= 1", "~ 1", "in (1 | 2)"])
def test_extreme_numbers(number: str, operation: str) -> None:
    """Numbers that JSON can write and nobody needs take no time and raise nothing but an evaluation error."""
    value = json.read(number)
    resource = {
        "resourceType": "Observation",
        "extension": [{"url": "u", "valueDecimal": value}],
        "valueQuantity": {"value": value, "unit": "g"},
    }
    for path in ("extension.value", "value.value"):
        evaluate(f"{path} {operation}", resource)
    for function in ("toString()", "round(2)", "exp()", "lowBoundary()", "abs()", "toQuantity()", "power(100)"):
        evaluate(f"extension.value.{function}", resource)


def test_deep_json() -> None:
    """The depth of a resource is no recursion of ours."""
    extension: Any = {"url": "u"}
    for _ in range(5_000):
        extension = {"url": "u", "extension": [extension]}
    resource = {"resourceType": "Patient", "extension": [extension]}
    assert evaluate("descendants().count() > 9999", resource) == [True]
    with pytest.raises(EvaluationError):
        evaluate("extension.distinct()", resource)


@pytest.mark.parametrize(
    "expression",
    [
        f"'{'a' * 60}b'.matches('(a|aa)+$')",
        f"'{'a' * 60}b'.replaceMatches('(a|aa)+$', 'x')",
        "(1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9).aggregate($total & $total & $total & $total & $total & $total & $total, 'abcdefgh')",
        f"'{'a' * 9000}'.replace('a', '{'a' * 9000}')",
        f"(1 | 2 | 3 | 4 | 5).aggregate($total + $total + $total + $total + $total + $total, '{'a' * 9000}')",
        f"(1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9).aggregate($total.combine($total).join('{'a' * 9000}').toChars(), 'a' | 'b')",
    ],
    ids=["matches", "replaceMatches", "joined", "replaced", "added", "parted"],
)
def test_strings_that_cost_too_much(expression: str) -> None:
    """A regular expression that would take years, and a string that would fill the memory, end as too costly."""
    with pytest.raises(TooCostlyError):
        evaluate(expression)


@pytest.mark.parametrize(
    ("low", "high", "result"),
    [
        (
            {"value": 1, "system": "http://unitsofmeasure.org", "code": "g"},
            {"value": 999, "system": "http://unitsofmeasure.org", "code": "mg"},
            [False],
        ),
        ({"value": 1, "unit": "drops"}, {"value": 2, "unit": "drops"}, [True]),
        ({"value": 1, "unit": "drops"}, {"value": 2, "unit": "pieces"}, []),
        ({"value": 1, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}, {"value": 2, "unit": "mg"}, [True]),
        ({"value": 1, "unit": "mg", "comparator": "<"}, {"value": 2, "unit": "mg"}, []),
        ({"unit": "mg"}, {"value": 2, "unit": "mg"}, []),
    ],
)
def test_quantities_of_resources(low: Any, high: Any, result: list[bool]) -> None:
    """FHIR's Quantities compare by their codes, else by the units that people read; one with a comparator or no value does not."""
    resource = {"resourceType": "Observation", "referenceRange": [json.from_python({"low": low, "high": high})]}
    assert evaluate("referenceRange.select(low < high)", resource) == result


def test_what_is_not_json_of_its_type_is_not_there() -> None:
    """Values that do not have the form of their type, and empty objects, are left to others to report."""
    resource = json.from_python(
        {"resourceType": "Patient", "name": ["x", {}], "birthDate": {"a": 1}, "active": [True], "deceasedDateTime": "x"}
    )
    assert evaluate("name.exists() or birthDate.exists()", resource) == [False]
    assert evaluate("deceased < today()", resource) == []


def test_the_text_of_an_expression_lives_as_long_as_its_function() -> None:
    """A traceback shows the emitted lines, and nothing is left of expressions that are forgotten."""
    path = fhirpath.compile("name.where(family = 'nobody else asks')", "Patient")
    name = path.function.__code__.co_filename
    assert "f_where(" in "".join(linecache.getlines(name))
    fhirpath.compile.cache_clear()
    del path
    gc.collect()
    assert name not in linecache.cache
