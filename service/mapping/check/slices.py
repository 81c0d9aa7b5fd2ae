"""What stands between the brackets of a path: a concept, `child=const`, an extension, a contained resource type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from service.diagnostics.messages import elements
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.tree import Scalar
from service.fhir import definitions
from service.fhir.definitions import Member
from service.mapping.plan import Block, Leaf
from service.mapping.terms import constant
from service.mapping.terms.constant import Constant
from service.mapping.terms.term import Place, Term
from service.mapping.terms.text import unescape
from service.mapping.vocabulary import Extension, Vocabulary
from service.records.fields import Fields

_CONCEPT_CHILDREN = ("code", "type", "function")
_NO_FIELDS = Fields({}, ())


def resolve(block: Block, member: Member, at: str, names: Vocabulary, key: Scalar, kinds: Mapping[str, str]) -> bool:
    """Give a block the constants of its slice; False, with a diagnostic, where they do not fit its element."""
    if not member.many:
        names.found.append(elements.slice_needs_list(key.at(f"[{block.slice}]"), block.path))
        return False
    if block.name == "extension":
        return _extension(block, at, names, key)
    if block.type == "Resource":
        return _contained(block, names, key)
    pairs = [pair.partition("=") for pair in block.slice.split(",")] if "=" in block.slice else []
    if not pairs:
        child = next(
            (
                name
                for name in _CONCEPT_CHILDREN
                if (one := definitions.member(block.at, name)) and one.type in ("Coding", "CodeableConcept")
            ),
            "",
        )
        if not child:
            names.found.append(elements.slice_without_child(key.at(block.slice), block.path, block.type))
            return False
        pairs = [(child, "=", block.slice)]
    for name, _, value in pairs:
        inner = definitions.member(block.at, name.strip())
        if inner is None:
            names.found.append(say.unknown_element(key.at(name.strip()), name.strip(), block.at, definitions.children(block.at)))
            return False
        text = Scalar(value.strip(), key.at(value.strip()))
        place = Place(inner, f"{block.path}.{name.strip()}", _NO_FIELDS, names, text, kinds, {})
        if "$" in text.text:
            names.found.append(form.field_in_slice(text.span))
            return False
        term = _texts(text) if inner.type == "string" else constant.parse(place, text.text)
        if term is None:
            return False
        _mark(block, inner, term, key)
    return True


def value(block: Block, names: Vocabulary, key: Scalar) -> Member | None:
    """The element at which a term that ends with a slice stands: the `value[x]` of an extension; for other slices None and a diagnostic."""
    if block.name != "extension":
        names.found.append(elements.needs_block(key.span, block.path, block.type, definitions.children(block.at)))
        return None
    extension = names.extensions[block.slice]
    if extension.type == "extension":
        names.found.append(
            elements.extension_has_parts(key.span, block.slice, [one for one in names.extensions if one.startswith(f"{block.slice}/")])
        )
        return None
    member = definitions.member("Extension", f"value{extension.type[0].upper()}{extension.type[1:]}")
    assert member is not None
    return replace(member, element=replace(member.element, targets=extension.targets))


def _extension(block: Block, at: str, names: Vocabulary, key: Scalar) -> bool:
    extension = names.extension(block.slice, key.at(block.slice))
    if extension is None:
        return False
    parent = block.slice.rpartition("/")[0]
    around = block.path.rsplit(".", 1)[0].endswith(f"extension[{parent}]") if "." in block.path else False
    if parent and not around:
        names.found.append(elements.extension_part_alone(key.at(block.slice), block.slice, parent))
        return False
    if not parent and not _fits_context(extension, at):
        names.found.append(elements.extension_context(key.at(block.slice), block.slice, at, _contexts(extension)))
        return False
    url = definitions.member("Extension", "url")
    assert url is not None
    _mark(block, url, Constant(key.span, (), "uri", extension.url, frozenset(names.spellings(extension.url))), key)
    return True


def _contexts(extension: Extension) -> tuple[str, ...]:
    known = definitions.extension(extension.url)
    return known.contexts if known else ("Element",)


def _fits_context(extension: Extension, at: str) -> bool:
    return any(
        context in (at, "Element") or (context in ("Resource", "DomainResource") and definitions.is_resource(at))
        for context in _contexts(extension)
    )


def _contained(block: Block, names: Vocabulary, key: Scalar) -> bool:
    if not definitions.is_resource(block.slice):
        names.found.append(say.unknown_resource(key.at(block.slice), block.slice, definitions.resource_types()))
        return False
    block.type = block.at = block.slice
    member = definitions.member(block.slice, "id")
    assert member is not None
    mark = Constant(key.span, (), "code", block.slice, frozenset({block.slice}))
    _mark(block, replace(member, name="resourceType", element=replace(member.element, name="resourceType")), mark, key)
    return True


def _texts(text: Scalar) -> Constant:
    """A text, with others that are read as well."""
    texts = [unescape(one) for one in re.split(r"\s+\|\s+", text.text)]
    return Constant(text.span, (), "string", texts[0], frozenset(texts))


def _mark(block: Block, member: Member, term: Term, key: Scalar) -> None:
    block.parts.append(
        Leaf(
            name=member.name,
            element=member.element,
            type=member.type,
            at=member.at,
            many=member.many,
            path=f"{block.path}.{member.name}",
            branch=None,
            span=key.at(block.slice),
            term=term,
            mode="slice",
        )
    )
