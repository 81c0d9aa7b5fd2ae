"""The record side: what a record kind may hold, and how a record is checked against it."""
