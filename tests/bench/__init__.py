"""How much the mapping costs beside parsing and printing the JSON."""
