"""The probes."""

from __future__ import annotations

from flask.testing import FlaskClient

from service.http.app import create_app
from service.settings import Settings
from tests.support.mappings import FOLDER, mappings


def test_a_living_process_says_so(client: FlaskClient) -> None:
    """The liveness probe is 200 and cheap."""
    answer = client.get("/livez")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "live"})


def test_a_ready_process_says_what_it_serves() -> None:
    """The readiness probe is 200 once the mappings are loaded, and names them and the clinic."""
    answer = create_app(Settings(mappings=FOLDER, clinic="bloom")).test_client().get("/readyz")
    mapping = f"{mappings('bloom').version}+{mappings('bloom').hash}"
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready", "mapping": mapping, "clinic": "bloom"})
    assert answer.headers["Kap-Mapping"] == mapping
