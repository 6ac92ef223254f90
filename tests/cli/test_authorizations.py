"""`authorizations` and `eligibility` as a biller meets them."""

import json
from dataclasses import replace
from datetime import date

import pytest

from claims.claim_json import claim_to_json
from tests.past.builders import SENT, a_claim, a_line
from tests.store.practice_year import as_837

HEAD = (
    "record_ref,last_name,first_name,birth_date,payer,number,decision,decided_on,recorded_on,recorded_by,from,to,"
    "code,units,side,stage,follows\n"
)
WHO = "R-1,Zzsecret,Patient,1950-01-01,MEDI1"
GOOD = f"{WHO},A-1,approved,2025-12-01,2025-12-02,KB,2025-12-01,2026-01-31,64493,2,left,,\n"
TODAY = "2026-01-20"


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "approvals.csv"

    def write(*rows, head=HEAD):
        path.write_text(head + "".join(rows), encoding="utf-8")
        return path

    return write


@pytest.fixture
def sent(run, tmp_path):
    """One claim of the patient's with the approval's number, read in."""
    claim = a_claim(
        a_line(1, control="1", modifiers=("LT",)), id="ACC-1", patient="ZZSECRET", authorization_number="A-1"
    )
    path = tmp_path / "sent.837"
    path.write_bytes(as_837([claim], day=SENT, interchange=1))
    assert run("ingest", path).code == 0
    return claim


def listed(run, *words):
    said = run("authorizations", "list", "--json", "--as-of", TODAY, *words)
    assert said.code == 0
    return said.records


def test_a_csv_is_read_listed_and_drawn_down(run, sent, book):
    said = run("authorizations", "import", book(GOOD), "--json")
    assert (said.code, said.records[0]) == (
        0,
        {"files": 1, "authorizations": 1, "eligibility": 0, "duplicates": 0, "refused": 0, "unlinked": [],
         "payers_not_sent_to": []},
    )  # fmt: skip
    (held,) = listed(run)
    assert held["codes"] == [
        {"code": "64493", "side": "left", "allowed": "2", "drawn": "1", "left": "1", "overdrawn": "0"}
    ]
    told = {k: held[k] for k in ("ref", "record_ref", "number", "decision", "days_left", "renewal_due", "recorded_by")}
    assert told == {
        "ref": "A1", "record_ref": "R-1", "number": "A-1", "decision": "approved", "days_left": 11, "renewal_due": True,
        "recorded_by": "KB",
    }  # fmt: skip
    assert (held["claim_ids"], held["newest_claim"]) == (["ACC-1"], "ACC-1")


def test_people_read_the_same_and_no_patient_is_named(run, sent, book):
    run("authorizations", "import", book(GOOD))
    every = [run("authorizations", "list", "--as-of", TODAY), run("authorizations", "show", "A1", "--as-of", TODAY)]
    assert "64493 left 1 of 2" in every[0].out
    assert "1 of 1 authorizations; 1 to renew." in every[0].out
    assert "recorded by KB" in every[1].out
    assert "claim id ACC-1" not in every[0].out
    assert "ZZSECRET" not in "".join(said.out + said.err for said in every).upper()


def test_without_a_reference_of_ones_own_the_patients_last_claim_is_shown(run, sent, book):
    run("authorizations", "import", book(GOOD.replace("R-1", "").replace("64493", "62323")))
    assert "claim ACC-1" in run("authorizations", "list", "--as-of", TODAY).out


def test_importing_again_adds_nothing(run, sent, book):
    path = book(GOOD)
    run("authorizations", "import", path)
    said = run("authorizations", "import", path)
    assert (said.code, "0 authorization records" in said.out, "1 were there before" in said.out) == (0, True, True)


BAD = [
    (GOOD.replace("approved", "aproved"), "column decision"),
    (GOOD.replace("2026-01-31", "31.01.2026"), "column to"),
    (GOOD.replace("2026-01-31", "2025-01-31"), "a day not before 2025-12-01"),
    (GOOD.replace(",2,left", ",none,left"), "column units"),
    (GOOD.replace(",left", ",upper"), "column side"),
    (GOOD.replace("64493", "64493-LT"), "one procedure code"),
    (GOOD.replace("1950-01-01", "soon"), "column birth_date: found a value, expected a day"),
    (GOOD.replace("A-1", ""), "the number of the approval"),
    (GOOD.replace("2025-12-02", "2999-12-02"), "a day not after"),
]


@pytest.mark.parametrize(("bad", "said"), BAD, ids=[said for _, said in BAD])
def test_a_bad_row_is_said_with_its_place_and_costs_no_other(run, book, bad, said):
    told = run("authorizations", "import", book(bad, GOOD.replace("A-1", "A-2")))
    assert told.code == 1
    assert "approvals.csv, line 2" in told.err
    assert said in told.err
    assert "Zzsecret" not in told.err
    assert [one["number"] for one in listed(run)] == ["A-2"]


def test_a_file_of_nothing_but_bad_rows_and_one_without_the_column_are_refused(run, book, tmp_path):
    assert run("authorizations", "import", book(BAD[0][0])).code == 2
    told = run("authorizations", "import", book("x\n", head="name\n"))
    assert (told.code, "found no column decision" in told.err) == (2, True)
    told = run("authorizations", "import", tmp_path / "none.csv")
    assert (told.code, "no such file" in told.err) == (2, True)


def test_a_bad_file_costs_no_good_one_and_a_mistyped_column_is_said(run, book, tmp_path):
    (tmp_path / "wrong.csv").write_bytes(b"\xff\xfe\x00")
    told = run(
        "authorizations",
        "import",
        tmp_path / "wrong.csv",
        book(GOOD.replace(",2,", ",2,"), head=HEAD.replace("units", "unit")),
    )
    assert told.code == 1
    assert "a column 'unit'" in told.err
    assert "Did you mean units?" in told.err
    assert len(listed(run)) == 1


def test_a_claim_sent_elsewhere_is_told_of_the_payers_id(run, sent, book):
    told = run("authorizations", "import", book(GOOD.replace("MEDI1", "PAYERX")))
    assert "payer PAYERX: no claim in the store went to it" in told.err


def test_claim_json_and_a_phone_call_come_into_the_same_book(run, sent, book, tmp_path):
    claim = tmp_path / "claim.json"
    claim.write_text(json.dumps(claim_to_json(sent)))
    add = ("authorizations", "add")
    said = run(
        *add, "--number", "A-1", "--code", "64493:2:left", "--from", "2025-12-01", "--to", "2026-02-28",
        "--claim", claim, "--by", "KB", "--recorded-on", "2025-12-03", "--decided-on", "2025-12-01",
    )  # fmt: skip
    assert (said.code, said.out) == (0, "A-1: approved, written down.\n")
    (held,) = listed(run)
    assert (held["payer_id"], held["claim_ids"], held["source"]) == ("MEDI1", ["ACC-1"], "by_hand")
    assert run(*add, "--number", "A-1", "--decision", "cancelled", "--recorded-on", "2026-01-15").code == 0
    (held,) = listed(run)
    assert (held["decision"], held["ref"]) == ("cancelled", "A1")
    (shown,) = run("authorizations", "show", "A-1", "--json", "--as-of", TODAY).records
    assert [word["decision"] for word in shown["history"]] == ["approved", "cancelled"]
    (before,) = run("authorizations", "list", "--json", "--as-of", "2026-01-14").records
    assert before["decision"] == "approved"
    document = claim_to_json(replace(sent, authorizations=()))
    document["authorizations"] = [{"number": "A-9", "status": "approved", "recorded_on": "2026-01-02"}]
    claim.write_text(json.dumps(document))
    assert run("authorizations", "import", claim).code == 0
    assert {one["number"] for one in listed(run)} == {"A-1", "A-9"}


def test_a_code_option_of_too_many_parts_says_what_is_expected(run):
    told = run("authorizations", "add", "--number", "A-1", "--code", "64493:2:left:more")
    assert (told.code, "expected CODE, CODE:UNITS or CODE:UNITS:SIDE" in told.err) == (2, True)


def test_expiring_shows_what_ends_soon_and_a_renewal_ends_the_warning(run, sent, book):
    later = GOOD.replace("A-1", "A-2").replace("2025-12-01,2026-01-31", "2026-02-01,2026-04-30")
    run("authorizations", "import", book(GOOD))
    assert [one["number"] for one in listed(run, "--expiring", "11")] == ["A-1"]
    assert listed(run, "--expiring", "10") == []
    run("authorizations", "import", book(GOOD, later))
    (held,) = listed(run, "--expiring", "11")
    assert held["renewal_due"] is False
    (shown,) = run("authorizations", "show", "A1", "--json", "--as-of", TODAY).records
    assert [one["renewal_due"] for one in shown["standing"]] == [False], "the same as in the list"


def test_a_practice_says_how_early_it_renews(run, sent, book):
    run("authorizations", "import", book(GOOD))  # ends in 11 days
    due = {days: [one["renewal_due"] for one in listed(run, "--renew-within", days)] for days in ("10", "11")}
    assert due == {"10": [False], "11": [True]}
    (shown,) = run("authorizations", "show", "A1", "--json", "--as-of", TODAY, "--renew-within", "10").records
    assert [one["renewal_due"] for one in shown["standing"]] == [False]


def test_an_empty_book_says_what_to_do(run, sent):
    assert "`cleanclaim authorizations import FILE`" in run("authorizations", "list").out
    assert "No eligibility answers" in run("eligibility", "list").out
    assert run("authorizations", "show", "A7").code == 2


# --- planned services


PLAN = "record_ref,last_name,first_name,birth_date,date,code,units,side,payer,filing_indicator,place,stage\n"


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "schedule.csv"

    def write(*rows):
        path.write_text(PLAN + "".join(f"R-1,Zzsecret,Patient,1950-01-01,{row}\n" for row in rows))
        return path

    return write


def missing(run, path, *words):
    said = run("authorizations", "list", "--missing", path, "--json", "--as-of", TODAY, *words)
    assert said.code == 0, said.err
    return [(one["service_date"], one["code"], one["why"]) for one in said.records]


CI = "COMM1,CI,11"


def commercial(text):
    return text.replace("MEDI1", "COMM1")


def test_a_planned_service_without_an_approval_is_listed_and_one_with_it_is_not(run, sent, book, plan):
    path = plan(f"2026-01-25,64493,1,left,{CI},")
    assert missing(run, path) == [("2026-01-25", "64493", ["no approval is recorded"])]
    run("authorizations", "import", book(commercial(GOOD)))
    assert missing(run, path) == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-02-01,64493,1,left", "A-1 holds from 2025-12-01 to 2026-01-31; 64493 was done on 2026-02-01."),
        ("2026-01-25,64493,3,left", "A-1 does not fit 64493: it allows 2, and 3 are billed."),
        ("2026-01-25,64493,1,right", "A-1 does not fit 64493: it is for the left side, and the line says right."),
        ("2026-01-25,64633,1,left", "no approval is recorded"),
    ],
    ids=["day", "units", "side", "code"],
)
def test_an_approval_covers_code_day_side_and_units_or_not_at_all(run, sent, book, plan, row, why):
    run("authorizations", "import", book(commercial(GOOD)))
    ((_, _, said),) = missing(run, plan(f"{row},{CI},"))
    assert said == [why]


def test_two_planned_visits_draw_on_the_same_units(run, sent, book, plan):
    run("authorizations", "import", book(commercial(GOOD)))
    rows = [f"2026-01-{day},64493,1,left,{CI}," for day in (22, 25, 29)]
    ((day, _, why),) = missing(run, plan(*rows))
    assert (day, why[0][:34]) == ("2026-01-29", "A-1 allows 2 of 64493; earlier cla")


def test_a_permanent_implant_on_the_approval_of_its_trial_is_listed(run, sent, book, plan):
    trial = commercial(GOOD).replace("64493,2,left,,", "63650,2,,trial,")
    run("authorizations", "import", book(trial))
    lasting = [f"2026-01-25,{code},1,,{CI},permanent" for code in ("63650", "63685")]
    assert missing(run, plan(f"2026-01-25,63650,1,,{CI},trial")) == []
    assert [why for _, _, why in missing(run, plan(*lasting))] == [["A-1 is for the trial alone"]] * 2
    after = trial.replace("A-1", "A-2").replace("trial,", "permanent,A-1")
    run("authorizations", "import", book(after, after.replace("63650", "63685")))
    assert missing(run, plan(*lasting)) == []
    (shown,) = run("authorizations", "show", "A-1", "--json", "--as-of", TODAY).records
    assert {stage["number"] for stage in shown["stages"]} == {"A-2"}


def test_a_pending_request_and_an_unknown_payer_are_told(run, sent, book, plan):
    run("authorizations", "import", book(commercial(GOOD).replace("approved", "pending")))
    ((_, _, why),) = missing(run, plan(f"2026-01-25,64493,1,left,{CI},"))
    assert why == ["A-1 is pending"]
    said = run(
        "authorizations", "list", "--missing", plan("2026-01-25,64493,1,left,WHO,,11,"), "--json", "--as-of", TODAY
    )
    assert said.records[0]["need"] == "not_known"
    assert "what kind of payer this is" in said.records[0]["why"][0]


def test_claims_not_yet_sent_may_be_the_schedule(run, sent, book, tmp_path):
    claim = a_claim(a_line(1, day=date(2026, 1, 25)), payer="COMM1", patient="ZZSECRET")
    claim = replace(claim, payer=replace(claim.payer, filing_indicator="CI"))
    path = tmp_path / "planned.837"
    path.write_bytes(as_837([claim], day=date(2026, 1, 20), interchange=9))
    assert missing(run, path) == [("2026-01-25", "64493", ["no approval is recorded"])]


def test_bad_rows_of_a_schedule_are_said(run, sent, plan):
    said = run("authorizations", "list", "--missing", plan(f"soon,64493,1,left,{CI},"), "--as-of", TODAY)
    assert (said.code, "schedule.csv, line 2, column date" in said.err) == (1, True)
    assert "0 of 0 planned services lack an approval that fits." in said.out


# --- files of payers, and the served answer


def wire(kind, version, group, body):
    isa = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*RECEIVER       *260105*1200*^*00501*000000001*0*P*:~"
    segments = body.count("~") + 2
    return (
        f"{isa}GS*{group}*PAYER*RECEIVER*20260105*1200*1*X*{version}~ST*{kind}*0001*{version}~{body}"
        f"SE*{segments}*0001~GE*1*1~IEA*1*000000001~"
    ).encode()


A278 = (
    "BHT*0007*11*REQ1*20260105*1200*18~HL*1**20*1~NM1*X3*2*PAYER*****PI*MEDI1~HL*2*1*21*1~NM1*1P*2*CLINIC*****XX*1234567893~"
    "HL*3*2*22*1~NM1*IL*1*ZZSECRET*PATIENT****MI*ZZ1~DMG*D8*19500101*F~HL*4*3*EV*1~TRN*2*TRACE1*9PAYER~UM*HS*I~HCR*A1*A-278~"
    "DTP*472*RD8*20260101-20260331~HL*5*4*SS*0~SV1*HC:64493*500*UN*2~"
)
A271 = (
    "BHT*0022*11*Q1*20260105*1200~HL*1**20*1~NM1*PR*2*PAYER*****PI*MEDI1~HL*2*1*21*1~NM1*1P*2*CLINIC*****XX*1234567893~"
    "HL*3*2*22*0~TRN*2*Q1*9CLINIC~NM1*IL*1*ZZSECRET*PATIENT****MI*ZZ1~DMG*D8*19500101*F~DTP*307*D8*20260105~EB*6**30~"
)


def test_ingest_reads_278_and_271_files_and_the_rules_take_them(run, tmp_path, sent):
    (tmp_path / "a.278").write_bytes(wire("278", "005010X217", "HI", A278))
    (tmp_path / "b.271").write_bytes(wire("271", "005010X279A1", "HB", A271))
    said = run("ingest", tmp_path / "a.278", tmp_path / "b.271", "--json")
    (report,) = said.records
    assert (said.code, report["authorizations"], report["eligibility"], report["unlinked"]) == (0, 1, 1, []), said.err
    assert "1 authorization records, 1 answers about cover" not in run("ingest", tmp_path / "a.278").out
    (held,) = listed(run)
    assert (held["number"], held["payer_id"], held["codes"][0]["allowed"]) == ("A-278", "MEDI1", "2")
    (answer,) = run("eligibility", "list", "--json", "--as-of", "2026-02-20").records
    assert (answer["active"], answer["stale"], answer["age_days"]) == (False, True, 46)
    assert "not active" in run("eligibility", "list", "--as-of", TODAY).out
    claim = tmp_path / "again.json"
    claim.write_text(json.dumps(claim_to_json(replace(sent, origin=None, authorization_number="A-278", id="ACC-2"))))
    before = run("scrub", claim, "--json", "--as-of", "2026-01-04").records[0]
    after = run("scrub", claim, "--json", "--as-of", "2026-01-06").records[0]
    assert "ELG-001" in {f["rule_id"] for f in after["findings"]} - {f["rule_id"] for f in before["findings"]}
    assert "AUT-003" in {u["rule_id"] for u in before["unchecked"]} - {u["rule_id"] for u in after["unchecked"]}


def test_importing_a_278_under_the_payers_own_name_for_itself_can_be_set_right(run, tmp_path, sent):
    (tmp_path / "a.278").write_bytes(wire("278", "005010X217", "HI", A278.replace("MEDI1", "ITSELF")))
    assert run("authorizations", "import", tmp_path / "a.278", "--payer", "MEDI1").code == 0
    (held,) = listed(run)
    assert (held["payer_id"], held["source"]) == ("MEDI1", "278")


GRANTED = {"code": "A1"}
REVIEW = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction"


def test_a_fhir_response_is_read(run, tmp_path, sent):
    response = {
        "resourceType": "ClaimResponse", "status": "active", "use": "preauthorization", "created": "2026-01-05",
        "type": {"coding": [{"code": "professional"}]}, "outcome": "complete", "preAuthRef": "A-FHIR",
        "preAuthPeriod": {"start": "2026-01-01", "end": "2026-03-31"},
        "extension": [
            {"url": REVIEW, "extension": [{"url": REVIEW + "Code", "valueCodeableConcept": {"coding": [GRANTED]}}]}
        ],
        "insurer": {"identifier": {"value": "MEDI1"}},
        "patient": {"reference": "#p"},
        "contained": [
            {"resourceType": "Patient", "id": "p", "birthDate": "1950-01-01", "gender": "female",
             "name": [{"family": "Zzsecret", "given": ["Patient"]}]}
        ],
    }  # fmt: skip
    path = tmp_path / "response.json"
    path.write_text(json.dumps(response))
    said = run("authorizations", "import", path)
    assert said.code == 0, said.err
    (held,) = listed(run)
    assert (held["number"], held["source"], held["unlinked"]) == ("A-FHIR", "fhir", "")


def test_other_x12_is_sent_to_ingest(run, tmp_path, sent):
    told = run("authorizations", "import", tmp_path / "sent.837")
    assert (told.code, "`cleanclaim ingest` reads it" in told.err) == (2, True)
