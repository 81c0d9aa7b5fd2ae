"""A plan as Python text: what `walk` does step by step, written out for one record kind."""
