"""KAP2xx: types, cardinalities, bindings, profiles."""

from __future__ import annotations

from collections.abc import Iterable

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.spans import Span


def field_at_element(span: Span, name: str, type_: str, element: str, allowed: Iterable[str]) -> Diagnostic:
    places = ", ".join(allowed)
    return Diagnostic(
        "KAP201",
        f"`{name}` is of type {type_} and cannot stand at {element}",
        span,
        "types do not fit",
        help=f"types that fit: {places}" if places else "place it at another element, or change its type",
    )


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
        "KAP204", f"R4 does not allow this code at `{path}`", span, "outside the required binding", help=f"allowed: {_some(allowed)}"
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
        f"table `{table}` has no line for {_some(missing)}",
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


def unit_at_element(span: Span, element: str) -> Diagnostic:
    return Diagnostic(
        "KAP213", f"a unit stands at {element}", span, "not a Quantity", help="take the unit away, or place the value at a Quantity"
    )


def unit_field_not_table(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP214",
        f"`{name}` gives the unit and must be a table of units, not {type_}",
        span,
        "here",
        help="make a table in base.yaml: name → UCUM code",
    )


def unit_twice(span: Span, table: str) -> Diagnostic:
    return Diagnostic("KAP215", f"two names of table `{table}` are the same unit", span, "not reversible", help="keep one of them")


def absent_not_here(span: Span, path: str) -> Diagnostic:
    return Diagnostic(
        "KAP216",
        f"`else absent` needs a dataAbsentReason beside `{path}`",
        span,
        "there is none",
        help="it belongs to a value of an Observation or of its component",
    )


def constant_at_element(span: Span, text: str, element: str) -> Diagnostic:
    return Diagnostic("KAP217", f"`{text}` is not a {element}", span, "not a value of this type", help=f"write it as R4 spells a {element}")


def needs_block(span: Span, path: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP218",
        f"`{path}` is of type {type_} and has parts",
        span,
        "a single term does not fill it",
        help="write its parts as a block below it",
    )


def primitive_has_no_parts(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP219", f"`{name}` is of type {type_} and has no parts", span, "the path ends here", help="end the path at this element"
    )


def choice_needs_type(span: Span, name: str, forms: tuple[str, ...]) -> Diagnostic:
    return Diagnostic("KAP220", f"`{name}` is a choice of types", span, "of which type?", help=f"write one of {_some(list(forms))}")


def written_by_engine(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP221",
        f"`{name}` is written by the engine",
        span,
        "no line may place it",
        help="remove the line: ids, identifiers, profiles and labels come by themselves",
    )


def contained_needs_type(span: Span, name: str) -> Diagnostic:
    return Diagnostic("KAP222", f"`{name}` holds resources of any type", span, "of which type?", help=f"write `{name}[Medication]`, say")


def contained_not_named(span: Span, path: str) -> Diagnostic:
    return Diagnostic(
        "KAP255",
        f"nothing refers to `{path}`",
        span,
        "a contained resource must be referred to",
        help='give it `id: = x`, and the element that means it `reference: "= #x"`',
    )


def deep_needs_slice(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP223", f"`{name}..` finds an element at any depth and must say which", span, "no slice", help=f"write `{name}..[child=constant]`"
    )


def each_needs_list(span: Span, path: str) -> Diagnostic:
    return Diagnostic(
        "KAP224",
        f"`each` makes one element per item, and `{path}` is not a plain repeating element",
        span,
        "here",
        help="use it at a list of elements with parts, without `[slice]`",
    )


def not_a_list_of_records(span: Span, name: str, known: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP225",
        f"`{name}` is not a list of records",
        span,
        "`each` needs one",
        help=f"lists of records: {_some(known)}" if known else "define it with `list of:`",
    )


def slice_needs_list(span: Span, path: str) -> Diagnostic:
    return Diagnostic("KAP226", f"`{path}` does not repeat and has no slices", span, "one element only", help="take the brackets away")


def slice_without_child(span: Span, path: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP227",
        f"a {type_} has no code, type or function by which `{path}` could be told",
        span,
        "which child?",
        help="write `[child=constant]`",
    )


def extension_context(span: Span, name: str, at: str, contexts: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        "KAP228", f"extension `{name}` does not belong on {at}", span, "outside its context", help=f"it belongs on {_some(list(contexts))}"
    )


def extension_has_parts(span: Span, name: str, parts: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP229",
        f"extension `{name}` has parts and no value of its own",
        span,
        "a single term does not fill it",
        help=f"write a block with {_some(parts)}",
    )


def extension_part_alone(span: Span, name: str, parent: str) -> Diagnostic:
    return Diagnostic(
        "KAP230", f"`{name}` is a part of extension `{parent}`", span, "it stands alone", help=f"put it into a block `extension[{parent}]:`"
    )


def extension_value_type(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP231", f"the value of extension `{name}` is a {type_}", span, "another type", help=f"write `extension[{name}]: term`"
    )


def mode_of_term(span: Span, mode: str) -> Diagnostic:
    need = "a constant or a field" if mode == "match" else "a field that it can give a value"
    return Diagnostic("KAP232", f"a `{mode}` line needs {need}", span, "here", help=f"take `{mode}` away, or change the term")


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
    return Diagnostic(
        "KAP235", f"`{path}` cannot refer to a {type_}", span, "not an allowed target", help=f"targets: {_some(list(targets))}"
    )


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
        "KAP237", f"the key `{name}` must be `id required`", span, "here", help=f"change its definition on line {defined.line}"
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
        "KAP239", f"`case ${name}` needs a field with listed values, not {type_}", span, "here", help="use a table, `one of …` or boolean"
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
        "KAP241", f"a {type_} has no range", span, "here", help="ranges bound integer and decimal, and the length of text and id"
    )


def range_empty(span: Span, text: str) -> Diagnostic:
    return Diagnostic("KAP242", f"`{text}` leaves no value", span, "the lower bound is above the upper", help="swap the two")


def id_too_long(span: Span, limit: int) -> Diagnostic:
    return Diagnostic("KAP243", f"an id has 1 to {limit} characters", span, "here", help=f"bound it by at most {limit}")


def values_twice(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP244",
        f"the values of `{name}` must be different words",
        span,
        "one is empty or stands twice",
        help="separate them by commas, each once",
    )


def shape_without_type(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP245",
        f"shape `{name}` does not say which resource it is",
        span,
        "no `resource:`",
        help="add `resource: Observation`, or `like:` a pattern that has it",
    )


def type_without_identifier(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP246",
        f"{name} has no identifier in R4, so that it could not be known again",
        span,
        "here",
        help="use a resource type with an identifier",
    )


def required_not_written(span: Span, element: str, block: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP247",
        f"R4 requires `{element}`, and `{block}` is written without it",
        span,
        "incomplete",
        (situation,),
        "add a line for it, or a rule that its field is there",
    )


def profile_requires(span: Span, profile: str, element: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP248",
        f"{profile} requires `{element}`",
        span,
        "it is not always written",
        (situation,),
        "add a line for it, or leave `profile:` out",
    )


def profile_breaks(span: Span, profile: str, path: str, message: str) -> Diagnostic:
    return Diagnostic(
        "KAP249",
        f"what stands at `{path}` breaks {profile}",
        span,
        "not as the profile asks",
        (message,),
        "write what it asks for, or leave `profile:` out",
    )


def not_valid(span: Span, path: str, message: str) -> Diagnostic:
    return Diagnostic("KAP250", f"what stands at `{path}` is not valid R4", span, "not as R4 asks", (message,), "write what R4 asks for")


def layout_form(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP251",
        f"`{text}` is not a line of a layout",
        span,
        "not understood",
        help="`theirs: ours`, `theirs: {field: ours, Their word: our_word}`, `theirs: ours as MM/DD/YYYY`, `theirs: ours in Zone/City` or `theirs: $a/$b`",
    )


def layout_values(span: Span, name: str, missing: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP252",
        f"the layout spells not all values of `{name}`",
        span,
        f"no word for {_some(missing)}",
        help="give every value a word of its own",
    )


def layout_twice(span: Span, name: str) -> Diagnostic:
    return Diagnostic("KAP253", f"the layout uses `{name}` twice", span, "one form for one field", help="keep one of the lines")


def layout_type(span: Span, name: str, type_: str, need: str) -> Diagnostic:
    return Diagnostic(
        "KAP254", f"`{name}` is of type {type_}, and this form needs {need}", span, "types do not fit", help="use another form"
    )


def _some(known: list[str]) -> str:
    return ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
