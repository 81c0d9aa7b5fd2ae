"""The same resources by hand: dictionaries without a single check, as an integration engineer would write them in an afternoon."""

from __future__ import annotations

from service.mapping import identity
from tests.bench.elements import (
    BASE,
    DIFFICULTY,
    DRUGS,
    EVENTS,
    EXAM,
    KAP,
    LOINC,
    PHASES,
    PHQ_9,
    PHQ_9_ANSWERS,
    POSITIONS,
    ROUTES,
    SCREENING,
    SNOMED,
    SURVEY,
    TERMINOLOGY,
    US_CORE,
    VITAL,
    about,
    coding,
    concept,
    identifier,
    observed,
    quantity,
    reference,
)


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
                "type": concept(f"{TERMINOLOGY}/provenance-participant-type", "assembler", "Assembler"),
                "who": {"identifier": {"system": f"{BASE}/id/Device", "value": "kap-fhir"}, "display": "kap-fhir"},
            }
        ],
        "entity": [
            {"role": "source", "what": {"identifier": {"system": f"{BASE}/id/mapping", "value": mapping}, "display": f"mapping {kind}"}}
        ],
    }
    return {"fullUrl": f"{_stem(kind, key)}fff", "resource": made, "request": {"method": "PUT", "url": f"Provenance/{id_}"}}


def _vitals(record: dict, literal):
    key = record["reading_id"]
    phase = [{"url": "code-part", "valueCodeableConcept": concept(KAP, *PHASES[record["phase"]])}]
    if "minutes_from_dose" in record:
        phase.append({"url": "minutes-part", "valueInteger": record["minutes_from_dose"]})
    extension = [{"extension": phase, "url": f"{BASE}/StructureDefinition/kap-session-phase"}]
    rest = {**about(record, literal), "effectiveDateTime": record["recorded_at"]}
    if "administration_id" in record:
        rest["partOf"] = [reference(literal, "MedicationAdministration", "administration", record["administration_id"])]
    if "recorded_by" in record:
        rest["performer"] = [reference(literal, "Practitioner", "practitioner", record["recorded_by"])]

    def one(ending: str, category, code: dict, value: dict, profile: str = "", more=()) -> dict:
        made = observed("vitals", key, ending, category, code, {**rest, **value, "extension": [*extension, *more]})
        if profile:
            made["meta"] = {"profile": [f"{US_CORE}/{profile}"]}
        return made

    if "bp_systolic" in record:
        components = [
            {"code": concept(LOINC, *code), "valueQuantity": quantity(record[name], "mmHg", "mm[Hg]")}
            for name, code in (
                ("bp_systolic", ("8480-6", "Systolic blood pressure")),
                ("bp_diastolic", ("8462-4", "Diastolic blood pressure")),
            )
        ]
        position = []
        if "bp_position" in record:
            url = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"
            position = [{"url": url, "valueCodeableConcept": concept(SNOMED, *POSITIONS[record["bp_position"]])}]
        code = concept(LOINC, "85354-9", "Blood pressure panel with all children optional")
        yield NUMBERS["bp"], one("bp", VITAL, code, {"component": components}, "us-core-blood-pressure", position)
    if "heart_rate" in record:
        value = {"valueQuantity": quantity(record["heart_rate"], "/min", "/min")}
        yield NUMBERS["hr"], one("hr", VITAL, concept(LOINC, "8867-4", "Heart rate"), value, "us-core-heart-rate")
    if "respiratory_rate" in record:
        value = {"valueQuantity": quantity(record["respiratory_rate"], "/min", "/min")}
        yield NUMBERS["rr"], one("rr", VITAL, concept(LOINC, "9279-1", "Respiratory rate"), value, "us-core-respiratory-rate")
    if "oxygen_saturation" in record:
        codes = [("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"), ("2708-6", "Oxygen saturation in Arterial blood")]
        value = {"valueQuantity": quantity(record["oxygen_saturation"], "%", "%")}
        if "oxygen_flow_rate" in record:
            flow = quantity(record["oxygen_flow_rate"], "L/min", "L/min")
            value["component"] = [{"code": concept(LOINC, "3151-8", "Inhaled oxygen flow rate"), "valueQuantity": flow}]
        yield (
            NUMBERS["spo2"],
            one("spo2", VITAL, {"coding": [coding(LOINC, *code) for code in codes]}, value, "us-core-pulse-oximetry"),
        )
    if "pain_0_10" in record:
        code = concept(LOINC, "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
        yield NUMBERS["pain"], one("pain", SURVEY, code, {"valueInteger": record["pain_0_10"]}, SCREENING)
    if "sedation_score" in record:
        score = record["sedation_score"]
        value = {"valueCodeableConcept": concept(KAP, f"moaas-{score}", f"MOAA/S {score}")}
        yield NUMBERS["sedation"], one("sedation", SURVEY, concept(KAP, "moaas", "MOAA/S"), value, SCREENING)
    if "dissociation" in record:
        code = concept(KAP, "dissociation-observed", "Dissociation observed")
        yield NUMBERS["dissociation"], one("dissociation", SURVEY, code, {"valueBoolean": record["dissociation"]}, SCREENING)


def _administration(record: dict, literal):
    key = record["administration_id"]
    drug = concept("http://www.nlm.nih.gov/research/umls/rxnorm", *DRUGS[record["substance"]])
    made = {
        "resourceType": "MedicationAdministration",
        "id": key,
        "identifier": [identifier("administration", key)],
        "status": "completed",
        "subject": reference(literal, "Patient", "patient", record["client_id"]),
        "context": reference(literal, "Encounter", "session", record["session_id"]),
    }
    if "lot_number" in record:
        batch = {"lotNumber": record["lot_number"], "expirationDate": record["vial_expiry"]}
        made["contained"] = [{"resourceType": "Medication", "id": "med", "code": drug, "batch": batch}]
        made["medicationReference"] = {"reference": "#med"}
    else:
        made["medicationCodeableConcept"] = drug
    if "waste_amount" in record:
        waste = [
            {"url": "amount", "valueQuantity": quantity(record["waste_amount"], record["waste_unit"], record["waste_unit"])},
            {"url": "witness", "valueReference": reference(literal, "Practitioner", "practitioner", record["waste_witness"])},
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
            "function": concept(f"{TERMINOLOGY}/med-admin-perform-function", code, display),
            "actor": reference(literal, "Practitioner", "practitioner", who),
        }
        for who, code, display in performers
    ]
    if "prn_for" in record:
        made["reasonCode"] = [{"text": record["prn_for"]}]
    dose = quantity(record["dose_amount"], record["dose_unit"], record["dose_unit"])
    made["dosage"] = {"route": concept(SNOMED, *ROUTES[record["route"]]), "dose": dose}
    if "dose_text" in record:
        made["dosage"] |= {"text": record["dose_text"], "site": {"text": record["site"]}}
        made["dosage"]["rateQuantity"] = quantity(record["rate"], record["rate_unit"], record["rate_unit"])
    if "dose_mg_per_kg" in record:
        made["request"] = {
            "reference": f"{_stem('administration', key)}001",
            "identifier": identifier("administration", f"{key}/order"),
        }
        made["supportingInformation"] = [
            {"reference": f"{_stem('administration', key)}002", "identifier": identifier("administration", f"{key}/dose-weight")}
        ]
    yield 0, made
    if "dose_mg_per_kg" not in record:
        return
    rates = [
        ("ordered", "Ordered", quantity(record["dose_mg_per_kg"], "mg/kg", "mg/kg")),
        ("calculated", "Calculated", quantity(record["ordered_dose"], record["dose_unit"], record["dose_unit"])),
    ]
    yield (
        1,
        {
            "resourceType": "MedicationRequest",
            "id": f"{key}.order",
            "identifier": [identifier("administration", f"{key}/order")],
            "status": "completed",
            "intent": "order",
            "medicationCodeableConcept": drug,
            "subject": made["subject"],
            "encounter": made["context"],
            "requester": reference(literal, "Practitioner", "practitioner", record["prescriber_id"]),
            "dosageInstruction": [
                {
                    "timing": {"repeat": {"duration": record["ordered_minutes"], "durationUnit": "min"}},
                    "route": made["dosage"]["route"],
                    "doseAndRate": [
                        {"type": concept(f"{TERMINOLOGY}/dose-rate-type", code, display), "doseQuantity": quantity}
                        for code, display, quantity in rates
                    ],
                }
            ],
        },
    )
    weight = {"effectiveDateTime": record["weight_at"], "valueQuantity": quantity(record["weight_kg"], "kg", "kg")}
    code = concept(LOINC, "29463-7", "Body weight")
    observation = observed("administration", key, "dose-weight", VITAL, code, {**about(record, literal), **weight})
    yield 2, {**observation, "meta": {"profile": [f"{US_CORE}/us-core-body-weight"]}}


TOTALS = {
    "phq-9": (LOINC, "44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"),
    "cadss": (KAP, "cadss-total", "CADSS total score"),
}


def _questionnaire_response(record: dict, literal):
    key, instrument = record["response_id"], record["instrument"]
    around = about(record, literal)
    made = {
        "resourceType": "QuestionnaireResponse",
        "id": key,
        "extension": [{"url": f"{BASE}/StructureDefinition/kap-timepoint", "valueString": record["timepoint"]}],
        "identifier": identifier("questionnaire_response", key),
        "questionnaire": f"{BASE}/Questionnaire/{instrument}",
        "status": "completed",
        **around,
        "authored": record["submitted_at"],
    }
    if "language" in record:
        made["language"] = record["language"]
    if "entered_by" in record:
        made["author"] = reference(literal, "Practitioner", "practitioner", record["entered_by"])
    items = [
        {"linkId": link, "text": text, "answer": [{"valueCoding": coding(LOINC, *PHQ_9_ANSWERS[record[name]])}]}
        for name, (link, text) in PHQ_9.items()
        if name in record
    ]
    if "phq9_difficulty" in record:
        answer = {"valueCoding": coding(LOINC, "LA6573-5", "Somewhat difficult")}
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
        "valueQuantity": quantity(record["total"], "{score}", "{score}"),
        "derivedFrom": [
            {"reference": f"{_stem('questionnaire_response', key)}000", "identifier": identifier("questionnaire_response", key)}
        ],
    }
    yield 1, observed("questionnaire_response", key, "total", SURVEY, concept(*TOTALS[instrument]), value)


def _adverse_event(record: dict, literal):
    key = record["event_id"]
    suspect = reference(literal, "MedicationAdministration", "administration", record["suspect_id"])
    yield (
        0,
        {
            "resourceType": "AdverseEvent",
            "id": key,
            "identifier": identifier("adverse_event", key),
            "actuality": "actual",
            "event": concept(*EVENTS[record["event"]]),
            **about(record, literal),
            "date": record["onset_at"],
            "severity": concept(f"{TERMINOLOGY}/adverse-event-severity", "mild", "Mild"),
            "outcome": concept(f"{TERMINOLOGY}/adverse-event-outcome", "resolved", "Resolved"),
            "suspectEntity": [{"instance": suspect}],
        },
    )


def _session(record: dict, literal):
    key = record["session_id"]
    around = about(record, literal)
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
            "identifier": [identifier("session", key)],
            "status": "finished",
            "class": coding(f"{TERMINOLOGY}/v3-ActCode", "AMB", "ambulatory"),
            "type": [concept(KAP, "dosing", "Dosing session")],
            "subject": around["subject"],
            "participant": [
                {
                    "type": [concept(f"{TERMINOLOGY}/v3-ParticipationType", code, display)],
                    "individual": reference(literal, "Practitioner", "practitioner", record[name]),
                }
                for name, code, display in people
            ],
            "period": period,
            "location": [{"location": {"identifier": identifier("Location", record["facility_id"])}}],
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
            "identifier": [identifier("session", f"{key}/procedure")],
            "status": "completed",
            "code": {"coding": [coding(*code) for code in codes]},
            **around,
            "performedPeriod": period,
        },
    )
    asa = {**around, "effectiveDateTime": record["started_at"], "valueInteger": record["asa_class"]}
    yield 2, observed("session", key, "asa", EXAM, concept(KAP, "asa-class", "ASA physical status class"), asa)
    for item in record["log"]:
        value = {**around, "effectiveDateTime": item["at"], "valueString": item["text"]}
        yield 3, observed("session", key, f"log.{item['log_id']}", EXAM, concept(KAP, "session-log", "Session log entry"), value)


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
