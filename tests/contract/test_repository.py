"""What the repository promises a newcomer: the README names what there is, and there is what it names."""

from __future__ import annotations

import dataclasses
import re
from importlib import metadata

import pytest
import yaml

from service import settings
from service.cli import COMMANDS
from service.settings import Settings
from tests.contract.repository import ROOT, project, text

README = text("README.md")
TARGETS = re.search(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
IMPORT = re.compile(r"^ *(?:from|import) \S+", re.MULTILINE)
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")


def test_the_readme_names_every_target() -> None:
    """Every target of the Makefile stands in the README, and no other."""
    assert TARGETS is not None
    assert set(re.findall(r"\bmake (\w+)", README)) == set(TARGETS[1].split())


def test_the_commands_of_the_readme_exist() -> None:
    """The README names only commands that `kap-fhir` has."""
    named = set(re.findall(r"\bkap-fhir (\w+)", README))
    assert named
    assert named <= set(COMMANDS)


def test_the_links_of_the_readme_lead_somewhere() -> None:
    """Every file that the README links to exists."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_the_readme_documents_the_settings() -> None:
    """The README's table has every setting of the service, its default and what it means, and no other."""
    rows = re.findall(r"^\| `(KAP_\w+)` \| (?:`(.*)` )?\| (.*) \|$", README, re.MULTILINE)
    assert rows == [(settings.variable(one), str(one.default or ""), one.metadata["means"]) for one in dataclasses.fields(Settings)]


def test_ci_runs_the_test_command() -> None:
    """`.ci/run` runs what the README calls the tests."""
    assert "make test" in README
    assert text(".ci/run").rstrip().endswith("exec make test")


def test_the_changelog_keeps_its_form() -> None:
    """The changelog has the form of Keep a Changelog: unreleased changes first, then versions with their day, known sections."""
    headings = re.findall(r"^(#+ .*)$", text("CHANGELOG.md"), re.MULTILINE)
    assert headings[:2] == ["# Changelog", "## [Unreleased]"]
    release = r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d"
    section = "### (Added|Changed|Deprecated|Removed|Fixed|Security)"
    assert not [line for line in headings[2:] if not re.fullmatch(f"{release}|{section}", line)]


def test_there_is_one_version() -> None:
    """The service and the mappings that it comes with are released together, under one version."""
    assert yaml.safe_load(text("mappings/base.yaml"))["version"] == project()["version"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_whole(lock: str) -> None:
    """Every requirement is one version with its hashes, from whatever index the machine uses."""
    lines = [line for line in text(lock).splitlines() if not line.startswith("    ")]
    assert lines
    assert not [line for line in lines if not re.fullmatch(r"[a-z0-9.-]+==\S+ \\", line)]
    assert "://" not in text(lock)


@pytest.mark.parametrize(("lock", "group"), [("requirements.lock", ""), ("requirements-dev.lock", "dev")])
def test_a_lock_fits_the_project(lock: str, group: str) -> None:
    """What `pyproject.toml` asks for is locked; `make lock` does it."""
    asked = project()["optional-dependencies"][group] if group else project()["dependencies"]
    names = {re.split(r"[<>=]", one)[0].lower().replace(".", "-").replace("_", "-") for one in asked}
    locked = {line.split("==")[0] for line in text(lock).splitlines() if "==" in line}
    assert names <= locked


def test_the_service_imports_what_it_asks_for() -> None:
    """Every dependency of the service is imported somewhere in it: nothing is installed for nobody."""
    imported = {
        line.split()[1].split(".")[0] for path in (ROOT / "service").rglob("*.py") for line in IMPORT.findall(path.read_text("utf-8"))
    }
    by_module = metadata.packages_distributions()
    used = {name.lower() for module in imported for name in by_module.get(module, ())}
    assert {re.split("[<>=]", one)[0] for one in project()["dependencies"]} <= used
