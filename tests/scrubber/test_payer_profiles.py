# ruff: noqa: E501  (an error is told whole, on one line)
"""Payer profiles: what a practice writes down of a payer, when it speaks, and what is said of a bad file."""

import pickle
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.claim import Payer, PayerType
from features import rows
from past.payer import PayerPast
from scrubber import RULES, Severity, scrub
from scrubber.adopted import OWN_LIMITS
from scrubber.parameters import parameter
from scrubber.profiles import known_to, load_profiles, read_profile
from scrubber.profiles.own_values import OWN_VALUES
from scrubber.profiles.template import Beginning, template
from scrubber.registry import Hit
from scrubber.tables import load_tables, shipped_tables
from tests.scrubber.test_engine import claim, line, past_of

HEAD = """
name = "ZZTEST Sunrise Health Plan"
type = "commercial"
written_by = "ZZTEST Biller"
written_on = 2026-02-01

[match]
ids = ["ZZ901"]
names = ["zztest sunrise"]
"""
DAY, AS_OF = date(2026, 3, 10), date(2026, 3, 20)
SUNRISE = Payer("ZZ901", "ZZTEST SUNRISE HEALTH PLAN INC", "CI", PayerType.COMMERCIAL)
OTHER = Payer("ZZ902", "ZZTEST MOONLIGHT MUTUAL", "CI", PayerType.COMMERCIAL)
KNOWN = known_to(shipped_tables().payer_rows, shipped_tables().families)


def home_of(folder: Path, **profiles: str) -> Path:
    (folder / "payers").mkdir(parents=True, exist_ok=True)
    for key, text in profiles.items():
        (folder / "payers" / f"{key}.toml").write_text(text, encoding="utf-8")
    return folder


def tables_with(folder: Path, more: str = "", head: str = HEAD, key: str = "zztest_sunrise"):
    tables = load_tables(home_of(folder, **{key: head + more}))
    assert [str(p) for lost in tables.profiles.refused for p in lost.problems] == []
    return tables


def findings(tables, *lines, payer=SUNRISE, past=None, as_of=AS_OF, **fields):
    the_past = past if past is not None else past_of(claim(line(1, "99213", service_from=date(2024, 6, 7))))
    the_claim = claim(*lines, payer=payer, **fields)
    return {f.rule_id: f for f in scrub(the_claim, tables, the_past, as_of=as_of).findings}


def epidurals(*days: date, known_since=date(2024, 1, 1)):
    return done("62323", *days, known_since=known_since)


def done(code: str, *days: date, modifiers=(), known_since=date(2024, 1, 1)):
    """A past with a service on each of the days."""
    return past_of(*(claim(line(1, code, *modifiers, service_from=day)) for day in days), known_since=known_since)


# Who a payer is


def test_a_profile_is_found_by_id_and_by_words_of_the_name(tmp_path):
    tables = tables_with(tmp_path)
    assert tables.payer_of(SUNRISE).key == "zztest_sunrise"
    assert tables.payer_of(Payer("zz901", "")).key == "zztest_sunrise"
    assert tables.payer_of(Payer("", "The ZZTEST-Sunrise Co.")).key == "zztest_sunrise"
    assert tables.payer_of(Payer("", "ZZTEST SUNRISEN")) is None
    assert tables.payer_of(Payer("", "CIGNA")).key == "cigna_commercial"


def test_an_id_of_the_payer_table_comes_before_a_name_of_a_profile(tmp_path):
    tables = tables_with(tmp_path)
    table = tables.payers.releases[-1]
    row = replace(table.rows["cigna_commercial"], ids=("ZZC1",))
    changed = replace(
        tables,
        payers=replace(tables.payers, releases=(replace(table, rows={**table.rows, "cigna_commercial": row}),)),
    )
    assert changed.payer_of(Payer("ZZC1", "ZZTEST SUNRISE")).key == "cigna_commercial"


def test_a_profile_tells_the_kind_of_payer_where_the_claim_does_not(tmp_path):
    unsaid = claim(line(1, "99213"), payer=Payer("ZZ901", "", "ZZ", PayerType.UNKNOWN))
    assert tables_with(tmp_path).payer_type(unsaid) is PayerType.COMMERCIAL


def test_another_line_of_business_of_the_payer_is_not_the_profiles(tmp_path):
    tables = tables_with(tmp_path)
    medicaid = claim(line(1, "99213"), payer=replace(SUNRISE, filing_indicator="MC", type=PayerType.MEDICAID))
    assert tables.profile(medicaid) is None
    assert tables.profile(claim(line(1, "99213"), payer=SUNRISE)).key == "zztest_sunrise"


def test_a_name_two_profiles_fit_belongs_to_neither(tmp_path):
    patterns = HEAD.replace('ids = ["ZZ901"]\nnames = ["zztest sunrise"]', 'patterns = ["^zztest [sm]"]')
    home_of(tmp_path, one=patterns.replace("Sunrise", "Aurora"))
    other = patterns.replace("[sm]", "[su]").replace("Sunrise", "Borealis")
    tables = load_tables(home_of(tmp_path, two=other))
    assert tables.profiles.refused == ()
    assert tables.payer_of(Payer("", "ZZTEST SUN")) is None
    assert tables.payer_of(Payer("", "ZZTEST MOON")).key == "one"


def test_a_profile_of_a_shipped_payer_needs_no_names(tmp_path):
    text = 'written_by = "ZZTEST Biller"\nwritten_on = 2026-02-01\n[[timely_filing]]\nfrom = 2026-01-01\ndays = 77\nsource = "contract"\n'
    tables = tables_with(tmp_path, text, head="", key="cigna_commercial")
    cigna = claim(line(1, "99213"), payer=Payer("", "CIGNA", "CI", PayerType.COMMERCIAL))
    assert tables.profile(cigna).over(tables.payer_row(cigna), DAY, AS_OF).timely_filing_days == 77


# What it changes

FILING = """
[[timely_filing]]
from = 2026-01-01
to = 2026-06-30
published = 2025-12-01
days = 30
corrected_claim_days = 40
appeal_days = 60
source = "ZZTEST manual, section 4"
url = "https://example.org/manual"
verified = true
"""


def test_the_filing_limit_of_a_profile_denies_and_is_cited(tmp_path):
    late = findings(tables_with(tmp_path, FILING), line(1, "99213"), as_of=date(2026, 4, 10))["TFL-001"]
    assert late.severity is Severity.DENY
    assert "by 2026-04-09 (30 days)" in late.message
    assert late.citation.text == (
        "ZZTEST Sunrise Health Plan: ZZTEST manual, section 4 (own profile zztest_sunrise, written 2026-02-01)"
    )
    assert late.citation.url == "https://example.org/manual"


def test_the_filing_limit_speaks_only_for_its_days_and_once_it_is_known(tmp_path):
    tables = tables_with(tmp_path, FILING)
    of_july = line(1, "99213", service_from=date(2026, 7, 1))
    assert "TFL-001" not in findings(tables, of_july, as_of=date(2026, 9, 1))
    unknown_yet = line(1, "99213", service_from=date(2026, 1, 2))
    later = FILING.replace("published = 2025-12-01\n", "")
    home_of(tmp_path, zztest_sunrise=HEAD.replace("2026-02-01", "2026-02-15") + later)
    tables = load_tables(tmp_path)
    assert "TFL-001" not in findings(tables, unknown_yet, as_of=date(2026, 2, 14))
    assert "TFL-001" in findings(tables, unknown_yet, as_of=date(2026, 2, 15))


def test_a_correction_past_the_profiles_window_is_told_with_its_source(tmp_path):
    tables = tables_with(tmp_path, FILING)
    fields = {"frequency": "7", "original_reference": "ICN1"}
    assert "TFL-003" not in findings(tables, line(1, "99213"), as_of=date(2026, 4, 19), **fields)
    found = findings(tables, line(1, "99213"), as_of=date(2026, 4, 20), **fields)["TFL-003"]
    assert "own profile zztest_sunrise" in found.citation.text


def test_the_rows_of_training_and_serving_know_the_filing_limit(tmp_path):
    tables = tables_with(tmp_path, FILING)
    the_claim = claim(line(1, "99213"), payer=SUNRISE)
    past = past_of()

    def row(of):
        report = scrub(the_claim, of, past, as_of=AS_OF)
        return rows(the_claim, report, past, PayerPast(), tables=of, as_of=AS_OF)[0]

    with_profile, without = row(tables), row(shipped_tables())
    days = [name for name in without if "filing" in name and with_profile[name] != without[name]]
    assert days


def test_wishes_are_added_to_those_of_the_payer_table_and_taken_from_them(tmp_path):
    wishes = '[[wants]]\nfrom = 2026-01-01\nwants = ["ndc"]\nwants_not = ["no_corrected_claims"]\nsource = "letter"\n'
    head = 'written_by = "ZZTEST Biller"\nwritten_on = 2026-02-01\n'
    tables = tables_with(tmp_path, wishes, head=head, key="railroad_medicare")
    row = tables.payer_rows["railroad_medicare"]
    mine = tables.profiles.by_key["railroad_medicare"]
    assert mine.over(row, DAY, AS_OF).wants == {"ndc"}
    assert mine.over(row, date(2025, 12, 31), AS_OF).wants == {"no_corrected_claims"}


LIST = """
[[authorization]]
from = 2026-01-01
codes = ["62323"]
places = ["11"]
need = "required"
verified = true
source = "ZZTEST list"

[[authorization]]
from = 2026-01-01
families = ["esi_interlaminar", "facet_injection"]
need = "none"
source = "ZZTEST list"
"""


def test_an_authorization_list_takes_the_place_of_what_payers_of_the_kind_do(tmp_path):
    tables = tables_with(tmp_path, LIST)
    needed = findings(tables, line(1, "62323"))["AUT-001"]
    assert needed.severity is Severity.DENY
    assert needed.citation.text.startswith("ZZTEST Sunrise Health Plan: ZZTEST list (own profile")
    assert "AUT-001" not in findings(tables, line(1, "62323"), place_of_service="24")
    assert "AUT-001" not in findings(tables, line(1, "64493"))
    assert "AUT-001" in findings(tables, line(1, "64493"), payer=OTHER)
    assert "AUT-001" in findings(tables, line(1, "64483"))  # of a family the list does not name
    before = line(1, "64493", service_from=date(2025, 12, 31))
    assert "AUT-001" in findings(tables, before)


ADOPTS = """
[[adopts]]
from = 2026-02-01
to = 2026-05-31
rules = ["FRQ-001", "MOD-006"]
source = "ZZTEST bulletin 7"
"""


def test_a_policy_of_other_payers_is_silent_without_the_profile_and_warns_with_it(tmp_path):
    past = epidurals(date(2025, 4, 1), date(2025, 6, 1), date(2025, 9, 1), date(2025, 12, 1))
    assert "FRQ-001" not in findings(shipped_tables(), line(1, "62323"), past=past)
    tables = tables_with(tmp_path, ADOPTS)
    found = findings(tables, line(1, "62323"), past=past)["FRQ-001"]
    assert RULES["FRQ-001"].severity is Severity.DENY
    assert found.severity is Severity.WARN
    assert found.citation.text.startswith("Adopted by ZZTEST Sunrise Health Plan: ZZTEST bulletin 7 (own profile")
    assert "LCD L33906" in found.citation.text
    assert "FRQ-001" not in findings(tables, line(1, "62323"), past=past, payer=OTHER)


def test_the_days_of_an_adoption_are_respected_on_both_clocks(tmp_path):
    tables = tables_with(tmp_path, ADOPTS)
    past = epidurals(date(2025, 5, 1), date(2025, 8, 1), date(2025, 10, 1), date(2025, 12, 1))

    def fires(day, as_of=date(2026, 7, 1)):
        return "FRQ-001" in findings(tables, line(1, "62323", service_from=day), past=past, as_of=as_of)

    assert not fires(date(2026, 1, 31))
    assert fires(date(2026, 2, 1), as_of=date(2026, 2, 1))
    assert not fires(date(2026, 2, 1), as_of=date(2026, 1, 31))
    assert fires(date(2026, 4, 30))
    assert not fires(date(2026, 6, 1))


def test_a_family_of_rules_is_adopted_whole(tmp_path):
    tables = tables_with(tmp_path, ADOPTS.replace('rules = ["FRQ-001", "MOD-006"]', 'rule_families = ["frequency"]'))
    (entry,) = tables.profiles.by_key["zztest_sunrise"].adoptions
    assert entry.rules == {rule.id for rule in RULES.values() if rule.id.startswith("FRQ-")}


def test_adopting_what_binds_anyway_changes_nothing(tmp_path):
    tables = tables_with(tmp_path, ADOPTS.replace("FRQ-001", "TFL-001") + FILING)
    late = findings(tables, line(1, "99213"), as_of=date(2026, 4, 10))["TFL-001"]
    assert late.severity is Severity.DENY
    assert "Adopted" not in late.citation.text


LIMITS = """
[[frequency]]
from = 2026-01-01
to = 2026-12-31
published = 2025-12-01
families = ["esi_interlaminar", "esi_transforaminal"]
most = 2
within_months = 6
days_between = 60
source = "ZZTEST policy PM-12"
"""


def test_a_limit_of_the_payer_speaks_for_it_alone_and_on_its_days(tmp_path):
    tables = tables_with(tmp_path, LIMITS)
    past = epidurals(date(2025, 10, 1), date(2025, 12, 1))
    found = findings(tables, line(1, "62323"), past=past)[OWN_LIMITS]
    assert (
        "session 3 in the lumbar and sacral region from 2025-09-11 to 2026-03-10; the policy allows 2" in found.message
    )
    assert found.severity is Severity.WARN
    assert found.citation.text.startswith("ZZTEST Sunrise Health Plan: ZZTEST policy PM-12 (own profile")
    assert OWN_LIMITS not in findings(tables, line(1, "62323"), past=past, payer=OTHER)
    of_2027 = line(1, "62323", service_from=date(2027, 1, 5))
    past = epidurals(date(2026, 10, 1), date(2026, 12, 1))
    assert OWN_LIMITS not in findings(tables, of_2027, past=past, as_of=date(2027, 1, 10))


def test_days_between_two_sessions_are_held_too(tmp_path):
    past = epidurals(date(2026, 1, 10))
    found = findings(tables_with(tmp_path, LIMITS), line(1, "62323"), past=past)[OWN_LIMITS]
    assert "59 days after the one of 2026-01-10; the policy wants 60" in found.message
    past = epidurals(date(2026, 1, 9))
    assert OWN_LIMITS not in findings(tables_with(tmp_path, LIMITS), line(1, "62323"), past=past)


@pytest.mark.parametrize(("family", "code"), [("facet_rfa", "64635"), ("trigger_point", "20553")])
def test_a_limit_may_be_of_any_family(tmp_path, family, code):
    limits = LIMITS.replace('"esi_interlaminar", "esi_transforaminal"', f'"{family}"').replace("region", "patient")
    past = done(code, date(2025, 11, 1), date(2026, 1, 2))
    found = findings(tables_with(tmp_path, limits), line(1, code), past=past)
    assert "the policy allows 2" in found[OWN_LIMITS].message


@pytest.mark.parametrize(("side", "told"), [("RT", True), ("LT", False)])
def test_a_limit_a_side_counts_the_sides_apart(tmp_path, side, told):
    limits = LIMITS.replace('"esi_interlaminar", "esi_transforaminal"', '"si_joint"') + 'per = "side"\n'
    past = done("27096", date(2025, 11, 1), date(2025, 12, 2), modifiers=("RT",))
    found = findings(tables_with(tmp_path, limits), line(1, "27096", side), past=past)
    assert (OWN_LIMITS in found) is told


def test_a_limit_of_the_payer_takes_the_place_of_medicares(tmp_path):
    head = HEAD.replace('"commercial"', '"medicare_advantage"')
    plan = Payer("ZZ901", "ZZTEST SUNRISE", "16", PayerType.MEDICARE_ADVANTAGE)
    past = epidurals(date(2025, 4, 1), date(2025, 6, 1), date(2025, 9, 1), date(2025, 12, 1))
    plain = findings(shipped_tables(), line(1, "62323"), past=past, payer=plan)
    assert "FRQ-001" in plain
    loose = LIMITS.replace("most = 2\nwithin_months = 6\ndays_between = 60", "most = 5\nwithin_months = 12")
    tables = tables_with(tmp_path, loose, head=head)
    assert not {"FRQ-001", OWN_LIMITS} & findings(tables, line(1, "62323"), past=past, payer=plan).keys()
    strict = tables_with(tmp_path, loose.replace("most = 5", "most = 4"), head=head)
    found = findings(strict, line(1, "62323"), past=past, payer=plan)
    assert "FRQ-001" not in found
    assert "the policy allows 4" in found[OWN_LIMITS].message


def test_a_limit_of_the_payer_takes_the_place_of_its_reviewers(tmp_path):
    past = epidurals(date(2025, 10, 1), date(2025, 12, 1), date(2026, 1, 10))
    cigna = Payer("", "CIGNA", "CI", PayerType.COMMERCIAL)
    assert OWN_LIMITS in findings(shipped_tables(), line(1, "62323"), past=past, payer=cigna)
    text = 'written_by = "ZZTEST Biller"\nwritten_on = 2026-02-01\n' + LIMITS.replace("most = 2", "most = 9").replace(
        "days_between = 60", "days_between = 1"
    )
    tables = tables_with(tmp_path, text, head="", key="cigna_commercial")
    # four in twelve months and three in six are eviCore's; the profile's nine in six stands in their place
    assert OWN_LIMITS not in findings(tables, line(1, "62323"), past=past, payer=cigna)


VALUE = """
[[values]]
from = 2026-01-01
parameter = "esi_sessions_per_region"
value = 2
verified = true
source = "ZZTEST plan policy"
"""


def test_a_value_of_the_payer_is_read_in_place_of_the_general_one(tmp_path):
    head = HEAD.replace('"commercial"', '"medicare_advantage"')
    plan = Payer("ZZ901", "ZZTEST SUNRISE", "16", PayerType.MEDICARE_ADVANTAGE)
    past = epidurals(date(2025, 9, 1), date(2025, 12, 1))
    tables = tables_with(tmp_path, VALUE, head=head)
    found = findings(tables, line(1, "62323"), past=past, payer=plan)["FRQ-001"]
    assert "the policy allows 2" in found.message
    assert found.severity is Severity.DENY
    assert "ZZTEST plan policy (own profile" in found.citation.text
    other = replace(plan, id="ZZ903", name="ZZTEST MOON")
    assert "FRQ-001" not in findings(tables, line(1, "62323"), past=past, payer=other)
    of_2025 = line(1, "62323", service_from=date(2025, 12, 31))
    assert "FRQ-001" not in findings(tables, of_2025, past=past, payer=plan)


def test_the_margin_before_a_filing_limit_may_be_the_payers_own(tmp_path):
    value = VALUE.replace("esi_sessions_per_region", "filing_margin_days").replace("value = 2", "value = 29")
    tables = tables_with(tmp_path, FILING + value)
    assert "TFL-002" in findings(tables, line(1, "99213"), as_of=date(2026, 3, 12))
    assert "TFL-002" not in findings(tables_with(tmp_path, FILING), line(1, "99213"), as_of=date(2026, 3, 12))


@pytest.mark.parametrize("name", sorted(OWN_VALUES))
def test_every_parameter_a_payer_may_have_for_itself_is_a_whole_number(name):
    assert all(isinstance(dated.value.value, int) for dated in parameter(name).values if dated.value)


def test_no_rule_reads_such_a_parameter_past_the_payer():
    """What is read by name and day, without the case, would never see a payer's own value."""
    folder = Path(__file__).resolve().parent.parent.parent / "scrubber"
    for file in folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for name in OWN_VALUES:
            assert not re.search(rf'(?<!>>> )parameter\("{name}"\)\.on\(', text), file.name
            assert f'parameter("{name}").text_on(' not in text, file.name
    for file in ("session_limits", "levels", "relief"):
        assert "payer_profile.value(" in (folder / f"{file}.py").read_text(encoding="utf-8")


def test_nothing_changes_for_a_practice_without_profiles(tmp_path):
    (tmp_path / "payers").mkdir()
    tables = load_tables(tmp_path)
    assert tables.profiles.read == ()
    assert tables.versions() == shipped_tables().versions()
    assert "payer_profiles" not in {status.name for status in tables.status(DAY, AS_OF)}


def test_answers_and_bundles_tell_the_version_of_the_profiles(tmp_path):
    one = tables_with(tmp_path, FILING)
    (status,) = [s for s in one.status(DAY, AS_OF) if s.name == "payer_profiles"]
    assert (status.release, status.effective, status.stale) == (
        one.versions()["payer_profiles"],
        date(2026, 2, 1),
        False,
    )
    other = tables_with(tmp_path, FILING.replace("days = 30", "days = 31"))
    assert one.versions()["payer_profiles"] != other.versions()["payer_profiles"]


def test_a_copy_of_the_tables_keeps_the_profiles(tmp_path):
    tables = tables_with(tmp_path, FILING)
    copy = pickle.loads(pickle.dumps(tables))
    assert copy.profiles == tables.profiles
    assert copy.payer_of(SUNRISE).key == "zztest_sunrise"


# Bad files

ENTRY = '[[timely_filing]]\nfrom = 2026-01-01\ndays = 30\nsource = "manual"\n'
BAD = {
    "broken TOML": (HEAD + "[[wants]\n", "line 10: found broken TOML (Expected ']]' at the end of an array declaration), expected a TOML file"),
    "a key twice": (HEAD.replace("type =", "name ="), "line 3: found broken TOML (Cannot overwrite a value), expected a TOML file"),
    "an unknown key": ("tipe = 1" + HEAD, "line 1, tipe: found an unknown key, expected one of key, name, type"),
    "an unknown key of an entry": (HEAD + ENTRY + "dais = 3\n", "line 14, [[timely_filing]] 1, dais: found an unknown key, expected one of days, corrected_claim_days"),
    "no name": (HEAD.replace('name = "ZZTEST Sunrise Health Plan"', ""), "payers/zztest_sunrise.toml, name: found nothing, expected a text in quotes"),
    "another key than the file's": ('key = "moon"' + HEAD, "line 1, key: found 'moon', expected the file's own name, zztest_sunrise"),
    "an unknown kind": (HEAD.replace("commercial", "bank"), "line 3, type: found 'bank', expected one of medicare, medicare_advantage"),
    "a day in quotes": (HEAD.replace("2026-02-01", '"2026-02-01"'), "line 5, written_on: found '2026-02-01', expected a day such as 2026-01-31, without quotes"),
    "ids that are no list": (HEAD.replace('["ZZ901"]', '"ZZ901"'), "line 8, [match], ids: found 'ZZ901', expected a list of texts"),
    "neither id nor name": (HEAD.partition("[match]")[0], "match: found no id and no name, expected a table [match]"),
    "a broken pattern": (HEAD + 'patterns = ["("]\n', "line 10, [match], patterns: found '(', expected regular expressions"),
    "no first day": (HEAD + ENTRY.replace("from = 2026-01-01\n", ""), "line 10, [[timely_filing]] 1, from: found nothing, expected a day"),
    "a last day before the first": (HEAD + ENTRY + "to = 2025-12-31\n", "line 14, [[timely_filing]] 1, to: found 2025-12-31, expected a day not before 2026-01-01"),
    "known before it was written": (HEAD + ENTRY + "published = 2026-02-02\n", "line 14, [[timely_filing]] 1, published: found 2026-02-02, expected a day not after 2026-02-01"),
    "no source": (HEAD + ENTRY.replace('source = "manual"\n', ""), "line 10, [[timely_filing]] 1, source: found nothing, expected a text in quotes"),
    "an address that is none": (HEAD + ENTRY + 'url = "manual.pdf"\n', "line 14, [[timely_filing]] 1, url: found 'manual.pdf', expected an address that begins with https://"),
    "days that are no number": (HEAD + ENTRY.replace("30", '"30"'), "line 12, [[timely_filing]] 1, days: found '30', expected a whole number from 1 to 3660"),
    "overlapping days": (HEAD + ENTRY + ENTRY, "line 15, [[timely_filing]] 2, from: found a second entry for days that line 10 speaks for, expected one entry a day. End one with `to`"),
    "a limit of Medicare's own": (HEAD.replace("commercial", "medicare") + ENTRY, "line 12, [[timely_filing]] 1, days: found 30, expected no days of its own: 42 CFR 424.44"),
    "a wish that is none": (HEAD + '[[wants]]\nfrom = 2026-01-01\nwants = ["gold"]\nsource = "x"\n', "line 12, [[wants]] 1, wants: found 'gold', expected one of group_number, modifier_51"),
    "two ways of telehealth": (HEAD + '[[wants]]\nfrom = 2026-01-01\nwants = ["modifier_95", "no_telehealth_modifier"]\nsource = "x"\n', "wants: found modifier_95 and no_telehealth_modifier, expected 95 or no telehealth modifier"),
    "a bad code": (HEAD + LIST.replace("62323", "6232"), "line 13, [[authorization]] 1, codes: found '6232', expected a CPT or HCPCS code such as 62323"),
    "a family nobody has": (HEAD + LIST.replace("facet_injection", "facets"), "line 21, [[authorization]] 2, families: found 'facets', expected a family of the code table. Families: acupuncture"),
    "a bad place": (HEAD + LIST.replace('"11"', '"office"'), "line 14, [[authorization]] 1, places: found 'OFFICE', expected a place of service such as 11"),
    "a need that is none": (HEAD + LIST.replace('"none"', '"maybe"'), "line 22, [[authorization]] 2, need: found 'maybe', expected one of required, sometimes, none"),
    "a code twice": (HEAD + LIST + LIST.replace('places = ["11"]\n', ""), "[[authorization]] 3, from: found a second entry of 62323 for days that line 11 speaks for"),
    "a number without a window": (HEAD + LIMITS.replace("within_months = 6\n", ""), "[[frequency]] 1, most: found one without the other, expected most together with within_months or within_days"),
    "a limit twice": (HEAD + LIMITS + LIMITS, "[[frequency]] 2, from: found a second entry of esi_interlaminar for days that line 11 speaks for"),
    "a rule nobody has": (HEAD + ADOPTS.replace("MOD-006", "MOD-999"), "line 14, [[adopts]] 1, rules: found 'MOD-999', expected the id of a rule such as FRQ-001. `cleanclaim rules` lists them."),
    "a parameter no rule asks a payer for": (HEAD + VALUE.replace("esi_sessions_per_region", "usps_states"), "line 13, [[values]] 1, parameter: found 'usps_states', expected one of acupuncture_visits"),
    "an entry that is no table": ("wants = 3" + HEAD, "line 1, wants: found 3, expected tables headed [[wants]]"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_says_where_what_and_what_to_do(tmp_path, what):
    text, says = BAD[what]
    profiles = load_profiles(home_of(tmp_path, zztest_sunrise=text), KNOWN)
    assert profiles.read == ()
    (lost,) = profiles.refused
    assert lost.file == "zztest_sunrise.toml"
    said = [str(problem) for problem in lost.problems]
    assert all(each.startswith("payers/zztest_sunrise.toml") for each in said)
    assert any(says in each for each in said), said


def test_everything_wrong_with_a_file_is_told_at_once(tmp_path):
    text = HEAD.replace("commercial", "bank") + ENTRY.replace("30", "0") + ADOPTS.replace("FRQ-001", "FRQ-999")
    (lost,) = load_profiles(home_of(tmp_path, zztest_sunrise=text), KNOWN).refused
    assert [(problem.line, problem.key) for problem in lost.problems] == [(3, "type"), (12, "days"), (18, "rules")]


def test_a_file_that_cannot_be_decoded_or_is_too_large_is_told(tmp_path):
    home_of(tmp_path, one="")
    (tmp_path / "payers" / "one.toml").write_bytes(b'name = "x"\nname2 = "\xff"\n')
    (tmp_path / "payers" / "two.toml").write_bytes(b"#" * 1_000_001)
    (tmp_path / "payers" / "three.toml").mkdir()
    said = [str(lost.problems[0]) for lost in load_profiles(tmp_path, KNOWN).refused]
    assert said[0].startswith("payers/one.toml, line 2: found a byte that is not UTF-8, expected a TOML file in UTF-8")
    assert said[1].startswith("payers/three.toml: found is a directory, expected a TOML file in UTF-8")
    assert said[2].startswith("payers/two.toml: found 1,000,001 bytes, expected at most 1,000,000")


def test_a_bad_file_costs_no_other(tmp_path):
    home_of(tmp_path, bad="name = 1", zztest_sunrise=HEAD + FILING)
    tables = load_tables(tmp_path)
    assert [profile.key for profile in tables.profiles.read] == ["zztest_sunrise"]
    assert [lost.file for lost in tables.profiles.refused] == ["bad.toml"]
    assert "TFL-001" in findings(tables, line(1, "99213"), as_of=date(2026, 4, 10))


@pytest.mark.parametrize(
    ("match", "says"),
    [
        ('ids = ["zz901"]', "payers/zztest_t.toml, [match], ids: found 'zz901', an id of payers/zztest_sunrise.toml too"),
        ('names = ["zztest sunrise gold"]', "names: found 'zztest sunrise gold', which payers/zztest_sunrise.toml matches too"),
        ('names = ["sunrise"]', "names: found names that match 'zztest sunrise' of payers/zztest_sunrise.toml too"),
    ],
)  # fmt: skip
def test_two_profiles_of_one_payer_are_told_and_the_first_stays(tmp_path, match, says):
    other = HEAD.replace('ids = ["ZZ901"]\nnames = ["zztest sunrise"]', match).replace("Sunrise Health Plan", "Tide")
    profiles = load_profiles(home_of(tmp_path, zztest_sunrise=HEAD, zztest_t=other), KNOWN)
    assert [profile.key for profile in profiles.read] == ["zztest_sunrise"]
    assert any(says in str(problem) for problem in profiles.refused[0].problems), profiles.refused


def test_a_shipped_payer_keeps_its_kind(tmp_path):
    text = 'type = "medicaid"\nwritten_by = "ZZTEST"\nwritten_on = 2026-02-01\n'
    (lost,) = load_profiles(home_of(tmp_path, cigna_commercial=text), KNOWN).refused
    assert "line 1, type: found 'medicaid', expected commercial, as the payer table has cigna_commercial" in str(
        lost.problems[0]
    )


def test_a_new_profile_is_valid_and_every_example_in_it_too(tmp_path):
    begun = Beginning("zztest_moon", 'ZZTEST "Moon" Mutual', "commercial", ("ZZ9",), "ZZTEST Biller")
    text = template(begun, KNOWN, date(2026, 2, 1))
    profile, problems = read_profile(home_of(tmp_path, zztest_moon=text) / "payers" / "zztest_moon.toml", KNOWN)
    assert [str(p) for p in problems] == []
    assert (profile.name, profile.ids, profile.entries) == ('ZZTEST "Moon" Mutual', ("ZZ9",), ())
    used = "\n".join(
        each[2:] if each.startswith(("# [[", "# ")) and ("=" in each or "[[" in each) else each
        for each in text.splitlines()
    )
    home_of(tmp_path, zztest_moon=used)
    profile, problems = read_profile(tmp_path / "payers" / "zztest_moon.toml", KNOWN)
    assert [str(p) for p in problems] == []
    assert len(profile.entries) == 6


def test_the_example_of_the_manual_can_be_read(tmp_path):
    manual = Path(__file__).resolve().parent.parent.parent / "docs" / "payers.md"
    text = manual.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    profile, problems = read_profile(home_of(tmp_path, zztest_sunrise=text) / "payers" / "zztest_sunrise.toml", KNOWN)
    assert [str(p) for p in problems] == []
    assert all((profile.filing, profile.wishes, profile.demands, profile.limits, profile.adoptions, profile.values))


def test_an_adopted_rule_never_denies_whatever_its_hit_says(tmp_path, monkeypatch):
    rule = RULES["MOD-006"]

    def check(case, a_line):
        yield Hit("ZZTEST objection.", severity=Severity.DENY)

    changed = [replace(r, check=check, where=None) if r is rule else r for r in RULES.values()]
    tables = tables_with(tmp_path, ADOPTS)
    the_claim = claim(line(1, "99213", charge=Decimal(1)), payer=SUNRISE)
    report = scrub(the_claim, tables, past_of(), as_of=AS_OF, rules=changed)
    (found,) = [f for f in report.findings if f.rule_id == "MOD-006"]
    assert found.severity is Severity.WARN


WISH = '[[wants]]\nfrom = 2026-01-01\nwants = ["{}"]\nsource = "ZZTEST letter"\n'


@pytest.mark.parametrize(("verified", "severity"), [("true", Severity.DENY), ("false", Severity.WARN)])
def test_a_wish_is_as_sure_as_who_wrote_it_down_and_cites_it(tmp_path, verified, severity):
    tables = tables_with(tmp_path, WISH.format("ndc") + f"verified = {verified}\n" + FILING)
    found = findings(tables, line(1, "J3301"))["DRG-002"]
    assert found.severity is severity
    assert "ZZTEST letter (own profile zztest_sunrise" in found.citation.text
    assert "DRG-002" not in findings(tables, line(1, "J3301"), payer=OTHER)


def test_a_wish_for_95_and_one_for_the_group_number_are_told_with_their_source(tmp_path):
    tables = tables_with(tmp_path, WISH.format('modifier_95", "group_number'))
    found = findings(tables, line(1, "99213"), place_of_service="10")
    for rule_id in ("MOD-013", "STR-008"):
        assert "own profile zztest_sunrise" in found[rule_id].citation.text


def test_a_verified_wish_makes_no_other_fact_surer(tmp_path):
    head = 'written_by = "ZZTEST Biller"\nwritten_on = 2026-02-01\n'
    tables = tables_with(tmp_path, WISH.format("ndc") + "verified = true\n", head=head, key="cigna_commercial")
    late = findings(
        tables, line(1, "99213"), payer=Payer("", "CIGNA", "CI", PayerType.COMMERCIAL), as_of=date(2026, 9, 1)
    )
    assert late["TFL-001"].severity is Severity.WARN  # the shipped limit is nobody's contract
