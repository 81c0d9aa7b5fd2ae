"""The types of R4 as msgspec Structs: unknown members, wrong JSON kinds, missing members and wrong codes are refused in C."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from keyword import iskeyword

from service.fhir import definitions
from service.fhir.definitions import Element, Member

MAX_LITERAL = 100
"""The largest value set whose codes stand in the Struct itself."""

INTERNED = frozenset({"CodeableConcept", "Coding"})
"""Types whose values come again and again: decoded once, then known by their bytes."""

_INSIDE = frozenset(
    (
        *("Address", "Age", "Annotation", "ContactPoint", "Duration", "HumanName", "Identifier", "Meta"),
        *("Money", "Narrative", "Period", "Quantity", "Range", "Ratio", "Reference"),
    )
)
"""Types whose Structs are part of the Struct that they stand in; any other is decoded by itself when it is met."""

_CUT = "Identifier.assigner"
"""Where types would hold themselves: a Reference has an Identifier."""

_KINDS = ("Boolean", "Code", "CodeableConcept", "Coding", "DateTime", "Decimal", "Integer", "Quantity", "Reference", "String")
_INNER = frozenset(f"value{kind}" for kind in _KINDS)

_TYPES = {"boolean": "bool", "decimal": "Raw", "integer": "Integer", "unsignedInt": "UnsignedInt", "positiveInt": "PositiveInt"}


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a Struct: the attribute, and how its value is read.

    `how` is `plain` (a primitive), `inside` (a Struct), `interned`, `extension`, `later` (text, decoded by itself) or `resource`.
    """

    member: Member
    attribute: str
    how: str
    codes: frozenset[str] | None

    @property
    def required(self) -> bool:
        """Whether every value of the type has it."""
        return self.member.element.min > 0 and not self.member.element.choice

    @property
    def literal(self) -> bool:
        """Whether its codes stand in the Struct."""
        return self.codes is not None and len(self.codes) <= MAX_LITERAL


@cache
def parts(at: str) -> Mapping[str, tuple[Part, ...]]:
    """The members of a type or backbone element by the name of their element: several for a choice."""
    return {name: tuple(_parts(at, element)) for name, element in definitions.children(at).items()}


def all_parts(at: str) -> Iterator[Part]:
    """All members of a type or backbone element."""
    return chain.from_iterable(parts(at).values())


@cache
def depth(at: str) -> int:
    """How many arrays and objects deep the Struct of a type is, interned values and what is decoded later left out."""
    inside = [depth(part.member.at) if part.how == "inside" else 0 for part in all_parts(at)]
    return 1 + max(part.member.many + below for part, below in zip(all_parts(at), inside, strict=True))


def name(at: str) -> str:
    """The name of a type or element path in Python."""
    return at.removesuffix("[x]").replace(".", "_")


_OPTIONS = "kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, eq=False, rename=plain"


def text(at: str) -> str:
    """The Struct of a type or backbone element."""
    lines = [f"class {name(at)}(Struct, {_OPTIONS}):"]
    if definitions.is_resource(at):
        lines.append(f"    resourceType: Literal[{at!r}]")
    lines += [f"    {part.attribute}: {_annotation(part)}{'' if part.required else ' = None'}" for part in all_parts(at)]
    return "\n".join(lines) + "\n"


def lone(part: Part) -> str:
    """The Struct of an extension that has, but for its url, one member only: most are so, and of fifty members none need be looked for."""
    url = parts("Extension")["url"][0]
    lines = [f"class Extension_{part.attribute}(Lone, {_OPTIONS}):", *(f"    {one.attribute}: {_annotation(one)}" for one in (url, part))]
    return "\n".join(lines) + "\n"


def inner() -> list[Part]:
    """The members that most extensions in extensions have one of."""
    return [part for part in all_parts("Extension") if part.attribute in _INNER]


def lone_base() -> str:
    """What the Structs of such extensions say of the members that they lack; most extensions in extensions, and what those stand in."""
    url = f"    url: {_annotation(parts('Extension')['url'][0])}"
    lacking = [f"    {part.attribute}: ClassVar[None] = None" for part in all_parts("Extension")]
    values = [f"    {part.attribute}: {_annotation(part)} = None" for part in inner()]
    heads = [
        f"class {name}({base}, {_OPTIONS}):"
        for name, base in (("Lone", "Struct"), ("Extension_inner", "Lone"), ("Extension_outer", "Lone"))
    ]
    held = "    extension: Annotated[list[Extension_inner], Some]"
    return "\n".join([heads[0], *lacking, "", heads[1], url, *values, "", heads[2], url, held, ""])


def needed(at: str) -> list[str]:
    """What the Structs inside that of a type are of."""
    return [part.member.at for part in all_parts(at) if part.how == "inside"]


def _parts(at: str, element: Element) -> Iterator[Part]:
    for json_name in definitions.choice_names(element):
        member = definitions.member(at, json_name)
        assert member is not None
        yield Part(member, json_name + "_" * iskeyword(json_name), _how(at, member), _codes(member))


def _how(at: str, member: Member) -> str:
    if definitions.is_primitive(member.type):
        return "plain"
    if member.type in INTERNED:
        return "interned"
    if member.type in ("Resource", "Extension"):
        return member.type.lower()
    backbone = "." in member.at and not at.startswith(member.at)
    return "inside" if (member.type in _INSIDE or backbone) and member.element.path != _CUT else "later"


def _codes(member: Member) -> frozenset[str] | None:
    bound = member.element.binding
    if member.type != "code" or bound is None or bound.strength != "required":
        return None
    found = definitions.codes(bound.value_set)
    return None if found is None else frozenset(code for _, code in found)


def _annotation(part: Part) -> str:
    member = part.member
    if part.how == "inside":
        one = name(member.at)
    elif part.how != "plain":
        one = "Raw"
    elif part.literal and part.codes:
        one = f"Literal[{', '.join(map(repr, sorted(part.codes)))}]"
    else:
        one = _TYPES.get(member.type, "Text")
    return f"Annotated[list[{one}], Some]" if member.many else one
