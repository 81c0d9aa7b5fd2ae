"""gunicorn's entry point: `gunicorn --config python:service.http.gunicorn`."""

from __future__ import annotations

import os
import sys
from wsgiref.types import WSGIApplication

from service import settings
from service.diagnostics.diagnostic import Diagnostics
from service.http import observe
from service.http.app import create_app
from service.settings import SettingsError


def _start() -> WSGIApplication:
    observe.to_stdout()
    try:
        return create_app(settings.read(os.environ))
    except (SettingsError, Diagnostics) as error:
        reason = str(error)
    except OSError as error:
        reason = f"the mappings cannot be read: {error}"
    print(reason, file=sys.stderr)  # noqa: T201 - the log is for a service that runs
    raise SystemExit(1)


app = _start()
