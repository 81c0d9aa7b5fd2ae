"""Whether a resource is valid, told fast: yes or "don't know", for which `validate` has the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from service.fhir.guide import PACKED, Guide
from service.fhir.json import JsonError
from service.fhir.validate.fast.code import Code
from service.fhir.validate.fast.runtime import Unsure

MAX_BYTES = 4 * 1024 * 1024

_HIDDEN = re.compile(rb"\\u(?:0022|[dD][89a-fA-F])").search
"""Escapes of half surrogate pairs, and of the quotes that are counted."""

_code = Code()


def accepts(data: bytes, profiles: Iterable[str] | None = None, guide: Guide = PACKED) -> bool:
    """Whether the JSON text of a resource surely has no error; False is no verdict, and what comes with no error is not told.

    `profiles` are checked instead of those in its `meta.profile`, as `validate` does. With a guide that has more than Questionnaires
    nothing is accepted.
    """
    if (
        len(data) > MAX_BYTES
        or (b"\\" in data and _HIDDEN(data))
        or guide.profiles
        or guide.extensions
        or guide.value_sets
        or guide.code_systems
        or guide.globals
    ):
        return False
    try:
        _code.whole(data, profiles, guide)
    except (Unsure, KeyError, RecursionError, UnicodeDecodeError, JsonError, msgspec.MsgspecError):
        return False
    return True
