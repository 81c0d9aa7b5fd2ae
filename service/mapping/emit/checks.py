"""The checks of a record as Python text: the same verdict as `records.schema`, without reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.fhir.primitives import MAX_STRING
from service.mapping.emit.source import Source, condition
from service.records import moments
from service.records.fields import ID_LENGTH, Field, Fields, Rule
from service.records.formulas import All, Any_, Formula, Literal, all_of, any_of, has, literals

NUMBERS = ("integer", "decimal")
_QUICK = {"code": "CODE", "uri": "URI", "date": "DATE", "dateTime": "DATE_TIME", "instant": "DATE_TIME"}
_FULL = {
    "code": "code",
    "uri": "uri",
    "language": "language",
    "npi": "npi",
    "unit": "unit",
    "date": "date",
    "dateTime": "date_time",
    "instant": "instant",
}


@dataclass(slots=True)
class Checks:
    """Adds the statements that load and check fields: `v_<field>` is the value (None: absent), `t_<field>` its JSON token."""

    source: Source

    def record(self, fields: Fields, lists: Iterable[str], tokens: set[str]) -> None:
        """Load every field of a record `r`, leave with None where one or a rule is broken; `lists` are those of records of other kinds."""
        names = [*(f"v_{name}" for name in fields.by_name), *(f"c_{name}" for name in lists)]
        self.source.add(f"{', '.join(names)}, = astuple(r)")
        asked, rest = _by_field(fields)
        for one in fields.by_name.values():
            self._field(one, "return None", token=one.name in tokens, asked=[condition(each, fields.visible) for each in asked[one.name]])
        self._rules(rest, fields, "return None")

    def item_function(self, one: Field) -> None:
        """A function that says whether an item `i` of a list of the record `r` is valid."""
        fields = one.items
        assert fields is not None
        with self.source.block(f"def check_{one.name}(r, i):"):
            names = ", ".join(f"v_{name}" for name in fields.by_name)
            self.source.add(f"{names}, = astuple(i)")
            for inner in fields.by_name.values():
                self._field(inner, "return False", token=False)
            outer = fields.outer.by_name if fields.outer else {}
            for name in sorted({name for rule in fields.rules for name in rule.fields} & outer.keys()):
                self.source.add(f"v_{name} = r.f_{name}")
                self.source.lines += [self.source.indented(line) for line in self.variables(outer[name], token=False)]
            self._rules(fields.rules, fields, "return False")
            self.source.add("return True")

    def variables(self, one: Field, *, token: bool) -> Iterator[str]:
        """The lines that turn a valid value into what conditions and tables compare, and make its token."""
        name = f"v_{one.name}"
        present = "" if one.required else f"if {name} is not None: "
        if one.numeric and not one.many:
            yield f"{present}{name} = {self._names(one)}.get(bytes({name}))"
        elif token and one.type in NUMBERS:
            yield f"{present}t_{one.name} = bytes({name}).decode()"
        elif token:
            yield f"{present}t_{one.name} = quote({name})"

    def _field(self, one: Field, leave: str, *, token: bool, asked: Sequence[str] = ()) -> None:
        """The checks of a field; `asked` is what a record with a value of it must fulfil."""
        name = f"v_{one.name}"
        if one.required:
            with self.source.block(f"if {name} is None:"):
                self.source.add(leave)
            self._value(one, leave, token=token)
        elif asked or self._asks(one, token=token):
            with self.source.block(f"if {name} is not None:"):
                if self._asks(one, token=token):
                    self._value(one, leave, token=token)
                for each in asked:
                    self._unless(each, leave)

    def _asks(self, one: Field, *, token: bool) -> bool:
        return token or one.many or one.numeric or one.or_text or one.type not in ("boolean", "table", "one of")

    def _value(self, one: Field, leave: str, *, token: bool) -> None:
        """The check of a value that is there, with its token."""
        name, spelt = f"v_{one.name}", f"t_{one.name}"
        if one.many:
            self._unless(self._list(one), leave)
        elif one.type in NUMBERS:
            self.source.add(f"{spelt} = {self._number(one)}(bytes({name}))")
            self._unless(f"{spelt} is not None", leave)
        elif one.numeric:
            self.source.add(f"{name} = {self._names(one)}.get(bytes({name}))")
            self._unless(f"{name} is not None", leave)
        else:
            self._unless(self._valid(one, name), leave)
            if token:
                self.source.add(f"{spelt} = quote({name})")

    def _unless(self, valid: str, leave: str) -> None:
        if valid:
            with self.source.block(f"if not ({valid}):"):
                self.source.add(leave)

    def _list(self, one: Field) -> str:
        name = f"v_{one.name}"
        if one.items:
            ids = [inner.name for inner in one.items.by_name.values() if inner.type == "id" and inner.required]
            once = f" and len({{x.f_{ids[0]} for x in {name}}}) == len({name})" if ids else ""
            return f"{name} and all([check_{one.name}(r, x) for x in {name}]){once}"
        valid = self._valid(one, "x")
        return f"{name}" + (f" and all([{valid} for x in {name}])" if valid else "")

    def _valid(self, one: Field, name: str) -> str:
        """An expression that is true of a value of the field; empty where the decoder has said so."""
        if one.type in NUMBERS:
            return f"{self._number(one)}(bytes({name}))"
        if one.numeric:
            return f"bytes({name}) in {self._names(one)}"
        return " or ".join(filter(None, (self._quick(one, name), self._full(one, name))))

    def _quick(self, one: Field, name: str) -> str:
        """An expression that is true of most values, and only of valid ones."""
        if one.excluded:
            return ""
        if one.type == "id":
            return f"{self.source.call(f'identifier({int(one.low or 1)}, {int(one.high or ID_LENGTH)})', 'id')}({name})"
        if one.type == "text":
            length = f"{int(one.low or 1)} <= len({name}) <= {int(one.high or MAX_STRING)}"
            return f"{name}.isprintable() and {name}.strip() == {name} and {length}"
        return f"{_QUICK[one.type]}({name})" if one.type in _QUICK else ""

    def _full(self, one: Field, name: str) -> str:
        """An expression that decides about the others; empty where there are none."""
        if one.type == "text":
            return f"text({name}, {int(one.low or 1)}, {int(one.high or MAX_STRING)})"
        if one.or_text:
            return f"({name} in {self.source.constant(frozenset(one.values), 'names')} or text({name}, 1, {MAX_STRING}))"
        excluded = f" and {self._allowed(one, name)}" if one.excluded else ""
        precise = f" and len({name}) >= {one.low}" if one.type in moments.TYPES and one.low else ""
        return f"({_FULL[one.type]}({name}){excluded}{precise})" if one.type in _FULL else ""

    def _allowed(self, one: Field, name: str) -> str:
        if one.type == "uri":
            return f"not {name}.startswith({self.source.constant(tuple(sorted(one.excluded)), 'excluded')})"
        return f"{name} not in {self.source.constant(frozenset(one.excluded), 'excluded')}"

    def _rules(self, rules: Iterable[Rule], fields: Fields, leave: str) -> None:
        for rule in rules:
            if rule.sum_of:
                test = self._off(rule, fields)
            elif rule.order:
                earlier, later = (f"v_{name}" for name in rule.order)
                test = f"{later} is not None and {earlier} is not None and not not_before({later}, {earlier})"
            else:
                test = f"not ({condition(rule.formula, fields.visible)})"
            with self.source.block(f"if {test}:"):
                self.source.add(leave)

    def _off(self, rule: Rule, fields: Fields) -> str:
        """Whether a sum is another than that of its parts, all of which have values."""
        numbers = [fields.by_name[name] for name in rule.fields]
        present = all_of(has(one.name) for one in numbers if not one.required)
        values = [self._addend(one) for one in numbers]
        return f"{condition(present, fields.by_name)} and {values[0]} != {' + '.join(values[1:])}"

    def _addend(self, one: Field) -> str:
        """A number to add; that of a table's name is looked up."""
        if not one.numeric:
            return f"{'int' if one.type == 'integer' else 'Decimal'}(t_{one.name})"
        return f"{self.source.constant({name: int(name) for name in one.values}, 'addends')}[v_{one.name}]"

    def _names(self, one: Field) -> str:
        return self.source.constant({name.encode(): name for name in one.values}, "names")

    def _number(self, one: Field) -> str:
        return self.source.call(f"number({one.type!r}, {one.low!r}, {one.high!r})", "number")


def _by_field(fields: Fields) -> tuple[Mapping[str, list[Formula]], list[Rule]]:
    """What the rules ask of a record in which a field has a value, by that field, and the rules that ask something else."""
    asked: dict[str, list[Formula]] = {name: [] for name in fields.by_name}
    rest = []
    for rule in fields.rules:
        clauses = rule.formula.parts if isinstance(rule.formula, All) else (rule.formula,)
        found = [] if rule.order or rule.sum_of else [_asked(clause, fields) for clause in clauses]
        if not found or None in found:
            rest.append(rule)
            continue
        for one in found:
            if one:
                asked[one[0]].append(one[1])
    return asked, rest


def _asked(clause: Formula, fields: Fields) -> tuple[str, Formula] | None:
    """A field, and what must hold where it has a value; None for a clause that says something else, or compares values not yet named."""
    parts = clause.parts if isinstance(clause, Any_) else (clause,)
    for one in parts:
        if isinstance(one, Literal) and one.value is None and not one.positive and one.field in fields.by_name:
            others = any_of(part for part in parts if part is not one)
            if not fields.by_name[one.field].required and not any(fields.visible[each.field].numeric for each in literals(others)):
                return one.field, others
    return None
