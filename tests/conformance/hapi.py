"""A real FHIR server for a test run: HAPI with HL7's validator and US Core, on the loopback interface, empty."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from service.fhir import json
from service.fhir.json import Value
from tests.support.shared import shared

SECONDS = 120
TRIES = 5
_EMPTY = b'{"resourceType":"Parameters","parameter":[{"name":"expungeEverything","valueBoolean":true}]}'


@dataclass(frozen=True, slots=True)
class Server:
    """A running server by its base url."""

    base: str

    def empty(self) -> None:
        """Forget everything."""
        self._ask("POST", f"{self.base}/$expunge", _EMPTY)

    def transaction(self, bundle: bytes) -> list[str]:
        """The status of each entry of a transaction."""
        return [entry["response"]["status"] for entry in self._ask("POST", self.base, bundle)["entry"]]

    def everything(self, types: set[str]) -> list[Value]:
        """All resources of these types, as entries with their full URLs."""
        found: list[Value] = []
        for name in sorted(types):
            url = f"{self.base}/{name}?_count=200"
            while url:
                page = self._ask("GET", url)
                found += [{"fullUrl": one["fullUrl"], "resource": one["resource"]} for one in page.get("entry", ())]
                url = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
        return found

    def _ask(self, method: str, url: str, body: bytes | None = None) -> Value:
        """The answer to a request; while HAPI still works in the background on what it took, it answers 409, so it is asked again."""
        for _ in range(TRIES):
            answer = requests.request(method, url, data=body, headers={"Content-Type": "application/fhir+json"}, timeout=SECONDS)
            if answer.status_code != requests.codes.conflict:
                break
        assert answer.ok, answer.text
        return json.read(answer.content)


@contextmanager
def running() -> Iterator[Server]:
    """A server while the block runs. What a reference names need not be there: no record kind writes Location and Device."""
    command = [str(shared("tools/fhir-server/serve")), "--port", "0", "--validate"]
    command += ["--package", str(shared("definitions/us_core_610.tgz")), "--set", "enforceReferentialIntegrityOnWrite=false"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            ready = next((line for line in process.stdout if line.startswith("ready ")), "")
            assert ready, "the server did not start"
            yield Server(ready.split()[1])
        finally:
            process.terminate()
