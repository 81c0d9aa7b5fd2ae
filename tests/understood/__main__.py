"""`python -m tests.understood`: a table of the public resources that are read, and of their leaf elements that are understood."""

from __future__ import annotations

from tests.understood.measure import TYPES, account, sets, table

if __name__ == "__main__":
    print(table(one for each in sets() for one in account(each) if one.type in TYPES))
