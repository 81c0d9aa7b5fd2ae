"""Items are enabled by the answers that R4 says enable them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.validate.asked import NO, UCUM, YES, answered, form, found, item, response, when


def enables(kind: str, conditions: list[dict[str, Any]], *answers: dict[str, Any], behavior: str = "") -> bool:
    """Whether answers to the question `ask` enable an item under conditions: whether it may be answered, and must be if required."""
    more = {"enableWhen": conditions, **({"enableBehavior": behavior} if behavior else {})}
    given = [answered("ask", *answers)] if answers else []
    ask = item("ask", kind, repeats=True)
    may = not found(form(ask, item("q", "string", **more)), response(*given, answered("q", valueString="x")))
    must = bool(found(form(ask, item("q", "string", required=True, **more)), response(*given)))
    assert may is must
    return may


def number(value: object) -> dict[str, Any]:
    """An answer of a number."""
    return {"valueInteger": value}


@pytest.mark.parametrize(("operator", "holds"), [(">", [4]), ("<", [2]), (">=", [3, 4]), ("<=", [2, 3]), ("=", [3]), ("!=", [2, 4])])
def test_operators_compare(operator: str, holds: list[int]) -> None:
    """Each operator holds for the answers that it says."""
    condition = when("ask", operator, answerInteger=3)
    assert [n for n in (2, 3, 4) if enables("integer", condition, number(n))] == holds


def test_one_of_several_answers_is_enough() -> None:
    """A repeated question fulfils a condition by any of its answers, but `!=` only by all."""
    assert enables("integer", when("ask", ">", answerInteger=3), number(1), number(4))
    assert enables("integer", when("ask", "=", answerInteger=4), number(1), number(4))
    assert not enables("integer", when("ask", "!=", answerInteger=4), number(1), number(4))


def test_without_an_answer_only_its_absence_holds() -> None:
    """Nothing is equal to or greater than no answer; R4's `!=` asks that no answer be equal, and none is."""
    assert [enables("integer", when("ask", operator, answerInteger=3)) for operator in ("=", ">", "<=")] == [False] * 3
    assert enables("integer", when("ask", "!=", answerInteger=3))


def test_exists_asks_for_an_answer_or_for_none() -> None:
    """`exists` with false holds where there is no answer."""
    has, has_not = when("ask", "exists", answerBoolean=True), when("ask", "exists", answerBoolean=False)
    assert enables("integer", has, number(1))
    assert not enables("integer", has)
    assert enables("integer", has_not)
    assert not enables("integer", has_not, number(1))


def test_all_or_any_condition_must_hold() -> None:
    """Any of several conditions is enough, unless `enableBehavior` says all."""
    both = when("ask", ">", answerInteger=3) + when("ask", "<", answerInteger=6)
    assert [enables("integer", both, number(n), behavior="all") for n in (2, 5, 7)] == [False, True, False]
    assert all(enables("integer", both, number(n), behavior=behavior) for n in (2, 5, 7) for behavior in ("any", ""))


def test_codes_and_amounts_are_compared_by_what_they_mean() -> None:
    """A code is its system and code; an amount is compared in whatever unit it is given."""
    assert enables("choice", when("ask", "=", answerCoding=YES), {"valueCoding": {**YES, "display": "Yes"}})
    assert not enables("choice", when("ask", "=", answerCoding=YES), {"valueCoding": NO})
    more = when("ask", ">", answerQuantity={"value": 1, "system": UCUM, "code": "g"})
    amounts = [{"valueQuantity": {"value": value, "system": UCUM, "code": code}} for value, code in ((2, "mg"), (2000, "mg"), (2, "mL"))]
    assert [enables("quantity", more, amount) for amount in amounts] == [False, True, False]


def test_the_nearest_question_counts() -> None:
    """In a repeated group a condition looks at the answer in the same group, then further out."""
    inner = [item("ask", "boolean"), item("q", "string", enableWhen=when("ask", "=", answerBoolean=True))]
    far = item("far", "string", enableWhen=when("outer", "=", answerBoolean=True))
    asked = form(item("outer", "boolean"), item("group", "group", repeats=True, item=[*inner, far]))

    def group(answer: str) -> dict[str, Any]:
        return {
            "linkId": "group",
            "item": [answered("ask", valueBoolean=answer == "yes"), answered("q", valueString="x"), answered("far", valueString="x")],
        }

    assert found(asked, response(answered("outer", valueBoolean=True), group("yes"))) == []
    given = response(answered("outer", valueBoolean=False), group("yes"), group("no"))
    assert found(asked, given) == [("business-rule", f"item[{place}]") for place in ("1].item[2", "2].item[1", "2].item[2")]


def test_a_condition_may_look_at_the_question_around_it() -> None:
    """What stands under an answer may depend on that answer."""
    asked = form(item("ask", "boolean", item=[item("q", "string", enableWhen=when("ask", "=", answerBoolean=True))]))
    inside = [answered("q", valueString="x")]
    assert found(asked, response(answered("ask", valueBoolean=True, item=inside))) == []
    assert found(asked, response(answered("ask", valueBoolean=False, item=inside))) == [("business-rule", "item[0].answer[0].item[0]")]


def test_the_work_is_bounded() -> None:
    """Conditions that would be compared with answers without end are given up, and that is an error."""
    asked = form(
        item("ask", "integer", repeats=True), *(item(f"q{n}", "string", enableWhen=when("ask", "=", answerInteger=-1)) for n in range(300))
    )
    given = response(answered("ask", *(number(n) for n in range(1000))))
    assert found(asked, given) == [("too-costly", "")]
