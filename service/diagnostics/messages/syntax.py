"""KAP0xx: a file that is not YAML, or not of the form a mapping file has."""

from __future__ import annotations

import re
from pathlib import PurePath

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.spans import Span

_NOT_YAML = {
    "mapping values are not allowed in this context": ("a second colon, or a line indented too far", "quote a text with a colon in it"),
    "did not find expected key": ("this line does not belong to the block above it", "indent it like the lines beside it"),
    "found character that cannot start any token": ("no value can begin with this character", "put the value between quotes"),
    "did not find expected <document start>": ("a second document", "move it into a file of its own"),
    "exceeded maximum nesting depth": ("nested too deep", "write long paths with dots: `a.b.c: term`"),
    "found unexpected end of stream": ("what begins here never ends", "close the quote or bracket"),
}
"""What the parser says, in words for people, with what to do about it."""


def not_yaml(span: Span, problem: str, *, in_flow: bool) -> Diagnostic:
    check = "check indentation, colons and quotes on this line and the one before"
    what, help_ = _NOT_YAML.get(problem, (problem or "it ends too early", check))
    if span.text == "\t":
        what, help_ = "a tab cannot indent a line", "indent with spaces"
    elif in_flow:
        what, help_ = "inside `{…}` a path with `[…]` is read as a list", "write such lines as a block, one below the other"
    return Diagnostic("KAP001", f"this is not YAML: {what}", span, "the file cannot be read from here on", help=help_, breaks=_file(span))


def bad_character(span: Span) -> Diagnostic:
    if span.text == "\ufffd":
        what, help_ = "the file is not UTF-8", "save the file as UTF-8"
    else:
        what, help_ = f"the control character U+{ord(span.text or chr(0)):04X} cannot stand in a file", "remove it; few editors show it"
    return Diagnostic("KAP002", what, span, "here", help=help_, breaks=_file(span))


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
        "write the text out here",
        help="lines shared by several shapes go into `patterns:` and are taken over with `like:`",
        breaks=_file(span),
    )


def tag(span: Span) -> Diagnostic:
    return Diagnostic("KAP005", "YAML tags are not part of the language", span, "every value is text", help="remove the tag")


def second_document(span: Span) -> Diagnostic:
    return Diagnostic("KAP006", "a second YAML document", span, "one file is one mapping", help="move it into a file of its own")


def too_deep(span: Span, limit: int) -> Diagnostic:
    return Diagnostic(
        "KAP007",
        f"nested deeper than {limit} levels",
        span,
        "one level too many",
        help="write long paths with dots: `a.b.c: term`",
        breaks=_file(span),
    )


def key_not_text(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP008", "a key must be a word", span, "a list or a block", help="write one line for each key, or quote the text of the key"
    )


def empty_file(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP009",
        "the file is empty",
        span,
        "no lines",
        help="delete the file, or begin it with `record:`, `base:` or `id:`",
        breaks=_file(span),
    )


def missing_section(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP010", f"`{name}:` is missing", span, "not in this file", help=f"add a line `{name}: …` at the left margin", breaks=_file(span)
    )


def not_a_block(span: Span, what: str, name: str = "") -> Diagnostic:
    return Diagnostic(
        "KAP011",
        f"{what} must be a block of lines `key: value`",
        span,
        "not a block",
        help="write its lines below it, indented, one each",
        breaks=name,
    )


def not_a_text(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP012", f"`{name}` takes one word or text", span, "not a text", help="write it behind the colon of its key", breaks=name
    )


def empty_block(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP013", "a block without lines", span, "nothing stands here", help="add the lines that belong here, or remove the key"
    )


def not_a_line(span: Span, key: str, needs: str) -> Diagnostic:
    forms = {"a term": "`match` and `also` stand before the path of one term", "a block": "write the lines of one item below it, indented"}
    form = forms.get(needs, "`path: term`, or `path:` with indented lines below")
    return Diagnostic("KAP014", f"`{key}` needs {needs}", span, "something else", help=form)


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
        "not understood",
        help="element names joined by dots, each with at most one `[slice]`",
    )


def not_a_choice(span: Span, key: str) -> Diagnostic:
    form = "one block for each value, `value: {…}`" if key.startswith("case") else "a list of alternatives, each begun with `- `"
    return Diagnostic("KAP017", f"`{key}` must hold {form}", span, "something else", help="indent them below it")


def not_a_field(span: Span, name: str, *, nested: bool = False) -> Diagnostic:
    line = "a type, then a range, then `required`, then clauses behind `;`, as in `decimal 20..350 required; needs weight`"
    return Diagnostic(
        "KAP018",
        f"the definition of `{name}` is not understood",
        span,
        "not understood",
        help="a list of records is `list of:` with its fields below, and stands in no other list" if nested else line,
        breaks=name,
    )


def not_a_name(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP019",
        f"`{name}` cannot name a field",
        span,
        "not a name",
        help="small letters, digits and `_`, beginning with a letter",
        breaks=re.sub(r"\W", "_", name.lower()),
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
        help='`needs …`, `only when …`, `together with …`, `not before …`, `sensitive …`, `means "…"` or `stays "…"`',
    )


def not_a_range(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP022",
        f"`{text}` is not a range of this type",
        span,
        "not two numbers" if ".." in text else "no range",
        help="two numbers with `..` between them, of which one may be left out: `0..10`, `..20`",
    )


def not_a_condition(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP023",
        f"`{text}` is not a condition",
        span,
        "not understood",
        help="`field`, `not field`, `field = value|value`, joined by `and` and `or`",
    )


def not_a_rule(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "KAP024",
        f"`{text}` is not a rule",
        span,
        "not understood",
        help="`at least one of a, b`, `at most one of a, b`, `together a, b`, `a needs b`, `a only when b = value` or `a = sum of b, c`",
    )


def not_a_child(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP025",
        "a list of children must say its kind and what they share",
        span,
        "not both",
        help="`name: kind with field, field`, or `field = value` to tell two lists apart",
    )


def not_a_constant(span: Span, text: str, name: str = "") -> Diagnostic:
    return Diagnostic(
        "KAP026",
        f"`{text}` is not a constant",
        span,
        "not understood",
        help="a word, a concept's name or `system#code`, a display in quotes; `+` joins what is written together, `|` what is read too",
        breaks=name,
    )


def not_a_url(span: Span, name: str, broken: str = "") -> Diagnostic:
    return Diagnostic(
        "KAP027",
        f"`{name}` must be an absolute url",
        span,
        "not such a url",
        help="as in `https://kap.example.org/fhir`, without a slash at its end",
        breaks=broken,
    )


def extension_without_type(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP028",
        f"the type of extension `{name}` is not known",
        span,
        "no extension of R4 or US Core",
        help="write the type of its value behind the url, or `extension` when it has parts",
        breaks=name,
    )


def extension_type_open(span: Span, name: str, types: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        "KAP029",
        f"extension `{name}` can hold values of several types",
        span,
        "which one?",
        help=f"write one of them behind the url: {', '.join(types)}",
        breaks=name,
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
        "behind a `=`",
        help="an echo is written when its fields have values; take them away",
    )


def bare_dollar(span: Span) -> Diagnostic:
    return Diagnostic("KAP034", "a `$` that begins no field's name", span, "no name follows", help="write `$$` for the sign itself")


def field_in_slice(span: Span) -> Diagnostic:
    return Diagnostic(
        "KAP035",
        "a slice is told by constants, not by a field",
        span,
        "may be anything",
        help="name a constant, or use `path each $list:` for one element per item",
    )


def removal_with_value(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP036",
        f"`-{name}:` removes a key and takes nothing behind the colon",
        span,
        "too much",
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


def not_evidence(span: Span, columns: tuple[str, ...], *, first: bool) -> Diagnostic:
    return Diagnostic(
        "KAP039",
        "codes.tsv begins with the names of its columns" if first else f"a line of codes.tsv has {len(columns)} columns",
        span,
        "other names" if first else "more or fewer",
        help=f"with tabs between them: {', '.join(columns)}",
        breaks="codes",
    )


def not_a_fact(span: Span, text: str, known: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        "KAP038",
        f"`{text}` is not a line of a lock",
        span,
        "not understood",
        help=f"a line begins with {', '.join(known)}; after a merge keep the lines of both sides, without the marks between them",
    )


def _file(span: Span) -> str:
    """The record kind that nobody knows while the file of its name cannot be read."""
    return PurePath(span.source.name).stem
