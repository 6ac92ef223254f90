"""The tables: what they hold, which release speaks, and what is said when one is missing or wrong."""

from __future__ import annotations

import pickle
import re
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest

from claims.claim import FILING_INDICATORS, Claim, Payer, PayerType, Person, Provider, Subscriber
from scrubber.tables import TABLE_NAMES as NAMES
from scrubber.tables import (
    Release,
    Table,
    TableGap,
    Tables,
    load_tables,
    shipped_tables,
)
from scrubber.tables.loading import SHIPPED, read_manifest
from scrubber.tables.reading import FORMS
from scrubber.tables.release import STALE_AFTER_DAYS

CODE = re.compile(r"\d{4}[0-9T]|[A-Z]\d{4}")
DIAGNOSIS = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
DAY = date(2026, 3, 10)

PAIN_CODES = """
64479 64480 64483 64484 64490 64491 64492 64493 64494 64495 64633 64634 64635 64636 62320 62321 62322 62323 63650 63685
27096 77002 77003 76942 80305 80307 G0260 G0480 G0483 20552 20553 20610 64405 64450 64640 64625 64451 62350 62362 22513
G3002 99214 99204 J1010 J3301 0213T
"""
PAIN_DIAGNOSES = """
M54.50 M54.51 M54.16 M54.12 M48.061 M48.062 M96.1 G90.521 G90.511 M47.816 M47.812 G89.29 G89.4 M53.3 M79.18 M51.360
M51.16 M50.121 G57.71 M17.11 M79.7 B02.22 M80.08XA S33.6XXA Z79.891
"""


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load_tables()


def rows(tables: Tables, name: str):
    return getattr(tables, name).releases[-1].rows


def ordered(row) -> bool:
    return row.valid_from is None or row.valid_to is None or row.valid_from <= row.valid_to


# What ships


@pytest.mark.parametrize("name", NAMES)
def test_every_manifest_says_what_its_table_is(name):
    manifest = read_manifest(name, SHIPPED / name)
    assert manifest["url"].startswith("https://")
    assert set(manifest["key"]) <= set(manifest["columns"])
    assert all(text.endswith(".") for text in manifest["columns"].values())
    for release in manifest["releases"]:
        content = (SHIPPED / name / release["file"]).read_bytes()
        assert sha256(content).hexdigest() == release["sha256"]
        assert content.count(b"\n") == release["rows"] + 1
        assert release["published"] <= release.get("verified_to", date.max)
    used = {release["file"] for release in manifest["releases"]}
    assert {p.name for p in (SHIPPED / name).glob("*.csv")} == used, "no file lies about that no release names"


def test_every_folder_of_tables_is_a_table():
    assert {p.name for p in SHIPPED.iterdir()} == set(NAMES) == set(FORMS)


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_is_a_subset_and_says_so(tables, name):
    assert not any(release.complete for release in getattr(tables, name).releases)


def test_every_code_is_well_formed(tables):
    for code, row in rows(tables, "codes").items():
        assert CODE.fullmatch(code), code
        assert row.code == code
        assert ordered(row), code
        assert len(row.label) <= 100, code
        assert (row.allowed_basis != "") == (row.allowed_year is not None), code
        has_amount = row.allowed_nonfacility is not None or row.allowed_facility is not None
        assert has_amount == (row.allowed_basis != ""), code
        assert (row.global_days == "ZZZ") <= row.is_addon, code


def test_guidance_a_code_holds_is_imaging_guidance_and_never_what_may_be_added_to_it(tables):
    codes, addons = rows(tables, "codes"), rows(tables, "addons")
    holding = {code: row.included_guidance for code, row in codes.items() if row.included_guidance}
    assert {"62323", "64483", "64493", "64635", "27096", "20611", "64415"} <= holding.keys()
    assert not holding.keys() & {"20553", "20610", "62322", "64450", "62273", "64520", "99213"}
    for code, held in holding.items():
        assert {codes[guidance].family for guidance in held} == {"imaging_guidance"}, code
        assert not {g for g in held if g in addons and code in addons[g].primaries}, code


def test_every_pair_is_of_known_codes_and_not_of_one_code(tables):
    known = rows(tables, "codes")
    pairs = 0
    for column2, edits in rows(tables, "ptp").items():
        assert column2 in known
        for column1, edit in edits.items():
            assert column1 in known
            assert column1 != column2
            assert edit.indicator in ("0", "1")
            assert edit.effective == date(2024, 7, 1)
            pairs += 1
    assert pairs == 9564


def test_a_pair_is_filed_once_and_not_both_ways(tables):
    edits = rows(tables, "ptp")
    assert not [(a, b) for b, firsts in edits.items() for a in firsts if b in edits.get(a, {})]


def test_every_unit_limit_is_of_a_known_code(tables):
    for code, limit in rows(tables, "mue").items():
        assert code in rows(tables, "codes")
        assert limit.units >= 0


def test_every_add_on_is_one_in_the_code_table_and_not_its_own_primary(tables):
    codes = rows(tables, "codes")
    for code, row in rows(tables, "addons").items():
        assert codes[code].is_addon
        assert row.primaries
        assert code not in row.primaries
        assert all(CODE.fullmatch(p) for p in row.primaries), code
    assert {c for c, row in codes.items() if row.is_addon} == set(rows(tables, "addons"))


def test_every_diagnosis_is_well_formed_and_its_replacements_are_held(tables):
    held = rows(tables, "icd10")
    for code, row in held.items():
        assert DIAGNOSIS.fullmatch(code), code
        assert row.code == code
        assert ordered(row), code
        assert set(row.replacement.split()) <= set(held), code
        if row.seventh_character:
            assert row.billable == (len(code.replace(".", "")) == 7), code
        if row.valid_to:
            assert row.replacement, f"{code} ended: what took its place?"
            for child in row.replacement.split():
                assert held[child].valid_from in (None, row.valid_to + timedelta(days=1)), child


def test_every_modifier_is_two_characters_and_labelled(tables):
    for modifier, row in rows(tables, "modifiers").items():
        assert re.fullmatch(r"[0-9A-Z]{2}", modifier)
        assert row.label
        assert ordered(row)
        assert 1 <= row.position_rank <= 3


def test_exactly_the_ncci_associated_modifiers_lift_a_pair(tables):
    named = (
        "24 25 57 58 78 79 27 59 91 XE XS XP XU LT RT E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 "
        "TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LC LD LM RC RI"
    )
    assert {m for m, row in rows(tables, "modifiers").items() if row.lifts_ptp} == set(named.split())


def test_every_authorization_demand_is_of_a_known_code_and_payer(tables):
    payers = {*PayerType, *rows(tables, "payers")}
    seen = set()
    for code, demands in rows(tables, "authorizations").items():
        assert code in rows(tables, "codes"), code
        for d in demands:
            assert d.code == code
            assert d.payer_type in payers
            assert d.valid_to is None or d.valid_from <= d.valid_to
            assert all(re.fullmatch(r"\d\d", p) for p in d.places)
            assert all(re.fullmatch(r"[A-Z]{2}", s) for s in d.states)
            assert not d.verified or d.url.startswith("https://"), "what is verified says where"
            key = (code, d.payer_type, d.valid_from, d.places, d.states)
            assert key not in seen, key
            seen.add(key)


def test_medicare_only_sometimes_asks_a_professional_claim_for_a_number(tables):
    medicare = [d for ds in rows(tables, "authorizations").values() for d in ds if d.payer_type == "medicare"]
    assert {d.need for d in medicare} == {"sometimes"}
    hospital = [d for d in rows(tables, "authorizations")["64493"] if d.payer_type == "medicare"]
    assert [(d.valid_from, d.places, d.verified) for d in hospital] == [
        (date(2023, 7, 1), frozenset({"19", "22"}), True)
    ]
    assert {d.valid_to for d in rows(tables, "authorizations")["64495"] if d.payer_type == "medicare"} == {
        date(2024, 8, 14)
    }
    wiser = [d for d in rows(tables, "authorizations")["62323"] if d.payer_type == "medicare"]
    assert {s for d in wiser for s in d.states} == {"AZ", "NJ", "OH", "OK", "TX", "WA"}
    assert {d.valid_from for d in wiser} == {date(2026, 1, 15)}


def test_every_coverage_row_is_of_known_codes_and_says_where_it_stands(tables):
    for code, policies in rows(tables, "coverage").items():
        assert code in rows(tables, "codes"), code
        for row in policies:
            assert all(re.fullmatch(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?", d) for d in row.diagnoses), row.diagnoses
            assert len(set(row.diagnoses)) == len(row.diagnoses)
            assert all(re.fullmatch(r"[A-Z]{2}", state) for state in row.states)
            assert row.url.startswith("https://www.cms.gov/medicare-coverage-database/")
            assert ordered(row)


def test_a_diagnosis_that_supports_a_procedure_is_not_also_excluded_there(tables):
    for code, policies in rows(tables, "coverage").items():
        good = [r for r in policies if r.role != "excludes"]
        for bad in (r for r in policies if r.role == "excludes"):
            beside = [r for r in good if r.states & bad.states]
            assert not [d for d in bad.diagnoses for r in beside if r.names(d)], code


def test_one_contractor_speaks_for_a_state_in_a_topic(tables):
    for code, policies in rows(tables, "coverage").items():
        said = [(r.topic, r.role, r.verified, state) for r in policies for state in r.states]
        assert len(said) == len(set(said)), code


@pytest.mark.parametrize(
    ("code", "diagnosis", "state", "roles"),
    [
        ("62323", "M54.16", "OH", {"supports"}),
        ("62323", "M54.50", "OH", {"excludes"}),
        ("62323", "G89.18", "OH", {"exempt"}),
        ("64493", "M54.16", "CA", {"excludes"}),
        ("64493", "M47.816", "CA", {"supports"}),
        ("20552", "M54.2", "TX", {"supports"}),
        ("20552", "M54.2", "OH", set()),
        ("27096", "M53.3", "OH", {"supports"}),
        ("27096", "M53.3", "TX", set()),
    ],
)
def test_what_a_policy_says_of_a_diagnosis_depends_on_procedure_and_contractor(tables, code, diagnosis, state, roles):
    binding = [r for r in rows(tables, "coverage")[code] if state in r.states]
    assert {r.role for r in binding if r.names(diagnosis)} == roles


def test_a_verified_exclusion_is_one_the_policy_states_in_words(tables):
    verified = {
        (r.topic, d)
        for policies in rows(tables, "coverage").values()
        for r in policies
        if r.role == "excludes" and r.verified
        for d in r.diagnoses
    }
    assert {topic for topic, _ in verified} == {"esi", "facet"}
    assert ("esi", "M54.50") in verified
    assert ("esi", "M51.26") not in verified


def test_diagnoses_that_exclude_each_other_are_codes_or_their_beginnings(tables):
    for code, excluded in rows(tables, "excludes1").items():
        for each in (code, *excluded):
            assert DIAGNOSIS.fullmatch(each), each
        assert not [e for e in excluded if e.startswith(code)], "a code does not exclude itself"


def test_a_diagnosis_names_the_region_its_site_tells(tables):
    regions = rows(tables, "regions")
    assert regions["M54.12"] == {"cervical"}
    assert regions["M47.816"] == {"lumbar"}
    assert regions["M47.817"] == regions["M51.17"] == {"lumbar", "sacral"}
    assert regions["M17"] == {"knee"}
    for placeless in ("G89.4", "M79.18", "M96.1", "R52", "M54.9"):
        assert not [key for key in regions if placeless.startswith(key)], placeless


def test_a_drugs_unit_is_that_of_its_code(tables):
    drugs = rows(tables, "drugs")
    assert (drugs["J1010"].per_unit, drugs["J1010"].measure) == (Decimal(1), "mg")
    assert (drugs["J3301"].per_unit, drugs["J1030"].per_unit) == (Decimal(10), Decimal(40))
    assert {c for c, d in drugs.items() if d.kind == "botulinum"} == {"J0585", "J0586", "J0587", "J0588"}
    assert {d.container for d in drugs.values() if d.kind == "botulinum"} == {"single_dose"}
    for code, drug in drugs.items():
        assert code in rows(tables, "codes"), code
        assert drug.per_unit is None or drug.per_unit > 0


# Codes and diagnoses others do not know


@pytest.mark.parametrize("code", PAIN_CODES.split())
def test_a_pain_practices_code_is_known(tables, code):
    assert rows(tables, "codes")[code].family
    assert tables.family(code) == rows(tables, "codes")[code].family


@pytest.mark.parametrize(
    ("code", "last", "successor"),
    [
        ("M54.5", date(2021, 9, 30), "M54.50"),
        ("M48.06", date(2017, 9, 30), "M48.061"),
        ("M79.1", date(2018, 9, 30), "M79.18"),
        ("M51.36", date(2024, 9, 30), "M51.360"),
        ("M51.37", date(2024, 9, 30), "M51.379"),
        ("R10.2", date(2025, 9, 30), "R10.20"),
    ],
)
def test_a_diagnosis_that_became_a_parent_ended(tables, code, last, successor):
    row = rows(tables, "icd10")[code]
    assert row.valid_to == last
    assert row.billable_on(last)
    assert not row.billable_on(last + timedelta(days=1))
    assert successor in row.replacement.split()
    assert rows(tables, "icd10")[successor].billable_on(last + timedelta(days=1))


@pytest.mark.parametrize("code", PAIN_DIAGNOSES.split())
def test_a_full_length_pain_diagnosis_is_billable(tables, code):
    assert rows(tables, "icd10")[code].billable_on(DAY)


@pytest.mark.parametrize("code", ["G89.2", "G90.52", "M54.1", "M47.81", "S33.6", "M80.08"])
def test_a_heading_never_is(tables, code):
    assert not rows(tables, "icd10")[code].billable


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("62321", "cervical_thoracic"),
        ("64480", "cervical_thoracic"),
        ("62322", "lumbar_sacral"),
        ("64484", "lumbar_sacral"),
    ],
)
def test_an_epidural_code_knows_its_region(tables, code, region):
    assert rows(tables, "codes")[code].region == region


@pytest.mark.parametrize(
    ("first", "second", "indicator"),
    [
        ("62323", "62322", "0"),
        ("62323", "64483", "1"),
        ("62323", "99213", "1"),
        ("62323", "01992", "0"),
        ("80307", "80305", "0"),
        ("20553", "20552", "0"),
        ("63650", "63661", "0"),
        ("62323", "99152", None),
        ("80307", "G0480", None),
    ],
)
def test_a_published_pair_is_filed_under_its_column_2(tables, first, second, indicator):
    edit = rows(tables, "ptp").get(second, {}).get(first)
    assert (edit.indicator if edit else None) == indicator


def test_published_limits_and_primaries_are_there(tables):
    mue, addons = rows(tables, "mue"), rows(tables, "addons")
    assert [(c, mue[c].units, mue[c].mai) for c in ("64493", "27096", "62323")] == [
        ("64493", 1, "2"),
        ("27096", 1, "2"),
        ("62323", 1, "3"),
    ]
    assert addons["64484"].primaries == {"64483"}
    assert addons["64495"].primaries == {"64493", "64494"}
    assert addons["64484"].verified
    assert not addons["62331"].verified


# Time


def release(name: str, effective: date, published: date, **more) -> Release[str]:
    return Release(name, effective, published, False, {"64493": name}, **more)


def test_the_release_is_chosen_by_day_of_service_among_those_published():
    table = Table(
        "mue",
        (
            release("q1", date(2025, 1, 1), date(2024, 12, 1)),
            release("q2", date(2025, 4, 1), date(2025, 3, 1)),
            release("q2 corrected", date(2025, 4, 1), date(2025, 5, 20)),
        ),
    )
    assert table.on(date(2025, 3, 31), date(2025, 6, 1)).name == "q1"
    assert table.on(date(2025, 4, 1), date(2025, 5, 19)).name == "q2", "nobody had the correction yet"
    assert table.on(date(2025, 4, 1), date(2025, 5, 20)).name == "q2 corrected"
    assert table.on(date(2025, 4, 1), date(2025, 2, 1)).name == "q1", "what is not published is not used"


def test_a_gap_is_loud(tables):
    with pytest.raises(TableGap) as gap:
        tables.mue.on(date(2024, 6, 30), DAY)
    assert str(gap.value) == (
        "no mue release covers 2024-06-30; the earliest we hold starts 2024-07-01. "
        "Run `cleanclaim tables import mue FILE`."
    )
    with pytest.raises(TableGap, match="we hold none"):
        Table("mue", ()).on(DAY, DAY)


def test_a_diagnosis_after_the_last_fiscal_year_is_unverified_not_invalid(tables):
    september, october = date(2026, 9, 30), date(2026, 10, 1)
    assert tables.icd10.on(september, october).holds_on(september)
    assert not tables.icd10.on(october, october).holds_on(october)
    assert tables.icd10.on(date(2024, 10, 1), date(2024, 10, 1)).name == "fy2025"


def test_a_release_without_an_end_holds_until_the_next(tables):
    assert tables.ptp.on(DAY, DAY).holds_on(date(2030, 1, 1))


def test_a_stale_table_says_so_and_still_checks(tables):
    fresh = date(2024, 7, 1) + timedelta(days=STALE_AFTER_DAYS)
    for day, stale in ((fresh, False), (fresh + timedelta(days=1), True)):
        said = {s.name: s for s in tables.status(day, day)}
        assert {name for name, s in said.items() if s.stale} == ({"ptp", "mue", "addons"} if stale else set())
        assert said["ptp"].age_days == (day - date(2024, 7, 1)).days
        assert said["codes"].age_days == 0, "rows with dates of their own do not age while they are known to hold"
    assert tables.ptp.on(DAY, DAY).get("62322")


def test_a_table_past_what_is_known_of_it_is_stale(tables):
    said = {s.name: s for s in tables.status(date(2026, 10, 11), date(2026, 10, 11))}
    assert said["icd10"].stale
    assert said["icd10"].age_days == 11
    assert not said["codes"].stale


def test_the_status_leaves_out_a_table_that_has_no_release_for_the_day(tables):
    assert [s.name for s in tables.status(date(2023, 5, 1), DAY)] == [
        "codes", "icd10", "modifiers", "payers", "authorizations", "coverage", "regions", "records", "places", "drugs",
    ]  # fmt: skip


# Payers


def claim_to(name: str = "", indicator: str = "", told: PayerType | None = None, payer_id: str = "") -> Claim:
    kind = told if told is not None else FILING_INDICATORS.get(indicator, PayerType.UNKNOWN)
    return Claim(
        id="A1",
        charge=Decimal(0),
        payer=Payer(id=payer_id, name=name, filing_indicator=indicator, type=kind),
        billing=Provider(),
        subscriber=Subscriber(),
        patient=Person(last_name="PATIENT-007"),
        diagnoses=(),
        lines=(),
    )


@pytest.mark.parametrize(
    ("name", "indicator", "kind"),
    [
        ("HUMANA MEDICARE ADVANTAGE", "CI", "medicare_advantage"),
        ("AETNA MEDICARE", "HM", "medicare_advantage"),
        ("AARP MEDICARE COMPLETE", "12", "medicare_advantage"),
        ("UNITEDHEALTHCARE", "CI", "commercial"),
        ("AETNA HMO", "HM", "commercial"),
        ("UNKNOWN HMO", "HM", "commercial"),
        ("HUMANA GOLD PLUS", "MB", "medicare_advantage"),
        ("NOVITAS SOLUTIONS", "MB", "medicare"),
        ("AETNA", "MB", "medicare"),
        ("AETNA", "16", "medicare_advantage"),
        ("UHC COMMUNITY PLAN", "MC", "medicaid"),
        ("Blue-Cross, Blue Shield of Somewhere", "BL", "commercial"),
        ("BCBS MEDICARE ADVANTAGE", "BL", "medicare_advantage"),
        ("AETNA MEDICARE SUPPLEMENT", "CI", "commercial"),
        ("MEDICARE", "", "medicare"),
        ("Medicare Part B of Ohio", "", "medicare"),
        ("TRICARE EAST", "", "tricare"),
        ("HUMANA MILITARY", "CI", "tricare"),
        ("VA PREMIER", "CI", "commercial"),
        ("STATE WORKERS' COMPENSATION FUND", "", "workers_comp"),
        ("A PLAN NOBODY KNOWS", "", "unknown"),
        ("A PLAN NOBODY KNOWS", "CI", "commercial"),
        ("", "", "unknown"),
    ],
)
def test_the_payers_kind_is_what_the_claim_says_refined_by_its_name(tables, name, indicator, kind):
    assert tables.payer_type(claim_to(name, indicator)) == kind


def test_a_kind_told_beside_the_filing_indicator_stands(tables):
    assert tables.payer_type(claim_to("AETNA", told=PayerType.MEDICARE_ADVANTAGE)) == "medicare_advantage"
    assert tables.payer_type(claim_to("HUMANA MEDICARE", "CI", told=PayerType.WORKERS_COMP)) == "workers_comp"


def test_an_id_speaks_before_a_name(tables):
    own = dict(rows(tables, "payers"))
    own["humana_medicare_advantage"] = replace(own["humana_medicare_advantage"], ids=("zz001",))
    mine = replace(tables, payers=Table("payers", (Release("own", date(2022, 1, 1), date(2022, 1, 1), False, own),)))
    claim = claim_to("AETNA", "CI", payer_id=" ZZ001 ")
    assert mine.payer_type(claim) == "medicare_advantage"
    assert mine.payer_row(claim).key == "humana_medicare_advantage"


def test_a_payers_row_is_that_of_its_line_of_business(tables):
    assert tables.payer_row(claim_to("UNITEDHEALTHCARE", "CI")).key == "uhc_commercial"
    assert tables.payer_row(claim_to("UNITEDHEALTHCARE", "16")) is None, "the commercial terms are not the plan's"
    assert tables.payer_row(claim_to("NOBODY", "CI")) is None


@pytest.mark.parametrize(
    ("name", "indicator", "key"),
    [
        ("HUMANA MEDICARE ADVANTAGE", "16", "humana_medicare_advantage"),
        ("ANY MEDICARE ADVANTAGE PLAN", "16", "medicare_advantage"),
        ("MEDICAID MANAGED CARE", "MC", "medicaid_managed"),
        ("STATE MEDICAID", "MC", "medicaid"),
    ],
)
def test_the_row_whose_every_word_is_found_speaks_before_a_general_one(tables, name, indicator, key):
    assert tables.payer_row(claim_to(name, indicator)).key == key


def test_a_payer_without_patterns_is_never_met_by_name(tables):
    assert rows(tables, "payers")["out_of_network"].name_patterns == ()
    assert tables.payer_row(claim_to("OUT OF NETWORK", "CI")) is None


def test_the_tables_are_read_once_and_fast():
    start = time.perf_counter()
    load_tables()
    assert time.perf_counter() - start < 1.0, "about 20 ms on an idle core; a second is a fault, not a busy machine"
    assert shipped_tables() is shipped_tables()


def test_a_copy_sent_to_another_process_still_answers(tables):
    tables.payer_type(claim_to("AETNA", "CI"))
    copy = pickle.loads(pickle.dumps(tables))
    assert copy.family("62323") == "esi_interlaminar"
    assert copy.payer_type(claim_to("AETNA MEDICARE", "CI")) == "medicare_advantage"


def test_a_modifier_names_families_of_the_code_table(tables):
    families = {row.family for row in rows(tables, "codes").values()}
    modifiers = rows(tables, "modifiers")
    for modifier, row in modifiers.items():
        assert (row.only_with | row.never_with) <= families, modifier
        assert not (row.only_with and row.never_with), f"{modifier}: one of the two says it"
    assert modifiers["25"].fits("em")
    assert not modifiers["25"].fits("esi_interlaminar")
    assert not modifiers["59"].fits("em")
    assert modifiers["RT"].fits("esi_interlaminar")


def test_a_counterpart_stands_where_the_code_does_not(tables):
    codes = rows(tables, "codes")
    named = {code: row for code, row in codes.items() if row.counterparts}
    assert {"0275T", "62330", "J1010", "64466"} <= named.keys()
    for code, row in named.items():
        assert row.valid_from or row.valid_to, code
        for other in row.counterparts:
            assert CODE.fullmatch(other), code
            known = codes.get(other)
            if known and row.valid_to and known.valid_from:
                assert known.valid_from > row.valid_to, code
            if known and row.valid_from and known.valid_to:
                assert known.valid_to < row.valid_from, code
