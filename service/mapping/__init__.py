"""The mapping engine: one declaration of a record kind, run in both directions. It knows no clinical word."""
