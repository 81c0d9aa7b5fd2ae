"""The application in this process, and on loopback with small limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from service.http.app import create_app
from service.settings import Settings
from tests.support.mappings import FOLDER
from tests.support.server import Server, serving

MAX_BODY = 40_000
MAX_LINE = 2_000


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    """A client of the application in this process."""
    return create_app(Settings(mappings=FOLDER)).test_client()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two processes behind one address, with small limits."""
    limits = {"KAP_MAX_BODY": str(MAX_BODY), "KAP_MAX_LINE": str(MAX_LINE)}
    with serving(tmp_path_factory.mktemp("server"), "--workers=2", **limits) as running:
        yield running
