"""Records to a resource or a transaction Bundle, over bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from service.mapping import transaction
from service.mapping.fast.code import NOT_FAST, Code, NotFast, One, one
from service.mapping.link import Compiled

_encode = msgspec.json.encode
_list = msgspec.json.Decoder(list[Raw]).decode


def to_fhir(code: Code, kind: str, data: bytes, mapping: str, recorded: str) -> bytes | None:
    """What a record or a list of records becomes for our own server; each Provenance names `mapping`. None where `walk` must answer."""
    compiled = code.kinds[kind]
    try:
        if data[:1] == b"[":
            tops = [bytes(top) for top in _list(data)]
            if not tops or sum(map(len, tops)) + len(tops) + 1 != len(data):
                return None
            return _bundle(code, [_spread(code, compiled, top) for top in tops], mapping, recorded)
        record = _decoded(compiled, data)
        if not compiled.single(record):
            return _bundle(code, [_inside(code, one(compiled, record))], mapping, recorded)
        written = compiled.write(record)
    except NOT_FAST:
        return None
    return written[0][2].encode() if written else None


def _decoded(code: Compiled, data: bytes) -> Any:
    """A record whose text has no name twice and no white space: it is as long as when it is written again."""
    record = code.decode(data)
    if len(_encode(record)) != len(data):
        raise NotFast
    return record


def _spread(code: Code, compiled: Compiled, data: bytes) -> list[One]:
    """As `children.spread`."""
    return _inside(code, one(compiled, _decoded(compiled, data)))


def _inside(code: Code, parent: One) -> list[One]:
    """A record and the records inside it."""
    found = [parent]
    for listing in parent.code.kind.children:
        texts = getattr(parent.record, f"c_{listing.name}")
        if texts is None:
            continue
        if not texts:
            raise NotFast
        compiled = code.kinds[listing.kind]
        fixed = code.fixed[parent.code.kind.name, listing.name]
        given = {
            **{f"f_{name}": getattr(parent.record, f"f_{name}") for name in listing.shared},
            **{f"f_{name}": fixed[name] for name in fixed},
        }
        for text in texts:
            record = _decoded(compiled, bytes(text))
            for name, value in given.items():
                if getattr(record, name) is not None:
                    raise NotFast
                setattr(record, name, value)
            found += _inside(code, one(compiled, record))
    return found


def _bundle(code: Code, groups: Sequence[Sequence[One]], mapping: str, recorded: str) -> bytes:
    base = code.library.names.base
    texts: list[str] = []
    for group, made in zip(groups, code.entries(groups), strict=True):
        texts += made.texts
        if time := recorded or transaction.latest(time for single in group for time in single.code.times(single.record)):
            texts.append(transaction.provenance(base, group[0].code.kind.name, group[0].key, made.urls, mapping, time))
    return transaction.bundle(texts)
