"""The command as a caller sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from service.cli import main
from service.fhir import json
from tests.support.mappings import FOLDER

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from service.cli import main; main(prog_name='kap-fhir')"]
ENVIRON = {"KAP_MAPPINGS": str(FOLDER), "KAP_CLINIC": "", "NO_COLOR": "1"}

READING = {
    "reading_id": "v-1",
    "client_id": "c-1",
    "recorded_at": "2025-03-04T09:50:00-07:00",
    "status": "final",
    "bp_systolic": json.Number("122"),
    "bp_diastolic": json.Number("78.0"),
    "heart_rate": json.Number("71"),
}
READING_OF_BLOOM = {
    "reading_id": "v-1",
    "client_id": "c-1",
    "taken_at": "2025-03-04T09:50:00-07:00",
    "status": "final",
    "sbp_dbp": "122/78.0",
    "hr": json.Number("71"),
    "capnography": json.Number("38"),
}
"""A reading as the clinic `bloom` has it."""

PATIENT = {"client_id": "c-1", "family": "Synthetic", "sex": "F"}


def kap(*arguments: str | Path, given: bytes | None = None, **environ: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(main, [str(one) for one in arguments], input=given, env={**ENVIRON, **environ}, prog_name="kap-fhir")


def process(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, timeout=60, cwd=ROOT, env={**os.environ, **ENVIRON}, check=False, **more
    )


def lines(*values: Any) -> bytes:
    """Values as NDJSON."""
    return b"".join(json.write(value) + b"\n" for value in values)
