"""R4's own functions (R4 fhirpath.html#functions)."""

from __future__ import annotations

from service.fhir import definitions, narrative
from service.fhir.fhirpath.environment import Environment
from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import Items, Node, resource_node, step, system
from service.fhir.fhirpath.operators import NONE, boolean, one, value
from service.fhir.fhirpath.registry import BOOLEAN, ONCE, Gives, function
from service.fhir.snapshot import STRUCTURES


@function("extension", ONCE, gives=frozenset({"Extension"}))
def extension(env: Environment, items: Items, url: Items) -> Items:
    """The extensions of an url."""
    wanted = value(url)
    found = [one for item in items if type(item) is Node for one in step(item, "extension")]
    env.budget.spend(len(items) + len(found))
    return [one for one in found if isinstance(one, Node) and one.value.get("url") == wanted]


@function("hasValue", gives=BOOLEAN)
def has_value(_: Environment, items: Items) -> Items:
    """Whether there is one primitive, and it has a value."""
    return boolean(len(items) == 1 and _is_valued(items))


@function("getValue")
def get_value(_: Environment, items: Items) -> Items:
    """The System value of one primitive."""
    found = system(items[0]) if len(items) == 1 else None
    return NONE if found is None else [found]


def _is_valued(items: Items) -> bool:
    item = items[0]
    return type(item) is not Node or (item.value is not None and not isinstance(item.value, dict))


@function("resolve")
def resolve(env: Environment, items: Items) -> Items:
    """The resources that references and canonicals name; those that are not known are left out."""
    env.budget.spend(len(items))
    found: Items = []
    for item in items:
        name = item.value.get("reference") if type(item) is Node and isinstance(item.value, dict) else system(item)
        resource = env.resolve(name) if isinstance(name, str) else None
        try:
            found += [] if resource is None else [resource_node(resource)]
        except LookupError:
            continue
    return found


@function("conformsTo", ONCE, gives=BOOLEAN)
def conforms_to(env: Environment, items: Items, profile: Items) -> Items:
    """Whether a resource conforms to a profile. Raises EvaluationError for a profile that is not known."""
    item, url = one(items), value(profile)
    if item is None or url is None:
        return NONE
    if not isinstance(item, Node) or not isinstance(url, str):
        raise EvaluationError("only a resource conforms to a profile")
    name = url.removeprefix(STRUCTURES)
    if name in definitions.resource_types():
        return boolean(item.type == name)
    verdict = env.conforms(item, url)
    if verdict is None:
        raise EvaluationError("a profile that is not known")
    return boolean(verdict)


@function("memberOf", ONCE, gives=BOOLEAN)
def member_of(env: Environment, items: Items, value_set: Items) -> Items:
    """Whether a code, Coding or CodeableConcept is in a value set. Raises EvaluationError where its codes are not known."""
    item, url = one(items), value(value_set)
    if item is None or not isinstance(url, str):
        return NONE
    known = env.guide.codes(url)
    if known is None:
        raise EvaluationError("the codes of the value set are not known here")
    if type(item) is not Node or not isinstance(item.value, dict):
        code = system(item)
        return boolean(any(code == other for _, other in known))
    codings = item.value.get("coding") if item.type == "CodeableConcept" else [item.value]
    pairs = [(one.get("system"), one.get("code")) for one in codings if isinstance(one, dict)] if isinstance(codings, list) else []
    return boolean(any(pair in known for pair in pairs))


@function("subsumes", ONCE, gives=BOOLEAN)
def subsumes(_: Environment, __: Items, ___: Items) -> Items:
    """Whether a code is above another, which only a terminology server knows."""
    raise EvaluationError("needs a terminology server")


@function("subsumedBy", ONCE, gives=BOOLEAN)
def subsumed_by(env: Environment, items: Items, other: Items) -> Items:
    """Whether a code is below another, which only a terminology server knows."""
    return subsumes(env, items, other)


@function("htmlChecks", gives=BOOLEAN)
def html_checks(_: Environment, items: Items) -> Items:
    """Whether narrative has only what R4 allows in it."""
    text = value(items)
    return NONE if text is None else boolean(narrative.problem(text) is None)


@function("checkModifiers", ONCE, ONCE, ONCE, ONCE, gives=Gives(of=(-1,)), least=1)
def check_modifiers(_: Environment, items: Items, *known: Items) -> Items:
    """The items as they are. Raises EvaluationError where one has a modifier extension of another url."""
    urls = {value(one) for one in known}
    for item in items:
        for found in step(item, "modifierExtension") if isinstance(item, Node) else ():
            if not isinstance(found, Node) or found.value.get("url") not in urls:
                raise EvaluationError("a modifier extension that is not expected")
    return items
