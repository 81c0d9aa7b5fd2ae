"""The `kap-fhir` command, one file per subcommand."""

from __future__ import annotations

import errno
import importlib
from typing import Any

import click

from service.cli import terminal
from service.cli.mappings import instead
from service.diagnostics.diagnostic import Diagnostics
from service.diagnostics.issue import Refused
from service.fhir.json import JsonError

COMMANDS = (
    *("check", "convert", "explain", "diff", "test", "release", "show", "schema", "instruments", "rems", "docs", "serve", "demo"),
    "validate",
    "demo-data",
)


class _Commands(click.Group):
    """Subcommands by the module of their name, imported when they are asked for; what they refuse is told without a stack trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"service.cli.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args[0] not in COMMANDS:
            raise click.UsageError(f"there is no command `{args[0]}`{instead(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Diagnostics, Refused, JsonError) as refused:
            terminal.tell(_told(refused))
            return ctx.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            raise click.UsageError(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None


def _told(refused: Exception) -> str:
    match refused:
        case Diagnostics(found=found):
            return f"{refused}\n\n{terminal.count(len(found), 'error')}"
        case Refused():
            return str(refused)
    return f"error: {refused}"


@click.command("kap-fhir", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="kap-fhir", message="%(version)s")
def main() -> None:
    """Records of a clinic as FHIR R4 and back, by the mappings in a folder of YAML.

    \b
    kap-fhir check                         are the mappings right?
    kap-fhir convert vitals reading.json   a record as FHIR
    kap-fhir convert bundle.json           FHIR as records
    kap-fhir explain vitals reading.json   where each element comes from
    kap-fhir validate bundle.json          is it FHIR R4, and what its profiles ask for?
    kap-fhir demo                          a synthetic session, both ways, and the API

    Exit status: 0 done; 1 something was refused, differs or does not hold, and standard error says what; 2 the command was not understood,
    or a file is not there.
    """  # noqa: D301 - click asks for a backspace
