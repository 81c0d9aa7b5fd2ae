"""FHIRPath (Normative Release 1, hl7.org/fhirpath/N1) over R4: an expression becomes a Python function."""

from __future__ import annotations

from service.fhir.fhirpath.environment import Budget, Environment, Fixed, TooCostlyError
from service.fhir.fhirpath.errors import EvaluationError, FhirPathError, ParseError, StaticError
from service.fhir.fhirpath.link import Path, compile  # noqa: A004 - what it does
from service.fhir.fhirpath.nodes import Items, Node, resource_node
from service.fhir.fhirpath.parser import parse

__all__ = [
    "Budget",
    "Environment",
    "EvaluationError",
    "FhirPathError",
    "Fixed",
    "Items",
    "Node",
    "ParseError",
    "Path",
    "StaticError",
    "TooCostlyError",
    "compile",
    "parse",
    "resource_node",
]
