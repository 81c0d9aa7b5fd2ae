"""R4 facts: what HL7's definitions say, read from packed tables, and JSON that keeps its text."""
