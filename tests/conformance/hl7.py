"""HL7's Java validator, many resources in one run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from service.fhir import json
from service.fhir.json import Value
from tests.support.shared import shared

US_CORE = "us-core-6.1.0"


def errors(folder: Path, resources: Mapping[str, bytes], definitions: list[Value]) -> dict[str, list[str]]:
    """The errors of each resource that has some, by its name. `folder` is for the files, `definitions` are loaded beside US Core."""
    validator = shared("tools/hl7-validator/validate")
    loaded = _write(folder, "definitions", json.write({"resourceType": "Bundle", "type": "collection", "entry": _entries(definitions)}))
    files = {str(_write(folder, name, text)): name for name, text in resources.items()}
    command = [str(validator), "--ig", US_CORE, "--ig", str(loaded), "--ndjson"]
    answer = subprocess.run(command, input="\n".join(files), capture_output=True, text=True, check=True)
    verdicts = {files[verdict["file"]]: verdict["issues"] for verdict in map(json.read, filter(None, answer.stdout.split("\n")))}
    assert verdicts.keys() == resources.keys(), answer.stderr
    told = {name: [f"{one['location']}: {one['message']}" for one in issues if _is_error(one)] for name, issues in verdicts.items()}
    return {name: issues for name, issues in told.items() if issues}


def _is_error(issue: Value) -> bool:
    return issue["severity"] in ("error", "fatal")


def _entries(definitions: list[Value]) -> list[Value]:
    return [{"fullUrl": one["url"], "resource": one} for one in definitions]


def _write(folder: Path, name: str, text: bytes) -> Path:
    path = folder / f"{name}.json"
    path.write_bytes(text)
    return path
