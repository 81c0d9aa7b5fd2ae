"""A clinic's own record form and ours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.diagnostics.issue import Refused
from service.fhir.json import Number
from service.mapping import laid_out
from service.mapping.wire import Gateway
from tests.support import generate
from tests.support.laid_out import fitting, in_one_zone, layouts
from tests.support.mappings import LAID_OUT, mappings

LAYOUT = """
layout:
  session:
    readings: vitals
    closed: {field: status, Planned: planned, Here: arrived, Seen: triaged, Running: in_progress, Away: on_leave, Done: finished,
             Off: cancelled, Wrong: entered_in_error, "?": unknown}
    began: started_at in America/Denver
    driver: {field: ride_home_confirmed, "1": true, "0": false}
  vitals:
    sbp_dbp: $bp_systolic/$bp_diastolic mmHg
    hr: heart_rate
    taken_at: recorded_at in America/Denver
    alert: {field: sedation_score, "10": 5, "8": 4, "6": 3, "4": 2, "2": 1, "0": 0}
    where: {field: temperature_site, Mouth: oral, Armpit: axillary, Ear: tympanic, Rectum: rectal}
  patient:
    who: "$client_id: $family"
    dob: birth_date as DD.MM.YYYY
    gender: {field: sex, Male: M, Female: F, Other: X, Unknown: U}
"""


CLINIC = layouts(LAYOUT)
BLOOM = Gateway.of(mappings("bloom"))
READING = {"reading_id": "v-1", "client_id": "c-1", "recorded_at": "2025-03-04T10:20:00-07:00", "status": "final"}


def issues(act, record) -> list[tuple[str, str]]:
    """Codes and fields of the issues with which a record is refused; none where it is not."""
    try:
        act(record)
    except Refused as error:
        return [(one.code, one.where) for one in error.issues]
    return []


def test_every_form_says_the_same_in_both_directions():
    """Rename, words, date, local time and joined fields: what is theirs becomes ours, and ours theirs again, in the same order."""
    theirs = {
        "reading_id": "v-1",
        "taken_at": "2025-03-04T10:20:00",
        "sbp_dbp": "120.0/80 mmHg",
        "hr": Number("71"),
        "alert": Number("10"),
        "cuff_site": "left",
    }
    ours = {
        "reading_id": "v-1",
        "recorded_at": "2025-03-04T10:20:00-07:00",
        "bp_systolic": Number("120.0"),
        "bp_diastolic": Number("80"),
        "heart_rate": Number("71"),
        "sedation_score": Number("5"),
        "cuff_site": "left",
    }
    assert CLINIC["vitals"].ours(theirs) == ours
    assert list(CLINIC["vitals"].theirs(ours).items()) == list(theirs.items())
    assert CLINIC["patient"].ours({"dob": "09.03.1986", "who": "c-17: Ada: the first", "gender": "Female"}) == {
        "birth_date": "1986-03-09",
        "client_id": "c-17",
        "family": "Ada: the first",
        "sex": "F",
    }


def test_records_inside_use_the_layout_of_their_kind():
    """Children are laid out by their own kind's lines, under a list name of the clinic's; problems name the whole path."""
    theirs = {"session_id": "s", "readings": [{"reading_id": "v-1", "hr": Number("71")}], "log": [{"log_id": "l"}], "driver": Number("0")}
    ours = {
        "session_id": "s",
        "vitals": [{"reading_id": "v-1", "heart_rate": Number("71")}],
        "log": [{"log_id": "l"}],
        "ride_home_confirmed": False,
    }
    assert CLINIC["session"].ours(theirs) == ours
    assert CLINIC["session"].theirs(ours) == theirs
    broken = {**theirs, "readings": [{"heart_rate": Number("71"), "sbp_dbp": "120"}]}
    assert issues(CLINIC["session"].ours, broken) == [("KAP410", "readings[0].heart_rate"), ("KAP411", "readings[0].sbp_dbp")]


def test_what_no_line_names_passes():
    """Other fields, unknown ones and the memory pass as they are, so that they are refused or kept by those whose business it is."""
    record = {"reading_id": "v-1", "no_such_field": None, "_fhir": [{"server": "https://ehr.example.org"}]}
    assert CLINIC["vitals"].ours(record) == CLINIC["vitals"].theirs(record) == record
    assert CLINIC["medication"].ours("not a record") == "not a record"


@pytest.mark.parametrize(
    ("local", "offset"),
    [
        ("2025-03-09T01:59:59", "-07:00"),
        ("2025-03-09T03:00:00.5", "-06:00"),
        ("2025-11-02T00:59:59", "-06:00"),
        ("2025-11-02T02:00:00", "-07:00"),
    ],
)
def test_a_local_time_has_the_offset_of_its_day(local, offset):
    """Around a change of the clocks each time has the offset that the zone had then."""
    assert CLINIC["vitals"].ours({"taken_at": local}) == {"recorded_at": f"{local}{offset}"}
    assert CLINIC["vitals"].theirs({"recorded_at": f"{local}{offset}"}) == {"taken_at": local}


@pytest.mark.parametrize(
    "local",
    [
        "2025-11-02T01:30:00",
        "2025-11-02T01:00:00",
        "2025-03-09T02:30:00",
        "2025-03-04T10:20:00-07:00",
        "2025-03-04 10:20",
        "2025-02-30T10:00:00",
        "1700-01-01T00:00:00",
        None,
    ],
)
def test_a_time_that_may_be_two_or_none_is_refused(local):
    """The doubled hour, the hour left out, a time with an offset and what is no time are refused by the clinic's name."""
    assert issues(CLINIC["vitals"].ours, {"taken_at": local}) == [("KAP411", "taken_at")]


@pytest.mark.parametrize(
    "time", ["2025-03-04T17:20:00Z", "2025-03-04T17:20:00+00:00", "2025-11-02T01:30:00-06:00", "2025-11-02T01:30:00-07:00"]
)
def test_a_time_in_another_offset_has_no_local_form(time):
    """Its text would change on the way back, so it is refused by our name; a date without time stays as it is."""
    assert issues(CLINIC["vitals"].theirs, {"recorded_at": time}) == [("KAP412", "recorded_at")]
    assert CLINIC["vitals"].theirs({"recorded_at": "2025-03"}) == {"taken_at": "2025-03"}


@pytest.mark.parametrize(
    ("kind", "record", "name"),
    [
        ("vitals", {"bp_systolic": Number("120")}, "bp_systolic"),
        ("patient", {"birth_date": "1986-03"}, "birth_date"),
        ("vitals", {"temperature_site": "Mouth"}, "temperature_site"),
        ("session", {"vitals": [{"bp_diastolic": Number("80")}]}, "vitals[0].bp_diastolic"),
    ],
)
def test_what_has_no_form_there_is_refused_by_field(kind, record, name):
    """Half of a joined pair, part of a date, a text that is a word of theirs for something else."""
    assert issues(CLINIC[kind].theirs, record) == [("KAP412", name)]


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("vitals", {"sbp_dbp": "120/80"}),
        ("vitals", {"sbp_dbp": "0120/80 mmHg"}),
        ("vitals", {"alert": "10"}),
        ("vitals", {"alert": Number("10.0")}),
        ("patient", {"dob": "3.9.1986"}),
        ("patient", {"dob": "31.02.1986"}),
        ("patient", {"who": "c_17: Ada"}),
        ("patient", {"gender": "F"}),
        ("vitals", {"where": "oral"}),
    ],
)
def test_what_is_not_of_their_form_is_refused_by_their_name(kind, record):
    """Another spelling, an impossible date, our word in place of theirs: never guessed."""
    assert issues(CLINIC[kind].ours, record) == [("KAP411", next(iter(record)))]


def test_other_text_of_an_open_field_is_itself():
    """A table that takes other text takes it in both directions, except where it is a word of the other side."""
    assert CLINIC["vitals"].ours({"where": "forehead"}) == {"temperature_site": "forehead"}
    assert CLINIC["vitals"].theirs({"temperature_site": "forehead"}) == {"where": "forehead"}


def test_the_clinic_s_name_of_a_field_is_known():
    """Whoever tells about a field can name it as the clinic does."""
    assert [CLINIC["vitals"].named(name) for name in ("heart_rate", "bp_diastolic", "cuff_site")] == ["hr", "sbp_dbp", "cuff_site"]


def test_without_a_layout_there_is_none():
    """A clinic without a layout, and the product, have none; a clinic that has one has one for every kind."""
    assert mappings().layouts == {}
    assert mappings("bloom").layouts.keys() == mappings().kinds.keys()


FORMS = [*LAID_OUT, *(("", kind) for kind in CLINIC), *(("bloom", kind) for kind in BLOOM.library.kinds if ("bloom", kind) not in LAID_OUT)]


NESTED = """
layout:
  vitals:
    id: reading_id
    when: {taken: recorded_at as MM/DD/YYYY hh:mm AM in America/Phoenix, phase: phase}
    body:
      temp_f: temperature with temperature_unit=F
      weight: {value: weight, unit: weight_unit}
    from: = monitor
  patient:
    name:
      first: given[1]
      second: given[2]
      last: family
    cell: phones[1].phone with phones[1].use=mobile
    street: addresses[1].street[1]
    flat: addresses[1].street[2]
    city: addresses[1].city
"""
ROWS = """
layout:
  vitals:
    set: {id: reading_id, at: recorded_at as YYYY-MM-DD HH:mm:ss in America/Phoenix}
    case what:
      SYS: {value: bp_systolic, units: = mmHg, position: bp_position}
      DIA: {value: bp_diastolic, units: = mmHg}
      TEMP: {value: temperature, units: temperature_unit}
"""
OBJECTS, ROWED = layouts(NESTED), layouts(ROWS)


def test_objects_places_and_fixed_values_say_the_same_in_both_directions():
    """Objects in objects, entries of lists by their places, a unit in the name of a field, times of 12 hours, what always stands."""
    theirs = {
        "id": "v-1",
        "when": {"taken": "05/14/2024 12:05 PM", "phase": "pre"},
        "body": {"temp_f": Number("98.6"), "weight": {"value": Number("70"), "unit": "kg"}},
        "from": "monitor",
    }
    ours = {
        "reading_id": "v-1",
        "recorded_at": "2024-05-14T12:05:00-07:00",
        "phase": "pre",
        "temperature": Number("98.6"),
        "temperature_unit": "F",
        "weight": Number("70"),
        "weight_unit": "kg",
    }
    assert OBJECTS["vitals"].ours(theirs) == ours
    assert OBJECTS["vitals"].theirs(ours) == theirs
    client = {"name": {"first": "Ada", "second": "N.", "last": "Okafor"}, "cell": "303", "street": "12 Elm", "flat": "4", "city": "Tucson"}
    assert OBJECTS["patient"].ours(client) == {
        "given": ["Ada", "N."],
        "family": "Okafor",
        "phones": [{"phone": "303", "use": "mobile"}],
        "addresses": [{"street": ["12 Elm", "4"], "city": "Tucson"}],
    }
    assert OBJECTS["patient"].theirs(OBJECTS["patient"].ours(client)) == client


@pytest.mark.parametrize(
    ("clock", "hour"),
    [("12:00 AM", "00"), ("01:00 AM", "01"), ("11:00 AM", "11"), ("12:00 PM", "12"), ("01:00 PM", "13"), ("11:00 PM", "23")],
)
def test_noon_and_midnight_are_twelve(clock, hour):
    """The twelve hours of a clock's half day begin with twelve."""
    theirs, ours = {"when": {"taken": f"12/31/2024 {clock}"}, "from": "monitor"}, {"recorded_at": f"2024-12-31T{hour}:00:00-07:00"}
    assert OBJECTS["vitals"].ours(theirs) == ours
    assert OBJECTS["vitals"].theirs(ours) == theirs


def test_rows_of_one_key_are_one_record():
    """Rows of several records in any order are put together by the key, and a record is given back as its rows."""
    first, second = ({"set": {"id": f"v-{one}", "at": f"2024-05-14 10:00:0{one}"}, "status": "final"} for one in (1, 2))
    systolic, diastolic = {"what": "SYS", "value": Number("120"), "units": "mmHg"}, {"what": "DIA", "value": Number("80"), "units": "mmHg"}
    rows = [first | systolic, second | systolic | {"position": "sitting"}, second | diastolic, first | diastolic]
    records = laid_out.ours(ROWED, "vitals", rows)
    pressure = {"status": "final", "bp_systolic": Number("120"), "bp_diastolic": Number("80")}
    assert records == [
        {"reading_id": "v-1", "recorded_at": "2024-05-14T10:00:01-07:00", **pressure},
        {"reading_id": "v-2", "recorded_at": "2024-05-14T10:00:02-07:00", "bp_position": "sitting", **pressure},
    ]
    assert [ROWED["vitals"].theirs(one) for one in records] == [[rows[0], rows[3]], [rows[1], rows[2]]]
    inside = {"session_id": "s", "vitals": rows}
    assert ROWED["session"].ours(inside) == {"session_id": "s", "vitals": records}
    assert ROWED["session"].theirs({"session_id": "s", "vitals": records})["vitals"] == [rows[0], rows[3], rows[1], rows[2]]
    assert laid_out.ours(ROWED, "vitals", rows[1:3]) == records[1]
    assert ROWED["vitals"].ours(first) == {"reading_id": "v-1", "recorded_at": "2024-05-14T10:00:01-07:00", "status": "final"}


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([{"what": "SYS", "units": "mmHg"}, {"what": "SYS", "units": "mmHg"}], "[1].what"),
        ([{"what": "SYS", "units": "mmHg"}, {"what": "PULSE"}], "[1].what"),
        ([{"what": "SYS", "units": "mmHg"}, {"what": {}}], "[1].what"),
        ([{"what": "SYS", "units": "mmHg"}, {}], "[1].what"),
        ([{"what": "SYS", "units": "kPa"}], "units"),
        ([{"what": "SYS"}], "units"),
        ([{"what": "SYS", "units": "mmHg", "note": "a"}, {"what": "DIA", "units": "mmHg", "note": "b"}], "[1].note"),
        ([{"what": "SYS", "units": "mmHg", "note": "a"}, {"what": "DIA", "units": "mmHg"}], "[1].note"),
        ([{"what": "SYS", "units": "mmHg"}, "x"], "[1]"),
    ],
)
def test_rows_that_are_not_one_record_are_refused(rows, where):
    """Two rows of one case, a word of none, a wrong or missing text, what differs, what is no row: each at the row where it stands."""
    told = issues(ROWED["vitals"].ours, rows)
    assert told[0] == ("KAP411", where)


@pytest.mark.parametrize(
    ("layout", "record", "where"),
    [
        (OBJECTS["patient"], {"given": ["Ada", "N.", "O."]}, "given[3]"),
        (OBJECTS["patient"], {"phones": [{"phone": "303", "use": "home"}]}, "phones[1].phone"),
        (OBJECTS["patient"], {"phones": [{"phone": "303"}]}, "phones[1].phone"),
        (OBJECTS["patient"], {"addresses": [{"country": "US"}]}, "addresses[1].country"),
        (OBJECTS["vitals"], {"temperature": Number("37"), "temperature_unit": "C"}, "temperature"),
        (OBJECTS["vitals"], {"recorded_at": "2024-05-14T10:00:01-07:00"}, "recorded_at"),
        (OBJECTS["vitals"], {"recorded_at": "2024-05-14"}, "recorded_at"),
    ],
)
def test_what_has_no_place_there_is_refused(layout, record, where):
    """A third name, another use or unit, a field without a line, seconds that the clinic does not write, a date without a time."""
    told = issues(layout.theirs, record)
    assert told[0] == ("KAP412", where)


@pytest.mark.parametrize(
    ("layout", "record", "told"),
    [
        (OBJECTS["patient"], {"name": {"second": "N."}}, ("KAP411", "")),
        (OBJECTS["patient"], {"given": ["Ada"]}, ("KAP410", "given")),
        (OBJECTS["patient"], {"given[1]": "Ada"}, ("KAP410", "given[1]")),
        (OBJECTS["patient"], {"phones[9].phone": "303"}, ("KAP410", "phones[9].phone")),
        (OBJECTS["vitals"], {"from": "monitor", "when": {"taken": "13/01/2024 10:00 AM"}}, ("KAP411", "when.taken")),
        (OBJECTS["vitals"], {"from": "monitor", "when": {"taken": "01/13/2024 13:00 PM"}}, ("KAP411", "when.taken")),
        (OBJECTS["vitals"], {"from": "device"}, ("KAP411", "from")),
    ],
)
def test_what_is_not_of_their_objects_is_refused(layout, record, told):
    """A second name without a first, our names in place of theirs, times that no clock shows, another text."""
    assert issues(layout.ours, record) == [told]


@pytest.mark.parametrize(("clinic", "kind"), FORMS)
@settings(max_examples=30, deadline=None, database=None)
@given(random=st.randoms(use_true_random=False))
def test_what_a_clinic_is_given_comes_back(clinic, kind, random):
    """Fields of ours without a form there are named; the others come back from their form there, which is a fixed point."""
    mapped = mappings(clinic)
    layout = mapped.layouts[kind] if clinic else CLINIC[kind]
    record = generate.record(mapped.kinds[kind], random, mapped.kinds, stays=True)
    record = fitting(layout, in_one_zone(record) if random.random() < 0.8 else record)
    theirs = layout.theirs(record)
    assert layout.ours(theirs) == record
    assert layout.theirs(layout.ours(theirs)) == theirs


TIMES = st.datetimes().map(lambda one: one.isoformat(timespec="seconds")) | st.from_regex(
    r"20[0-3][0-9]-(03|11)-0[1-9]T0[0-3]:[0-5][0-9]:00(\.[0-9]{1,3})?", fullmatch=True
)
VALUES = {
    ("vitals", "taken_at"): TIMES,
    ("vitals", "sbp_dbp"): st.from_regex(r"-?[0-9]{1,3}(\.[0-9])?/[0-9.eE+-]{1,4} mmHg", fullmatch=True),
    ("vitals", "alert"): st.integers(-1, 11).map(str).map(Number),
    ("patient", "who"): st.from_regex(r"[A-Za-z0-9-]{0,4}: ?[a-c: -]{0,6}", fullmatch=True),
    ("patient", "dob"): st.from_regex(r"[0-3][0-9]\.[01][0-9]\.[0-9]{4}", fullmatch=True),
    ("vitals", "where"): st.sampled_from(["Mouth", "oral", "Ear", "tympanic", "Rectum", "ear", "x", ""]),
    ("session", "driver"): st.sampled_from([Number("0"), Number("1"), Number("1.0"), True, "1"]),
}


@settings(max_examples=400, deadline=None, database=None)
@given(st.sampled_from(sorted(VALUES)).flatmap(lambda spot: st.tuples(st.just(spot), VALUES[spot] | st.text(max_size=8) | st.none())))
def test_theirs_to_ours_to_theirs_is_the_identity(given):
    """Whatever a clinic writes in a field is refused, or comes back from ours to the letter."""
    (kind, name), value = given
    if not issues(CLINIC[kind].ours, {name: value}):
        assert CLINIC[kind].theirs(CLINIC[kind].ours({name: value})) == {name: value}
