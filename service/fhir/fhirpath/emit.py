"""Tree to Python text: one function, a line for each step, with what R4 says of the types on the way (N1 §§3-6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from service.fhir import ucum
from service.fhir.fhirpath import nodes
from service.fhir.fhirpath.errors import StaticError
from service.fhir.fhirpath.library import FUNCTIONS
from service.fhir.fhirpath.registry import BOOLEAN, DECIMAL, EACH, INTEGER, STRING, Function, Types
from service.fhir.fhirpath.syntax import (
    Binary,
    Call,
    Constant,
    Empty,
    Expression,
    Index,
    Item,
    Literal,
    Member,
    Sign,
    This,
    Total,
    TypeTest,
)

_LOGIC = ("and", "or", "xor", "implies")
_CALLS = {
    "=": "equal(env, {}, {})",
    "!=": "unequal(env, {}, {})",
    "~": "equivalent(env, {}, {})",
    "!~": "not_equivalent(env, {}, {})",
    "<": "less({}, {})",
    "<=": "at_most({}, {})",
    ">": "greater({}, {})",
    ">=": "at_least({}, {})",
    "in": "contained(env, {}, {})",
    "contains": "contains(env, {}, {})",
    "|": "union(env, {}, {})",
    "&": "joined(env, {}, {})",
    "+": "plus(env, {}, {})",
    "-": "minus({}, {})",
    "*": "times({}, {})",
    "/": "divided({}, {})",
    "div": "whole({}, {})",
    "mod": "rest({}, {})",
}
_TYPE_TESTS = {"is": "is_type", "as": "as_type", "ofType": "of_type"}
_CONSTANTS = {"ucum": ucum.SYSTEM, "sct": "http://snomed.info/sct", "loinc": "http://loinc.org"}
_RESOURCES = {"resource": "resource", "rootResource": "root"}
_STEMS = {"vs-": "http://hl7.org/fhir/ValueSet/", "ext-": "http://hl7.org/fhir/StructureDefinition/"}


@dataclass(frozen=True, slots=True)
class _Found:
    """A collection as an emitted name (or constant), the types it may hold, whether its items have an order."""

    name: str
    types: Types
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names of what `$this`, `$index` and `$total` stand for."""

    this: _Found
    index: str
    total: str


@dataclass(slots=True)
class Emitted:
    """The text of a function `evaluate(env, context)`; the values of its constants; for each line the offset in the expression."""

    lines: list[str] = field(default_factory=list)
    constants: dict[str, object] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text as a whole."""
        return "\n".join(self.lines) + "\n"


def emit(tree: Expression, at: str | None) -> Emitted:
    """The Python text of an expression whose context is of a type, by the names of `definitions.children`; None for any.

    Raises StaticError.
    """
    emitter = _Emitter()
    emitter.line("def evaluate(env, context):", 0)
    with emitter.block():
        context = _Found("context", None if at is None else frozenset({at}))
        found = emitter.collection(tree, _Scope(context, "0", "NONE"))
        emitter.line(f"return {found.name}", 0)
    return emitter.out


class _Emitter:
    """The lines so far."""

    def __init__(self) -> None:
        self.out = Emitted()
        self.indent = 0
        self.count = 0

    def line(self, text: str, start: int) -> None:
        self.out.lines.append("    " * self.indent + text)
        self.out.starts.append(start)

    @contextmanager
    def block(self) -> Iterator[None]:
        self.indent += 1
        yield
        self.indent -= 1

    def name(self, stem: str = "t") -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def put(self, text: str, types: Types, start: int, *, ordered: bool = True) -> _Found:
        """A line that gives a collection a name."""
        name = self.name()
        self.line(f"{name} = {text}", start)
        return _Found(name, types, ordered)

    def constant(self, value: object) -> str:
        name = self.name("C")
        self.out.constants[name] = value
        return name

    def collection(self, node: Expression, scope: _Scope) -> _Found:
        """Emit a node as a collection."""
        about = set() if isinstance(node, Constant) else _fixed_by(node)
        return self.fixed(node, scope, sorted(about)) if about else self.plain(node, scope)

    def fixed(self, node: Expression, scope: _Scope, about: list[str]) -> _Found:
        """Emit a node that depends on `%resource` or `%rootResource` alone so that it is evaluated once for each."""
        key, name = self.name("key"), self.name()
        self.line(f"{key} = {self.constant(object())}, {', '.join(f'id(env.{one}.value)' for one in about)}", node.start)
        self.line(f"{name} = env.fixed.get({key})", node.start)
        self.line(f"if {name} is None:", node.start)
        with self.block():
            found = self.plain(node, scope)
            self.line(f"{name} = env.fixed[{key}] = Fixed({found.name})", node.start)
        return replace(found, name=name)

    def plain(self, node: Expression, scope: _Scope) -> _Found:
        match node:
            case Member():
                return self.member(node, scope)
            case Item():
                return self.item(node, scope)
            case Sign(operator=operator, operand=operand):
                found = self.collection(operand, scope)
                return self.put(f"{'negative' if operator == '-' else 'positive'}({found.name})", found.types, node.start)
            case Binary():
                return self.binary(node, scope)
            case TypeTest():
                return self.type_test(node, scope)
            case Call():
                return self.call(node, scope)
        return self.leaf(node, scope)

    def leaf(self, node: Literal | Empty | This | Index | Total | Constant, scope: _Scope) -> _Found:
        match node:
            case Literal(value=value):
                return _Found(self.constant([value]), nodes.type_names(value))
            case Empty():
                return _Found("NONE", frozenset())
            case This():
                return scope.this
            case Index():
                return self.put(f"[{scope.index}]", INTEGER, node.start)
            case Total():
                return _Found(scope.total, None)
            case Constant():
                return self.external(node)

    def truth(self, node: Expression, scope: _Scope) -> str:
        """Emit a node as an operand of logic: a name for True, False or None. Later operands are evaluated where they decide."""
        if not isinstance(node, Binary) or node.operator not in _LOGIC:
            found = self.collection(node, scope)
            name = self.name()
            self.line(f"{name} = truth({found.name})", node.start)
            return name
        left, name = self.truth(node.left, scope), self.name()
        self.line(f"{name} = {'True' if node.operator in ('or', 'implies') else 'False'}", node.start)
        decided = {"and": "False", "or": "True", "implies": "False", "xor": "None"}[node.operator]
        self.line(f"if {left} is not {decided}:", node.start)
        with self.block():
            right = self.truth(node.right, scope)
            verdict = {
                "and": f"False if {right} is False else None if {left} is None or {right} is None else True",
                "or": f"True if {right} is True else None if {left} is None or {right} is None else False",
                "implies": f"True if {right} is True else None if {left} is None or {right} is None else False",
                "xor": f"None if {right} is None else {left} is not {right}",
            }[node.operator]
            self.line(f"{name} = {verdict}", node.start)
        if node.operator == "xor":
            self.line("else:", node.start)
            with self.block():
                self.line(f"{name} = None", node.start)
        return name

    def external(self, node: Constant) -> _Found:
        name = node.name
        stem = next((stem for stem in _STEMS if name.startswith(stem)), None)
        if name in _CONSTANTS or stem:
            url = _STEMS[stem] + name.removeprefix(stem) if stem else _CONSTANTS[name]
            return _Found(self.constant([url]), STRING)
        if name == "context":
            return _Found("context", None)
        if name in _RESOURCES:
            return self.put(f"[env.{_RESOURCES[name]}]", None, node.start)
        raise StaticError(f"`%{name}` is not defined", node.start)

    def item(self, node: Item, scope: _Scope) -> _Found:
        source = self.collection(node.source, scope)
        self.refuse_unordered(source, node)
        position = self.collection(node.position, scope)
        return self.put(f"item_at({source.name}, {position.name})", source.types, node.start)

    def member(self, node: Member, scope: _Scope) -> _Found:
        source = self.collection(node.source, scope) if node.source else scope.this
        if node.source is None and node.name[:1].isupper() and nodes.named_types("FHIR", node.name):
            return self.own_type(node, source)
        types: Types = None
        if source.types is not None and all(map(nodes.children_known, source.types)):
            types = frozenset().union(*(nodes.child_types(at, node.name) for at in source.types))
            if not types and source.types:
                raise StaticError(f"`{node.name}` is not an element of {_listed(source.types)}", node.start)
        if types is not None and "Resource" in types:
            types = None
        return self.put(f"member(env, {source.name}, {node.name!r})", types, node.start, ordered=source.ordered)

    def own_type(self, node: Member, source: _Found) -> _Found:
        """A path may begin with the type of its context (R4 fhirpath.html)."""
        if source.types is not None and not any(_may_be(at, node.name) for at in source.types):
            raise StaticError(f"the context is {_listed(source.types)}, not {node.name}", node.start)
        types = source.types if source.types is not None and node.name not in source.types else frozenset({node.name})
        return self.put(f"of_own_type({source.name}, {node.name!r})", types, node.start, ordered=source.ordered)

    def binary(self, node: Binary, scope: _Scope) -> _Found:
        if node.operator in _LOGIC:
            return self.put(f"boolean({self.truth(node, scope)})", BOOLEAN, node.start)
        left, right = self.collection(node.left, scope), self.collection(node.right, scope)
        types = _operator_types(node.operator, left.types, right.types)
        text = _CALLS[node.operator].format(left.name, right.name)
        return self.put(text, types, node.start)

    def type_test(self, node: TypeTest, scope: _Scope) -> _Found:
        names = nodes.named_types(node.namespace, node.type)
        if not names:
            raise StaticError(f"there is no type {node.namespace + '.' if node.namespace else ''}{node.type}", node.start)
        source = self.collection(node.source, scope) if node.source else scope.this
        text = f"{_TYPE_TESTS[node.operator]}({source.name}, {self.constant(names)})"
        return self.put(text, BOOLEAN if node.operator == "is" else _narrowed(source.types, names), node.start, ordered=source.ordered)

    def call(self, node: Call, scope: _Scope) -> _Found:
        if node.name == "iif":
            return self.iif(node, scope)
        known = FUNCTIONS.get(node.name)
        if known is None:
            raise StaticError(f"there is no function `{node.name}`", node.start)
        if not known.least <= len(node.arguments) <= len(known.parameters):
            raise StaticError(f"`{node.name}` has another number of arguments", node.start)
        source = self.collection(node.source, scope) if node.source else scope.this
        if known.ordered:
            self.refuse_unordered(source, node)
        if known.takes and source.types and not any(_converts(at, known.takes) for at in source.types):
            raise StaticError(f"`{node.name}` does not take {_listed(source.types)}", node.start)
        arguments = [
            self.criteria(argument, source, node) if kind == EACH else self.collection(argument, scope)
            for argument, kind in zip(node.arguments, known.parameters, strict=False)
        ]
        name = self.constant_function(node.name, known)
        listed = "".join(f", {argument.name}" for argument in arguments)
        types = _result_types(known, source, arguments)
        return self.put(f"{name}(env, {source.name}{listed})", types, node.start, ordered=not known.unordered)

    def constant_function(self, name: str, known: Function) -> str:
        self.out.constants[f"f_{name}"] = known.run
        return f"f_{name}"

    def criteria(self, node: Expression, source: _Found, call: Call) -> _Found:
        """Emit an argument that is evaluated for each item as a function of `$this`, `$index` and `$total`."""
        backwards = call.name == "sort" and isinstance(node, Sign) and node.operator == "-"
        body = node.operand if backwards and isinstance(node, Sign) else node
        name, this = self.name("each"), self.name("this")
        index, total = self.name("index"), self.name("total")
        types = None if call.name in ("repeat", "repeatAll") else source.types
        self.line(f"def {name}({this}, {index}, {total}):", node.start)
        with self.block():
            found = self.collection(body, _Scope(_Found(this, types), index, total))
            self.line(f"return {found.name}", node.start)
        if backwards:
            self.line(f"{name}.backwards = True", node.start)
        return _Found(name, found.types, found.ordered)

    def iif(self, node: Call, scope: _Scope) -> _Found:
        if not 2 <= len(node.arguments) <= 3:
            raise StaticError("`iif` has two or three arguments", node.start)
        inside = scope
        if node.source is not None:
            source = self.collection(node.source, scope)
            self.line(f"one({source.name})", node.start)
            inside = replace(scope, this=source)
        condition = self.collection(node.arguments[0], inside)
        if condition.types and not any(_converts(at, BOOLEAN) for at in condition.types):
            raise StaticError("the condition of `iif` must be true or false", node.start)
        name = self.name()
        self.line(f"if truth({condition.name}):", node.start)
        with self.block():
            then = self.collection(node.arguments[1], inside)
            self.line(f"{name} = {then.name}", node.start)
        self.line("else:", node.start)
        with self.block():
            otherwise = self.collection(node.arguments[2], inside) if len(node.arguments) == 3 else _Found("NONE", frozenset())
            self.line(f"{name} = {otherwise.name}", node.start)
        return _Found(name, _either(then.types, otherwise.types), then.ordered and otherwise.ordered)

    def refuse_unordered(self, found: _Found, node: Expression) -> None:
        if not found.ordered:
            raise StaticError("a position in a collection that has no order", node.start)


def _fixed_by(node: Expression) -> set[str]:
    """The resources of the environment on which a node depends; none where it depends on anything else that changes."""
    match node:
        case Constant(name=name):
            return {_RESOURCES[name]} if name in _RESOURCES else set()
        case Member(source=source) | TypeTest(source=source) if source:
            return _fixed_by(source)
        case Call(source=source, arguments=arguments) if source and all(isinstance(one, Literal) for one in arguments):
            return _fixed_by(source)
        case Binary(operator="|", left=left, right=right):
            ours, theirs = _fixed_by(left), _fixed_by(right)
            return ours | theirs if ours and theirs else set()
    return set()


def _may_be(at: str, name: str) -> bool:
    return not nodes.children_known(at) or name in nodes.ancestry(at)


def _converts(at: str, takes: frozenset[str]) -> bool:
    """Whether values of a type may be what a function takes."""
    if at.startswith("System."):
        return at in takes
    return not nodes.system_types(at).isdisjoint(takes)


def _narrowed(types: Types, names: frozenset[str]) -> Types:
    """The types that values of some types may have once they are of one of others."""
    return names if types is None or not types & names else types & names


def _either(left: Types, right: Types) -> Types:
    return None if left is None or right is None else left | right


def _result_types(known: Function, source: _Found, arguments: list[_Found]) -> Types:
    if not known.gives.of:
        return known.gives.types
    found: Types = frozenset()
    for position in known.gives.of:
        found = _either(found, source.types if position < 0 else arguments[position].types)
    return found


def _operator_types(operator: str, left: Types, right: Types) -> Types:
    if operator == "|":
        return _either(left, right)
    if operator in ("+", "-", "*", "/", "div", "mod"):
        return {"/": None, "div": INTEGER}.get(operator, left | DECIMAL if left == right and left in (INTEGER, DECIMAL) else None)
    return STRING if operator == "&" else BOOLEAN


def _listed(types: frozenset[str]) -> str:
    shown = sorted(types)
    return " or ".join(shown[:3]) + (" or others" if len(shown) > 3 else "")
