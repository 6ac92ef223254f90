"""`report underpaid` and `report audit-sample` as a biller meets them."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cli.conftest import REMITTANCES
from tests.cli.conftest import SENT as SENT_FILE
from tests.past.builders import SENT, a_claim, a_line, a_service, an_answer
from tests.store.practice_year import as_835, as_837

END = "2026-12-31"
HEAD = "payer,code,modifier,place_kind,allowed,from,to\n"


@pytest.fixture
def year(run, tmp_path):
    """Twelve lines allowed 200.00 one after the other, then one allowed 150.00, and one denied."""
    folder = tmp_path / "files"
    folder.mkdir()
    for i in range(14):
        day = SENT + timedelta(days=3 * i)
        claim = a_claim(a_line(1, control=f"L{i}"), id=f"ACC-{i}", sent=day, patient=f"ZZSECRET{i}")
        claim = replace(claim, payer=replace(claim.payer, filing_indicator="MB"))
        allowed = 150 if i == 12 else 200
        said = ("CO-197 500.00",) if i == 13 else (f"CO-45 {500 - allowed}.00",)
        service = a_service(claim.lines[0], *said, paid="0" if i == 13 else allowed)
        answer = an_answer(claim, service, known=day + timedelta(days=10), icn=f"ICN{i}")
        (folder / f"{i}.837").write_bytes(as_837([claim], day=day, interchange=i + 1))
        (folder / f"{i}.835").write_bytes(as_835([answer], day=answer.known_on, interchange=i + 1))
    assert run("ingest", folder).code == 0


def underpaid(run, *words):
    said = run("report", "underpaid", "--as-of", END, "--json", *words)
    return said, json.loads(said.out)


def test_the_dollars_short_come_by_line_and_by_payer(run, year):
    said, report = underpaid(run)
    assert said.code == 0
    (line,) = report["lines"]
    assert {k: line[k] for k in ("claim_id", "line", "allowed", "expected", "short", "basis", "decisions")} == {
        "claim_id": "ACC-12", "line": 1, "allowed": "150.00", "expected": "200.00", "short": "50.00",
        "basis": "decisions", "decisions": 12,
    }  # fmt: skip
    assert report["payers"] == [{"payer_id": "MEDI1", "lines_compared": 3, "lines_short": 1, "dollars_short": "50.00"}]
    assert report["not_compared"] == {"denied": 1, "too_few_decisions": 10}


def test_people_read_the_same(run, year):
    said = run("report", "underpaid", "--as-of", END)
    assert said.code == 0
    assert "1 of 3 lines compared were allowed less than expected: $50.00 short." in said.out
    assert "ACC-12" in said.out
    assert "12 decisions, 12 of them near it" in said.out
    assert "Not compared: 10 with too few earlier decisions to say what is usual." in said.out
    assert "ZZSECRET" not in said.out + said.err


def test_since_asks_about_later_answers_only(run, year):
    _, report = underpaid(run, "--since", "2026-02-25")
    assert (report["lines_compared"], len(report["lines"]), report["not_compared"]) == (0, 0, {"denied": 1})


def test_a_contract_of_ones_own_is_what_counts(run, year, tmp_path):
    rates = tmp_path / "contracts.csv"
    rates.write_text(HEAD + "MEDI1,64493,,,210.00,2026-01-01,2026-12-31\n")
    said, report = underpaid(run, "--rates", rates)
    assert (said.code, report["rates"], report["lines_short"], report["dollars_short"]) == (0, 1, 13, "180.00")
    assert {line["basis"] for line in report["lines"]} == {"contract"}
    assert "contract rate" in run("report", "underpaid", "--as-of", END, "--rates", rates).out


def test_a_bad_row_of_rates_is_said_and_costs_no_other(run, year, tmp_path):
    rates = tmp_path / "contracts.csv"
    rates.write_text("\ufeff" + HEAD + "MEDI1,64493,,,210.00,,\nMEDI1,64494,,,plenty,,\n", encoding="utf-8")
    said, report = underpaid(run, "--rates", rates)
    assert (said.code, report["rates"], report["lines_short"]) == (1, 1, 13)
    assert "contracts.csv, line 3, column allowed: found a value of 6 characters, expected a number" in said.err
    assert [fault["where"] for fault in report["rates_refused"]] == ["contracts.csv, line 3, column allowed"]


@pytest.mark.parametrize("content", [None, "payer,code\n", b"\xff\xfe\x00"], ids=["absent", "columns", "bytes"])
def test_rates_that_cannot_be_read_at_all_exit_2(run, year, tmp_path, content):
    rates = tmp_path / "contracts.csv"
    if content is not None:
        rates.write_bytes(content.encode() if isinstance(content, str) else content)
    said = run("report", "underpaid", "--as-of", END, "--rates", rates)
    assert said.code == 2
    assert "contracts.csv" in said.err


def test_before_anything_was_answered_there_is_nothing_to_compare(run, year):
    said = run("report", "underpaid", "--as-of", "2026-01-01")
    assert said.code == 0
    assert "No answered lines as of 2026-01-01" in said.out


@pytest.mark.parametrize("report", ["underpaid", "audit-sample"])
def test_without_a_store_it_says_what_to_do(run, report):
    said = run("report", report)
    assert said.code == 2
    assert "cleanclaim ingest" in said.err


@pytest.mark.parametrize("report", ["underpaid", "audit-sample"])
def test_help_shows_examples(run, report):
    said = run("report", report, "--help")
    assert said.code == 0
    assert said.out.count(f"cleanclaim report {report}") >= 3


def sample(run, *words):
    said = run("report", "audit-sample", "--json", *words)
    assert said.code == 0
    return json.loads(said.out)


def test_a_months_sample_names_claims_and_no_patient(run, year):
    report = sample(run, "--month", "2026-01", "--size", "3", "--seed", "5")
    assert (report["month"], report["seed"], report["claims"], report["drawn"]) == ("2026-01", 5, 8, 3)
    assert report == sample(run, "--month", "2026-01", "--size", "3", "--seed", "5")
    assert len({claim["claim_id"] for claim in report["sample"]}) == 3
    assert report["strata"] == [{"rendering_npi": "1234567893", "kind": "procedure", "claims": 8, "drawn": 3}]
    points = report["sample"][0]["look_at"]["procedure"]
    assert {"pain_duration", "functional_scale"} <= {point["item"] for point in points}
    assert {point["state"] for point in points} == {"unknown"}
    assert "ZZSECRET" not in json.dumps(report)


def test_people_read_what_to_look_at(run, year):
    said = run("report", "audit-sample", "--month", "2026-01", "--size", "2")
    assert said.code == 0
    assert "2 of 8 claims sent in 2026-01, drawn with seed 1." in said.out
    assert "procedure note, line 1: How long the pain has lasted: at least 12 weeks. [unknown, DOC-001]" in said.out
    assert "ZZSECRET" not in said.out + said.err


def test_a_month_without_claims_says_so(run, year):
    said = run("report", "audit-sample", "--month", "2020-02")
    assert said.code == 0
    assert "No claims were sent in 2020-02" in said.out
    assert sample(run, "--month", "2020-02")["sample"] == []


@pytest.mark.parametrize("month", ["2026", "2026-13", "March", "2026-3", "202603"])
def test_what_is_no_month_exits_2(run, year, month):
    said = run("report", "audit-sample", "--month", month)
    assert said.code == 2
    assert "expected a month such as 2026-03" in said.err


def test_the_demonstrations_payers_pay_what_they_usually_do(run):
    run("ingest", SENT_FILE, REMITTANCES)
    _, report = underpaid(run, "--least", "5")
    assert report["lines_compared"] > 50
    assert report["lines_short"] == 0


@pytest.mark.parametrize(("query", "command"), [("fin-004", "underpaid"), ("DOC-015", "audit-sample")])
def test_the_catalogue_explains_them_and_names_the_command(run, query, command):
    page = run("rules", query).out
    assert "not a rule" in page
    assert f"cleanclaim report {command}" in page
    (entry,) = run("rules", query, "--json").records
    assert (entry["kind"], entry["command"]) == ("report_query", f"cleanclaim report {command}")
    assert f"cleanclaim report {command}" in run("rules").out
    assert query.upper() not in {entry["id"] for entry in run("rules", "--json").records}


def test_the_least_of_the_command_is_that_of_the_report():
    import typer

    from cli.app import app
    from past.underpayment import LEAST_DECISIONS

    (least,) = (
        p for p in typer.main.get_command(app).commands["report"].commands["underpaid"].params if p.name == "least"
    )
    assert least.default == LEAST_DECISIONS


def test_every_reason_has_words_for_people():
    from cli.report import WORDS
    from past.standing import NoPrice
    from past.underpayment import Unknown

    assert set(WORDS) == {*NoPrice, *Unknown}
