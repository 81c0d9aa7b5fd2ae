"""HL7's Java validator, many resources in one run; what it said is kept in build/, by the content of the resource."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from service.fhir import json
from service.fhir.json import Value
from tests.support.shared import shared

US_CORE = "us-core-6.1.0"
KEPT = Path(__file__).parents[2] / "build" / "hl7"


def errors(
    resources: Mapping[str, bytes], definitions: Sequence[Value] = (), packages: Sequence[str] = (US_CORE,)
) -> dict[str, list[Value]]:
    """The errors of each resource that has some, by its name. `definitions` are loaded beside the packages."""
    loaded = json.write({"resourceType": "Bundle", "type": "collection", "entry": _entries(definitions)})
    sources = shared("tools/hl7-validator").glob("**/*.java")
    kept = KEPT / f"{_hash(loaded, *(one.encode() for one in packages), *(one.read_bytes() for one in sorted(sources)))}.ndjson"
    keys = {name: _hash(text) for name, text in resources.items()}
    known = _known(kept)
    unknown = {keys[name]: text for name, text in resources.items() if keys[name] not in known}
    if unknown:
        _ask(unknown, loaded, packages, kept)
        known = _known(kept)
    return {name: known[key] for name, key in keys.items() if known[key]}


def _known(kept: Path) -> dict[str, list[Value]]:
    lines = kept.read_bytes().splitlines() if kept.exists() else []
    return {one["key"]: one["errors"] for one in map(json.read, lines)}


def _ask(resources: Mapping[str, bytes], definitions: bytes, packages: Sequence[str], kept: Path) -> None:
    """Ask for what is not known, and add each answer as it comes: a run that is stopped is not lost."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, kept.open("ab", buffering=0) as answers:
        loaded = _write(Path(folder), "definitions", definitions)
        files = [str(_write(Path(folder), key, text)) for key, text in resources.items()]
        command = [str(shared("tools/hl7-validator/validate")), "--ndjson"]
        command += [part for one in (*packages, str(loaded)) for part in ("--ig", one)]
        Path(folder, "files").write_text("\n".join(files))
        with (
            Path(folder, "files").open() as listed,
            Path(folder, "log").open("w+") as log,
            subprocess.Popen(command, stdin=listed, stdout=subprocess.PIPE, stderr=log) as process,
        ):
            assert process.stdout
            for line in process.stdout:
                verdict = json.read(line)
                told = [one for one in verdict["issues"] if one["severity"] in ("error", "fatal")]
                answers.write(json.write({"key": Path(verdict["file"]).stem, "errors": told}) + b"\n")
        assert process.returncode == 0, Path(folder, "log").read_text()


def _entries(definitions: Sequence[Value]) -> list[Value]:
    return [{"fullUrl": one["url"], "resource": one} for one in definitions]


def _write(folder: Path, name: str, text: bytes) -> Path:
    path = folder / f"{name}.json"
    path.write_bytes(text)
    return path


def _hash(*texts: bytes) -> str:
    return hashlib.sha256(b"\0".join(texts)).hexdigest()
