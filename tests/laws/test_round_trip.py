"""Laws 1, 2 and 5: a record becomes valid resources, and these, in any order, the same record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import generate
from tests.support.mappings import CASES, mappings, plain, read, shown, written
from tests.support.valid import errors


@pytest.mark.parametrize(("clinic", "name"), CASES)
@given(random=st.randoms(use_true_random=True))
def test_a_record_comes_back(clinic, name, random):
    """Laws 1 and 5: what a record becomes is valid, and gives the record back, without leftovers, notes or orphans."""
    mapped = mappings(clinic)
    kind = mapped.kinds[name]
    record = generate.record(kind, random, mapped.kinds, stays=random.random() < 0.1)
    resources = written(mapped, name, record)
    assert [one for resource in resources for one in errors(resource)] == []
    back = read(mapped, resources)
    assert ([one.issues for one in back.orphans], back.issues) == ([], [])
    assert [plain(mapped, kind, one) for one in shown(back)] == [plain(mapped, kind, record)]
    assert not any("_fhir" in one for one in shown(back))


@pytest.mark.parametrize(("clinic", "name"), CASES)
@given(random=st.randoms(use_true_random=True))
def test_the_order_of_resources_says_nothing(clinic, name, random):
    """Law 2: the resources of a record in any order give the same record, to the byte."""
    mapped = mappings(clinic)
    resources = written(mapped, name, generate.record(mapped.kinds[name], random, mapped.kinds))
    before = shown(read(mapped, resources))
    random.shuffle(resources)
    assert shown(read(mapped, resources)) == before
    assert len(before) == 1
