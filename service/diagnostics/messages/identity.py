"""KAP3xx: a record or a resource would be taken for another, or not be known again (conditions R13 to R15)."""

from __future__ import annotations

import re

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.spans import Span


def child_without_key(span: Span, name: str, key: str) -> Diagnostic:
    return Diagnostic(
        "KAP317",
        f"the records of `{name}` do not take `{key}` from their parent",
        span,
        "whose are they on the way back?",
        (f"as in the records\n  {key}: a, {name}: [{{…}}]\n  {key}: b, {name}: [{{…}}]\nnothing says later whose the children are",),
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
