"""Whether a resource is valid, told fast: yes or "don't know", for which `validate` has the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from service.fhir.validate.fast.code import Code
from service.fhir.validate.fast.runtime import Unsure

MAX_BYTES = 4 * 1024 * 1024

_HIDDEN = re.compile(rb"\\u(?:0022|[dD][89a-fA-F])").search
"""Escapes of half surrogate pairs, and of the quotes that are counted."""

_code = Code()


def accepts(data: bytes, profiles: Iterable[str] | None = None) -> bool:
    """Whether the JSON text of a resource surely has no error by the packed definitions; False is no verdict.

    `profiles` are checked instead of those in its `meta.profile`, as `validate` does.
    """
    if len(data) > MAX_BYTES or (b"\\" in data and _HIDDEN(data)):
        return False
    try:
        _code.resource(data, given=profiles)
    except (Unsure, KeyError, RecursionError, UnicodeDecodeError, msgspec.MsgspecError):
        return False
    return True
