"""`kap-fhir serve`: the HTTP API."""

from __future__ import annotations

import os
import sys

import click

from service.cli.mappings import Chosen, options

THREADS = 32
"""So many slow clients are served at once by one process."""

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
    arguments = ["-m", "gunicorn", "--preload", "--worker-class=gthread", f"--threads={THREADS}", f"--bind={bind}", "service.wsgi:app"]
    os.execve(sys.executable, [sys.executable, *arguments], {**os.environ, **told})  # noqa: S606 - no shell, and the arguments are ours
