"""Which items of a Questionnaire a response enables (R4 questionnaire-definitions.html#Questionnaire.item.enableWhen)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.fhir import choices
from service.fhir.choices import Typed
from service.fhir.json import Value

Around = tuple[Mapping[str, Value], ...]
"""The objects around an item of a response, the response first: each has items."""


MAX_COMPARED = 200_000


class TooCostlyError(Exception):
    """The conditions of a Questionnaire ask for more than MAX_COMPARED comparisons with answers."""


@dataclass(slots=True)
class Enabled:
    """Tells which items a response enables, and keeps what it has read of it; `left` are the comparisons that may still be made."""

    left: int = MAX_COMPARED
    _read: dict[int, dict[str, list[Typed]]] = field(default_factory=dict)

    def holds(self, item: Mapping[str, Value], around: Around) -> bool:
        """Whether an item of the Questionnaire is enabled at a place in the response; any condition is enough unless all must hold.

        Raises TooCostlyError.
        """
        verdicts = [self._meets(condition, around) for _, condition in choices.objects(item, "enableWhen")]
        if not verdicts:
            return True
        return all(verdicts) if item.get("enableBehavior") == "all" else any(verdicts)

    def _meets(self, condition: Mapping[str, Value], around: Around) -> bool:
        wanted = choices.typed(condition, "answer")
        given = self._answers(condition.get("question"), around)
        self.left -= len(given)
        if self.left < 0:
            raise TooCostlyError
        match condition.get("operator"), wanted:
            case "exists", (_, bool() as exists):
                return bool(given) is exists
            case "=", (_, _):
                return any(choices.same(one, wanted) for one in given)
            case "!=", (_, _):
                return not any(choices.same(one, wanted) for one in given)
            case str(operator), (_, _) if operator in _ORDERS:
                return any(choices.compare(one, wanted) in _ORDERS[operator] for one in given)
        return True

    def _answers(self, link: Value, around: Around) -> Sequence[Typed]:
        """The answers to a question in the nearest object around that has it."""
        return next((found[link] for found in map(self._within, reversed(around)) if link in found), ())

    def _within(self, holder: Mapping[str, Value]) -> dict[str, list[Typed]]:
        """The answers in an object's items and in all that is in them, by linkId."""
        if id(holder) not in self._read:
            found: dict[str, list[Typed]] = {}
            for _, item in choices.objects(holder, "item"):
                answers = [answer for _, answer in choices.objects(item, "answer")]
                link = item.get("linkId")
                if isinstance(link, str):
                    found.setdefault(link, []).extend(filter(None, map(choices.typed, answers)))
                for inner in (item, *answers):
                    for name, more in self._within(inner).items():
                        found.setdefault(name, []).extend(more)
            self._read[id(holder)] = found
        return self._read[id(holder)]


_ORDERS: Mapping[str, tuple[int, ...]] = {">": (1,), "<": (-1,), ">=": (0, 1), "<=": (-1, 0)}
