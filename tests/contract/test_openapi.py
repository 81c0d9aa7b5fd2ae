"""`openapi.yaml` is what the routes are, its examples are what the service answers, and a service that is asked at random keeps to it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from service.http.app import create_app
from service.http.routes import ROUTES
from service.settings import Settings
from tests.contract.repository import ROOT, project, run, text
from tests.support.http import KINDS, record
from tests.support.mappings import FOLDER
from tests.support.server import serving

EXAMPLES = int(os.environ.get("EXAMPLES") or 50)
TOLD = yaml.safe_load(text("openapi.yaml"))
OPERATIONS = {one["operationId"]: (path, method, one) for path, methods in TOLD["paths"].items() for method, one in methods.items()}
SERVER = "https://ehr.example.org/fhir"
QUERIES = {"for_another_server": {"server": SERVER}, "with_links": {"server": SERVER}}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A client of the application in this process."""
    return create_app(Settings(mappings=FOLDER)).test_client()


def resolved(part: Any) -> Any:
    """A part of the description, or what its `$ref` points to."""
    if "$ref" not in part:
        return part
    found = TOLD
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def examples(content: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Media type, name and value of the examples of a body."""
    for media, one in content.items():
        for name, example in one.get("examples", {}).items():
            yield media, name, example["value"]


def lasting(value: Any) -> Any:
    """A value without what changes with every edit of a mapping: its hash, and the lines of its file."""
    plain = re.sub(r"\d+\.\d+\.\d+\+[0-9a-f]{16}", "VERSION", json.dumps(value, sort_keys=True))
    return json.loads(re.sub(r"(mappings/[\w/.-]+):\d+:\d+", r"\1", plain))


def test_it_has_the_routes_and_no_others() -> None:
    """Method, path, operation id, query parameters and variables of every route stand in the description, and nothing else does."""
    told = {
        (
            method.upper(),
            path,
            name,
            *(
                frozenset(one["name"] for one in map(resolved, operation.get("parameters", [])) if one["in"] == place)
                for place in ("query", "path")
            ),
        )
        for name, (path, method, operation) in OPERATIONS.items()
    }
    here = {(one.method, one.path, one.operation, frozenset(one.query), frozenset(re.findall(r"{(\w+)}", one.path))) for one in ROUTES}
    assert told == here


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_it_has_the_media_types_of_every_route(route: Any) -> None:
    """The types that a route reads and answers in are those that the description tells."""
    _, _, operation = OPERATIONS[route.operation]
    read = set(operation["requestBody"]["content"]) if "requestBody" in operation else {""}
    assert read == set(route.media)
    assert set(operation["responses"]["200"]["content"]) == {answer for answers in route.media.values() for answer in answers}


def test_it_has_the_product_s_version() -> None:
    """The description, the package and the mappings name the same version."""
    assert TOLD["info"]["version"] == project()["version"]


def test_it_names_the_settings_that_limit() -> None:
    """The settings that a client may meet are called by their names."""
    description = TOLD["components"]["responses"]["TooLong"]["description"]
    assert all(name in description for name in ("KAP_MAX_BODY", "KAP_MAX_LINE"))


def test_it_is_served_as_it_stands(client: FlaskClient) -> None:
    """The service answers with the file of the repository."""
    assert client.get("/openapi.yaml").data == (ROOT / "openapi.yaml").read_bytes()


@pytest.mark.parametrize("operation", ["to_fhir", "from_fhir", "validate", "validate_type", "validate_instance"])
def test_its_examples_are_real(client: FlaskClient, operation: str) -> None:
    """Each example of a body, sent to the service, gets the answer that stands under the same name."""
    path, _, told = OPERATIONS[operation]
    answers = {name: (media, value) for media, name, value in examples(told["responses"]["200"]["content"])}
    sent = list(examples(told["requestBody"]["content"]))
    assert {name for _, name, _ in sent} == answers.keys()
    for media, name, value in sent:
        data = value if isinstance(value, str) else json.dumps(value)
        given = client.post(
            path.format(kind="adverse_event", type="Patient", id="c-17"),
            data=data,
            headers={"Content-Type": media},
            query_string=QUERIES.get(name, {}),
        )
        answer = given.get_data(as_text=True)
        wanted_type, wanted = answers[name]
        assert given.content_type == wanted_type
        assert lasting(answer if isinstance(wanted, str) else json.loads(answer)) == lasting(wanted)


def test_its_first_example_is_a_mapping_s() -> None:
    """The record of the example is that of the mapping, for a kind that is there."""
    (kind,) = {TOLD["components"]["parameters"]["kind"]["example"]} & set(KINDS)
    one = OPERATIONS["to_fhir"][2]["requestBody"]["content"]["application/json"]["examples"]["one"]["value"]
    assert one == record(kind)


def test_the_example_of_a_refusal_is_real(client: FlaskClient) -> None:
    """The OperationOutcome shown for a refused record is the one that such a record gets."""
    lines = OPERATIONS["to_fhir"][2]["requestBody"]["content"]["application/x-ndjson"]["examples"]["lines"]["value"]
    answer = client.post("/kap/convert/adverse_event", data=lines.splitlines()[1], headers={"Content-Type": "application/json"})
    shown = TOLD["components"]["responses"]["Refused"]["content"]["application/fhir+json"]["examples"]["record"]["value"]
    assert (answer.status_code, lasting(answer.get_json(force=True))) == (422, lasting(shown))


def test_the_service_keeps_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """schemathesis finds no 500, no status, type, header or body but those described, and nothing taken that the description forbids."""
    monkeypatch.setenv("SCHEMATHESIS_HOOKS", "tests.contract.ndjson")
    with serving(tmp_path) as server:
        asked = run(
            *(sys.executable, "-m", "schemathesis.cli", "run", "openapi.yaml", f"--url={server.url}", f"--max-examples={EXAMPLES}"),
            *(
                "--phases=examples,coverage,fuzzing",
                "--checks=all",
                "--exclude-checks=positive_data_acceptance",
                "--warnings=off",
                "--no-color",
            ),
        )
    assert asked.returncode == 0, asked.stdout.decode()
    assert '"event": "failed"' not in server.log.read_text()
