"""What is proved when a mapping is loaded: that every name exists and fits R4, and that every record comes back (R1 to R15)."""
