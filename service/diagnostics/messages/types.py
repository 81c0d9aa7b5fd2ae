"""KAP2xx: a field, constant or reference that does not fit the element at which it stands, and fields that are no types of the language."""

from __future__ import annotations

from collections.abc import Iterable

from service.diagnostics.diagnostic import Diagnostic, some
from service.diagnostics.spans import Span


def field_at_element(span: Span, name: str, type_: str, element: str, fits: str) -> Diagnostic:
    return Diagnostic("KAP201", f"`{name}` is of type {type_} and cannot stand at {element}", span, "types do not fit", help=fits)


def range_wider_than_element(span: Span, name: str, type_: str, least: int, defined: Span) -> Diagnostic:
    return Diagnostic(
        "KAP202",
        f"`{name}` may be below {least}, which {type_} does not allow",
        span,
        "the element's range is narrower",
        help=f"give the field the range `{least}..` (line {defined.line})",
    )


def list_at_single(span: Span, name: str, path: str) -> Diagnostic:
    return Diagnostic(
        "KAP203", f"`{name}` is a list, and `{path}` takes one value", span, "one value only", help="place it at an element that repeats"
    )


def not_bound(span: Span, path: str, allowed: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP204", f"R4 does not allow this code at `{path}`", span, "outside the required binding", help=f"allowed: {some(allowed)}"
    )


def free_code(span: Span, name: str, path: str) -> Diagnostic:
    return Diagnostic(
        "KAP205",
        f"`{name}` may hold any code, and R4 restricts `{path}`",
        span,
        "a required binding",
        help="give the field a table, or `one of …`",
    )


def table_needed(span: Span, name: str, type_: str, element: str) -> Diagnostic:
    return Diagnostic(
        "KAP206",
        f"`{name}` is of type {type_}; at a {element} it needs a table",
        span,
        "which codes?",
        help="give the field a table of base.yaml as its type, or write `via table`",
    )


def table_misses_value(span: Span, table: str, name: str, missing: list[str], defined: Span) -> Diagnostic:
    return Diagnostic(
        "KAP207",
        f"table `{table}` has no line for {some(missing)}",
        span,
        f"values of `{name}`",
        help=f"add them to the table ({defined.place})",
    )


def text_needs_concept(span: Span, name: str, element: str) -> Diagnostic:
    return Diagnostic(
        "KAP208",
        f"`{name}` may hold free text, and a {element} has no place for it",
        span,
        "only codes fit here",
        help="place it at a CodeableConcept, or drop `or text`",
    )


def via_at_element(span: Span, element: str) -> Diagnostic:
    return Diagnostic(
        "KAP209", f"`via` gives codes, and {element} takes none", span, "not a code, Coding or CodeableConcept", help="take `via …` away"
    )


def word_expected(span: Span, path: str, element: str) -> Diagnostic:
    return Diagnostic(
        "KAP210",
        f"`{path}` is of type {element} and takes a plain word",
        span,
        "not a single word",
        help="write the code alone, without system, display or `+`",
    )


def one_coding(span: Span, path: str) -> Diagnostic:
    return Diagnostic(
        "KAP211",
        f"`{path}` is one Coding, and this concept has several",
        span,
        "too many codings",
        help="place it at a CodeableConcept, or name one coding",
    )


def unit_missing(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP212",
        f"`{name}` stands at a Quantity without its unit",
        span,
        "which unit?",
        help=f"`${name} 'mm[Hg]'`, or `${name} $unit_field`",
    )


def unit_at_element(span: Span, path: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP213",
        f"`{path}` is of type {type_} and has no place for a unit",
        span,
        "not a Quantity",
        help="take the unit away, or place the value at a Quantity",
    )


def unit_field_not_table(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP214",
        f"`{name}` gives the unit and must be a table of units, not {type_}",
        span,
        "names no UCUM codes",
        help="make a table in base.yaml: name → UCUM code",
    )


def absent_not_here(span: Span, path: str) -> Diagnostic:
    return Diagnostic(
        "KAP216",
        f"`else absent` needs a dataAbsentReason beside `{path}`",
        span,
        "there is none",
        help="it belongs to a value of an Observation or of its component",
    )


def constant_at_element(span: Span, text: str, type_: str, problem: str) -> Diagnostic:
    return Diagnostic("KAP217", f"`{text}` is {problem}", span, f"no {type_}", help=f"write a {type_} as R4 spells it")


def not_a_list(span: Span, name: str, what: str, known: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP225",
        f"`{name}` is not a {what} of the record",
        span,
        "`each` needs one",
        help=f"there is {some(known)}" if known else "define it with `list of`",
    )


def mode_of_term(span: Span, mode: str) -> Diagnostic:
    need = "a constant or a field" if mode == "match" else "a field that it can give a value"
    return Diagnostic("KAP232", f"`{mode}` needs {need}", span, "not such a term", help=f"take `{mode}` away, or change the term")


def link_at_element(span: Span, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP233", f"`=>` gives a reference, and the element is a {type_}", span, "not a Reference", help="place it at a Reference"
    )


def link_to_many(span: Span, shape: str) -> Diagnostic:
    return Diagnostic(
        "KAP234",
        f"`{shape}` is not one resource of every record",
        span,
        "which one?",
        help="link to a shape without `each` that is no other form",
    )


def reference_target(span: Span, type_: str, path: str, targets: Iterable[str]) -> Diagnostic:
    return Diagnostic("KAP235", f"`{path}` cannot refer to a {type_}", span, "not an allowed target", help=f"targets: {some(targets)}")


def not_a_key(span: Span, name: str, defined: Span) -> Diagnostic:
    return Diagnostic(
        "KAP236",
        f"`{name}` cannot hold the key of another record",
        span,
        "not an id of full length",
        help=f"make it `id` without a range below 36 (line {defined.line})",
    )


def key_not_id(span: Span, name: str, defined: Span) -> Diagnostic:
    return Diagnostic(
        "KAP237",
        f"the key `{name}` must be `id required`",
        span,
        f"defined otherwise on line {defined.line}",
        help=f"write `{name}: id required`, without a range",
    )


def foreign_key_field(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP238",
        f"`{name}` cannot hold resources of other systems together",
        span,
        "a list, or it stays",
        help="name a field with one value that leaves the clinic",
    )


def case_of_open_field(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP239",
        f"`case ${name}` needs a field with listed values, not {type_}",
        span,
        "its values are not listed",
        help="use a table, `one of …` or boolean",
    )


def value_of_open_field(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP240",
        f"`{name}` is of type {type_}; conditions can only ask whether it has a value",
        span,
        "its values are not listed",
        help=f"write `{name}` alone",
    )


def range_not_allowed(span: Span, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP241",
        f"a field of type {type_} has no range",
        span,
        "bounds nothing",
        help="ranges bound integer and decimal, and the length of text and id; `day..` bounds date and dateTime",
    )


def order_of_no_time(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP215",
        f"`not before` compares dates and times, and `{name}` is of type {type_}",
        span,
        "cannot be compared",
        help="name two fields of type date, dateTime or instant",
    )


def sum_of_no_number(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP258",
        f"a sum is of numbers, and `{name}` is {'a list' if type_ == 'records' else f'of type {type_}'}",
        span,
        "cannot be added",
        help="name fields of type integer, decimal, or a table whose names are numbers",
    )


def range_empty(span: Span, text: str) -> Diagnostic:
    return Diagnostic("KAP242", f"`{text}` leaves no value", span, "the lower bound is above the upper", help="swap the two")


def id_too_long(span: Span, limit: int) -> Diagnostic:
    return Diagnostic("KAP243", f"an id has 1 to {limit} characters", span, "not within that", help=f"bound it by 1 to {limit}")


def values_twice(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP244",
        f"the values of `{name}` must be different words",
        span,
        "one is empty or stands twice",
        help="separate them by commas, each once",
    )
