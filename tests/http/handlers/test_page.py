"""The page that says what is here."""

from __future__ import annotations

import re
import shlex
from html.parser import HTMLParser

from flask.testing import FlaskClient

from service.fhir import json
from service.http.app import create_app
from service.http.routes import ROUTES
from service.settings import Settings
from tests.support.http import JSON, KINDS, record
from tests.support.mappings import FOLDER, mappings

CALL = re.compile(r"(.*) <<'END'\n(.*)\nEND")


class Page(HTMLParser):
    """What tests ask of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.code: list[str] = []
        self.text = ""
        self.in_code = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember tags and links."""
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]
        if tag == "pre":
            self.code.append("")
            self.in_code = True

    def handle_endtag(self, tag: str) -> None:
        """Know where code ends."""
        if tag == "pre":
            self.in_code = False

    def handle_data(self, data: str) -> None:
        """Remember text, and that of code."""
        self.text += data
        if self.in_code:
            self.code[-1] += data


def page(client: FlaskClient) -> Page:
    """The page."""
    answer = client.get("/")
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    return Page(answer.get_data(as_text=True))


def test_it_says_what_is_here(client: FlaskClient) -> None:
    """The page names every address, every record kind with its resources, and version and hash of the mappings."""
    seen = page(client)
    assert all(route.path in seen.text for route in ROUTES)
    assert all(kind in seen.text and f"/kap/schema/{kind}" in seen.links for kind in KINDS)
    assert all(shape.type in seen.text for kind in mappings().kinds.values() for shape in kind.written)
    assert f"{mappings().version}+{mappings().hash}" in seen.text


def test_its_links_lead_somewhere(client: FlaskClient) -> None:
    """No link on the page is broken."""
    assert {link: client.get(link).status_code for link in page(client).links if client.get(link).status_code != 200} == {}


def test_its_calls_can_be_pasted(client: FlaskClient) -> None:
    """The call shown for a kind sends the example of its mapping, as a shell reads it, to where the page came from, and is answered."""
    calls = [code for code in page(client).code if "<<'END'" in code]
    assert len(calls) == len(KINDS)
    for call in calls:
        command, data = CALL.fullmatch(call).groups()  # type: ignore[union-attr]
        curl, url, option, header, *rest = shlex.split(command)
        assert (curl, option, rest) == ("curl", "-H", ["-d", "@-"])
        path = url.removeprefix("http://localhost")
        assert json.read(data) == record(path.rpartition("/")[2])
        assert client.post(path, data=data, headers=[header.split(": ")]).status_code == 200


def test_it_is_plain_and_safe(client: FlaskClient) -> None:
    """The page has a language, a title, one main heading and headers in its tables, and neither runs nor loads anything."""
    answer = client.get("/", headers={"Host": 'x"><script>alert(1)</script>'})
    seen = Page(answer.get_data(as_text=True))
    assert not {"script", "img", "link", "iframe", "form"} & set(seen.tags)
    assert (seen.tags.count("h1"), seen.tags.count("title")) == (1, 1)
    assert seen.tags.count("table") == seen.tags.count("thead")
    assert '<html lang="en">' in answer.get_data(as_text=True)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_clinic_sees_its_own_form() -> None:
    """For a clinic with a form of its own the calls send that form: they work there as they stand."""
    client = create_app(Settings(mappings=FOLDER, clinic="bloom")).test_client()
    seen = page(client)
    assert "bloom" in seen.text
    calls = [CALL.fullmatch(code).groups() for code in seen.code if "<<'END'" in code]  # type: ignore[union-attr]
    assert '"sbp_dbp":"138/84"' in str(calls)
    answers = [client.post(shlex.split(command)[1].removeprefix("http://localhost"), data=data, headers=JSON) for command, data in calls]
    assert {answer.status_code for answer in answers} == {200}
