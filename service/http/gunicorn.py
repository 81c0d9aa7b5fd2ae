"""gunicorn's settings: `gunicorn --config python:service.http.gunicorn`, with `--bind` and WEB_CONCURRENCY for where and how many."""

from __future__ import annotations

from pathlib import Path

wsgi_app = "service.wsgi:app"
preload_app = True
worker_class = "service.http.worker.Worker"

threads = 32
"""So many slow clients are served at once by one process."""

control_socket_disable = True
"""Nothing is written to the file system, which may be read-only; the workers' heartbeat goes to memory."""

worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a file there that has no name
