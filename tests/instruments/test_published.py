"""What we publish is what others can check our resources by."""

from __future__ import annotations

import pytest

from service.fhir import json
from service.fhir.validate import validate
from service.instruments import load, published
from tests.support.mappings import FOLDER, mappings

EXAMPLES = sorted((FOLDER / "examples" / "questionnaire_response").glob("*.fhir.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name.partition(".")[0])
def test_what_we_write_answers_our_questionnaires(path):
    """The Questionnaire of every example is known, and the answers are those that it takes."""
    mapped = mappings()
    found = validate(json.read(path.read_bytes()), guide=published.guide(mapped, load.of(mapped)))
    assert not [one.message for one in found if one.severity == "error" or one.code == "not-found"]


def test_our_extensions_are_known():
    """An extension of ours with a value of another type is an error of its definition."""
    mapped = mappings()
    guide = published.guide(mapped, load.of(mapped))
    known = guide.extension(f"{mapped.vocabulary.base}/StructureDefinition/kap-cuff-size")
    assert known.types == ("CodeableConcept",)
    wrong = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "extension": [{"url": known.url, "valueString": "x"}]}
    assert [one.profile for one in validate(wrong, guide=guide) if one.severity == "error"] == [known.url]


def test_an_answer_that_is_not_offered_is_refused():
    """An answer that our Questionnaire does not offer is an error at its place."""
    mapped = mappings()
    text = next(path for path in EXAMPLES if path.name == "minimal.fhir.json").read_text("utf-8")
    found = validate(json.read(text.replace("LA6568-5", "LA33-6")), guide=published.guide(mapped, load.of(mapped)))
    assert [one.expression for one in found if one.severity == "error"] == ["QuestionnaireResponse.item[0].answer[0].valueCoding"]
