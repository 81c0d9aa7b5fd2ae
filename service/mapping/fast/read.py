"""Resources of ours to records, over bytes.

What is read is taken carelessly and written again; only if that gives the very bytes that were read does the answer stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw

from service.mapping import transaction
from service.mapping.assemble import seen_and_unknown
from service.mapping.children import innermost_first
from service.mapping.fast.code import NOT_FAST, Code, NotFast, Ready, Set
from service.mapping.link import Compiled
from service.mapping.plan import Kind

_START = re.compile(rb'\{"resourceType":"([A-Za-z]+)","id":"([A-Za-z0-9-]+)(?:\.([A-Za-z0-9-]+)(?:\.([A-Za-z0-9-]+))?)?"')
_HEAD, _TAIL = transaction.HEAD.encode(), transaction.TAIL.encode()

_encode = msgspec.json.encode
_list = msgspec.json.Decoder(list[Raw]).decode


class _Bundle(msgspec.Struct):
    entry: list[Raw]


_bundle = msgspec.json.Decoder(_Bundle).decode


@dataclass(slots=True, eq=False)
class _Read:
    """A record being read: the code that writes it, the numbers of the shapes seen, the items of its lists by id, the records inside it."""

    ready: Ready
    emitted: Compiled
    key: str
    record: Any
    seen: set[int] = field(default_factory=set)
    items: dict[str, dict[bytes, Any]] = field(default_factory=dict)
    children: dict[str, list[_Read]] = field(default_factory=dict)


def from_fhir(code: Code, data: bytes) -> list[bytes] | None:
    """The answer's `records` for a resource, a list of them or a transaction Bundle of ours. None where `walk` must answer."""
    try:
        in_bundle = data.startswith(_HEAD)
        texts = _entries(code, data) if in_bundle else [bytes(one) for one in _list(data)] if data[:1] == b"[" else [data]
        reads = _read(code, texts, in_bundle=in_bundle)
        written = _entries_again(reads) if in_bundle else _resources_again(reads)
    except NOT_FAST:
        return None
    if sorted(written) != sorted(texts):
        return None
    tops = _joined(code, reads) if any(one.ready.lists for one in reads) else reads
    return [_told(one) for one in tops]


def _entries(code: Code, data: bytes) -> list[bytes]:
    """The entries of a Bundle but our Provenances."""
    texts = [bytes(one) for one in _bundle(data).entry]
    if sum(map(len, texts)) + len(texts) - 1 + len(_HEAD) + len(_TAIL) != len(data):
        raise NotFast
    return [
        one for one in texts if not one.startswith(b'{"resourceType":"Provenance"', transaction.RESOURCE) or not code.own_provenance(one)
    ]


def _read(code: Code, texts: Iterable[bytes], *, in_bundle: bool) -> list[_Read]:
    reads: dict[tuple[bytes, Ready], _Read] = {}
    spots = code.spots
    for text in texts:
        resource = transaction.resource_of(text) if in_bundle else text
        start = _START.match(resource)
        if start is None:
            raise NotFast
        type_, key, ending, item_id = start.groups()
        ready, shape, number, reader = spots[type_, ending]
        one = reads.get((key, ready))
        if one is None:
            record = ready.code.record()
            one = reads[key, ready] = _Read(ready, ready.code, key.decode(), record)
            setattr(record, ready.key, one.key)
        one.seen.add(number)
        if shape.each is None:
            reader(resource, one.record)
            continue
        if item_id is None:
            raise NotFast
        item = ready.code.item(shape.each.name)()
        setattr(item, f"f_{shape.item_id}", item_id.decode())
        one.items.setdefault(shape.each.name, {})[item_id] = item
        reader(resource, one.record, item)
    for one in reads.values():
        for name, items in one.items.items():
            setattr(one.record, f"f_{name}", [items[item] for item in sorted(items)])
        one.emitted, one.record = one.ready.narrowed(one.record)
    return list(reads.values())


def _resources_again(reads: list[_Read]) -> list[bytes]:
    return [text.encode() for one in reads for _, _, text in one.emitted.write(one.record) or ()]


def _entries_again(reads: list[_Read]) -> list[bytes]:
    together = Set()
    for one in reads:
        together.add(one.ready, one.emitted, one.record)
    return [text.encode() for text in together.write(0, len(reads))[0]]


def _joined(code: Code, reads: list[_Read]) -> Iterable[_Read]:
    """As `children.join`."""
    left = dict.fromkeys(reads)
    by_kind: dict[str, list[_Read]] = {}
    for one in reads:
        by_kind.setdefault(one.ready.kind.name, []).append(one)
    for kind in innermost_first(code.library.kinds):
        parents = by_kind.get(kind.name, [])
        for inside in code.kinds[kind.name].lists if parents else ():
            homes: dict[tuple[Any, ...], list[_Read]] = {}
            for parent in parents:
                homes.setdefault(_values(parent, inside.shared), []).append(parent)
            for child in by_kind.get(inside.code.kind.name, ()):
                if child not in left or any(getattr(child.record, name) != value for name, value in inside.fixed):
                    continue
                home = next((one for one in homes.get(_values(child, inside.shared), ()) if one is not child), None)
                if home and getattr(child.record, f"f_{kind.key}", None) is not None:
                    home.children.setdefault(inside.name[2:], []).append(child)
                    del left[child]
    return left


def _values(one: _Read, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple([bytes(value) if isinstance(value := getattr(one.record, name), Raw) else value for name in names])


def _told(one: _Read) -> bytes:
    return b'{"kind":"%b","record":%b,%b}' % (one.ready.kind.name.encode(), _text(one), _account(one))


def _account(one: _Read) -> bytes:
    seen = _seen(one.ready.kind, frozenset(one.seen))
    if not one.children:
        return seen
    inside = [
        b'"%b":[%b]' % (name.encode(), b",".join(b"{%b}" % _account(child) for child in found)) for name, found in one.children.items()
    ]
    return b'%b,"children":{%b}' % (seen, b",".join(inside))


@lru_cache(1024)
def _seen(kind: Kind, numbers: frozenset[int]) -> bytes:
    seen, unknown = seen_and_unknown(kind, [kind.written[number] for number in sorted(numbers)])
    return _encode({"seen": seen, "unknown": unknown})[1:-1]


def _text(one: _Read) -> bytes:
    """As `children.shown`."""
    for listing in one.ready.lists if one.children else ():
        found = one.children.get(listing.name[2:])
        if found:
            found.sort(key=lambda child: child.key)
            for child in found:
                for name in (*listing.shared, *(name for name, _ in listing.fixed)):
                    setattr(child.record, name, None)
            setattr(one.record, listing.name, [Raw(_text(child)) for child in found])
    return _encode(one.record)
