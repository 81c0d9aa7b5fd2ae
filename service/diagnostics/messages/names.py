"""KAP1xx: a name that nothing has."""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.diagnostics.diagnostic import Diagnostic, close, similar, some
from service.diagnostics.spans import Span


def unknown_section(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    meant = next((one for one in known if f"`{one}`" in close(name, known)), "")
    return Diagnostic(
        "KAP101",
        f"there is no section `{name}`",
        span,
        "nobody reads it",
        help=similar(name, known) or f"sections are {', '.join(known)}",
        breaks=meant,
    )


def unknown_field(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP102",
        f"there is no field `{name}`",
        span,
        "not among `fields`",
        help=similar(name, known) or "add it under `fields:`",
        needs=_needs(name, "fields"),
    )


def unknown_value(span: Span, value: str, field: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP103",
        f"`{field}` never has the value `{value}`",
        span,
        "not one of its values",
        help=similar(value, known) or (f"its values are {values}" if (values := some(known)) else "write a value of its type"),
    )


def unknown_element(span: Span, name: str, at: str, known: Iterable[str]) -> Diagnostic:
    alike = close(name, known)
    return Diagnostic(
        "KAP104",
        f"`{name}` is not an element of {at}",
        span,
        "no such element in FHIR R4",
        help=f"{at} has an element with a similar name: {alike}" if alike else f"elements of {at}: {some(known)}",
    )


def unknown_system(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP105",
        f"there is no system `{name}`",
        span,
        "not among `systems` of base.yaml",
        help=similar(name, known) or "add it under `systems:` with its url",
        needs=_needs(name, "systems"),
    )


def unknown_concept(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP106",
        f"there is no concept `{name}`",
        span,
        "not among `concepts` of base.yaml",
        help=similar(name, known) or "add it under `concepts:`, or write `system#code`",
        needs=_needs(name, "concepts"),
    )


def concept_circle(span: Span, name: str) -> Diagnostic:
    return Diagnostic("KAP133", f"concept `{name}` is made of itself", span, "a circle", help="name a code, `system#code`", breaks=name)


def unknown_table(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP107",
        f"there is no table `{name}`",
        span,
        "not among `tables`",
        help=similar(name, known) or "add it under `tables:` of base.yaml or of the file looped over",
        needs=_needs(name, "tables"),
    )


def unknown_extension(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP108",
        f"there is no extension `{name}`",
        span,
        "not among `extensions` of base.yaml",
        help=similar(name, known) or "add it there with its url and type",
        needs=_needs(name, "extensions"),
    )


def unknown_unit(span: Span, code: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP109",
        f"there is no unit `{code}`",
        span,
        "not among `units` of base.yaml",
        help=similar(code, known) or "add its UCUM code there with the text to write",
        needs=_needs(code, "units"),
    )


def unknown_profile(span: Span, name: str, type_: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP110",
        f"`{name}` is not a profile of {type_}",
        span,
        "not in R4 or US Core 6.1.0",
        help=similar(name, known) or "leave `profile:` out for plain R4",
    )


def unknown_resource(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP111",
        f"`{name}` is not a resource type",
        span,
        "not in FHIR R4",
        help=similar(name, known) or "write the type as R4 spells it: `Observation`",
    )


def unknown_shape(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP112",
        f"there is no shape `{name}`",
        span,
        "not among `resources`",
        help=similar(name, known) or f"shapes are {some(known)}",
        needs=_needs(name, "resources"),
    )


def unknown_pattern(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP113",
        f"there is no pattern `{name}`",
        span,
        "not among `patterns`",
        help=similar(name, known) or "add it under `patterns:`",
        breaks=name,
        needs=("patterns",),
    )


def pattern_circle(span: Span, name: str) -> Diagnostic:
    return Diagnostic("KAP114", f"pattern `{name}` is like itself", span, "a circle", help="remove one `like:` of the circle", breaks=name)


def unknown_kind(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP115",
        f"there is no record kind `{name}`",
        span,
        "no mapping file has it",
        help=similar(name, known) or f"record kinds are {some(known)}",
        needs=(name,),
    )


def unknown_field_type(span: Span, field: str, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP116",
        f"there is no type `{name}`",
        span,
        "neither a type nor a table",
        help=similar(name, known) or "a plain type (`text`, `id`, `decimal`, …) or a table of base.yaml",
        breaks=field,
        needs=_needs(name, "tables"),
    )


def unknown_type(span: Span, extension: str, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP117",
        f"`{name}` is not a type of FHIR R4",
        span,
        "no such type",
        help=similar(name, known) or "write the type as R4 spells it: `CodeableConcept`",
        breaks=extension,
    )


def unknown_folder(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP118",
        f"there is no folder `{name}` of table files",
        span,
        "not below the mappings",
        help=similar(name, known) or "loops read the folders beside base.yaml",
    )


def unknown_variable(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP119",
        f"nothing gives `<{name}>` a value here",
        span,
        "not known in this loop",
        help=similar(name, known) or "name a key of the file or entry that the loop reads",
        breaks=f"<{name}>",
    )


def unknown_policy(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP120",
        f"`{name}` is not a policy for leftovers",
        span,
        "no such policy",
        help=similar(name, known) or f"policies are {', '.join(known)}",
    )


def code_without_evidence(span: Span, code: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP121",
        f"`{code}` has no line in codes.tsv",
        span,
        "no evidence that this code exists",
        help=similar(code.rpartition("#")[2], known) or "add system, code, display, confidence and where it was seen to codes.tsv",
        needs=("codes",),
    )


def code_not_to_be_used(span: Span, code: str) -> Diagnostic:
    return Diagnostic(
        "KAP122",
        f"`{code}` is marked X in codes.tsv",
        span,
        "wrong or not verified",
        help="use another code, or a local one with its reason in codes.tsv",
    )


def display_differs(span: Span, code: str, display: str) -> Diagnostic:
    return Diagnostic(
        "KAP123",
        f"this is not the display of `{code}`",
        span,
        "codes.tsv has another",
        help=f'write "{display}", or leave it out: it is taken from codes.tsv',
    )


def reserved_system(span: Span, start: str) -> Diagnostic:
    return Diagnostic(
        "KAP124",
        f"systems that begin with `{start}` are the engine's own",
        span,
        "reserved for own identifiers",
        help="name the system otherwise, as in `{base}/sid/…`",
    )


def table_file_twice(span: Span, name: str, first: Span) -> Diagnostic:
    return Diagnostic(
        "KAP125", f"a second table file with the id `{name}`", span, f"the first is {first.place}", help="give one of them another `id:`"
    )


def unused_in_table_file(span: Span, name: str) -> Diagnostic:
    return Diagnostic("KAP126", f"no mapping reads `{name}`", span, "this line has no effect", help="correct its name, or remove it")


def overlay_adds_existing(span: Span, name: str, first: Span) -> Diagnostic:
    return Diagnostic("KAP127", f"`+{name}` adds what exists", span, f"it stands in {first.place}", help=f"write `{name}:` to change it")


def overlay_misses(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "KAP128",
        f"there is no `{name}` here to change",
        span,
        "not in the base",
        help=similar(name, known) or f"write `+{name}:` to add it",
    )


def unit_text_twice(span: Span, text: str, first: str) -> Diagnostic:
    return Diagnostic(
        "KAP132",
        f"`{text}` is already the text of `{first}`",
        span,
        "which unit would a sender mean?",
        help="keep it at one unit, or at none",
    )


def child_named_as_field(span: Span, name: str) -> Diagnostic:
    return Diagnostic("KAP129", f"`{name}` is also a field", span, "one name, two things", help="rename the list of children")


def field_unused(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP130",
        f"no line places `{name}`",
        span,
        "its value would be lost",
        help='give it a line in a shape, or say `stays "reason"` when it shall not leave',
    )


def _needs(name: str, section: str) -> tuple[str, ...]:
    """What explains that a name is unknown: its own line, its section, or a loop's variable in it is broken."""
    return name, section, *re.findall(r"<\w+>", name)
