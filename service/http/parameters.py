"""The query parameters, each with its form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from service.fhir import primitives
from service.http import outcomes
from service.mapping.memory import POLICIES
from service.records.leaves import ID

MODES = ("create", "update", "delete", "profile")
"""What a validation is for (R4 valueset-resource-validation-mode.html)."""

_SERVER = re.compile(r"https?://[A-Za-z0-9._~:/\[\]!$&'()*+,;=%-]+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: whether a value is well-formed, and the form in words that follow "must be"."""

    valid: Callable[[str], object]
    form: str


PARAMETERS: Mapping[str, Parameter] = {
    "server": Parameter(
        _SERVER.fullmatch,
        "the base URL of a FHIR server (http or https, without user, query or fragment)",
    ),
    "takes_ids": Parameter(lambda text: text in ("true", "false"), "true or false"),
    "recorded": Parameter(lambda text: primitives.problem("instant", text) is None, "a FHIR instant (in a URL, `+` is spelt `%2B`)"),
    "leftovers": Parameter(lambda text: text in POLICIES, f"one of {', '.join(POLICIES)}"),
    "mode": Parameter(lambda text: text in MODES, f"one of {', '.join(MODES)}"),
    "profile": Parameter(lambda text: primitives.problem("uri", text) is None, "a URI"),
    "key": Parameter(ID.fullmatch, "a key of ours (letters, digits and `-`, at most 36)"),
}


def read(known: tuple[str, ...], given: MultiDict[str, str]) -> dict[str, str]:
    """The query of a route that has the `known` parameters. Raises Failure (400), naming the parameter."""
    for name, values in given.lists():
        if name not in known:
            raise outcomes.unknown_parameter(name, known)
        if len(values) > 1:
            raise outcomes.parameter_twice(name)
        if not PARAMETERS[name].valid(values[0]):
            raise outcomes.bad_parameter(name, PARAMETERS[name].form)
    return given.to_dict()
