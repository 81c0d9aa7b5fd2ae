"""The examples of the documentation: a `yaml example` block is a mapping, the blocks below it say what it does (docs/terms/README.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from service.fhir import json
from service.mapping import library
from service.mapping.library import Library, Texts
from service.mapping.wire import Answer, Gateway, Terms
from tests.contract.repository import text

SERVER = "https://ehr.example.org/r4"
_PLACE = re.compile(r" \(mappings/\S+\)")
_FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language, the words behind it, what stands in it."""

    language: str
    words: str
    text: str


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [Block(*match.groups()) for match in _FENCE.finditer(text(page))]


def mapping(block: Block) -> Library:
    """The mapping that an example spells, with the names of the product and the record kinds behind `with`. Raises Diagnostics."""
    head, fields, rest = block.text.partition("fields:\n")
    beside = block.words.removeprefix("example").removeprefix(" with ").replace(",", " ").split()
    files = {name: text(f"mappings/{name}") for name in ("base.yaml", "codes.tsv", *(f"{kind}.yaml" for kind in beside))}
    files["example.yaml"] = f"record: example\nkey: key\n{head}{fields}  key: id required\n{rest}"
    return library.check(Texts("mappings", files))


def runs(page: str) -> Iterator[tuple[Any, Any, bool]]:
    """Each answer of a page's examples: what is given, what is shown, and whether all of it is shown."""
    gateway = record = resource = answer = None
    for block in blocks(page):
        match block.language, block.words:
            case "yaml", words if words.startswith("example"):
                gateway = Gateway.of(mapping(block))
            case "json", "record":
                record = json.read(block.text)
                resource = json.read(gateway.to_fhir("example", block.text.encode()).data)
            case "json", "fhir":
                yield resource, json.read(block.text), False
                yield _records(gateway.from_fhir(json.write(resource))), [record], True
            case "json", "others":
                answer = _sent(gateway, resource, json.read(block.text))
            case "json", "read":
                yield _records(answer), [json.read(block.text)], False
            case "text", "":
                yield "".join(f"{_PLACE.sub('', one.render())}\n" for one in answer.issues), block.text, True
            case _:
                raise AssertionError(block)


def _sent(gateway: Gateway, ours: Any, other: Any) -> Answer:
    """What is read where another system sends what we write, with these members instead (or, of `null`, without them)."""
    theirs = {name: value for name, value in {**ours, "id": "4711", "identifier": None, **other}.items() if value is not None}
    return gateway.from_fhir(json.write(theirs), Terms(server=SERVER))


def _records(answer: Answer) -> list[Any]:
    return [one["record"] for one in json.read(answer.data)["records"]]
