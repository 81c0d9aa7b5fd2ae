"""Law 4: a field that is changed comes back changed, every other as it was, and nothing that described the old value is left."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.diagnostics.issue import Refused
from service.fhir import json
from service.mapping import convert
from service.mapping.gather import Known
from service.mapping.leftovers import equal
from tests.laws.conftest import share
from tests.laws.test_given_back import distinct
from tests.support import generate
from tests.support.edit import edited
from tests.support.mappings import DIFFERENT, SERVER, apart, mappings, plain, read, written
from tests.support.marks import MARK, marked
from tests.support.perturb import perturbed

MANY = 30
"""So many fields of a kind are changed in one example."""


def editable(kind):
    """The fields of a kind that may be changed: not the key, not what stays in the clinic."""
    return [name for name, one in kind.fields.by_name.items() if name != kind.key and not one.stays]


def whose(resource):
    """What a resource of ours is, whatever it says."""
    identifier = resource["identifier"]
    return (identifier[0] if isinstance(identifier, list) else identifier)["value"]


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
@pytest.mark.parametrize("server", ["", SERVER], ids=["ours", "theirs"])
@share(2)
@given(random=st.randoms(use_true_random=True))
def test_one_changed_field_is_all_that_changes(clinic, name, server, random):
    """Law 4: in resources that others added to, one edit of any field arrives, and no other field changes. It may be refused where the
    resource holds what no record could.
    """
    mapped = mappings(clinic)
    made = written(mapped, name, generate.record(mapped.kinds[name], random, mapped.kinds), server=server, takes_ids=True)
    resources = distinct(perturbed(made, random, broken=random.random() < 0.3))
    records = read(mapped, resources, server=server, policy="keep")
    found = [one for record in records.records for one in apart(record) if all(it.resource.own or it.resource.id for it in one.members)]
    assume(found)
    before = random.choice(found)
    kind = before.kind
    record = edited(kind.fields, before.values, random.choice(editable(kind)), random)
    assume(record)
    try:
        back = convert.to_fhir(mapped, kind.name, {**record, "_fhir": before.memory} if before.memory else record, server=server)
    except Refused as refused:
        if (before.notes or any(one.shape.form_of for one in before.members)) and {one.code for one in refused.issues} == {"KAP516"}:
            return
        raise
    gone = {id(one.resource.value) for one in before.members}
    others = [one for one in resources if id(one) not in gone]
    again = read(mapped, [*others, *(one.resource for one in back.sent)], server=server, policy="keep", known=Known(records.links))
    (after,) = (one for it in again.records for one in apart(it) if (one.kind, one.key) == (kind, before.key))
    assert plain(mapped, kind, after.values) == plain(mapped, kind, record)


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
@share(50)
@given(random=st.randoms(use_true_random=True))
def test_nothing_that_described_the_old_value_is_left(clinic, name, random):
    """Law 4: whichever field is changed, the texts, displays, codings, extensions, siblings, interpretations, narrative and version that
    stood beside its old value are gone.
    """
    mapped = mappings(clinic)
    kind = mapped.kinds[name]
    fields = editable(kind)
    for field in random.sample(fields, min(len(fields), MANY)):
        old = generate.record(kind, random)
        new = edited(kind.fields, old, field, random)
        if new is None:
            continue
        now = {whose(one): one for one in written(mapped, name, new, server=SERVER, takes_ids=True)}
        then = written(mapped, name, old, server=SERVER, takes_ids=True)
        theirs = [marked(one, now[whose(one)]) if not equal(one, now.get(whose(one), one)) else one for one in then]
        (before,) = read(mapped, theirs, server=SERVER, policy="keep").records
        if plain(mapped, kind, before.values) != plain(mapped, kind, old):
            continue  # a mark is itself a value of a text field
        sent = written(mapped, name, {**new, "_fhir": before.memory}, server=SERVER)
        assert MARK not in json.write(sent).decode()
        assert [plain(mapped, kind, one.values) for one in read(mapped, sent, server=SERVER).records] == [plain(mapped, kind, new)]
