"""The functions of FHIRPath and R4's own, each registered by its name when this package is imported."""

from __future__ import annotations

from service.fhir.fhirpath.library import collections, conversions, dates, fhir, maths, strings

__all__ = ["collections", "conversions", "dates", "fhir", "maths", "strings"]
