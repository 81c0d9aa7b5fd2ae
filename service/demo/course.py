"""How one synthetic client fares: what hardly changes, and the severity that treatment changes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(slots=True)
class Course:
    """A client's number, body and illness; `burden` is 0 for none to 1 for the most severe, `response` what a dose takes from it."""

    number: int
    weight: float
    systolic: float
    diastolic: float
    pulse: float
    burden: float
    response: float
    trauma: bool
    hypertension: bool

    @classmethod
    def of(cls, number: int, random: Random) -> Course:
        """A new client."""
        hypertension = random.random() < 0.2
        return cls(
            number=number,
            weight=round(random.gauss(78, 14), 1),
            systolic=random.gauss(134 if hypertension else 121, 7),
            diastolic=random.gauss(84 if hypertension else 76, 5),
            pulse=random.gauss(72, 7),
            burden=min(0.95, max(0.35, random.gauss(0.68, 0.13))),
            response=max(0.0, random.gauss(0.22, 0.12)),
            trauma=random.random() < 0.45,
            hypertension=hypertension,
        )

    @property
    def client_id(self) -> str:
        """Its key."""
        return f"demo-{self.number:04d}"

    def after_dose(self, random: Random) -> None:
        """What a dose does to the illness: for most a little less of it."""
        self.burden = min(0.95, max(0.03, self.burden * (1 - self.response) + random.gauss(0, 0.03)))
