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
from service.mapping.fast.code import NOT_FAST, Code, NotFast, One
from service.mapping.plan import ChildList, Kind

_START = re.compile(rb'\{"resourceType":"([A-Za-z]+)","id":"([A-Za-z0-9-]+)(?:\.([A-Za-z0-9-]+)(?:\.([A-Za-z0-9-]+))?)?"')
_HEAD, _TAIL = transaction.HEAD.encode(), transaction.TAIL.encode()

_encode = msgspec.json.encode
_list = msgspec.json.Decoder(list[Raw]).decode


class _Bundle(msgspec.Struct):
    entry: list[Raw]


_bundle = msgspec.json.Decoder(_Bundle).decode


@dataclass(slots=True, eq=False)
class _Read:
    """A record being read: the numbers of the shapes seen, the items of its lists by id, and the records inside it."""

    one: One
    seen: set[int] = field(default_factory=set)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    children: dict[str, list[_Read]] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """Its kind."""
        return self.one.code.kind


def from_fhir(code: Code, data: bytes) -> list[bytes] | None:
    """The answer's `records` for a resource, a list of them or a transaction Bundle of ours. None where `walk` must answer."""
    try:
        in_bundle = data.startswith(_HEAD)
        texts = _entries(code, data) if in_bundle else [bytes(one) for one in _list(data)] if data[:1] == b"[" else [data]
        reads = _read(code, texts, in_bundle=in_bundle)
        written = _entries_again(code, reads) if in_bundle else _resources_again(reads)
    except NOT_FAST:
        return None
    if sorted(written) != sorted(texts):
        return None
    return [_told(one) for one in _joined(code, reads)]


def _entries(code: Code, data: bytes) -> list[bytes]:
    """The entries of a Bundle but our Provenances."""
    texts = [bytes(one) for one in _bundle(data).entry]
    if data != b"%b%b%b" % (_HEAD, b",".join(texts), _TAIL):
        raise NotFast
    return [
        one for one in texts if not one.startswith(b'{"resourceType":"Provenance"', transaction.RESOURCE) or not code.own_provenance(one)
    ]


def _read(code: Code, texts: Iterable[bytes], *, in_bundle: bool) -> list[_Read]:
    reads: dict[tuple[str, str], _Read] = {}
    for text in texts:
        resource = transaction.resource_of(text) if in_bundle else text
        start = _START.match(resource)
        spot = code.spots.get((start[1], start[3])) if start else None
        if start is None or spot is None:
            raise NotFast
        compiled, number, reader = spot
        kind, key = compiled.kind, start[2].decode()
        one = reads.get((kind.name, key))
        if one is None:
            one = reads[kind.name, key] = _Read(One(compiled, key, compiled.record(**{f"f_{kind.key}": key})))
        one.seen.add(number)
        shape = kind.written[number]
        if not shape.each:
            reader(resource, one.one.record)
            continue
        if not start[4]:
            raise NotFast
        item = one.items.setdefault(shape.each.name, {})[start[4].decode()] = compiled.item(shape.each.name)()
        setattr(item, f"f_{shape.item_id}", start[4].decode())
        reader(resource, one.one.record, item)
    for one in reads.values():
        for name, items in one.items.items():
            setattr(one.one.record, f"f_{name}", [items[item] for item in sorted(items)])
    return list(reads.values())


def _resources_again(reads: list[_Read]) -> list[bytes]:
    return [text.encode() for one in reads for _, _, text in one.one.code.write(one.one.record) or ()]


def _entries_again(code: Code, reads: list[_Read]) -> list[bytes]:
    return [text.encode() for made in code.entries([[one.one] for one in reads]) for text in made.texts]


def _joined(code: Code, reads: list[_Read]) -> Iterable[_Read]:
    """As `children.join`."""
    left = dict.fromkeys(reads)
    present = {one.kind.name for one in reads}
    for kind in innermost_first(code.library.kinds) if any(one.children for one in map(code.library.kinds.get, present) if one) else ():
        parents = [one for one in reads if one.kind is kind]
        for listing in kind.children if parents else ():
            homes: dict[bytes, list[_Read]] = {}
            for parent in parents:
                homes.setdefault(_values(parent, listing.shared), []).append(parent)
            fixed = code.fixed[kind.name, listing.name]
            for child in [one for one in left if one.kind.name == listing.kind]:
                if _values(child, fixed) != _encode(list(fixed.values())) or getattr(child.one.record, f"f_{kind.key}", None) is None:
                    continue
                home = next((one for one in homes.get(_values(child, listing.shared), ()) if one is not child), None)
                if home:
                    home.children.setdefault(listing.name, []).append(child)
                    del left[child]
    return left


def _values(one: _Read, names: Iterable[str]) -> bytes:
    return _encode([getattr(one.one.record, f"f_{name}") for name in names])


def _told(one: _Read) -> bytes:
    return b'{"kind":"%b","record":%b,%b}' % (one.kind.name.encode(), _text(one), _account(one))


def _account(one: _Read) -> bytes:
    seen = _seen(one.kind, frozenset(one.seen))
    inside = [
        b'"%b":[%b]' % (name.encode(), b",".join(b"{%b}" % _account(child) for child in children))
        for name, children in one.children.items()
    ]
    return b'%b,"children":{%b}' % (seen, b",".join(inside)) if inside else seen


@lru_cache(1024)
def _seen(kind: Kind, numbers: frozenset[int]) -> bytes:
    seen, unknown = seen_and_unknown(kind, [kind.written[number] for number in sorted(numbers)])
    return _encode({"seen": seen, "unknown": unknown})[1:-1]


def _text(one: _Read) -> bytes:
    """As `children.shown`."""
    for listing in one.kind.children:
        if inside := one.children.get(listing.name):
            inside.sort(key=lambda child: child.one.key)
            setattr(one.one.record, f"c_{listing.name}", [Raw(_text_inside(child, listing)) for child in inside])
    return _encode(one.one.record)


def _text_inside(child: _Read, listing: ChildList) -> bytes:
    for name in (*listing.shared, *listing.fixed):
        setattr(child.one.record, f"f_{name}", None)
    return _text(child)
