"""KAP2xx: a path that R4 does not have in this form, or a shape that is not valid R4 or breaks its profile."""

from __future__ import annotations

from collections.abc import Iterable

from service.diagnostics.diagnostic import Diagnostic, some
from service.diagnostics.spans import Span


def needs_block(span: Span, path: str, type_: str, parts: Iterable[str]) -> Diagnostic:
    own = [one for one in parts if one not in ("id", "extension", "modifierExtension")]
    return Diagnostic(
        "KAP218",
        f"`{path}` is of type {type_} and has parts",
        span,
        "a single term does not fill it",
        help=f"write its parts as a block below it: {some(own)}",
    )


def primitive_has_no_parts(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP219", f"`{name}` is of type {type_} and has no parts", span, "the path ends here", help="end the path at this element"
    )


def choice_needs_type(span: Span, name: str, forms: tuple[str, ...]) -> Diagnostic:
    return Diagnostic("KAP220", f"`{name}` is a choice of types", span, "of which type?", help=f"write one of {some(forms)}")


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
        f"`each` makes one element per item, and `{path}` is not a repeating element with parts",
        span,
        "not such an element",
        help="use it at a list of elements with parts, without `..`",
    )


def slice_needs_list(span: Span, path: str) -> Diagnostic:
    return Diagnostic("KAP226", f"`{path}` does not repeat and has no slices", span, "one element only", help="take the brackets away")


def slice_without_child(span: Span, path: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP227",
        f"`{path}` names a concept, and a {type_} has no code, type or function for it",
        span,
        "where would it stand?",
        help="write `[child=constant]`",
    )


def extension_context(span: Span, name: str, at: str, contexts: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        "KAP228", f"extension `{name}` does not belong on {at}", span, "outside its context", help=f"it belongs on {some(contexts)}"
    )


def extension_has_parts(span: Span, name: str, parts: list[str]) -> Diagnostic:
    return Diagnostic(
        "KAP229",
        f"extension `{name}` has parts and no value of its own",
        span,
        "a single term does not fill it",
        help=f"write a block with {some(parts)}",
    )


def extension_part_alone(span: Span, name: str, parent: str) -> Diagnostic:
    return Diagnostic(
        "KAP230", f"`{name}` is a part of extension `{parent}`", span, "it stands alone", help=f"put it into a block `extension[{parent}]:`"
    )


def extension_value_type(span: Span, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "KAP231", f"the value of extension `{name}` is a {type_}", span, "another type", help=f"write `extension[{name}]: term`"
    )


def shape_without_type(span: Span, name: str, pattern: str) -> Diagnostic:
    return Diagnostic(
        "KAP245",
        f"shape `{name}` does not say which resource it is",
        span,
        "no `resource:`",
        help="add `resource: Observation`, say, or `like:` a pattern that has it",
        needs=(pattern, "patterns"),
    )


def type_without_identifier(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "KAP246",
        f"{name} has no identifier in R4",
        span,
        "could not be known again",
        help="use a resource type with an identifier",
    )


def required_not_written(span: Span, element: str, what: str, situation: str) -> Diagnostic:
    return Diagnostic(
        "KAP247",
        f"`{what}` can be written without `{element}`, which R4 requires",
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


def profile_breaks(span: Span, url: str, path: str, message: str) -> Diagnostic:
    return Diagnostic(
        "KAP249",
        f"what stands at `{path}` breaks the definition of {url.rpartition('/')[2]}",
        span,
        "not as it asks",
        (message,),
        "write what it asks for, or claim another profile",
    )


def not_valid(span: Span, path: str, message: str) -> Diagnostic:
    return Diagnostic("KAP250", f"what stands at `{path}` is not valid R4", span, "not as R4 asks", (message,), "write what R4 asks for")


def invariant_breaks(span: Span, path: str, rule: tuple[str, str, str], shown: str) -> Diagnostic:
    key, words, profile = rule
    return Diagnostic(
        "KAP260",
        f"`{path}` can break the invariant {key}{f' of {profile}' if profile else ''}",
        span,
        "not valid for every record",
        (words, shown),
        "add a rule that such a record breaks, or change when the line is written",
    )
