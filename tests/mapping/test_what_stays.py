"""What `stays` in the clinic goes into no memory and through no layout."""

from __future__ import annotations

import shutil

import pytest

from service.diagnostics.issue import Refused
from service.fhir import json
from service.fhir.json import JsonError
from service.mapping import library
from service.mapping.wire import Gateway
from tests.support.http import record
from tests.support.mappings import FOLDER, SERVER, mappings, read, shown, written
from tests.support.staying import SECRET, STAYING, accepted, refused, secretive


@pytest.mark.parametrize(("kind", "field"), STAYING)
def test_no_memory_takes_it_along(kind, field):
    """A record that remembers what a server sent, with the secret added, is merged for that server and written for others without it."""
    mapped = mappings()
    theirs = [{**one, "language": "en"} for one in written(mapped, kind, record(kind), server=SERVER, takes_ids=True)]
    remembered = next(one for one in shown(read(mapped, theirs, server=SERVER, policy="keep")) if one.get("_fhir"))
    for to in (SERVER, "https://lab.example.com/fhir", ""):
        sent = written(mapped, kind, {**remembered, field: SECRET}, server=to)
        assert sent
        assert SECRET not in json.write(sent).decode()
        again = read(mapped, sent, server=to, policy="keep")
        assert SECRET not in json.write(shown(again)).decode()
        assert all(field not in one.values for one in again.records)


def test_a_clinics_own_name_hides_nothing(tmp_path):
    """Notes that a clinic's form calls otherwise are notes, whether its record is taken or refused."""
    folder = shutil.copytree(FOLDER, tmp_path / "mappings")
    overlay = "base:\n  base: https://fhir.brook.example\n\nlayout:\n  session:\n    process_notes: notes\n"
    (folder / "clinics" / "brook.yaml").write_text(overlay, encoding="utf-8")
    gate = Gateway.of(library.load(folder, "brook"))
    theirs = {"process_notes" if name == "notes" else name: value for name, value in secretive("session", "notes").items()}
    for data in accepted(theirs).values():
        assert SECRET.encode() not in gate.to_fhir("session", data).data
    for data in refused(theirs, "process_notes").values():
        with pytest.raises((Refused, JsonError)) as raised:
            gate.to_fhir("session", data)
        said = [one.render() for one in raised.value.issues] if isinstance(raised.value, Refused) else [str(raised.value)]
        assert said
        assert SECRET not in "".join(said)
