"""Each function of FHIRPath and of R4, by what it gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.fhir import fhirpath
from service.fhir.fhirpath.library import FUNCTIONS
from service.fhir.fhirpath.syntax import Call, Expression, inner
from tests.fhir.fhirpath.test_evaluate import evaluate

PAGE = (Path(__file__).parents[3] / "docs" / "fhirpath.md").read_text("utf-8")

TRUE = r"""
(true | false).anyTrue() and (true | false).anyFalse() and (true | false).allTrue().not() and (true | false).allFalse().not()
{}.allTrue() and {}.allFalse() and {}.anyTrue().not() and {}.anyFalse().not() and {}.all(false) and {}.exists().not()
(1 | 2).subsetOf(3 | 2 | 1) and (1 | 4).subsetOf(1 | 2).not() and (1 | 2).supersetOf(2) and (1).supersetOf(1 | 2).not()
name.family.combine('Bee').isDistinct().not() and name.family.isDistinct() and name.family.combine('Bee').distinct().count() = 2
(1 | 2 | 3).intersect(3 | 2 | 9) = (2 | 3) and (1 | 2 | 3).exclude(2) = (1 | 3) and (1).union(2 | 1) = (1 | 2)
(1 | 2 | 3).first() = 1 and (1 | 2 | 3).last() = 3 and (1 | 2 | 3).tail() = (2 | 3) and (1 | 2 | 3)[1] = 2 and (1 | 2)[-1].empty()
(1 | 2 | 3).skip(1) = (2 | 3) and (1 | 2 | 3).skip(-1).count() = 3 and (1 | 2 | 3).take(2) = (1 | 2) and (1 | 2).take(-1).empty()
(1).single() = 1 and {}.single().empty()
(3 | 1 | 2).sort() = (1 | 2 | 3) and (3 | 1 | 2).sort(-$this) = (3 | 2 | 1) and name.sort(-family).first().family = 'Bee'
(1).repeat(iif($this < 4, $this + 1, {})) = (2 | 3 | 4) and (1).repeatAll(iif($this < 3, $this + 1 | $this + 2, {})).count() = 4
children().count() > 5 and descendants().count() > children().count()
true.toBoolean() and 'Yes'.toBoolean() and 1.0.toBoolean() and 'off'.toBoolean().empty() and 0.toBoolean().not()
'+07'.toInteger() = 7 and true.toInteger() = 1 and '1e1'.toInteger().empty() and '9999999999'.toInteger().empty()
'1.50'.toDecimal().toString() = '1.50' and 2.toDecimal() is Decimal and '.5'.toDecimal().empty() and false.toDecimal() = 0.0
'4 days'.toQuantity() = 4 days and '4 \'mg\''.toQuantity() = 4 'mg'
'4 mg'.toQuantity().empty() and 4.toQuantity() = 4 '1' and 0.toQuantity() = 0 '1'
1 'h'.toQuantity('min') = 60 'min' and 1 'h'.toQuantity('m').empty() and 1 'h'.convertsToQuantity('m').not()
'2015-02'.toDate() = @2015-02 and @2015-02-04T10:00:00Z.toDate() = @2015-02-04 and '2015-2'.toDate().empty() and 1.toDate().empty()
'2015'.toDateTime() = @2015T and @2015-02.toDateTime() is DateTime and @T10.toDateTime().empty()
'10:30'.toTime() = @T10:30 and 'T10:30'.toTime() = @T10:30 and '25'.toTime().empty() and @2015.toTime().empty()
1.5.toString() = '1.5'
true.toString() = 'true' and 2 days.toString() = '2 days' and 2 'd'.toString() = '2 \'d\'' and @T10.toString() = '10'
'1'.convertsToInteger() and 'x'.convertsToInteger().not() and 'x'.convertsToBoolean().not() and 'x'.convertsToDecimal().not()
'2015'.convertsToDate() and 'x'.convertsToDateTime().not() and 'x'.convertsToTime().not() and 1.convertsToString()
name.first().convertsToString().not() and name.first().toString().empty() and {}.convertsToString().empty()
{}.toInteger().empty() and {}.convertsToInteger().empty()
'abcb'.indexOf('b') = 1 and 'abcb'.lastIndexOf('b') = 3 and 'abc'.indexOf('x') = -1
'abc'.substring(1) = 'bc' and 'abc'.substring(1, 1) = 'b' and 'abc'.substring(0, -1) = '' and 'abc'.substring(3).empty()
'abc'.startsWith('ab') and 'abc'.endsWith('bc') and 'abc'.contains('b') and 'abc'.contains('') and 'abc'.startsWith({}).empty()
'aB'.upper() = 'AB' and 'aB'.lower() = 'ab' and ' a '.trim() = 'a' and 'abc'.length() = 3 and 'ab'.toChars() = ('a' | 'b')
'a-b'.replace('-', '+') = 'a+b' and 'a1'.matches('[0-9]') and 'a1'.matchesFull('[0-9]').not() and 'a\nb'.matches('a.b')
'a1'.replaceMatches('[0-9]', '$0$0') = 'a11' and 'a1'.replaceMatches('', 'x') = 'a1'
'a,,b'.split(',').count() = 3 and ('a' | 'b').join() = 'ab' and ('a' | 'b').join('-') = 'a-b' and {}.join('-').empty()
'a?'.encode('hex') = '613f' and 'a?'.encode('base64') = 'YT8=' and '>>?'.encode('urlbase64') = 'Pj4_' and 'a'.encode('rot').empty()
'613f'.decode('hex') = 'a?' and 'YT8='.decode('base64') = 'a?' and 'Pj4_'.decode('urlbase64') = '>>?' and 'a'.decode('rot').empty()
'<a>'.escape('html') = '&lt;a&gt;' and '&lt;'.unescape('html') = '<' and '"'.escape('json') = '\\"' and '\\n'.unescape('json') = '\n'
(-1.5).abs() = 1.5 and (-1).abs() is Integer and (-2 'mg').abs() = 2 'mg' and 1.2.ceiling() = 2 and (-1.2).floor() = -2
(-1.9).truncate() = -1 and 2.55.round(1) = 2.6 and 2.5.round() = 3 and 1.round() is Decimal
0.exp() = 1 and 1.ln() = 0 and 0.ln().empty() and 8.log(2) = 3 and 8.log(1).empty() and 9.sqrt() = 3 and (-1).sqrt().empty()
2.power(10) = 1024 and 2.power(10) is Integer and 2.power(-1) = 0.5 and (-8).power(0.5).empty() and 2.power(99).empty()
7 div 2 = 3 and (-7) div 2 = -3 and (-7) mod 2 = -1 and 7.5 mod 2 = 1.5 and (1 div 0.0).empty()
5.lowBoundary(0) = 4 and 5.highBoundary() = 5.5 and 1.20.lowBoundary(3) = 1.195 and 1.lowBoundary(99).empty()
@2024-02.highBoundary() = @2024-02-29 and @2024.lowBoundary(6) = @2024-01 and @2024.lowBoundary(7).empty()
@2024.highBoundary(17).empty()
@T10.highBoundary() = @T10:59:59.999 and @T10:30.lowBoundary(4) = @T10:30 and (2.0 'mg').highBoundary(2) = 2.05 'mg'
@2024-05-14T10:00:00Z.lowBoundary(8) = @2024-05-14 and @2024-02T.highBoundary().toString() = '2024-02-29T23:59:59.999-12:00'
1.50.precision() = 2 and 7.precision() = 0 and @2024-02.precision() = 6 and @T10:30:00.0.precision() = 7
1 'cm'.comparable(1 '[in_i]') and 1 'cm'.comparable(1 's').not() and 1 year.comparable(1 'a').not()
now() is DateTime and today() is Date and timeOfDay() is Time and now().toDate() = today() and timeOfDay() = @T13:14:15
name.trace('x').count() = name.trace('y', family).count() and name.type().namespace.distinct() = 'FHIR' and 1.type().name = 'Integer'
(1 | 2 | 3).aggregate($this + $total, 0) = 6 and (1 | 2).aggregate(iif($total.empty(), $this, $total)) = 1
birthDate.extension('u').exists() and birthDate.extension('v').empty() and extension('u').empty()
active.hasValue() and name.hasValue().not() and active.getValue() is System.Boolean and name.getValue().empty()
name.first().checkModifiers('urn:x').family = 'Aye' and managingOrganization.resolve().empty()
conformsTo('http://hl7.org/fhir/StructureDefinition/Patient') and conformsTo('http://hl7.org/fhir/StructureDefinition/Group').not()
'male'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender') and 'm'.memberOf(%`vs-administrative-gender`).not()
'<div xmlns="http://www.w3.org/1999/xhtml">x</div>'.htmlChecks() and '<p>x</p>'.htmlChecks().not() and {}.htmlChecks().empty()
iif(false, 1).empty() and iif({}, 1, 2) = 2 and name.first().iif(family = 'Aye', 'a', 'b') = 'a'
true.not() = false and {}.not().empty() and {}.empty() and 1.exists() and (1 | 2).count() = 2 and (1 | 2).where($this > 1) = 2
name.select(given).count() = 2 and name.all(family.exists()) and (name.first() as HumanName).exists() and name.ofType(Period).empty()
maritalStatus.memberOf(%`vs-administrative-gender`) and maritalStatus.coding.memberOf(%`vs-administrative-gender`)
maritalStatus.text.memberOf(%`vs-administrative-gender`).empty() and {}.conformsTo('x').empty() and contact.checkModifiers('m').exists()
2 'cm' * 3 'cm' = 6 'cm2' and 6 'cm2' / 2 'cm' = 3 'cm' and 4 'g' / 2 = 2 'g' and 2 * 4 'g' = 8 'g' and 6 'g' / 3 'g' = 2 '1'
1 / 2 's' = 0.5 '/s' and 6 'm/s' / 3 'm/s' = 2 '1' and 6 'm' / (3 'm/s') = 2 's' and (1 'm' / 0 'm').empty() and (1 'm' * 1 'none').empty()
1 week = 7 days and 13 months > 1 year and 1 year ~ 1 'a' and (1 year = 1 'a').empty() and 1 'h' ~ 60 'min' and (1 'g' ~ 1 'm') = false
1 'h' + 30 'min' = 90 'min' and 1 'h' - 30 'min' = 0.5 'h' and (1 'h' + 1 'm').empty() and 1 'g' + 2 'g' = 3 'g' and (1 'x' = 2 'y').empty()
-(1.5) = -1.5 and +1 = 1 and -(1 'g') < 0 'g' and {}.empty()
(-{}).empty() and (1 + {}).empty() and (1 / 0).empty() and (1 mod 0).empty()
@2024-01-01T23:30:00-05:00 = @2024-01-02T04:30:00Z and @2024-01-01T01:00:00+02:00 < @2024-01-01T00:00:00Z and @2024T = @2024
(@2024-01-01T10:00:00 = @2024-01-01T10:00:00Z).empty() and @2024-01-01T10:00:00 < @2024-01-02 and (@T10 = @2024) = false
@0001-01-01T00:00:00+14:00 = @0001-01-01T00:00:00+14:00 and @2024-01-01T10:00Z = @2024-01-01T12:00+02:00
@2024-02-29 + 1 year = @2025-02-28 and @2024-01 - 2 months = @2023-11 and @2024 + 400 days = @2025 and @2024 + 6 months = @2024
@2024-01-01T00:00:00.500Z + 500 'ms' = @2024-01-01T00:00:01Z
@2024-01-01 + 36 hours = @2024-01-02 and @2024-01-15 - 2 weeks = @2024-01-01
(@0001-01-01 - 1 day).empty() and (@9999-12 + 1 month).empty() and @T00:30 - 1 hour = @T23:30 and @T10 + 90 minutes = @T11
(@2024-01-01T10:00:00Z + 1 day).toString() = '2024-01-02T10:00:00Z' and (@T10:00:00.5 + 1 second).toString() = '10:00:01.5'
'a' != 1 and 1 != true and true = true and (1 | 2) != (1 | 2 | 3) and 1 ~ 1.0 and 'A b' ~ 'a  B' and ({} ~ {}) and (1 ~ {}) = false
name ~ name and (name !~ name) = false and (contact.name ~ name.first()) = false and (@2024 ~ @2024-01) = false and name = name
(1 | 2) ~ (2 | 1) and (1 | 1.4) !~ (1.4 | 3)
1 <= 1 and 1 >= 1 and 2 > 1 and 'b' >= 'a' and 1 'g' > 1 'mg' and ({} < 1).empty() and @2024-01 > @2023
(1 in {}) = false and ({} in (1)).empty() and (1 | 2) contains 2 and ({} contains 1) = false and ('a' & {}) = 'a'
Resource.id = 'a' and DomainResource.exists() and (name.first() as Period).empty() and name.first() is HumanName and ({} is String).empty()
(true xor false) and (true xor true) = false and ({} xor true).empty()
({} implies true) and (false or {}).empty() and (true implies {}).empty()
"""
REFUSED = [
    *("'a'.subsumes('b')", "'a'.subsumedBy('b')", "name.single()", "(1 | 2).toInteger()", "1.upper()", "'a'.abs()", "'a'.round()"),
    *("(1 | 2).allTrue()", "name.skip('a')", "name['a']", "'a'.precision()", "'a'.lowBoundary()", "1.lowBoundary('a')", "true.ln()"),
    *(
        "'a'.comparable(1 'g')",
        "1.round(-1)",
        "'a'.substring('b')",
        "'x'.decode('hex')",
        r"'\\u12'.unescape('json')",
        "'a' & 1",
        "-'a'",
        "+'a'",
    ),
    *(
        "1 'g' * 'a'",
        "true + 1",
        "@T10 + 1 day",
        "@T10 < @2024",
        "1.conformsTo('x')",
        "contact.checkModifiers('n')",
        "iif(1 | 2, 1)",
        "name + 1",
    ),
    *("name.select(family.upper(1))", "iif(true)", "true < false", "maritalStatus < 1", "1.matches('a')", "name.first().startsWith('a')"),
]


@pytest.mark.parametrize("expression", [line for line in TRUE.splitlines() if line])
def test_what_functions_give(expression: str) -> None:
    """Each line is true of the patient of these tests."""
    for part in expression.split(" and "):
        assert evaluate(part) == [True], part


@pytest.mark.parametrize("expression", REFUSED)
def test_what_functions_do_not_take(expression: str) -> None:
    """What a function cannot work on is an error, not an empty result."""
    with pytest.raises(fhirpath.FhirPathError):
        evaluate(expression)


def _called(node: Expression) -> set[str]:
    own = {node.name} if isinstance(node, Call) else set()
    return own.union(*map(_called, inner(node)))


def test_every_function_is_tried_and_told() -> None:
    """Each function that the compiler knows stands in a line above, and in docs/fhirpath.md; and no other does there."""
    tried = set().union(*(_called(fhirpath.parse(line)) for line in [*TRUE.splitlines(), *REFUSED] if line))
    section = PAGE.partition("## Functions")[2].partition("\n## ")[0]
    assert tried >= FUNCTIONS.keys()
    assert set(re.findall(r"`(\w+)\(\)`", section)) == {*FUNCTIONS, "iif", "is", "as", "ofType"}
