"""The people of the synthetic clinic: each name and address says that it is made up, and 555-01xx rings nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from service.demo.course import Course

PSYCHIATRIST = "demo-md-1"
NURSES = ("demo-rn-1", "demo-rn-2")
THERAPISTS = ("demo-lcsw-1", "demo-lcsw-2")
PRESCRIBER = "demo-pmhnp-1"

_STAFF = {
    PSYCHIATRIST: ("Synthetic-Psychiatrist", "MD", "prescriber"),
    NURSES[0]: ("Synthetic-Nurse-One", "RN", "nurse"),
    NURSES[1]: ("Synthetic-Nurse-Two", "RN", "nurse"),
    THERAPISTS[0]: ("Synthetic-Therapist-One", "LCSW", "therapist"),
    THERAPISTS[1]: ("Synthetic-Therapist-Two", "LCSW", "therapist"),
    PRESCRIBER: ("Synthetic-Prescriber", "PMHNP", "prescriber"),
}
_GIVEN = (
    "Alder",
    "Birch",
    "Cedar",
    "Fern",
    "Hazel",
    "Iris",
    "Juniper",
    "Laurel",
    "Linden",
    "Maple",
    "Oak",
    "Reed",
    "Rowan",
    "Sage",
    "Willow",
)
_RACES = (["white"], ["white"], ["black"], ["asian"], ["american_indian"], ["white", "asian"])


def staff() -> Iterator[tuple[str, dict[str, Any]]]:
    """Those who work at the clinic, what they do there, and a prescriber outside it."""
    for key, (family, credentials, role) in _STAFF.items():
        yield "practitioner", {"practitioner_id": key, "family": family, "given": ["Demo"], "credentials": credentials, "active": True}
        phones = [{"phone": "+1 303 555 0100", "use": "work"}]
        yield (
            "practitioner_role",
            {"role_id": f"{key}-role", "practitioner_id": key, "roles": [role], "active": True, "phones": phones},
        )


def client(course: Course, random: Random) -> dict[str, Any]:
    """A client of the clinic."""
    races = random.choice(_RACES)
    phone = f"+1 303 555 {100 + course.number % 100:04d}"
    return {
        "client_id": course.client_id,
        "mrn": f"DEMO-{course.number:06d}",
        "family": f"Synthetic-{course.number:04d}",
        "given": [random.choice(_GIVEN)],
        "birth_date": f"{random.randrange(1955, 2005)}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}",
        "sex": random.choice("FFM"),
        "race": races,
        "race_text": " and ".join(races),
        "ethnicity": random.choice(("not_hispanic", "not_hispanic", "not_hispanic", "hispanic")),
        "ethnicity_text": "as told at the front desk",
        "language": "en",
        "active": True,
        "phones": [{"phone": phone, "use": "mobile"}],
        "addresses": [{"street": [f"{course.number} Example St"], "city": "Sampleton", "state": "CO", "postal_code": "80000"}],
        "contacts": [{"contact_name": f"Demo Escort {course.number}", "contact_roles": ["escort"], "contact_phone": "+1 303 555 0199"}],
        "general_practitioner_id": PRESCRIBER,
    }
