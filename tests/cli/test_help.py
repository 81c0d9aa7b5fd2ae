from __future__ import annotations

import importlib

import click
import pytest

from service.cli import COMMANDS, main
from tests.cli.run import kap


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name):
    """Nothing of the command is without a word about it."""
    command = importlib.import_module(f"service.cli.{name.replace('-', '_')}").command
    assert command.help
    assert command.get_short_help_str(100).endswith(".")
    for option in command.params:
        assert isinstance(option, click.Argument) or option.help, option.name
    shown = kap(name, "--help")
    assert shown.exit_code == 0
    for option in command.params:
        assert option.metavar or max(option.opts, key=len) in shown.stdout or option.name.upper() in shown.stdout


def test_the_first_help_names_every_command_and_the_exit_status():
    """`kap-fhir --help` lists the commands, shows how to begin and what the exit status means."""
    shown = kap("--help").stdout
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    assert "kap-fhir convert bundle.json" in shown
    assert "Exit status: 0 done" in shown
    assert all(len(line) <= 110 for line in shown.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_mappings_and_the_clinic(name):
    """`--mappings` and `--clinic` are common to all commands."""
    command = importlib.import_module(f"service.cli.{name.replace('-', '_')}").command
    assert {"mappings", "clinic"} <= {option.name for option in command.params}


def test_a_misspelt_command_is_helped():
    """An unknown command is told with what was probably meant, exit 2."""
    told = kap("chekc")
    assert told.exit_code == 2
    assert "did you mean `check`?" in told.stderr


def test_every_module_of_the_command_is_listed():
    """A file in service/cli that has a command is a command of `kap-fhir`, in the order of the list."""
    context = click.Context(main)
    assert main.list_commands(context) == list(COMMANDS)
    assert all(main.get_command(context, name) for name in COMMANDS)
    assert main.get_command(context, "terminal") is None
