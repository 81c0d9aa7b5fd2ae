"""Laws 1, 2 and 5 in the form in which a clinic keeps its records."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest

from service.diagnostics.issue import Refused
from service.fhir import json
from service.mapping import law
from service.mapping.wire import Gateway
from tests.support import generate
from tests.support.laid_out import fitting, in_one_zone
from tests.support.mappings import LAID_OUT, mappings
from tests.support.seed import SEED
from tests.support.valid import errors


@pytest.mark.parametrize(("clinic", "kind"), LAID_OUT)
def test_the_laws_hold_for_a_clinic_s_own_form(clinic, kind):
    """Laws 1, 2 and 5: what a clinic hands over in its form becomes valid resources, and they give it back in that form, in any order."""
    mapped, gateway, random, tried = mappings(clinic), Gateway.of(mappings(clinic)), Random(SEED), 0
    layout = mapped.layouts[kind]
    for _ in range(40):
        record = fitting(layout, in_one_zone(generate.record(mapped.kinds[kind], random, mapped.kinds)))
        with suppress(Refused):  # without what has no form there, it may break a rule
            theirs = layout.theirs(record)
            sent = json.read(gateway.to_fhir(kind, json.write(theirs)).data)
            tried += 1
            entries = sent.get("entry", [{"resource": sent}])
            assert errors(sent) == []
            random.shuffle(entries)
            answer = json.read(gateway.from_fhir(json.write(sent)).data)
            assert (len(answer["records"]), answer["orphans"]) == (1, [])
            back = layout.ours(answer["records"][0]["record"])
            wanted, got = (law.expected(mapped.kinds, mapped.kinds[kind], one) for one in (layout.ours(theirs), back))
            assert list(law.differing(wanted, got)) == []
            assert layout.theirs(back) == answer["records"][0]["record"]
    assert tried > 4
