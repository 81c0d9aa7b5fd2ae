"""Who is who: own identifiers and ids, what a reference names, and the ids that resources of other servers get here.

A resource of ours carries the identifier `<base>/id/<kind>` with value `<key>[/<ending>[/<item>]]` and the id `<key>[.<ending>[.<item>]]`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5


@dataclass(frozen=True, slots=True)
class Own:
    """A resource of ours: its kind, key, and the ending and item, which may be empty."""

    kind: str
    key: str
    ending: str = ""
    item: str = ""

    @property
    def value(self) -> str:
        """The value of its identifier."""
        return "/".join(part for part in (self.key, self.ending, self.item) if part)

    @property
    def id(self) -> str:
        """Its id."""
        return ".".join(part for part in (self.key, self.ending, self.item) if part)


def system(base: str, kind: str) -> str:
    """The system of the own identifiers of a kind (or, where no kind has it, of a resource type)."""
    return f"{base}/id/{kind}"


def full_url(base: str, own: Own, number: int) -> str:
    """The full URL, in a Bundle, of the resource that a kind writes by its shape of this number: a UUID (RFC 9562, version 8)."""
    return f"{stem(f'{system(base, own.kind)}|{own.key}' + (f'/{own.item}' if own.item else ''))}{number:03x}"


def stem(identifier: str) -> str:
    """What the full URLs of a record's resources have in common, from its `system|key`: all but the last three digits.

    One digest for all of them, since nothing in a Bundle costs more.
    """
    digest = hashlib.sha1(identifier.encode(), usedforsecurity=False).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-8{digest[12:15]}-8{digest[15:18]}-{digest[18:27]}"


def normal(server: str) -> str:
    """A server's base without trailing slash."""
    return server.rstrip("/")


def foreign_id(server: str, reference: str) -> str:
    """Our id of another server's resource (`Patient/1`)."""
    return str(uuid5(_server(server), reference))


def foreign_item(server: str, reference: str) -> str:
    """Our item id of another server's resource."""
    return uuid5(_server(server), reference).hex[:20]


def grouped(server: str, kind: str, values: list[str]) -> str:
    """Our key of several resources of another server that are one record, by the values that they share."""
    return str(uuid5(_server(server), f"{kind}:{'|'.join(values)}"))


def _server(server: str) -> UUID:
    return uuid5(NAMESPACE_URL, normal(server))
