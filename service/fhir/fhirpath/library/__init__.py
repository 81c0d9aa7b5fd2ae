"""The functions of FHIRPath and R4's own, each registered by its name when this package is imported."""

from __future__ import annotations

from service.fhir.fhirpath.library import collections, conversions, dates, fhir, maths, strings
from service.fhir.fhirpath.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "collections", "conversions", "dates", "fhir", "maths", "strings"]
