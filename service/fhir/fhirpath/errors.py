"""What can be wrong with an expression: its text, its names and types, or what it meets when it runs."""

from __future__ import annotations


class FhirPathError(ValueError):
    """Any of the three; `start` is the offset in the expression's text that it is about."""

    def __init__(self, message: str, start: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.start = start


class ParseError(FhirPathError):
    """The text is not FHIRPath."""


class StaticError(FhirPathError):
    """The expression names an element, type, function or constant that there is not, or gives a function the wrong arguments."""


class EvaluationError(FhirPathError):
    """The expression cannot be evaluated on this input: several items where one must be, operands that do not go together."""
