"""`kap-fhir serve`: the HTTP API."""

from __future__ import annotations

import os
import sys

import click

from service.cli.mappings import Chosen, options

bind_option = click.option("--bind", default="127.0.0.1:8080", show_default=True, metavar="ADDRESS", help="Where to listen: host:port.")


@click.command()
@bind_option
@options
def command(chosen: Chosen, bind: str) -> None:
    """Serve the HTTP API.

    `GET /` says what is there. Other settings come from the environment, as the README tells.
    """
    chosen.library()
    serve(chosen, bind)


def serve(chosen: Chosen, bind: str) -> None:
    """Become gunicorn, which serves until it is stopped."""
    sys.stdout.flush()
    told = {"KAP_MAPPINGS": str(chosen.folder), "KAP_CLINIC": chosen.clinic}
    arguments = ["-m", "gunicorn", "--config=python:service.http.gunicorn", f"--bind={bind}"]
    os.execve(sys.executable, [sys.executable, *arguments], {**os.environ, **told})  # noqa: S606 - no shell, and the arguments are ours
