"""The lock of a release: everything that was ever written, so that no later version forgets how to read it (R15)."""

from __future__ import annotations

from service.mapping.check import r15_releases
from service.mapping.library import Library

_HEAD = "# Made by `kap-fhir release`: what was ever written. It may move to `formerly:` or behind a bar, never vanish.\n"


def lock(library: Library) -> str:
    """The text of `released.lock` (or a clinic's) after releasing a library: what stood there, and what is written now, one fact a line."""
    facts = library.released | set(r15_releases.facts(library.kinds.values(), library.names.base))
    return _HEAD + "".join(f"{line}\n" for line in sorted(facts))
