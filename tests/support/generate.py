"""Valid records of any kind, derived from its fields and rules: a new mapping is tested without new test code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from service.fhir.json import Number
from service.mapping.plan import Kind
from service.mapping.satisfy import Theory, theory
from service.records import leaves
from service.records.fields import Field, Fields
from service.records.formulas import Formula, Literal, all_of, has, is_, negate

LETTERS = "abcXYZ0189-"
WORDS = (
    "x",
    "Ada",
    "no pain",
    'says "ok"',
    "a\\b",
    "{brace}",
    "100 %",
    "línea",
    "日本",
    "🙂",
    "two\nlines",
    "tab\there",
    "$5",
    "a|b",
    "it's",
    "<b>&amp;",
    "e\u0301",
    "a\u2028b",
    "a\ufeffb",
    "\u00a0.",
)
ZONES = ("Z", "+00:00", "-06:00", "+05:30", "+14:00")


def record(kind: Kind, random: Random, kinds: Mapping[str, Kind] | None = None, *, stays: bool = False) -> dict[str, Any]:
    """A valid record of a kind, with records inside it where `kinds` are given; fields that stay only when asked for."""
    return _record(kind, random, kinds or {}, {}, stays=stays)


def of_model(fields: Fields, model: Mapping[Literal, bool], about: Iterable[str], random: Random) -> dict[str, Any]:
    """A record of a model: of the fields that it is `about`, those of which the model says nothing have a value, too; others have none."""
    given: list[Formula] = [one for one, truth in model.items() if truth and one.value is not None and one.field in fields.by_name]
    given += [has(name) if model.get(has(name), name in about) else negate(has(name)) for name in fields.by_name]
    return _values(fields, random, {}, stays=False, given=given)


def value(field: Field, random: Random, around: Mapping[str, Any]) -> Any:
    """A value of a field, whatever its clauses say; `around` is the record that items stand in."""
    return _items(field, random, around, stays=False) if field.items else _single_or_list(field, random, None)


def _record(kind: Kind, random: Random, kinds: Mapping[str, Kind], fixed: dict[str, Any], *, stays: bool) -> dict[str, Any]:
    made = _values(kind.fields, random, fixed, stays=stays)
    for listing in kind.children if kinds else ():
        given = {**{name: made.get(name) for name in listing.shared}, **listing.fixed}
        inner = kinds[listing.kind]
        inside = [_record(inner, random, kinds, given, stays=stays) for _ in range(random.randrange(3))]
        for number, child in enumerate(inside):
            child[inner.key] = f"{child[inner.key][:33]}-{number}"
        if inside:
            made[listing.name] = inside
    return {name: one for name, one in made.items() if name not in fixed}


def _values(
    fields: Fields,
    random: Random,
    fixed: dict[str, Any],
    *,
    stays: bool,
    outer: Mapping[str, Any] | None = None,
    given: Iterable[Formula] = (),
) -> dict[str, Any]:
    """Values for a satisfying choice of present fields; `fixed` are given from outside (None: absent), as are conditions."""
    rules = theory(fields)
    given = [*given]
    given += [known(fields.by_name[name], value) for name, value in fixed.items()]
    given += [negate(has(name)) for name, one in fields.by_name.items() if one.stays and not stays]
    given += [known(fields.outer.by_name[name], (outer or {}).get(name)) for name in (fields.outer.by_name if fields.outer else ())]
    given += _wishes(rules, fields, given, random)
    likely = random.choice((0.1, 0.5, 0.9))
    model = _sample(rules, fields, given, random, likely)
    values = {
        name: fixed.get(name) or _single_or_list(one, random, model[name])
        for name, one in fields.by_name.items()
        if model[name] and not one.items
    }
    _put_in_order(fields, values, random, {**(outer or {}), **fixed})
    add_up(fields, values)
    for name, one in fields.by_name.items():
        if model[name] and one.items:
            values[name] = _items(
                one,
                random,
                {**values, **{other: [] for other in fields.by_name if model[other] and fields.by_name[other].items}},
                stays=stays,
            )
    return {name: values[name] for name in fields.by_name if name in values}


def _wishes(rules: Theory, fields: Fields, given: list[Formula], random: Random) -> list[Formula]:
    """A value for each required field with listed values, as likely as its others where the rules allow it: solving alone prefers some."""
    wishes: list[Formula] = []
    for name, one in random.sample(list(fields.by_name.items()), len(fields.by_name)):
        if one.required and one.enumerated:
            wish = is_(name, random.choice(one.domain))
            if not (one.or_text and random.random() < 0.5) and rules.solve(*given, *wishes, wish):
                wishes.append(wish)
    return wishes


def _put_in_order(fields: Fields, values: dict[str, Any], random: Random, given: dict[str, Any]) -> None:
    """Choose dates and times again until each is not before that which comes first."""
    for rule in fields.rules:
        while rule.order and not rule.holds({**given, **values}):
            for name in rule.order:
                if name not in given:
                    values[name] = _single(fields.by_name[name], random, None)


def add_up(fields: Fields, values: dict[str, Any]) -> None:
    """Put sums right; one that its field does not take goes."""
    while broken := next((rule for rule in fields.rules if rule.sum_of and not rule.holds(values)), None):
        values[broken.clause_of] = Number(f"{broken.total(values):f}")
        if leaves.problem(fields.by_name[broken.clause_of], values[broken.clause_of]):
            del values[broken.clause_of]


def known(one: Field, value: Any) -> Formula:
    """What conditions can say of a field with this value (None: without)."""
    if value is None:
        return negate(has(one.name))
    if one.enumerated:
        spelt = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else getattr(value, "text", value)
        if spelt in one.domain:
            return is_(one.name, spelt)
        return all_of([has(one.name), *(negate(is_(one.name, other)) for other in one.domain)])
    return has(one.name)


def _sample(rules: Theory, fields: Fields, given: list[Any], random: Random, likely: float) -> dict[str, Any]:
    """For each field whether it is present, and for an enumerated one with which value (True: any other text)."""
    model = rules.solve(*given, prefer=lambda: random.random() < likely)
    assert model is not None, "the rules allow no record"
    chosen: dict[str, Any] = {}
    for name, one in fields.by_name.items():
        present = model.get(has(name))
        if present is None:
            present = not one.stays and random.random() < likely and negate(has(name)) not in given
            present = present or has(name) in given or one.required
        values = [value for value in one.domain if model.get(is_(name, value))] if one.enumerated else []
        excluded = [value for value in one.domain if model.get(is_(name, value)) is False] if one.enumerated else []
        free = [value for value in one.domain if value not in excluded] if one.enumerated else []
        if not present:
            chosen[name] = None
        elif values:
            chosen[name] = values[0]
        elif one.or_text and (not free or random.random() < 0.5):
            chosen[name] = True
        else:
            chosen[name] = random.choice(free) if free else True
    return chosen


def _items(one: Field, random: Random, around: Mapping[str, Any], *, stays: bool) -> list[Any]:
    assert one.items
    items = [_values(one.items, random, {}, stays=stays, outer=around) for _ in range(random.randrange(1, 4))]
    for number, item in enumerate(items):
        for name, inner in one.items.by_name.items():
            if inner.type == "id" and inner.required:
                item[name] = f"{item[name]}"[: int(inner.high or 36) - 2] + f"-{number}"
    return items


def _single_or_list(one: Field, random: Random, chosen: Any) -> Any:
    if one.many:
        return [_single(one, random, None) for _ in range(random.randrange(1, 4))]
    return _single(one, random, chosen if isinstance(chosen, str) else None)


def _single(one: Field, random: Random, chosen: str | None) -> Any:
    match one.type:
        case "boolean":
            return chosen == "true" if chosen else random.random() < 0.5
        case "table" | "one of":
            if chosen is None and one.or_text and not one.many:
                return f"other {_text(random)}"
            name = chosen or random.choice(one.values)
            return Number(name) if one.numeric else name
        case "id":
            return "".join(random.choice(LETTERS) for _ in range(random.randrange(max(1, int(one.low or 1)), int(one.high or 36) + 1)))
        case "text":
            text = _text(random)[: int(one.high or 1000)].strip()
            return text.ljust(int(one.low or 1), "0")
        case "code":
            code = random.choice(("8302-9", "a", "x y", 'q"', "LA-1", "{u}"))
            return code if code not in one.excluded else "z"
        case "uri":
            return random.choice(("urn:x:1", "https://a.example/b?c=1", "urn:é"))
        case "language":
            return random.choice(("en", "es-MX", "zh-Hans", "sr-Latn-RS", "es-419"))
        case "npi":
            return random.choice(("1234567893", "1000000004", "1999999992", "1003000126"))
        case "unit":
            return random.choice(("mg", "mm[Hg]", "{score}", "10*3/uL", '{a "b"}', "%", "1"))
        case "integer":
            low, high = int(one.low or -(2**31)), int(one.high or 2**31 - 1)
            return Number(str(random.choice((low, high, random.randint(low, high)))))
        case "decimal":
            return _decimal(one, random)
    return _moment(one, random)


def _decimal(one: Field, random: Random) -> Number:
    low, high = float(one.low or -1000), float(one.high or 1000)
    amount = random.choice((low, high, random.uniform(low, high), float(int(random.uniform(low, high)))))
    text = random.choice(("{:.0f}", "{:.1f}", "{:.2f}", "{:.2e}", "{:.4f}")).format(amount).replace("e+0", "e+").replace("e-0", "e-")
    return Number(text) if low <= float(text) <= high else Number(one.low or "0")


def _text(random: Random) -> str:
    return " ".join(random.choice(WORDS) for _ in range(random.randrange(1, 4))).strip()


def _moment(one: Field, random: Random) -> str:
    day = f"{random.randrange(1900, 2100):04}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
    clock = f"T{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}"
    time = clock + random.choice(("", "", ".5", ".125000")) + random.choice(ZONES)
    if one.type == "instant":
        return day + time
    forms = (day, day[:7], day[:4]) if one.type == "date" else (day + time, day + time, day + time, day, day[:7], day[:4])
    return random.choice([form for form in forms if len(form) >= int(one.low or 0)])
