"""Errors in mapping files as people see them: where, why, what to change."""
