"""`cleanclaim payers` as a biller meets it, and what every command says of a profile that was left out."""

import json
import re

import pytest

from tests.cli.conftest import AS_OF, BATCH, REMITTANCES, SENT

HEAD = """name = "ZZTEST Keystone"
type = "commercial"
written_by = "ZZTEST Biller"
written_on = 2025-06-01
[match]
ids = ["ZZCOM1"]
[[timely_filing]]
from = 2025-01-01
days = 90
source = "ZZTEST contract"
"""


@pytest.fixture
def profile(home):
    def write(text=HEAD, key="zztest_keystone"):
        folder = home / "payers"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{key}.toml").write_text(text, encoding="utf-8")
        return folder / f"{key}.toml"

    return write


@pytest.fixture
def ingested(run):
    assert run("ingest", SENT, REMITTANCES).code == 0


def test_the_list_names_every_payer_and_says_when_nothing_is_known_of_claims(run):
    said = run("payers", "list")
    assert said.code == 0
    assert "cigna_commercial" in said.out
    assert "Of claims nothing is known yet. `cleanclaim ingest PATH...` reads 837P and 835 files." in said.out


def test_the_list_puts_first_who_claims_go_to_and_counts_them(run, ingested, profile):
    profile()
    records = run("payers", "list", "--as-of", AS_OF, "--json").records
    first = records[0]
    assert (first["key"], first["known_from"], first["payer_ids"]) == (
        "medicare_part_b",
        "payer table + claims",
        ["ZZMED"],
    )
    mine = next(r for r in records if r["key"] == "zztest_keystone")
    ledger = [r for r in run("labels", "--as-of", AS_OF, "--json").records if r["payer_id"] == "ZZCOM1"]
    decided = [r for r in ledger if r["outcome"] in ("paid", "denied", "reduced", "patient_responsibility")]
    assert (mine["known_from"], mine["profile"]) == ("own profile + claims", "payers/zztest_keystone.toml")
    assert mine["lines_answered"] == len([r for r in decided if r["first_remittance_date"] < AS_OF]) > 50
    said = run("payers", "list", "--as-of", AS_OF)
    assert "4 payer ids of your claims are in no table: `cleanclaim payers new KEY --id ID` begins" in said.out


def test_a_payers_page_tells_each_fact_with_its_source_and_date(run, profile):
    profile()
    said = run("payers", "show", "zzcom1", "--as-of", AS_OF)
    assert said.code == 0
    assert "From your profile payers/zztest_keystone.toml, by ZZTEST Biller, 2025-06-01." in said.out
    assert "90 days from the service; of today's service until 2026-04-02" in said.out
    assert "ZZTEST contract, from 2025-01-01, not verified; yours, by ZZTEST Biller, 2025-06-01" in said.out
    assert "required: 120 codes" in said.out
    assert "Nothing in the 12 months before 2026-01-02: no claim to it is in the store." in said.out
    assert (
        "12 months from the service; of today's service until 2027-01-04"
        in run("payers", "show", "medicare_part_b", "--as-of", AS_OF).out
    )


def test_a_payers_behaviour_agrees_with_the_ledger(run, ingested, profile):
    profile()
    page = run("payers", "show", "zztest_keystone", "--as-of", AS_OF, "--json").records[0]
    b = page["behaviour"]
    ledger = [r for r in run("labels", "--as-of", AS_OF, "--json").records if r["payer_id"] == "ZZCOM1"]
    ledger = [
        r for r in ledger if r["first_remittance_date"] and b["first"] <= r["first_remittance_date"] < b["before"]
    ]
    denied = [r for r in ledger if r["outcome"] == "denied"]
    assert (b["lines"], b["denied"]) == (len(ledger), len(denied))
    assert float(b["denied_charges"]) == pytest.approx(sum(float(r["charge"]) for r in denied))
    carcs = {r["denial_carcs"][0] for r in denied}
    assert {c["name"] for c in b["carcs"]} == carcs
    assert sum(c["denied"] for c in b["carcs"]) == sum(month["denied"] for month in b["months"]) == b["denied"]
    low, high = b["interval"]
    assert low < b["denied_share"] < high


def test_people_see_bars_beside_the_figures(run, ingested):
    said = run("payers", "show", "ZZCOM1", "--as-of", AS_OF)
    assert "ZZTEST KEYSTONE HEALTH (in no table), commercial" in said.out
    assert re.search(r"Denied, month by month 2025-01 \|[ ▁▂▃▄▅▆▇█]+\| 2026-01", said.out)
    assert re.search(r"\d+ lines from 2025-01-02 to before 2026-01-02: \d+ denied, \d+\.\d% \(\d+% to \d+%\)", said.out)


def test_a_past_day_sees_only_what_was_known_then(run, ingested):
    early = run("payers", "show", "ZZMED", "--as-of", "2025-11-01", "--json").records[0]["behaviour"]
    late = run("payers", "show", "ZZMED", "--as-of", AS_OF, "--json").records[0]["behaviour"]
    assert 0 < early["lines"] < late["lines"]


def test_a_payer_nobody_knows_is_told(run):
    said = run("payers", "show", "nobody")
    assert said.code == 2
    assert (
        "KEY|ID: found 'nobody', expected a key of `cleanclaim payers list`, or a payer id of your claims." in said.err
    )


def test_check_tells_everything_wrong_by_file_and_line(run, profile):
    profile()
    profile(HEAD.replace("ZZCOM1", "ZZCOM2").replace("commercial", "bank").replace("90", "0"), "zztest_prairie")
    said = run("payers", "check")
    assert said.code == 1
    assert "zztest_keystone.toml: ZZTEST Keystone, 1 entries, nothing wrong" in said.out
    assert "zztest_prairie.toml: left out, 2 things wrong" in said.out
    assert "payers/zztest_prairie.toml, line 2, type: found 'bank'" in said.out
    assert "payers/zztest_prairie.toml, line 9, [[timely_filing]] 1, days: found 0" in said.out
    bad, good = run("payers", "check", "--json").records
    assert (bad["ok"], [p["line"] for p in bad["problems"]], good["ok"]) == (False, [2, 9], True)


def test_check_of_one_file_minds_the_others(run, profile, tmp_path):
    profile()
    draft = tmp_path / "zztest_draft.toml"
    draft.write_text(HEAD, encoding="utf-8")
    said = run("payers", "check", draft)
    assert said.code == 2
    assert "[match], ids: found 'ZZCOM1', an id of payers/zztest_keystone.toml too" in said.out
    draft.write_text(HEAD.replace("ZZCOM1", "ZZCOM9").replace("Keystone", "Draft"), encoding="utf-8")
    assert run("payers", "check", draft).code == 0
    assert run("payers", "check", tmp_path / "none.toml").code == 2


def test_without_profiles_check_says_how_to_begin(run):
    said = run("payers", "check")
    assert said.code == 0
    assert "`cleanclaim payers new KEY` begins one." in said.out


def test_new_writes_a_valid_file_and_never_over_one(run, home):
    said = run("payers", "new", "zztest_moon", "--name", "ZZTEST Moon", "--id", "ZZ9", "--by", "ZZTEST Biller")
    path = home / "payers" / "zztest_moon.toml"
    assert said.code == 0
    assert 'ids = ["ZZ9"]' in path.read_text(encoding="utf-8")
    assert run("payers", "check").code == 0
    path.write_text("# mine\n", encoding="utf-8")
    again = run("payers", "new", "zztest_moon")
    assert again.code == 2
    assert "expected no file of that name. It stays as it is: edit it." in again.err
    assert path.read_text(encoding="utf-8") == "# mine\n"


def test_new_of_a_shipped_payer_takes_name_and_kind_from_the_table(run, home):
    assert run("payers", "new", "humana_medicare_advantage").code == 0
    text = (home / "payers" / "humana_medicare_advantage.toml").read_text(encoding="utf-8")
    assert 'name = "Humana Medicare Advantage"\ntype = "medicare_advantage"' in text
    assert run("payers", "check").code == 0


@pytest.mark.parametrize("key", ["../out", "Big", "a b", "x/y", "1st", ""])
def test_a_key_that_is_no_key_writes_nothing(run, home, key):
    said = run("payers", "new", key)
    assert said.code == 2
    assert "expected small letters, digits and underscores" in said.err
    assert not list(home.parent.rglob("*.toml"))


@pytest.mark.parametrize(
    "words",
    [
        ("scrub", BATCH, "--as-of", AS_OF, "--json"),
        ("score", BATCH, "--as-of", AS_OF, "--json"),
        ("checklist", "62323"),
        ("tables", "list"),
        ("payers", "list"),
        ("payers", "show", "bcbs"),
    ],
)
def test_every_command_says_that_a_profile_was_left_out(run, profile, words):
    profile("name = 1\n")
    said = run(*words)
    assert said.code == 1
    assert "payer profile left out: payers/zztest_keystone.toml, line 1, name: found 1, expected a text" in said.err
    assert "; and 4 more: `cleanclaim payers check` lists them" in said.err
    assert said.out


def test_scoring_uses_the_profile_and_names_its_version(run, profile):
    profile(HEAD.replace("days = 90", "days = 1").replace("2025-06-01", "2025-01-01"))
    before = run("scrub", BATCH, "--as-of", AS_OF, "--json").records
    mine = [r for r in before if r["payer_id"] == "ZZCOM1"]
    assert mine
    cited = [f["citation"]["text"] for r in mine for f in r["findings"] if f["rule_id"] == "TFL-001"]
    assert cited
    assert all("own profile zztest_keystone, written 2025-01-01" in text for text in cited)
    assert any(t["name"] == "payer_profiles" and t["release"].startswith("1 ") for t in mine[0]["tables"])
    assert "ZZTEST Biller" not in json.dumps(before)
