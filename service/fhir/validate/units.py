"""Units: a code of UCUM is one that UCUM knows (R4 datatypes.html#Quantity, terminologies.html#system)."""

from __future__ import annotations

from service.fhir import ucum
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import Item

TYPES = frozenset({"Age", "Coding", "Count", "Distance", "Duration", "Quantity"})

_MESSAGE = "this is not a code of UCUM, which tells case and writes mm[Hg], [degF], {score}: use its code, or leave system and code out"


def check(item: Item, findings: Findings) -> None:
    """Check the code of a Quantity or Coding in UCUM's system. That a code has a system is the invariant qty-3."""
    match item.value:
        case {"system": ucum.SYSTEM, "code": str(code)} if ucum.unit(code) is None:
            findings.error("code-invalid", f"{item.place}.code", _MESSAGE, rule="https://ucum.org/ucum")
