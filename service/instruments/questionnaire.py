"""An instrument as a Questionnaire. R4 questionnaire.html; extensions ordinalValue, minValue, maxValue, questionnaire-optionPrefix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from service.fhir.json import Number, Value
from service.instruments.instrument import Instrument, Item
from service.mapping.vocabulary import Constant, Vocabulary

_EXTENSION = "http://hl7.org/fhir/StructureDefinition"

Resource = dict[str, Value]


def questionnaire(one: Instrument, names: Vocabulary) -> Resource:
    """The Questionnaire of an instrument whose file was checked with these names. No answer is required: incomplete ones are data, too."""
    items = list(_items(one, names))
    return {**head(names, one.id, one.url, one.title, one.licence.status), **({"item": items} if items else {})}


def head(names: Vocabulary, name: str, url: str, title: str, copyright_: str) -> Resource:
    """What a Questionnaire of ours says about itself; `name` has hyphens between its words."""
    return {
        "resourceType": "Questionnaire",
        "id": name,
        "url": url.replace("{base}", names.base),
        "version": names.version,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "title": title,
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": copyright_,
    }


def _items(one: Instrument, names: Vocabulary) -> Iterator[Resource]:
    if one.stem:
        yield {"linkId": "stem", "text": one.stem, "type": "display"}
    for item in one.items.values():
        yield _coded(one, item, names) if item.table else _scored(one, item, names)
    if one.total_item:
        link, text = one.total_item
        yield {"linkId": link, "text": text, "type": "decimal", "readOnly": True}


def _coded(one: Instrument, item: Item, names: Vocabulary) -> Resource:
    options = [
        {**_points(item.points.get(answer)), "valueCoding": _coding(constant, names)}
        for answer, constant in _answers(one, item, names).items()
    ]
    return {**_asked(item, "choice", names), **_asked_when(one, item, names), "answerOption": options}


def _scored(one: Instrument, item: Item, names: Vocabulary) -> Resource:
    assert item.range
    resource = _asked(item, "integer", names)
    if one.answers:
        options = [
            {**_extensions(("questionnaire-optionPrefix", "String", word)), "valueInteger": Number(n)} for n, word in one.answers.items()
        ]
        return {**resource, "answerOption": options}
    low, high = (Number(str(number)) for number in (item.range.low, item.range.high))
    return {**_extensions(("minValue", "Integer", low), ("maxValue", "Integer", high)), **resource}


def _asked(item: Item, type_: str, names: Vocabulary) -> Resource:
    code = {"code": [_coding(item.code, names)]} if item.code else {}
    return {"linkId": item.link, **code, "text": item.text, "type": type_}


def _asked_when(one: Instrument, item: Item, names: Vocabulary) -> Resource:
    if item.asked_when is None:
        return {}
    other, answer = item.asked_when
    asked = one.items[other]
    return {"enableWhen": [{"question": asked.link, "operator": "=", "answerCoding": _coding(_answers(one, asked, names)[answer], names)}]}


def _answers(one: Instrument, item: Item, names: Vocabulary) -> Mapping[str, Constant]:
    return names.tables[f"{one.id}/{item.table}"].entries


def _coding(constant: Constant, names: Vocabulary) -> Resource:
    concept = names.concept(constant)
    assert concept
    coding = concept.written[0]
    return {"system": coding.system, "code": coding.code, "display": coding.display}


def _points(points: Decimal | None) -> Resource:
    return {} if points is None else _extensions(("ordinalValue", "Decimal", Number(str(points))))


def _extensions(*given: tuple[str, str, Value]) -> Resource:
    return {"extension": [{"url": f"{_EXTENSION}/{name}", f"value{kind}": value} for name, kind, value in given]}
