"""KAP0xx: a file that is not YAML, or not of the form a mapping file has."""

from __future__ import annotations

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.spans import Span


def not_yaml(span: Span, problem: str, *, in_flow: bool) -> Diagnostic:
    return Diagnostic(
        "KAP001",
        f"this is not YAML: {problem}",
        span,
        "the parser stopped here",
        help="inside `{…}` a path with `[…]` is read as a list: write such lines as a block, one below the other"
        if in_flow
        else "check indentation, colons and quotes on this line and the one before",
    )


def bad_character(span: Span) -> Diagnostic:
    return Diagnostic("KAP002", "a character that YAML does not allow", span, "here", help="remove it, or save the file as UTF-8")


def duplicate_key(span: Span, key: str, first: Span) -> Diagnostic:
    return Diagnostic(
        "KAP003",
        f"`{key}` stands twice in this block",
        span,
        f"first on line {first.line}",
        help="keep one of the two; if both are needed, they are two different paths",
    )


def alias(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP004",
        "YAML anchors and aliases are not part of the language",
        span,
        "write the text out",
        help="lines shared by several shapes go into `patterns:` and are taken over with `like:`",
    )


def tag(span: Span) -> Diagnostic:
    return Diagnostic("KAP005", "YAML tags are not part of the language", span, "every value is text", help="remove the tag")


def second_document(span: Span) -> Diagnostic:
    return Diagnostic("KAP006", "a second YAML document", span, "one file is one mapping", help="move it into a file of its own")


def too_deep(span: Span, limit: int) -> Diagnostic:
    return Diagnostic("KAP007", f"nested deeper than {limit} levels", span, "here", help="write long paths with dots: `a.b.c: term`")


def key_not_text(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP008", "a key must be a word, not a list or a block", span, "here", help="write such lines as a block, one below the other"
    )


def empty_file(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP009", "the file is empty", span, "nothing here", help="delete the file, or begin it with `record:`, `base:` or `id:`"
    )


def missing_section(span: Span, name: str) -> Diagnostic:
    return Diagnostic("KAP010", f"`{name}:` is missing", span, "in this file", help=f"add a line `{name}: …` at the left margin")


def not_a_block(span: Span, what: str) -> Diagnostic:
    return Diagnostic(
        "KAP011", f"{what} must be a block of lines `key: value`", span, "not a block", help="write its lines below it, indented, one each"
    )


def not_a_text(span: Span, name: str) -> Diagnostic:
    return Diagnostic("KAP012", f"`{name}` takes one word or text", span, "not a text", help="write it on the line of its key")


def empty_block(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP013", "a block without lines", span, "nothing stands here", help="add the lines that belong here, or remove the key"
    )


def not_a_line(span: Span, key: str) -> Diagnostic:
    return Diagnostic(
        "KAP014",
        f"`{key}` takes a term or a block of lines, not this",
        span,
        "here",
        help="`path: term`, or `path:` with indented lines below",
    )


def no_term(span: Span, key: str) -> Diagnostic:
    return Diagnostic(
        "KAP015",
        f"`{key}` has no term",
        span,
        "nothing behind the colon",
        help="write what stands there: `$field`, a concept, a word or a text",
    )


def not_a_path(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP016",
        f"`{text}` is not a path",
        span,
        "not understood from here on",
        help="element names joined by dots, each with at most one `[slice]`",
    )


def not_a_choice(span: Span, key: str) -> Diagnostic:
    form = "one block for each value, `value: {…}`" if key.startswith("case") else "a list of alternatives, each begun with `- `"
    return Diagnostic("KAP017", f"`{key}` must hold {form}", span, "here", help=f"write {form}")


def not_a_field(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP018",
        f"the definition of `{name}` is not understood",
        span,
        "not a type",
        help="a type, then a range, then `required`, then clauses behind `;` as in `decimal 20..350 required; needs weight` "
        "(a list of records: `list of:` with fields below, not inside another one)",
    )


def not_a_name(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP019", f"`{name}` cannot name a field", span, "here", help="small letters, digits and `_`, beginning with a letter"
    )


def field_twice(span: Span, name: str, first: Span) -> Diagnostic:
    return Diagnostic(
        "KAP020",
        f"`{name}` is also a field of the record",
        span,
        f"the other stands on line {first.line}",
        help="give the item's field a name of its own",
    )


def not_a_clause(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP021",
        f"`{text}` is not a clause",
        span,
        "not understood",
        help='`needs …`, `only when …`, `together with …`, `sensitive …`, `means "…"` or `stays "…"`',
    )


def not_a_range(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP022",
        f"`{text}` is not a range of this type",
        span,
        "here",
        help="two numbers with `..` between them, of which one may be left out: `0..10`, `..20`",
    )


def not_a_condition(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP023",
        f"`{text}` is not a condition",
        span,
        "not understood from here on",
        help="`field`, `not field`, `field = value|value`, joined by `and` and `or`",
    )


def not_a_rule(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP024",
        f"`{text}` is not a rule",
        span,
        "not understood",
        help="`at least one of a, b`, `at most one of a, b`, `together a, b`, `a needs b` or `a only when b = value`",
    )


def not_a_child(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP025",
        "a list of children must say its kind and what they share",
        span,
        "here",
        help="`name: kind with field, field`, or `field = value` to tell two lists apart",
    )


def not_a_constant(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP026",
        f"`{text}` is not a constant",
        span,
        "not understood",
        help="a word, a concept's name or `system#code`; `+` joins what is written together, `|` what is read as well",
    )


def not_a_url(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP027", f"`{name}` must be an absolute url", span, "here", help="as in `https://kap.example.org/fhir`, without a slash at its end"
    )


def extension_without_type(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP028",
        f"the type of extension `{name}` is not known",
        span,
        "not among R4's and US Core's extensions",
        help="write the type of its value behind the url, or `extension` when it has parts",
    )


def extension_type_open(span: Span, name: str, types: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        "KAP029",
        f"extension `{name}` can hold values of several types",
        span,
        "which one?",
        help=f"write one of them behind the url: {', '.join(types)}",
    )


def not_a_reference(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP030",
        f"`{text}` is not a reference",
        span,
        "not understood",
        help="`Type/$field`, or `=> shape` for another resource of this record",
    )


def not_an_identifier(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP031", f"`{text}` is not an identifier", span, "not understood", help="`system|$field`, where `system` is a name of `base.yaml`"
    )


def not_a_term(span: Span, text: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP032",
        f"`{text}` is not a term that can stand at an element of type {type_}",
        span,
        "not understood",
        help="`$field` alone, or a constant",
    )


def not_in_echo(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP033",
        "`!` and `else absent` have no meaning in an echo",
        span,
        "behind `=`",
        help="an echo is written when its fields have values; take them away",
    )


def bare_dollar(span: Span) -> Diagnostic:
    return Diagnostic("KAP034", "a `$` that begins no field's name", span, "here", help="write `$$` for the sign itself")


def field_in_slice(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP035",
        "a slice is told by constants, not by a field",
        span,
        "here",
        help="name a constant, or use `path each $list:` for one element per item",
    )


def removal_with_value(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP036",
        f"`-{name}:` removes a key and takes nothing behind the colon",
        span,
        "here",
        help=f"write `-{name}:`, or `{name}: …` to replace it",
    )


def record_twice(span: Span, name: str, first: Span) -> Diagnostic:
    return Diagnostic(
        "KAP037",
        f"a second file for record kind `{name}`",
        span,
        f"the first is {first.place}",
        help="give the record another name, or make one file of the two",
    )
