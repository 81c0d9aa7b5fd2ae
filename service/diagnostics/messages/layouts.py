"""A clinic's own record form: what is wrong with a layout, and values that have no form on the other side (KAP41x)."""

from __future__ import annotations

from collections.abc import Iterable

from service.diagnostics.diagnostic import Diagnostic, similar, some
from service.diagnostics.issue import Issue
from service.diagnostics.spans import Span


def unknown_field(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP131",
        f"the layout names `{name}`, which is no field",
        span,
        "not known",
        help=similar(name, known) or f"fields are {some(known)}",
        needs=(name,),
    )


def not_a_form(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP251",
        f"`{text}` is not a line of a layout",
        span,
        "not understood",
        help="`theirs: ours`, `theirs: {field: ours, Their word: our_word}`, `theirs: ours as MM/DD/YYYY`, `theirs: ours in Zone/City`, "
        "`theirs: $a/$b`, `theirs: ours with other=value`, `theirs: = text`, a block of such lines, or once `case theirs:`",
    )


def values_missing(span: Span, name: str, missing: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP252",
        f"the layout spells not all values of `{name}`",
        span,
        f"no word for {some(missing)}",
        (f"a record with {name}: {missing[0]} could not be given to the clinic",),
        "give every value a word of its own",
    )


def twice(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP253",
        f"the layout uses `{name}` twice",
        span,
        "it has a form already",
        (f"which of the two is `{name}` when they differ?",),
        "keep one of them",
    )


def wrong_type(span: Span, name: str, type_: str, need: str) -> Diagnostic:
    return Diagnostic(
        "KAP254",
        f"`{name}` is of type {type_}, and this form needs {need}",
        span,
        "types do not fit",
        help="use another form, or just rename it",
    )


def name_taken(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP256",
        f"`{name}` is the name of another field, which passes under it",
        span,
        "two fields of one name",
        (f"a record with {name}: which of the two is it?",),
        "choose another name, or give the other field a line of its own",
    )


def unknown_zone(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP257",
        f"there is no time zone `{name}`",
        span,
        "not in the time zone database",
        help=similar(name, known) or "name it as the IANA time zone database does: `America/Denver`",
    )


def key_in_a_case(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP259",
        f"`{name}` has its line in a case",
        span,
        "rows are put together by it",
        (f"a row of another case would not say of which {name} it is",),
        "put its line beside `case`: then every row has it",
    )


def not_separable(span: Span, one: str, other: str) -> Diagnostic:
    return Diagnostic(
        "KAP341",
        f"`{one}` and `{other}` cannot be told apart in one text",
        span,
        "where does one end?",
        (f"two records that differ in `{one}` and `{other}` may give the same text",),
        "put a sign between them that neither contains; two free texts cannot be joined",
    )


def called_otherwise(path: str, name: str, theirs: str, place: str) -> Issue:
    return Issue("KAP410", "structure", f"`{name}` is called `{theirs}` in this clinic", path, place)


def not_their_form(path: str, reason: str, place: str) -> Issue:
    return Issue("KAP411", "value", reason, path, place)


def no_form_there(path: str, reason: str, place: str) -> Issue:
    return Issue("KAP412", "value", f"has no form in the clinic's records: {reason}", path, place)
