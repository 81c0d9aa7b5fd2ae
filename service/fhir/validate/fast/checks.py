"""What C cannot check of a type, as a Python function over its Struct: primitives, choices, references, bindings, extensions."""

from __future__ import annotations

from service.fhir import definitions, ucum
from service.fhir.definitions import Binding
from service.fhir.validate import datatypes, units
from service.fhir.validate.fast import rules, shapes
from service.fhir.validate.fast.lines import Lines
from service.fhir.validate.fast.shapes import Part

_FAULTS = {
    "code": "{0} not in CODES and not code({0})",
    "id": "not ID({0})",
    "uri": "not URI({0}) and not uri({0})",
    "url": "not URI({0}) and not uri({0})",
    "canonical": "{0} not in CANONICALS and not canonical({0})",
    "dateTime": "not DATE_TIME({0}) and not date_time({0})",
    "instant": "not INSTANT({0}) and not instant({0})",
    "date": "not DATE({0}) and not date({0})",
    "decimal": "not NUMBER({0})",
    "time": "not time({0})",
    "oid": "not oid({0})",
    "uuid": "not uuid({0})",
    "base64Binary": "not base64({0})",
    "xhtml": "not xhtml({0})",
}
"""When a value of a primitive type, as C leaves it, may not be one."""

_FEW = frozenset({"Coding.system", "Quantity.system", "Extension.url"})
"""Elements with few different uris: each is looked at once."""

_LATER = frozenset({"Identifier.system"})
"""Elements that the rules in words look at whole."""

_CODED = f"x.code is not None and (x.code not in UNITS or x.system != {ucum.SYSTEM!r}) and not coded(x.system, x.code, {{0!r}})"

_PLAIN = {"Identifier": "{0}.system in SYSTEMS and {0}.id is {0}.extension is {0}.type is {0}.period is {0}.assigner is None"}
"""When a value that comes very often needs no function."""

_WORDS = {
    **{name: _CODED.format(name) for name in units.TYPES},
    "Attachment": "x.data is not None and (x.size is not None or x.hash is not None)",
    "Bundle": "not bundled(x)",
    "Identifier": "x.system is not None and x.system not in SYSTEMS and not identified(x)",
}
"""When a value of a type may break what R4 says of it in words."""


def text(at: str, *, invariants: bool) -> str:
    """The function `check_<at>(x, s)`: it raises Unsure unless the Struct `x` is valid, and decodes what is still text in it.

    `s` is what the references in the resource may name. That of a Reference takes the types that it may name, too.
    """
    lines = Lines(invariants)
    with lines.function(f"def check_{shapes.name(at)}(x, {'targets, ' * (at == 'Reference')}s):"):
        for name, parts in shapes.parts(at).items():
            _element(at, name, parts, lines)
        _something(at, lines)
        if at in _WORDS:
            lines.refuse(_WORDS[at])
        if definitions.is_resource(at) and datatypes.is_definition(at):
            lines.refuse("x.url is not None and not x.url.startswith(('http:', 'https:', 'urn:'))")
        if at == "Reference":
            lines.add("l = x.reference")
            with lines.block("if (k := s.named.get(l)) is None and l is not None and not s.entries and (m := TYPED(l)):"):
                lines.add("s.named[l] = k = m[1]")
            with lines.block("if x.type is not None or k is None or (k and targets and k not in targets):"):
                lines.add("refer(x, targets, s)")
        rules.emit(at, "x", at, lines, frozenset(name for name, parts in shapes.parts(at).items() if len(parts) > 1))
    return lines.text


def lone(part: Part) -> str:
    """The function `check_Extension_<attribute>(x, s)` over the Struct of an extension with this member and its url."""
    lines = Lines()
    with lines.function(f"def check_Extension_{part.attribute}(x, s):"):
        for one in (shapes.parts("Extension")["url"][0], part):
            lines.add(f"v = x.{one.attribute}")
            _value("Extension", one, lines)
    return lines.text


def outer() -> str:
    """The functions over most extensions in extensions, and over those that they stand in."""
    lines = Lines()
    url = shapes.parts("Extension")["url"][0]
    with lines.function("def check_Extension_inner(x, s):"):
        lines.add("v = x.url")
        _value("Extension", url, lines)
        _element("Extension", "value", tuple(shapes.inner()), lines)
        lines.refuse("n_value != 1")
    with lines.function("def check_Extension_outer(x, s):"):
        lines.add("v = x.url")
        _value("Extension", url, lines)
        with lines.block("for i in x.extension:"):
            lines.add("check_Extension_inner(i, s)")
            with lines.block("if i.url not in PARTS:"):
                lines.add(f"extended(i, {lines.constant('HOSTS_Extension', _hosts('Extension'))}, 'extension', s)")
    return lines.text


def _something(at: str, lines: Lines) -> None:
    """Refuse a value with nothing in it but perhaps its id."""
    parts = [part for part in shapes.all_parts(at) if part.attribute != "id"]
    if not definitions.is_resource(at) and not any(part.member.element.min for part in parts):
        usual = sorted(parts, key=lambda part: part.attribute in ("extension", "modifierExtension"))
        lines.refuse(" and ".join(f"x.{part.attribute} is None" for part in usual))


def _element(at: str, name: str, parts: tuple[Part, ...], lines: Lines) -> None:
    """The check of an element in all its forms, of which there is one at most."""
    choice = len(parts) > 1
    if choice:
        lines.add(f"n_{name} = 0")
    for part in parts:
        if part.required:
            lines.add(f"v = x.{part.attribute}")
            _value(at, part, lines)
            continue
        with lines.block(f"if (v := x.{part.attribute}) is not None:"):
            _value(at, part, lines)
            if choice:
                lines.add(f"n_{name} += 1")
    if choice:
        lines.refuse(f"n_{name} != 1" if parts[0].member.element.min else f"n_{name} > 1")


def _value(at: str, part: Part, lines: Lines) -> None:
    """The check of a member's value `v`."""
    read, levels = _read(at, part), 1 + shapes.depth(part.member.at) if part.how == "later" else 0
    if levels:
        lines.add(f"s.deepen({levels})")
    if part.member.many:
        if read:
            lines.add(f"x.{part.attribute} = v = [{read.format('i')} for i in v]")
        with lines.block("for i in v:"):
            _one(at, part, "i", lines)
    else:
        if read:
            lines.add(f"x.{part.attribute} = v = {read.format('v')}")
        _one(at, part, "v", lines)
    if levels:
        lines.add(f"s.depth -= {levels}")


def _read(at: str, part: Part) -> str:
    """The Struct of a value that is still text; empty for one that is not."""
    match part.how:
        case "resource":
            url = "x.fullUrl" if "fullUrl" in shapes.parts(at) else "None"
            return "contained({0}, s)" if part.attribute == "contained" else f"resource({{0}}, s, {url})"
        case "interned":
            return f"{part.member.type}_known.get(b := bytes({{0}})) or {part.member.type}_of(b)"
        case "extension":
            return "Extension_known.get(b := bytes({0})) or extension(b, s)"
        case "later":
            return f"{shapes.name(part.member.at)}_of({{0}})"
    return ""


def _one(at: str, part: Part, v: str, lines: Lines) -> None:
    """The check of one value of a member."""
    element, type_ = part.member.element, part.member.type
    if part.how == "plain":
        _primitive(part, v, lines)
    if part.attribute == "id" and not definitions.is_resource(at):
        lines.add("s.identify(v)")
    if type_ == "Reference":
        targets = lines.constant(f"TARGETS_{shapes.name(element.path)}", frozenset(element.targets)) if element.targets else "None"
        lines.add(f"check_Reference({v}, {targets}, s)")
    elif type_ in _PLAIN:
        with lines.block(f"if not ({_PLAIN[type_].format(v)}):"):
            lines.add(f"check_{type_}({v}, s)")
    elif part.how in ("inside", "later"):
        lines.add(f"check_{shapes.name(part.member.at)}({v}, s)")
    if type_ == "Extension":
        hosts = lines.constant(f"HOSTS_{shapes.name(at)}", _hosts(at))
        with lines.block(f"if {v}.url not in {'PARTS' if at == 'Extension' else 'UNKNOWN'}:"):
            lines.add(f"extended({v}, {hosts}, {element.name!r}, s)")
    if element.simple and type_ == "Quantity":
        lines.refuse(f"{v}.comparator is not None")
    if element.binding and not part.codes:
        _binding(part, element.binding, v, lines)
    if element.path != part.member.at:
        rules.emit(part.member.at, v, element.path, lines)


def _primitive(part: Part, v: str, lines: Lines) -> None:
    member = part.member
    if member.element.path in _FEW:
        lines.refuse(f"{v} not in URIS and not known_uri({v})")
    elif part.literal or member.element.path in _LATER:
        return
    elif part.codes is not None:
        lines.refuse(f"{v} not in {lines.constant(f'CODES_{shapes.name(member.element.path)}', part.codes)}")
    elif member.type in _FAULTS:
        lines.refuse(_FAULTS[member.type].format(v))


def _binding(part: Part, binding: Binding, v: str, lines: Lines) -> None:
    """A required value set, or the limit of another, which asks nothing of a concept without codes."""
    wanted = binding.value_set if binding.strength == "required" else binding.limit
    if wanted:
        optional = part.member.type == "CodeableConcept" and binding.strength != "required"
        within(part.member.type, wanted, v, f"BOUND_{shapes.name(part.member.element.path)}", lines, f"{v}.coding and " * optional)


def within(type_: str, value_set: str, v: str, memo: str, lines: Lines, only: str = "") -> None:
    """Refuse a value that may not be in a value set; what is in it is remembered."""
    if type_ in ("code", "Quantity", *shapes.INTERNED):
        lines.refuse(f"{only}{v} not in {lines.constant(memo)} and not within({v}, {type_!r}, {value_set!r}, {memo})")


def _hosts(at: str) -> frozenset[str]:
    """Names of what an extension in `at` stands on, as contexts of extensions give them; not all of a type that many elements have."""
    inner, *steps = at.split(".")
    names = {inner, *definitions.bases(inner), "Element"}
    for step in steps:
        found = definitions.member(inner, step)
        assert found is not None
        names = {f"{name}.{step}" for name in names} | {found.at, found.type, *definitions.bases(found.type), "Element"}
        inner = found.at
    return frozenset(names)
