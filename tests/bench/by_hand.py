"""The same resources by hand: dictionaries without a single check, as an integration engineer would write them in an afternoon."""

from __future__ import annotations

from service.mapping import identity

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


def resource(kind: str, record: dict, mapping: str) -> dict:
    """What the gateway answers: a resource, or a transaction Bundle with a Provenance."""
    if kind == "vitals" and "heart_rate" not in record:
        return next(_vitals(record, lambda type_, _, key: f"{type_}/{key}"))[1]
    return _bundle(kind, record, mapping)


def _bundle(kind: str, record: dict, mapping: str) -> dict:
    records = [(kind, record)]
    for name, inner in CHILDREN.items() if kind == "session" else ():
        shared = {"session_id": record["session_id"], "client_id": record["client_id"]}
        records += [(inner, {**child, **shared}) for child in record.get(name, ())]
    mains = {(one, record[KEYS[one]]) for one, record in records if one != "vitals"}

    def literal(type_: str, whose: str, key: str) -> str:
        return f"{_stem(whose, key)}000" if (whose, key) in mains else f"{type_}?identifier={BASE}/id/{whose}|{key}"

    entries = []
    for one, inside in records:
        for number, made in WRITERS[one](inside, literal):
            key = inside[KEYS[one]]
            item = made["id"].split(".")[2:]
            full_url = f"{_stem(one, '/'.join([key, *item]))}{number:03x}"
            value = made["id"].replace(".", "/")
            searched = made["resourceType"] != "AdverseEvent"
            url = f"?identifier={BASE}/id/{one}|{value}" if searched else f"/{value}"
            entries.append({"fullUrl": full_url, "resource": made, "request": {"method": "PUT", "url": made["resourceType"] + url}})
    times = [value for _, inside in records for value in _times(inside)]
    entries.append(_provenance(kind, record[KEYS[kind]], [one["fullUrl"] for one in entries], mapping, max(times)))
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _times(value) -> list[str]:
    return [one for name, one in value.items() if name.endswith("_at")] + [one["at"] for one in value.get("log", ())]


def _stem(kind: str, key: str) -> str:
    return identity.stem(f"{BASE}/id/{kind}|{key}")


def _provenance(kind: str, key: str, targets: list[str], mapping: str, recorded: str) -> dict:
    id_ = f"{key}.{kind.replace('_', '-')}"
    made = {
        "resourceType": "Provenance",
        "id": id_,
        "target": [{"reference": one} for one in targets],
        "recorded": recorded,
        "agent": [
            {
                "type": _concept(f"{TERMINOLOGY}/provenance-participant-type", "assembler", "Assembler"),
                "who": {"identifier": {"system": f"{BASE}/id/Device", "value": "kap-fhir"}, "display": "kap-fhir"},
            }
        ],
        "entity": [
            {"role": "source", "what": {"identifier": {"system": f"{BASE}/id/mapping", "value": mapping}, "display": f"mapping {kind}"}}
        ],
    }
    return {"fullUrl": f"{_stem(kind, key)}fff", "resource": made, "request": {"method": "PUT", "url": f"Provenance/{id_}"}}


def _coding(system: str, code: str, display: str) -> dict:
    return {"system": system, "code": code, "display": display}


def _concept(system: str, code: str, display: str) -> dict:
    return {"coding": [_coding(system, code, display)]}


def _quantity(value, unit: str, code: str) -> dict:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": code}


def _identifier(kind: str, value: str) -> dict:
    return {"system": f"{BASE}/id/{kind}", "value": value}


def _to(literal, type_: str, kind: str, key: str) -> dict:
    return {"reference": literal(type_, kind, key), "identifier": _identifier(kind, key)}


def _around(record: dict, literal) -> dict:
    made = {"subject": _to(literal, "Patient", "patient", record["client_id"])}
    if "session_id" in record:
        made["encounter"] = _to(literal, "Encounter", "session", record["session_id"])
    return made


def _observation(kind: str, key: str, ending: str, category: tuple[str, str], code: dict, rest: dict) -> dict:
    return {
        "resourceType": "Observation",
        "id": f"{key}.{ending}",
        "identifier": [_identifier(kind, f"{key}/{ending.replace('.', '/')}")],
        "status": "final",
        "category": [_concept(f"{TERMINOLOGY}/observation-category", *category)],
        "code": code,
        **rest,
    }


VITAL = ("vital-signs", "Vital Signs")
SURVEY = ("survey", "Survey")
EXAM = ("exam", "Exam")


def _vitals(record: dict, literal):
    key = record["reading_id"]
    phase = [{"url": "code-part", "valueCodeableConcept": _concept(KAP, *PHASES[record["phase"]])}]
    if "minutes_from_dose" in record:
        phase.append({"url": "minutes-part", "valueInteger": record["minutes_from_dose"]})
    extension = [{"extension": phase, "url": f"{BASE}/StructureDefinition/kap-session-phase"}]
    rest = {**_around(record, literal), "effectiveDateTime": record["recorded_at"]}
    if "administration_id" in record:
        rest["partOf"] = [_to(literal, "MedicationAdministration", "administration", record["administration_id"])]
    if "recorded_by" in record:
        rest["performer"] = [_to(literal, "Practitioner", "practitioner", record["recorded_by"])]

    def one(ending: str, category, code: dict, value: dict, profile: str = "", more=()) -> dict:
        made = _observation("vitals", key, ending, category, code, {**rest, **value, "extension": [*extension, *more]})
        if profile:
            made["meta"] = {"profile": [f"{US_CORE}/{profile}"]}
        return made

    if "bp_systolic" in record:
        components = [
            {"code": _concept(LOINC, *code), "valueQuantity": _quantity(record[name], "mmHg", "mm[Hg]")}
            for name, code in (
                ("bp_systolic", ("8480-6", "Systolic blood pressure")),
                ("bp_diastolic", ("8462-4", "Diastolic blood pressure")),
            )
        ]
        position = []
        if "bp_position" in record:
            url = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"
            position = [{"url": url, "valueCodeableConcept": _concept(SNOMED, *POSITIONS[record["bp_position"]])}]
        code = _concept(LOINC, "85354-9", "Blood pressure panel with all children optional")
        yield NUMBERS["bp"], one("bp", VITAL, code, {"component": components}, "us-core-blood-pressure", position)
    if "heart_rate" in record:
        value = {"valueQuantity": _quantity(record["heart_rate"], "/min", "/min")}
        yield NUMBERS["hr"], one("hr", VITAL, _concept(LOINC, "8867-4", "Heart rate"), value, "us-core-heart-rate")
    if "respiratory_rate" in record:
        value = {"valueQuantity": _quantity(record["respiratory_rate"], "/min", "/min")}
        yield NUMBERS["rr"], one("rr", VITAL, _concept(LOINC, "9279-1", "Respiratory rate"), value, "us-core-respiratory-rate")
    if "oxygen_saturation" in record:
        codes = [("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"), ("2708-6", "Oxygen saturation in Arterial blood")]
        value = {"valueQuantity": _quantity(record["oxygen_saturation"], "%", "%")}
        if "oxygen_flow_rate" in record:
            flow = _quantity(record["oxygen_flow_rate"], "L/min", "L/min")
            value["component"] = [{"code": _concept(LOINC, "3151-8", "Inhaled oxygen flow rate"), "valueQuantity": flow}]
        yield (
            NUMBERS["spo2"],
            one("spo2", VITAL, {"coding": [_coding(LOINC, *code) for code in codes]}, value, "us-core-pulse-oximetry"),
        )
    if "pain_0_10" in record:
        code = _concept(LOINC, "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
        yield NUMBERS["pain"], one("pain", SURVEY, code, {"valueInteger": record["pain_0_10"]})
    if "sedation_score" in record:
        score = record["sedation_score"]
        value = {"valueCodeableConcept": _concept(KAP, f"moaas-{score}", f"MOAA/S {score}")}
        yield NUMBERS["sedation"], one("sedation", SURVEY, _concept(KAP, "moaas", "MOAA/S"), value)
    if "dissociation" in record:
        code = _concept(KAP, "dissociation-observed", "Dissociation observed")
        yield NUMBERS["dissociation"], one("dissociation", SURVEY, code, {"valueBoolean": record["dissociation"]})


def _administration(record: dict, literal):
    key = record["administration_id"]
    drug = _concept("http://www.nlm.nih.gov/research/umls/rxnorm", *DRUGS[record["substance"]])
    made = {
        "resourceType": "MedicationAdministration",
        "id": key,
        "identifier": [_identifier("administration", key)],
        "status": "completed",
        "subject": _to(literal, "Patient", "patient", record["client_id"]),
        "context": _to(literal, "Encounter", "session", record["session_id"]),
    }
    if "lot_number" in record:
        batch = {"lotNumber": record["lot_number"], "expirationDate": record["vial_expiry"]}
        made["contained"] = [{"resourceType": "Medication", "id": "med", "code": drug, "batch": batch}]
        made["medicationReference"] = {"reference": "#med"}
    else:
        made["medicationCodeableConcept"] = drug
    if "waste_amount" in record:
        waste = [
            {"url": "amount", "valueQuantity": _quantity(record["waste_amount"], record["waste_unit"], record["waste_unit"])},
            {"url": "witness", "valueReference": _to(literal, "Practitioner", "practitioner", record["waste_witness"])},
            {"url": "disposal", "valueString": record["disposal_method"]},
        ]
        made["extension"] = [{"extension": waste, "url": f"{BASE}/StructureDefinition/kap-waste"}]
    if "end_at" in record:
        made["effectivePeriod"] = {"start": record["start_at"], "end": record["end_at"]}
    else:
        made["effectiveDateTime"] = record["start_at"]
    performers = [(record["administered_by"], "performer", "Performer")]
    if "waste_witness" in record:
        performers.append((record["waste_witness"], "witness", "Witness"))
    made["performer"] = [
        {
            "function": _concept(f"{TERMINOLOGY}/med-admin-perform-function", code, display),
            "actor": _to(literal, "Practitioner", "practitioner", who),
        }
        for who, code, display in performers
    ]
    if "prn_for" in record:
        made["reasonCode"] = [{"text": record["prn_for"]}]
    dose = _quantity(record["dose_amount"], record["dose_unit"], record["dose_unit"])
    made["dosage"] = {"route": _concept(SNOMED, *ROUTES[record["route"]]), "dose": dose}
    if "dose_text" in record:
        made["dosage"] |= {"text": record["dose_text"], "site": {"text": record["site"]}}
        made["dosage"]["rateQuantity"] = _quantity(record["rate_ml_per_h"], "mL/h", "mL/h")
    if "dose_mg_per_kg" in record:
        made["request"] = {
            "reference": f"{_stem('administration', key)}001",
            "identifier": _identifier("administration", f"{key}/order"),
        }
        made["supportingInformation"] = [
            {"reference": f"{_stem('administration', key)}002", "identifier": _identifier("administration", f"{key}/dose-weight")}
        ]
    yield 0, made
    if "dose_mg_per_kg" not in record:
        return
    rates = [
        ("ordered", "Ordered", _quantity(record["dose_mg_per_kg"], "mg/kg", "mg/kg")),
        ("calculated", "Calculated", dose),
    ]
    yield (
        1,
        {
            "resourceType": "MedicationRequest",
            "id": f"{key}.order",
            "identifier": [_identifier("administration", f"{key}/order")],
            "status": "completed",
            "intent": "order",
            "medicationCodeableConcept": drug,
            "subject": made["subject"],
            "requester": _to(literal, "Practitioner", "practitioner", record["prescriber_id"]),
            "dosageInstruction": [
                {
                    "doseAndRate": [
                        {"type": _concept(f"{TERMINOLOGY}/dose-rate-type", code, display), "doseQuantity": quantity}
                        for code, display, quantity in rates
                    ]
                }
            ],
        },
    )
    weight = {"effectiveDateTime": record["weight_at"], "valueQuantity": _quantity(record["weight_kg"], "kg", "kg")}
    code = _concept(LOINC, "29463-7", "Body weight")
    observation = _observation("administration", key, "dose-weight", VITAL, code, {**_around(record, literal), **weight})
    yield 2, {**observation, "meta": {"profile": [f"{US_CORE}/us-core-body-weight"]}}


TOTALS = {
    "phq-9": (LOINC, "44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"),
    "cadss": (KAP, "cadss-total", "CADSS total score"),
}


def _questionnaire_response(record: dict, literal):
    key, instrument = record["response_id"], record["instrument"]
    around = _around(record, literal)
    made = {
        "resourceType": "QuestionnaireResponse",
        "id": key,
        "extension": [{"url": f"{BASE}/StructureDefinition/kap-timepoint", "valueString": record["timepoint"]}],
        "identifier": _identifier("questionnaire_response", key),
        "questionnaire": f"{BASE}/Questionnaire/{instrument}",
        "status": "completed",
        **around,
        "authored": record["submitted_at"],
    }
    if "language" in record:
        made["language"] = record["language"]
    if "entered_by" in record:
        made["author"] = _to(literal, "Practitioner", "practitioner", record["entered_by"])
    items = [
        {"linkId": link, "text": text, "answer": [{"valueCoding": _coding(LOINC, *PHQ_9_ANSWERS[record[name]])}]}
        for name, (link, text) in PHQ_9.items()
        if name in record
    ]
    if "phq9_difficulty" in record:
        answer = {"valueCoding": _coding(LOINC, "LA6573-5", "Somewhat difficult")}
        items.append({"linkId": DIFFICULTY[0], "text": DIFFICULTY[1], "answer": [answer]})
    if instrument == "phq-9":
        text = "Patient health questionnaire 9 item total score"
        items.append({"linkId": "/44261-6", "text": text, "answer": [{"valueDecimal": record["total"]}]})
    if items:
        made["item"] = items
    yield 0, made
    value = {
        **around,
        "effectiveDateTime": record["submitted_at"],
        "valueQuantity": _quantity(record["total"], "{score}", "{score}"),
        "derivedFrom": [
            {"reference": f"{_stem('questionnaire_response', key)}000", "identifier": _identifier("questionnaire_response", key)}
        ],
    }
    yield 1, _observation("questionnaire_response", key, "total", SURVEY, _concept(*TOTALS[instrument]), value)


def _adverse_event(record: dict, literal):
    key = record["event_id"]
    suspect = _to(literal, "MedicationAdministration", "administration", record["suspect_id"])
    yield (
        0,
        {
            "resourceType": "AdverseEvent",
            "id": key,
            "identifier": _identifier("adverse_event", key),
            "actuality": "actual",
            "event": _concept(*EVENTS[record["event"]]),
            **_around(record, literal),
            "date": record["onset_at"],
            "severity": _concept(f"{TERMINOLOGY}/adverse-event-severity", "mild", "Mild"),
            "outcome": _concept(f"{TERMINOLOGY}/adverse-event-outcome", "resolved", "Resolved"),
            "suspectEntity": [{"instance": suspect}],
        },
    )


def _session(record: dict, literal):
    key = record["session_id"]
    around = _around(record, literal)
    period = {"start": record["started_at"], "end": record["ended_at"]}
    facts = [
        ("kap-session-number", "valueString", "session_number"),
        ("kap-ride-home-confirmed", "valueBoolean", "ride_home_confirmed"),
        ("kap-consent-signed-at", "valueDateTime", "consent_signed_at"),
        ("kap-ready-to-leave-at", "valueDateTime", "ready_to_leave_at"),
    ]
    people = [("clinician_id", "PPRF", "primary performer"), ("therapist_id", "SPRF", "secondary performer")]
    yield (
        0,
        {
            "resourceType": "Encounter",
            "id": key,
            "meta": {"profile": [f"{US_CORE}/us-core-encounter"]},
            "extension": [{"url": f"{BASE}/StructureDefinition/{url}", value: record[name]} for url, value, name in facts],
            "identifier": [_identifier("session", key)],
            "status": "finished",
            "class": _coding(f"{TERMINOLOGY}/v3-ActCode", "AMB", "ambulatory"),
            "type": [_concept(KAP, "dosing", "Dosing session")],
            "subject": around["subject"],
            "participant": [
                {
                    "type": [_concept(f"{TERMINOLOGY}/v3-ParticipationType", code, display)],
                    "individual": _to(literal, "Practitioner", "practitioner", record[name]),
                }
                for name, code, display in people
            ],
            "period": period,
            "location": [{"location": {"identifier": _identifier("Location", record["facility_id"])}}],
        },
    )
    codes = [
        (KAP, "kap-session", "Ketamine-assisted psychotherapy session"),
        (SNOMED, "75516001", "Psychotherapy (regime/therapy)"),
    ]
    yield (
        1,
        {
            "resourceType": "Procedure",
            "id": f"{key}.procedure",
            "meta": {"profile": [f"{US_CORE}/us-core-procedure"]},
            "identifier": [_identifier("session", f"{key}/procedure")],
            "status": "completed",
            "code": {"coding": [_coding(*code) for code in codes]},
            **around,
            "performedPeriod": period,
        },
    )
    asa = {**around, "effectiveDateTime": record["started_at"], "valueInteger": record["asa_class"]}
    yield 2, _observation("session", key, "asa", EXAM, _concept(KAP, "asa-class", "ASA physical status class"), asa)
    for item in record["log"]:
        value = {**around, "effectiveDateTime": item["at"], "valueString": item["text"]}
        yield 3, _observation("session", key, f"log.{item['log_id']}", EXAM, _concept(KAP, "session-log", "Session log entry"), value)


WRITERS = {
    "session": _session,
    "administration": _administration,
    "vitals": _vitals,
    "questionnaire_response": _questionnaire_response,
    "adverse_event": _adverse_event,
}
KEYS = {
    "session": "session_id",
    "administration": "administration_id",
    "vitals": "reading_id",
    "questionnaire_response": "response_id",
    "adverse_event": "event_id",
}
CHILDREN = {
    "administrations": "administration",
    "vitals": "vitals",
    "questionnaire_responses": "questionnaire_response",
    "adverse_events": "adverse_event",
}
NUMBERS: dict[str, int] = {}
"""The numbers of the shapes of a reading, which the full URLs end with; filled from the mapping."""
