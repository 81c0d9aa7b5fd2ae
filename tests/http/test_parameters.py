"""Query parameters: each has its form, and nothing else is let through."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from service.http import parameters
from service.http.outcomes import Failure
from service.http.parameters import PARAMETERS
from service.http.routes import ROUTES

GOOD = {
    "server": ("https://ehr.example.org/fhir", "http://10.0.0.1:8080/", "https://h", "https://[::1]/r4"),
    "takes_ids": ("true", "false"),
    "recorded": ("2024-05-14T12:05:00Z", "2024-05-14T12:05:00.123-06:00"),
    "leftovers": ("report", "refuse", "keep"),
    "mode": ("create", "update", "delete", "profile"),
    "profile": ("us-core-patient", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0"),
    "key": ("c-17", "A", "9353c449-88ac-566a-bda9-ed4f3d147577"),
}
BAD = {
    "server": (
        "",
        "ehr.example.org",
        "ftp://h",
        "https://",
        "https://h/?x=1",
        "https://h/#x",
        "https://u:p@h/",
        'https://h/"',
        "https://h /",
        "https://h\n",
        "https://é",
    ),
    "takes_ids": ("", "True", "1", "yes"),
    "recorded": ("", "2024-05-14", "2024-05-14T12:05Z", "2024-05-14T12:05:00", "2024-05-14T12:05:00 06:00", "2024-02-30T12:05:00Z", "now"),
    "leftovers": ("", "Keep", "drop"),
    "mode": ("", "Create", "patch"),
    "profile": ("", "a b", "a\n", "urn:uuid:x"),
    "key": ("", "a.b", "a/b", "x" * 37, "c-17\n", "é"),
}


def test_every_parameter_is_tried_here() -> None:
    """The parameters of the routes, their forms and these examples are the same set."""
    assert {name for route in ROUTES for name in route.query} == PARAMETERS.keys() == GOOD.keys() == BAD.keys()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_a_well_formed_value_is_taken_as_it_stands(name: str, value: str) -> None:
    """A parameter that has its form reaches the handler unchanged."""
    assert parameters.read((name,), MultiDict([(name, value)])) == {name: value}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_another_value_is_refused_by_the_parameter(name: str, value: str) -> None:
    """A value that has not its form is a 400 that says the parameter and the form, and does not repeat the value."""
    with pytest.raises(Failure) as refused:
        parameters.read((name,), MultiDict([(name, value)]))
    assert refused.value.status == 400
    assert refused.value.issues[0].message == f"the parameter `{name}` must be {PARAMETERS[name].form}"


def test_an_unknown_parameter_is_refused_by_its_name() -> None:
    """A misspelt parameter is not ignored: the answer would not be what was asked for."""
    with pytest.raises(Failure) as refused:
        parameters.read(("server", "leftovers"), MultiDict([("leftover", "keep")]))
    issue = refused.value.issues[0]
    assert (refused.value.status, issue.message, issue.help) == (400, "there is no parameter `leftover` here", "did you mean `leftovers`?")


def test_a_parameter_stands_once() -> None:
    """Of two values none is chosen."""
    with pytest.raises(Failure) as refused:
        parameters.read(("key",), MultiDict([("key", "a"), ("key", "a")]))
    assert (refused.value.status, refused.value.issues[0].message) == (400, "the parameter `key` stands twice")
