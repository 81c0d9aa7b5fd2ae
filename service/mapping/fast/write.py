"""Records to a resource or a transaction Bundle, over bytes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Raw

from service.mapping import transaction
from service.mapping.fast.code import NOT_FAST, Code, NotFast, Ready, Set
from service.mapping.link import Compiled
from service.mapping.transaction import Maker

_encode = msgspec.json.encode
_list = msgspec.json.Decoder(list[Raw]).decode


def to_fhir(code: Code, kind: str, data: bytes, mapping: str, recorded: str) -> bytes | None:
    """What a record or a list of records becomes for our own server; each Provenance names `mapping`. None where `walk` must answer."""
    ready = code.kinds[kind]
    try:
        if data[:1] != b"[":
            emitted, record = _decoded(ready, data)
            if emitted.single(record):
                written = emitted.write(record)
                return written[0][2].encode() if written else None
            tops = [(emitted, record)]
        else:
            parts = [bytes(top) for top in _list(data)]
            if not parts or sum(map(len, parts)) + len(parts) + 1 != len(data):
                return None
            tops = [_decoded(ready, top) for top in parts]
        together = Set()
        ends = [0]
        for emitted, record in tops:
            _enter(together, ready, emitted, record)
            ends.append(len(together.records))
        texts: list[str] = []
        for first, last in pairwise(ends):
            texts += _entries(code.library.names.base, together, first, last, mapping, recorded)
    except NOT_FAST:
        return None
    return transaction.bundle(texts)


def _decoded(ready: Ready, data: bytes) -> tuple[Compiled, Any]:
    """A record whose text has no name twice and no white space: it is as long as when it is written again. With the code that writes it."""
    emitted = ready.cases.of(data) if ready.cases else ready.code
    record = emitted.decode(data)
    if len(_encode(record)) != len(data):
        raise NotFast
    return emitted, record


def _enter(together: Set, ready: Ready, emitted: Compiled, record: Any) -> None:
    """Add a record and the records inside it, as `children.spread`."""
    together.add(ready, emitted, record)
    for name, child, shared, fixed in ready.lists:
        texts = getattr(record, name)
        if texts is None:
            continue
        if not texts:
            raise NotFast
        given = (*((one, getattr(record, one)) for one in shared), *fixed)
        for text in texts:
            inner, inside = _decoded(child, bytes(text))
            for one, value in given:
                if getattr(inside, one) is not None:
                    raise NotFast
                setattr(inside, one, value)
            _enter(together, child, inner, inside)


def _entries(base: str, together: Set, first: int, last: int, mapping: str, recorded: str) -> list[str]:
    """The entries of a top record and those inside it, with its Provenance."""
    times: list[str | None] = []
    texts, urls = together.write(first, last, times)
    if time := recorded or transaction.latest(times):
        top, _, record, stem = together.records[first]
        texts.append(transaction.provenance(Maker(base, top.kind.name, mapping), getattr(record, top.key), stem, urls, time))
    return texts
