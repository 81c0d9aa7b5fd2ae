"""KAP3xx: a value would be lost or mistaken on the way back (conditions R1 to R15). `situation` is a record that shows it."""

from __future__ import annotations

import re
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


def shape_unreachable(span: Span, name: str, first: str) -> Diagnostic:
    return Diagnostic(
        "KAP307",
        f"no foreign resource ever reaches `{name}`",
        span,
        f"`{first}` takes them all",
        (f"every resource that fits `{name}` fits `{first}`, which stands before it",),
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


def alternative_unreachable(span: Span, label: str) -> Diagnostic:
    return Diagnostic(
        "KAP310",
        f"{label} is never written",
        span,
        "an earlier one always is",
        help="change the conditions or the order, or remove it",
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


def child_without_key(span: Span, name: str, key: str) -> Diagnostic:
    return Diagnostic(
        "KAP317",
        f"the records of `{name}` do not take `{key}` from their parent",
        span,
        "whose are they on the way back?",
        (f"as in two records with `{name}`\nof which nothing says later which child belongs to which",),
        f"name `{key}` behind `with`",
    )


def child_field_differs(span: Span, name: str, kind: str, here: str, there: str) -> Diagnostic:
    return Diagnostic(
        "KAP339",
        f"`{name}` is not the same field in `{kind}`",
        span,
        "shared by both",
        (f"here it is {here}, there {there}: a child would be refused, or not find its parent again",),
        "define the field alike in both files",
    )


def child_lists_alike(span: Span, one: str, other: str, kind: str) -> Diagnostic:
    return Diagnostic(
        "KAP318",
        f"`{one}` and `{other}` both hold records of kind `{kind}`",
        span,
        "which list do they come back to?",
        (f"as in the record\n  {one}: [{{…}}]\nwhich comes back as\n  {other}: [{{…}}]",),
        "tell them apart by `with field = value`",
    )


def ending_twice(span: Span, type_: str, ending: str, other: Span) -> Diagnostic:
    shown = f"end with `{ending}`" if ending else "have no ending"
    return Diagnostic(
        "KAP319",
        f"two shapes of {type_} {shown}",
        span,
        f"the other is {other.place}",
        (f"both would write the resource {type_}/k{f'.{ending}' if ending else ''} of a record with the key k",),
        "rename one of the shapes",
    )


def bad_ending(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP320",
        f"`{name}` cannot end an id",
        span,
        "not letters, digits and hyphens",
        (f"the id `k.{name}` of a record with the key k is no id of R4, or could not be cut again",),
        f"write `{re.sub('[^A-Za-z0-9]+', '-', name).strip('-')}`",
        needs=tuple(re.findall(r"<\w+>", name)),
    )


def id_over_64(span: Span, name: str, length: int, item: int) -> Diagnostic:
    return Diagnostic(
        "KAP321",
        f"ids of `{name}` would have up to {length} characters; R4 allows 64",
        span,
        "too long",
        (f"a key has up to 36 characters, then `.{name}`{f' and an item with up to {item - 1}' if item else ''}",),
        "shorten the shape's name, or bound the item's id",
    )


def item_id_short(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP322",
        f"`{name}` must have room for 20 characters",
        span,
        "the item's id of another system has 20",
        (f"as in the record\n  {name}: 0f1e2d3c4b5a69788796\nread from another system, which would be refused",),
        f"write `{name}: id ..20 required`",
    )


def reference_without_shape(span: Span, type_: str, other: Span) -> Diagnostic:
    return Diagnostic(
        "KAP323",
        f"no shape of {type_} is written under its record's key alone",
        span,
        "what would the reference name?",
        (f"the reference {type_}/k would be written, and no resource has that id",),
        f"name the shape of {type_} ({other.place}) like its record kind",
    )


def base_gone(span: Span, base: str) -> Diagnostic:
    return Diagnostic(
        "KAP324",
        f"`{base}` was released as base and is gone",
        span,
        "what was written under it would be a stranger's",
        (f"a resource with an identifier of the system `{base}/id/…` would not be known as ours",),
        f"add a line `formerly: {base}`",
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


def kind_gone(span: Span, name: str, system: str) -> Diagnostic:
    return Diagnostic(
        "KAP334",
        f"record kind `{name}` was released and is gone",
        span,
        "no mapping reads what it wrote",
        (f"a resource with an identifier of the system `{system}` would belong to no record",),
        f"bring its file back, or write `formerly: {name}` into the file that took its place",
    )


def shape_gone(span: Span, name: str, type_: str, own: str) -> Diagnostic:
    return Diagnostic(
        "KAP335",
        f"`{name}` was released as {type_} and is gone",
        span,
        "no shape reads what it wrote",
        (f"{type_}/{own} would be read by no shape",),
        f"bring it back, or write `formerly: {name}` into the shape that took its place",
    )


def code_gone(span: Span, code: str, path: str) -> Diagnostic:
    return Diagnostic(
        "KAP336",
        f"`{code}` was released at {path} and is gone",
        span,
        "no line reads it there",
        (f"a resource of ours that has `{code}` at {path} would not be read as before",),
        "keep it behind a bar: `new | old`",
    )


def code_moved(span: Span, code: str, path: str, name: str, other: str) -> Diagnostic:
    return Diagnostic(
        "KAP337",
        f"`{code}` was released as `{name}` at {path} and is now `{other}`",
        span,
        "what was written would be read as something else",
        (f"a record with `{name}`, written by an earlier version, comes back with `{other}`",),
        f"give `{name}` its code back; a new meaning needs a new code",
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
