"""The grammar of field lines: `decimal 20..350 required; needs …` becomes a Field and its Rules."""

from __future__ import annotations

import re
from dataclasses import replace

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.messages import types as wrong
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Scalar
from service.mapping import conditions
from service.mapping.syntax import texts
from service.mapping.vocabulary import Vocabulary, section
from service.records import formulas, moments
from service.records.fields import ID_LENGTH, PLAIN, RANGED, Field, Fields, Rule
from service.records.formulas import Formula

_HEAD = re.compile(r"(list of )?(\S+?)( or text)?(?: (\S*\.\.\S*))?( required)?")
_ONE_OF = re.compile(r"one of (.+?)( required)?")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_CLAUSE = re.compile(r"(needs|only when|together with|not before|sensitive|means|stays) (.+)")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SUM = re.compile(r"(\S+) = sum of (.+)", re.DOTALL)


def read(tree: Tree, rules: tuple[tuple[Scalar, Scalar], ...], names: Vocabulary, outer: Fields | None = None) -> Fields:
    """The fields and rules of a file; what is wrong is added to `names.found`."""
    found = names.found
    fields: dict[str, Field] = {}
    clauses: list[tuple[str, str, Scalar]] = []
    for key, node in tree:
        if not _NAME.fullmatch(key.text):
            found.append(form.not_a_name(key.span, key.text))
        elif outer and key.text in outer.by_name:
            found.append(form.field_twice(key.span, key.text, outer.by_name[key.text].span))
        elif isinstance(node, Scalar):
            one = _field(key, node, names, clauses)
            if one:
                fields[key.text] = one
        elif isinstance(node, Tree) and len(node.entries) == 1 and isinstance(node.get("list of"), Tree) and outer is None:
            fields[key.text] = Field(key.text, key.span, "records", many=True)
        else:
            found.append(form.not_a_field(node.span, key.text, nested=True))
    bare = Fields(fields, (), outer)
    kept = [rule for name, clause, text in clauses if (rule := _clause(fields, bare, name, clause, text, found))]
    kept += [rule for key, text in rules if (rule := _rule(bare, key, text, found))]
    whole = Fields(fields, tuple(kept), outer)
    for key, node in tree:
        items = node.get("list of") if isinstance(node, Tree) else None
        if isinstance(items, Tree) and key.text in fields:
            inner = replace(items, entries=tuple(entry for entry in items if entry[0].text != "rules"))
            fields[key.text] = replace(fields[key.text], items=read(inner, texts(section(found, items, "rules"), found), names, whole))
    return whole


def _field(key: Scalar, node: Scalar, names: Vocabulary, clauses: list[tuple[str, str, Scalar]]) -> Field | None:
    found = names.found
    head, *rest = _split(node.text)
    base = Field(key.text, key.span, "")
    if match := _ONE_OF.fullmatch(head):
        values = tuple(part.strip() for part in match[1].split(","))
        if not all(values) or len(set(values)) < len(values):
            found.append(wrong.values_twice(node.at(match[1]), key.text))
        base = replace(base, type="one of", values=values, required=bool(match[2]))
    elif match := _HEAD.fullmatch(head):
        made = _typed(base, match, node, names)
        if made is None:
            return None
        base = made
    else:
        found.append(form.not_a_field(node.span, key.text))
        return None
    for clause in rest:
        match = _CLAUSE.fullmatch(clause)
        word, value = (match[1], match[2]) if match else ("", "")
        text = value[1:-1] if len(value) > 2 and value[0] == value[-1] == '"' else ""
        if word in ("means", "stays") and text:
            base = replace(base, means=text) if word == "means" else replace(base, stays=text)
        elif word == "sensitive":
            base = replace(base, sensitive=(*base.sensitive, value))
        elif word in ("needs", "only when", "together with", "not before"):
            clauses.append((key.text, f"{word} {value}", node))
        else:
            found.append(form.not_a_clause(node.at(clause), clause))
    return base


def _typed(base: Field, match: re.Match[str], node: Scalar, names: Vocabulary) -> Field | None:
    many, kind, or_text, bounds, required = match.groups()
    base = replace(base, many=bool(many), required=bool(required), or_text=bool(or_text))
    if kind in PLAIN and not or_text:
        base = replace(base, type=kind)
    elif kind in names.tables:
        table = names.tables[kind]
        base = replace(base, type="table", table=kind, values=tuple(table.entries), numeric=table.numeric)
    else:
        names.found.append(say.unknown_field_type(node.at(kind), base.name, kind, (*PLAIN, *names.tables)))
        return None
    if bounds:
        low, _, high = bounds.partition("..")
        if base.type in moments.TYPES and bounds == moments.DAY:
            base = replace(base, low=str(moments.DAY_LENGTH))
        elif base.type not in RANGED:
            names.found.append(wrong.range_not_allowed(node.at(bounds), base.type))
        elif not all(_NUMBER.fullmatch(one) for one in (low, high) if one) or not (low or high):
            names.found.append(form.not_a_range(node.at(bounds), bounds))
        elif low and high and float(low) > float(high):
            names.found.append(wrong.range_empty(node.at(bounds), bounds))
        elif base.type != "decimal" and any("." in one for one in (low, high)):
            names.found.append(form.not_a_range(node.at(bounds), bounds))
        elif base.type == "id" and high and not 1 <= int(high) <= ID_LENGTH:
            names.found.append(wrong.id_too_long(node.at(bounds), ID_LENGTH))
        else:
            base = replace(base, low=low, high=high)
    return base


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', text)]


def _clause(fields: dict[str, Field], scope: Fields, name: str, clause: str, node: Scalar, found: list[Diagnostic]) -> Rule | None:
    present = formulas.has(name)
    if clause.startswith("not before "):
        return _order(scope, name, clause.removeprefix("not before "), node, found)
    try:
        if clause.startswith("needs "):
            formula = formulas.implies(present, conditions.needs(clause.removeprefix("needs ")))
        elif clause.startswith("only when "):
            formula = formulas.implies(present, conditions.condition(clause.removeprefix("only when ")))
        else:
            other = formulas.has(clause.removeprefix("together with ").strip())
            formula = formulas.all_of((formulas.implies(present, other), formulas.implies(other, present)))
    except conditions.ConditionError as error:
        found.append(form.not_a_condition(node.at(error.rest), clause))
        return None
    rule = Rule(name, formula, f"{name} {clause}", node.at(clause), clause_of=name, together=clause.startswith("together with "))
    return rule if check_condition(formula, scope, node, found) and name in fields else None


def _order(scope: Fields, name: str, earlier: str, node: Scalar, found: list[Diagnostic]) -> Rule | None:
    if earlier not in scope.by_name:
        found.append(say.unknown_field(node.at(earlier), earlier, scope.by_name))
        return None
    for one in (scope.by_name[name], scope.by_name[earlier]):
        if one.type not in moments.TYPES or one.many:
            found.append(wrong.order_of_no_time(node.at(earlier), one.name, one.type))
            return None
    return Rule(name, formulas.TRUE, f"{name} not before {earlier}", node.at(earlier), clause_of=name, order=(earlier, name))


def _rule(scope: Fields, key: Scalar, node: Scalar, found: list[Diagnostic]) -> Rule | None:
    try:
        if match := _SUM.fullmatch(node.text):
            return _sum(scope, key, node, [match[1], *conditions.names(match[2])], found)
        formula = conditions.rule(node.text)
    except conditions.ConditionError as error:
        found.append(form.not_a_rule(node.at(error.rest), node.text))
        return None
    rule = Rule(key.text, formula, " ".join(node.text.split()), node.span)
    return rule if check_condition(formula, scope, node, found) else None


def _sum(scope: Fields, key: Scalar, node: Scalar, names: list[str], found: list[Diagnostic]) -> Rule | None:
    for name in names:
        one = scope.by_name.get(name)
        if one is None:
            found.append(say.unknown_field(node.at(name), name, scope.by_name))
            return None
        if one.many or not (one.numeric or one.type in ("integer", "decimal")):
            found.append(wrong.sum_of_no_number(node.at(name), name, one.type))
            return None
    whole, *parts = names
    return Rule(key.text, formulas.TRUE, " ".join(node.text.split()), node.span, clause_of=whole, sum_of=tuple(parts))


def check_condition(formula: Formula, scope: Fields, node: Scalar, found: list[Diagnostic]) -> bool:
    """Whether every field and value that a condition names exists; adds a diagnostic for each that does not."""
    before = len(found)
    for literal in formulas.literals(formula):
        one = scope.visible.get(literal.field)
        if one is None:
            found.append(say.unknown_field(node.at(literal.field), literal.field, scope.visible))
        elif literal.value is not None and not one.enumerated:
            found.append(wrong.value_of_open_field(node.at(literal.value), literal.field, one.type))
        elif literal.value is not None and literal.value not in one.domain and not one.or_text:
            found.append(say.unknown_value(node.at(literal.value), literal.value, literal.field, one.domain))
    return len(found) == before
