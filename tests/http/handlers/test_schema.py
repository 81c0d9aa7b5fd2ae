"""The JSON Schema of a record kind over HTTP."""

from __future__ import annotations

import jsonschema
import pytest
from flask.testing import FlaskClient

from service.fhir import json
from tests.support.http import KINDS, body


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_of_every_kind_takes_its_example(client: FlaskClient, kind: str) -> None:
    """Every kind has a schema that a validator takes, and that takes the mapping's example."""
    answer = client.get(f"/kap/schema/{kind}")
    assert (answer.status_code, answer.content_type) == (200, "application/schema+json")
    schema = answer.get_json(force=True)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(client.application.json.loads(body(kind)), schema)


def test_the_schema_can_be_had_as_plain_json(client: FlaskClient) -> None:
    """Who does not know the media type of schemas gets JSON."""
    answer = client.get("/kap/schema/vitals", headers={"Accept": "application/json"})
    assert (answer.content_type, answer.get_json()["title"]) == ("application/json", "vitals")


@pytest.mark.parametrize("kind", ["vital", "nothing-like-it", "..%2f..%2fetc%2fpasswd", "%00", "base"])
def test_an_unknown_kind_is_not_found(client: FlaskClient, kind: str) -> None:
    """A kind that no mapping has is a 404, and never a file."""
    answer = client.get(f"/kap/schema/{kind}")
    assert (answer.status_code, answer.content_type) == (404, "application/fhir+json")
    assert json.read(answer.data)["issue"][0]["code"] == "not-found"
