"""KAP7xx: a questionnaire whose file contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.diagnostics.diagnostic import Diagnostic, similar, some
from service.diagnostics.spans import Span


def unknown_key(span: Span, name: str, where: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP701",
        f"there is no `{name}` in `{where}`",
        span,
        "nobody reads it",
        help=similar(name, known) or f"lines here are {some(known) or 'none'}",
    )


def missing_key(span: Span, name: str, where: str) -> Diagnostic:
    return Diagnostic(
        "KAP702",
        f"`{name}` is missing in `{where}`",
        span,
        "not in this block",
        help=f"add a line `{name}: …`",
        breaks=_points_of(span),
    )


def not_one_of(span: Span, text: str, key: str, known: Sequence[str]) -> Diagnostic:
    return Diagnostic(
        "KAP703", f"`{key}` cannot be `{text}`", span, "not one of its words", help=similar(text, known) or f"write {' or '.join(known)}"
    )


def unknown_item(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP704",
        f"there is no item `{name}`",
        span,
        "not an item of this file",
        help=similar(name, known) or f"there are {some(known)}",
        breaks=_points_of(span),
    )


def not_understood(span: Span, text: str, forms: Sequence[str]) -> Diagnostic:
    return Diagnostic("KAP705", f"`{text}` is not understood", span, "not of this form", help=f"write it as `{'` or `'.join(forms)}`")


def band_outside(span: Span, band: str, whole: str) -> Diagnostic:
    return Diagnostic(
        "KAP706",
        f"no score is in the whole of `{band}`",
        span,
        "outside the range",
        help=f"scores are in {whole}; correct one of them",
    )


def bands_overlap(span: Span, band: str, before: str) -> Diagnostic:
    return Diagnostic(
        "KAP707",
        f"`{band}` overlaps `{before}`",
        span,
        "which of them has the score?",
        help="write bands from low to high, each score once",
    )


def bands_leave_out(span: Span, left_out: str) -> Diagnostic:
    return Diagnostic(
        "KAP708", f"no band has the score {left_out}", span, "a gap", help="let the bands go from the lowest score to the highest"
    )


def without_source(span: Span, what: str) -> Diagnostic:
    return Diagnostic(
        "KAP709",
        f"`{what}` has no source",
        span,
        "who says so?",
        ("a reader decides about treatment by it",),
        help="write behind the colon where it was published, or remove it",
    )


def range_differs(span: Span, stated: str, found: str) -> Diagnostic:
    return Diagnostic(
        "KAP710",
        f"the answers come to {found}, not to {stated}",
        span,
        "another range",
        help="correct the range, the items or the method",
        needs=(_points_of(span),),
    )


def item_unscored(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP711",
        f"no score counts `{name}`",
        span,
        "forgotten?",
        help=f"add it to the `items` of a score, or to `not scored` with the reason: `{name}: …`",
        needs=(_points_of(span),),
    )


def text_not_free(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP712",
        f"the licence does not let the text of `{name}` be bundled",
        span,
        "a text of the publisher?",
        help="name it by its number, as in `ISI item 3`, or say under `licence` why it may be bundled",
    )


def answer_without_points(span: Span, name: str, table: str) -> Diagnostic:
    return Diagnostic(
        "KAP713",
        f"the answers to `{name}` have no points",
        span,
        "cannot be scored",
        help=f"say under `points` what each name of the table `{table}` counts",
    )


def _points_of(span: Span) -> str:
    """What an error leaves unsure in its file: which items count how much."""
    return f"points of {span.source.name}"
