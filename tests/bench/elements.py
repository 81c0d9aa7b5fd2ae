"""The codes, and the elements that the hand-written resources have in common."""

from __future__ import annotations

BASE = "https://kap.example.org/fhir"
KAP = f"{BASE}/CodeSystem/kap"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
DRUGS = {"ketamine": ("6130", "ketamine"), "ondansetron": ("26225", "ondansetron")}
ROUTES = {"IV": ("47625008", "Intravenous route (qualifier value)"), "PO": ("26643006", "Oral route (qualifier value)")}
PHASES = {
    "pre": ("phase-pre", "Before the dose"),
    "during": ("phase-during", "During the dose"),
    "40min": ("phase-40min", "40 minutes after the dose"),
    "discharge": ("phase-discharge", "At discharge"),
}
POSITIONS = {"sitting": ("33586001", "Sitting position (finding)")}
EVENTS = {"dissociation": (KAP, "dissociation", "Dissociation during the session"), "nausea": (SNOMED, "422587007", "Nausea (finding)")}
PHQ_9 = {
    "phq9_1": ("/44250-9", "Little interest or pleasure in doing things"),
    "phq9_2": ("/44255-8", "Feeling down, depressed, or hopeless"),
    "phq9_3": ("/44259-0", "Trouble falling or staying asleep, or sleeping too much"),
    "phq9_4": ("/44254-1", "Feeling tired or having little energy"),
    "phq9_5": ("/44251-7", "Poor appetite or overeating"),
    "phq9_6": ("/44258-2", "Feeling bad about yourself - or that you are a failure or have let yourself or your family down"),
    "phq9_7": ("/44252-5", "Trouble concentrating on things, such as reading the newspaper or watching television"),
    "phq9_8": (
        "/44253-3",
        (
            "Moving or speaking so slowly that other people could have noticed. Or the opposite - being so fidgety or restless that you "
            "have been moving around a lot more than usual"
        ),
    ),
    "phq9_9": ("/44260-8", "Thoughts that you would be better off dead, or of hurting yourself in some way"),
}
DIFFICULTY = (
    "/69722-7",
    "How difficult have these problems made it for you to do your work, take care of things at home, or get along with other people?",
)
PHQ_9_ANSWERS = [
    ("LA6568-5", "Not at all"),
    ("LA6569-3", "Several days"),
    ("LA6570-1", "More than half the days"),
    ("LA6571-9", "Nearly every day"),
]
VITAL = ("vital-signs", "Vital Signs")
SURVEY = ("survey", "Survey")
SCREENING = "us-core-observation-screening-assessment"
EXAM = ("exam", "Exam")


def coding(system: str, code: str, display: str) -> dict:
    return {"system": system, "code": code, "display": display}


def concept(system: str, code: str, display: str) -> dict:
    return {"coding": [coding(system, code, display)]}


def quantity(value, unit: str, code: str) -> dict:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": code}


def identifier(kind: str, value: str) -> dict:
    return {"system": f"{BASE}/id/{kind}", "value": value}


def reference(literal, type_: str, kind: str, key: str) -> dict:
    return {"reference": literal(type_, kind, key), "identifier": identifier(kind, key)}


def about(record: dict, literal) -> dict:
    made = {"subject": reference(literal, "Patient", "patient", record["client_id"])}
    if "session_id" in record:
        made["encounter"] = reference(literal, "Encounter", "session", record["session_id"])
    return made


def observed(kind: str, key: str, ending: str, category: tuple[str, str], code: dict, rest: dict) -> dict:
    return {
        "resourceType": "Observation",
        "id": f"{key}.{ending}",
        "identifier": [identifier(kind, f"{key}/{ending.replace('.', '/')}")],
        "status": "final",
        "category": [concept(f"{TERMINOLOGY}/observation-category", *category)],
        "code": code,
        **rest,
    }
