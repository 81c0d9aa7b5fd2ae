"""KAP3xx: a value would be lost or mistaken on the way back (conditions R1 to R12). `situation` is a record that shows it."""

from __future__ import annotations

from collections.abc import Iterable

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.spans import Span


def field_lost(span: Span, name: str, when: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP301",
        f"`{name}` is lost{when}",
        span,
        "no line writes it then",
        (f"{situation}\nwhich comes back without `{name}`",),
        "add a rule or clause (`a needs b`), another alternative, or a line elsewhere",
        needs=(name,),
    )


def item_lost(span: Span, name: str, musts: Iterable[str], situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP338",
        f"an item of `{name}` is lost without {' and '.join(f'`{one}`' for one in musts)}",
        span,
        "no line writes it then",
        (f"{situation}\nwhich comes back without this item",),
        "mark the field `required`, or take the `!` in its line away",
    )


def table_not_reversible(span: Span, table: str, field: str, first: str, second: str, code: object) -> Diagnostic:
    shown = "#".join(code) if isinstance(code, tuple) else str(code)
    return Diagnostic(
        "KAP302",
        f"`{first}` and `{second}` of table `{table}` have the same code",
        span,
        "which of the two is meant on the way back?",
        (f"as in the record\n  {field}: {second}\nwhich comes back with `{field}: {first}`: both are `{shown}`",),
        "give them different codes, or use the table in echoes only",
    )


def table_has_more(span: Span, table: str, name: str, more: list[str], defined: Span) -> Diagnostic:
    return Diagnostic(
        "KAP303",
        f"table `{table}` knows {', '.join(more)}, which `{name}` never is",
        span,
        "not values of the field",
        (f"a resource with the code of `{more[0]}` would be read as the record\n  {name}: {more[0]}\nwhich is not valid",),
        f"add the value to the field, or remove the line from the table ({defined.place})",
    )


def text_not_separable(span: Span, names: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP304",
        f"{' and '.join(f'`{name}`' for name in names)} cannot be told apart in one text",
        span,
        "where does one end?",
        (f"as in the records\n  {names[0]}: a-b, {names[-1]}: c\n  {names[0]}: a, {names[-1]}: b-c\nwhich may give the same text",),
        "use fields of type id, each once, with a sign such as `/` between them",
    )


def each_without_id(span: Span, name: str, defined: Span) -> Diagnostic:
    return Diagnostic(
        "KAP305",
        f"the items of `{name}` become resources and have no id",
        span,
        "which resource is which item?",
        (f"as in the record\n  {name}: [{{…}}, {{…}}]\nwhose items would be one resource when they are equal",),
        f"give them a field of type `id required` (line {defined.line})",
    )


def nothing_written(span: Span, name: str, fields: Iterable[str], situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP306",
        f"a record of kind `{name}` may write no resource at all",
        span,
        "it would vanish",
        (f"{situation}\nof which nothing comes back",),
        f"write one shape always, or add a rule `at least one of {', '.join(fields) or '…'}`",
    )


def shape_unreachable(span: Span, name: str, first: str, resource: str) -> Diagnostic:
    return Diagnostic(
        "KAP307",
        f"foreign resources do not reach `{name}`",
        span,
        f"`{first}` takes them",
        (f"as in {resource}\nwhich `{first}` takes, since it stands before `{name}` and asks for nothing else",),
        "give it a `match` line that the other does not have, or place it before the other",
    )


def slices_overlap(span: Span, taker: str, writer: str, list_: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP308",
        f"`{taker}` can take the element of `{list_}` that `{writer}` writes",
        span,
        "which element is whose?",
        (f"{situation}\nwhat `{writer}` writes of it fits `{taker}`, too",),
        "tell them by different constants of the same child",
    )


def alternative_readable(span: Span, first: str, second: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP309",
        f"what {second} writes would be read as {first}",
        span,
        "nothing tells them apart",
        (f"{situation}\nwhich writes {second}; {first} is tried before it, and finds all that it asks for",),
        "mark with `!` what the first cannot do without, or use other elements",
    )


def alternative_unreachable(span: Span, label: str, earlier: str) -> Diagnostic:
    return Diagnostic(
        "KAP310",
        f"{label} is never written",
        span,
        "an earlier one always is",
        (f"an earlier one is written when: {earlier}",) if earlier else (),
        "change the conditions or the order, or remove it",
    )


def case_missing(span: Span, name: str, missing: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP311",
        f"`case ${name}` has no block for {', '.join(missing)}",
        span,
        "this value would be lost",
        (f"as in the record\n  {name}: {missing[0]}\nwhich comes back without `{name}`",),
        f"add `{missing[0]}: {{…}}`",
        breaks=name,
    )


def case_ambiguous(span: Span, name: str, first: str, second: str) -> Diagnostic:
    return Diagnostic(
        "KAP312",
        f"`{name}: {second}` would be read as `{first}`",
        span,
        "its `match` lines do not tell it apart",
        (f"as in the record\n  {name}: {second}\nwhich comes back with `{name}: {first}`",),
        "give each case a `match` line that no other case writes",
    )


def case_unmarked(span: Span, name: str, value: str) -> Diagnostic:
    return Diagnostic(
        "KAP313",
        f"`{name}: {value}` cannot be told from a record without `{name}`",
        span,
        "no `match` line",
        (f"as in a record without `{name}`\nwhich comes back with `{name}: {value}`",),
        "give the case a `match` line, or make the field required",
    )


def written_twice(span: Span, path: str, other: Span, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP314",
        f"two lines write `{path}`",
        span,
        f"the other is {other.place}",
        (f"{situation}\nof which one value would be lost",),
        "remove one, or let conditions exclude each other",
    )


def also_reads_constant(span: Span, path: str, field: str, other: Span, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP344",
        f"this `also` line reads what another line writes at `{path}`",
        span,
        f"the other is {other.place}",
        (f"{situation}\nwhich would come back with `{field}`",),
        "remove one of the lines",
    )


def choice_written_twice(span: Span, one: str, two: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP315",
        f"`{one}` and `{two}` are forms of one element",
        span,
        "R4 allows one of them",
        (f"{situation}\nof which one value would be lost",),
        "put them into `first of`, or let a rule exclude one",
    )


def stays_needed(span: Span, name: str, text: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP316",
        f"`{name}` stays in the clinic, and what leaves breaks `{text}` without it",
        span,
        "the record could not come back",
        (f"{situation}\nwhich comes back without `{name}`, and is refused",),
        "let the rule do without the field that stays",
    )


def field_stays(span: Span, name: str, reason: str) -> Diagnostic:
    return Diagnostic(
        "KAP325",
        f"`{name}` stays in the clinic and may not occur in a shape",
        span,
        "would leave",
        (f'the reason given for it: "{reason}"',),
        "remove the line, or take `stays` from the field",
    )


def rules_unsatisfiable(span: Span, name: str, rules: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP326",
        f"no record fulfils the rules of `{name}`",
        span,
        "every record is refused",
        _together(rules),
        "change one of them",
    )


def form_incomplete(span: Span, name: str, missing: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP327",
        f"`{name}` cannot fill {' and '.join(f'`{one}`' for one in missing)}",
        span,
        "required fields",
        (f"a resource of this form alone makes no record: {', '.join(missing)} would be missing",),
        "add lines for them, or make it a shape of its own",
    )


def form_breaks_rule(span: Span, name: str, rule: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP342",
        f"what `{name}` gives alone breaks the rule: {rule}",
        span,
        "makes no valid record",
        (situation,),
        "add lines for the fields of the rule, or mark with `!` what it cannot do without",
    )


def form_repeats(span: Span, form: str, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP343",
        f"`{form}` repeats `{name}` and does not read it",
        span,
        "would be a leftover",
        ("a resource of this form comes alone, so that no other one gives the value",),
        f"take the `=` away, or read `{name}` in another line of `{form}`",
    )


def example_invalid(span: Span, problem: str) -> Diagnostic:
    return Diagnostic(
        "KAP328", f"the example is not a valid record: {problem}", span, "not valid", help="correct the example, or the fields and rules"
    )


def example_lost(span: Span, problem: str) -> Diagnostic:
    return Diagnostic(
        "KAP329",
        f"the example does not come back: {problem}",
        span,
        "comes back otherwise",
        help="this is a fault of the engine: please report it with the mapping",
    )


def field_never(span: Span, name: str, rules: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP330",
        f"no valid record has a value for `{name}`",
        span,
        "always empty",
        _together(rules),
        "change one of them, or remove the field",
    )


def shape_never(span: Span, name: str, rules: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP331",
        f"no valid record writes `{name}`",
        span,
        "its condition never holds",
        _together(rules),
        "correct `written when`, or remove the shape",
    )


def list_in_two_places(span: Span, name: str, shapes: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP332",
        f"the items of `{name}` stand in two places",
        span,
        "which one counts?",
        (f"they stand in {' and in '.join(f'`{one}`' for one in shapes)}, and may be changed in one of them",),
        "keep one of the places",
    )


def key_in_shape(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP333",
        f"the key `{name}` is written by the engine",
        span,
        "in id and identifier",
        help="remove the line, or make it an echo (`= …`)",
    )


def match_not_written(span: Span, path: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP340",
        f"`match {path}` is not in everything that is written here",
        span,
        "without it, it would not be known again",
        (situation,),
        "take `match` away, or mark the field `required`, or with `!`",
    )


def _together(rules: Iterable[str]) -> tuple[str, ...]:
    """A note with the rules that exclude something, one a line."""
    lines = "".join(f"\n  {rule}" for rule in rules)
    return (f"these cannot hold together:{lines}",) if lines else ()
