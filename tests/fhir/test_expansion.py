"""Value sets are expanded from the definitions at hand."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from service.fhir.expansion import CodeSystem, NotEnumerableError, Terms, ValueSet

SYSTEM = {
    "url": "s",
    "content": "complete",
    "concept": [
        {"code": "a", "concept": [{"code": "b"}]},
        {"code": "c", "property": [{"code": "subsumedBy", "valueCode": "a"}]},
        {"code": "d", "property": [{"code": "notSelectable", "valueBoolean": True}, {"code": "weight", "valueDecimal": 1.5}]},
    ],
}
PARTIAL = {"url": "p", "content": "fragment", "concept": [{"code": "a"}]}


def codes(*include: dict[str, Any], exclude: tuple[dict[str, Any], ...] = ()) -> set[str]:
    """The codes of a value set beside others, as system and code in one."""
    made = [
        {"url": "v", "compose": {"include": include, "exclude": exclude}},
        {"url": "ab", "compose": {"include": [{"system": "s", "concept": [{"code": "a"}, {"code": "b"}]}]}},
        {"url": "none"},
        {"url": "itself", "compose": {"include": [{"valueSet": ["itself"]}]}},
    ]
    others = {"o": frozenset({("t", "x")})}.get
    terms = Terms(msgspec.convert(made, list[ValueSet]), msgspec.convert([SYSTEM, PARTIAL], list[CodeSystem]), others)
    return {system + code for system, code in terms.codes("v|1")}


def test_parts_are_joined_and_what_one_says_holds_at_once() -> None:
    """Codes by name, by system, by hierarchy and by other value sets; those of one part are in all that it names."""
    assert codes({"system": "s"}) == {"sa", "sb", "sc"}
    assert codes({"system": "s", "filter": [{"property": "concept", "op": "is-a", "value": "a"}]}) == {"sa", "sb", "sc"}
    assert codes({"system": "s", "filter": [{"property": "concept", "op": "is-a", "value": "b"}]}) == {"sb"}
    assert codes({"system": "s", "concept": [{"code": "b"}, {"code": "c"}], "valueSet": ["ab"]}) == {"sb"}
    assert codes({"valueSet": ["ab"]}, {"valueSet": ["o"]}, exclude=({"system": "s", "concept": [{"code": "a"}]},)) == {"sb", "tx"}
    assert codes({"system": "o"}) == {"tx"}
    assert codes({}) == set()


@pytest.mark.parametrize(
    "part",
    [
        {"system": "p"},
        {"system": "unknown"},
        {"valueSet": ["unknown"]},
        {"valueSet": ["none"]},
        {"valueSet": ["itself"]},
        {"system": "s", "filter": [{"property": "display", "op": "regex", "value": "x"}]},
    ],
)
def test_what_is_not_at_hand_is_said(part: dict[str, Any]) -> None:
    """Codes that the definitions do not hold, or say by rules that are not known here, are not guessed."""
    with pytest.raises(NotEnumerableError):
        codes(part)


def test_value_sets_in_value_sets_come_to_an_end() -> None:
    """Value sets that each contain the next one twice are read once each, and too long a row of them is not read."""

    def row(length: int) -> list[dict[str, Any]]:
        chained = [{"url": f"{n}", "compose": {"include": [{"valueSet": [f"{n + 1}"]}] * 2}} for n in range(length)]
        return [*chained, {"url": f"{length}", "compose": {"include": [{"system": "s", "concept": [{"code": "a"}]}]}}]

    assert Terms(msgspec.convert(row(30), list[ValueSet]), []).codes("0") == {("s", "a")}
    with pytest.raises(NotEnumerableError):
        Terms(msgspec.convert(row(1_000), list[ValueSet]), []).codes("0")
