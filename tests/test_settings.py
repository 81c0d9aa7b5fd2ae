"""The environment as settings."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from service import settings
from service.settings import Settings, SettingsError

WRONG = {
    "KAP_CLINIC": ("../patients", "blo om", ".yaml", "bloom/x"),
    "KAP_MAX_BODY": ("8 MiB", "-1", "0", "1e6", "9" * 16, "٣"),
    "KAP_MAX_LINE": ("many",),
}


def test_an_empty_environment_gives_the_defaults() -> None:
    """Every setting has a default, and an empty variable counts as absent."""
    assert settings.read({}) == settings.read({"KAP_CLINIC": "", "KAP_MAX_BODY": ""}) == Settings()


def test_every_setting_is_read_from_its_variable() -> None:
    """The variable of a setting is `KAP_` and its name."""
    environ = {"KAP_MAPPINGS": "elsewhere", "KAP_CLINIC": "bloom", "KAP_CACHE": "kept", "KAP_MAX_BODY": "1000", "KAP_MAX_LINE": "10"}
    assert settings.read(environ) == Settings(Path("elsewhere"), "bloom", Path("kept"), 1000, 10)
    assert [settings.variable(one) for one in fields(Settings)] == list(environ)


def test_every_setting_says_what_it_is() -> None:
    """The form and the meaning of every setting stand beside it, for messages and documentation."""
    assert all(one.metadata["form"] and one.metadata["means"] for one in fields(Settings))


@pytest.mark.parametrize(("variable", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_told_with_its_variable_and_the_form(variable: str, value: str) -> None:
    """A value that has not its form is refused by the name of the variable, with what was found and what is expected."""
    form = next(one.metadata["form"] for one in fields(Settings) if settings.variable(one) == variable)
    with pytest.raises(SettingsError) as refused:
        settings.read({variable: value})
    assert str(refused.value) == f"{variable} is `{value}`, but must be {form}"


def test_all_wrong_values_are_told_at_once() -> None:
    """Nobody has to start the service twice to learn of two mistakes."""
    with pytest.raises(SettingsError) as refused:
        settings.read({"KAP_MAX_BODY": "x", "KAP_MAX_LINE": "y"})
    assert [line.split()[0] for line in str(refused.value).splitlines()] == ["KAP_MAX_BODY", "KAP_MAX_LINE"]


def test_other_variables_are_not_looked_at() -> None:
    """What an orchestrator puts beside the settings (a service link begins with KAP_FHIR) does no harm."""
    assert settings.read({"KAP_FHIR_PORT": "tcp://10.0.0.1:80", "PATH": "/bin"}) == Settings()


def test_settings_do_not_change() -> None:
    """A setting is read once and never assigned."""
    with pytest.raises(FrozenInstanceError):
        Settings().max_body = 1  # type: ignore[misc]
