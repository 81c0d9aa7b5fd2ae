"""gunicorn's settings, of a server that waits a second for a silent client."""

from __future__ import annotations

from service.http import worker
from service.http.gunicorn import *  # noqa: F403 - gunicorn reads this module's names

worker.SILENCE = 1
