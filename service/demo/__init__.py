"""A synthetic session: no person, clinic, number or address in it is real."""

from __future__ import annotations

from importlib import resources

KIND = "session"


def session() -> bytes:
    """A session with the patient and the practitioners that it names: `{"record": session, "with": {kind: [record, …]}}`."""
    return resources.files(__name__).joinpath("session.json").read_bytes()
