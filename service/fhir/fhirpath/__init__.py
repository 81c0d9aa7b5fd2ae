"""FHIRPath (Normative Release 1, hl7.org/fhirpath/N1) over R4: an expression becomes a Python function."""

from __future__ import annotations

from service.fhir.fhirpath.errors import EvaluationError, FhirPathError, ParseError, StaticError
from service.fhir.fhirpath.parser import parse

__all__ = ["EvaluationError", "FhirPathError", "ParseError", "StaticError", "parse"]
