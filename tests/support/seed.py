"""The seed of this run: printed at its end, and SEED repeats it. The processes of a run share it."""

from __future__ import annotations

import os
import secrets

SEED = int(os.environ.setdefault("SEED", str(secrets.randbelow(2**32))))
