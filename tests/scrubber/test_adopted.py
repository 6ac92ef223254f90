"""The rules a payer's own profile adds: which, for which families, and on which days."""

from dataclasses import replace
from datetime import date

from claims.claim import Payer, PayerType
from scrubber import RULES
from scrubber.adopted import OWN_LIMITS, own, rules_of
from scrubber.tables import shipped_tables
from scrubber.tables.profiles import Adoption, Profile, Profiles, Said, SessionLimit
from tests.scrubber.test_engine import claim, line

BEGUN, ENDED = date(2024, 1, 1), date(2026, 12, 31)
SAID = Said(BEGUN, ENDED, BEGUN, "ZZTEST bulletin", "", verified=True, written_by="ZZTEST", written_on=BEGUN)
LIMIT = SessionLimit(SAID, 1, frozenset({"esi_interlaminar"}), "region", 2, 6, "months", None)
PLAIN = Profile(
    "zztest", "ZZTEST Plan", "commercial", ("ZZ901",), (), (), "ZZTEST", BEGUN, "zztest.toml", "0", (), (), ()
)
COMMERCIAL, MEDICARE = PayerType.COMMERCIAL, PayerType.MEDICARE


EVERY = tuple(RULES.values())


def added(profile, kind, rules=EVERY):
    return {rule.id: rule for rule in rules_of(profile, range(len((*profile.adoptions, *profile.limits))), kind, rules)}


def adopting(*ids, said=SAID):
    return replace(PLAIN, adoptions=(Adoption(said, 1, frozenset(ids)),))


def limiting(*families):
    return replace(PLAIN, limits=(replace(LIMIT, families=frozenset(families)),))


def test_a_profile_that_adds_no_rule_leaves_the_claim_among_those_without():
    tables = shipped_tables()
    of = claim(line(1, "62323"), payer=Payer("ZZ901", "ZZTEST", type=COMMERCIAL))
    for profile, found in ((PLAIN, None), (limiting("esi_interlaminar"), ("zztest", (0,)))):
        with_it = replace(tables, profiles=Profiles((profile,)))
        assert own(with_it, of, BEGUN) == found
        assert own(with_it, of, date(2023, 12, 31)) is None  # not known yet


def test_only_what_does_not_bind_the_kind_of_payer_anyway_is_added():
    assert set(added(adopting("FRQ-001"), COMMERCIAL)) == {"FRQ-001"}
    assert added(adopting("FRQ-001"), MEDICARE) == {}
    assert added(adopting("ZZZ-001"), COMMERCIAL) == {}


def test_limits_are_asked_about_the_families_the_rule_does_not_look_at_already():
    rule = RULES[OWN_LIMITS]
    known = sorted(rule.families)[0]
    assert rule.payer_types
    assert COMMERCIAL in rule.payer_types
    assert MEDICARE not in rule.payer_types
    assert added(limiting(known), COMMERCIAL) == {}
    assert added(limiting(known, "trigger_point"), COMMERCIAL)[OWN_LIMITS].families == {"trigger_point"}
    assert added(limiting(known, "trigger_point"), MEDICARE)[OWN_LIMITS].families == {known, "trigger_point"}


def test_an_adoption_alone_adds_no_limits_and_limits_need_their_rule():
    assert OWN_LIMITS not in added(adopting("FRQ-001"), MEDICARE)
    assert added(limiting("trigger_point"), MEDICARE, (RULES["FRQ-001"],)) == {}


def test_an_adopted_rule_holds_where_its_policy_and_the_profile_both_do():
    late = replace(RULES["FRQ-001"], effective=date(2025, 7, 1), until=date(2026, 6, 30))
    early = replace(late, effective=date(2020, 1, 1), until=date(2030, 1, 1))
    always = replace(late, effective=None, until=None)
    days = {}
    for name, rule in (("late", late), ("early", early), ("always", always)):
        found = added(adopting("FRQ-001"), COMMERCIAL, (rule,))["FRQ-001"]
        days[name] = found.effective, found.until
    assert days == {
        "late": (date(2025, 7, 1), date(2026, 6, 30)),
        "early": (BEGUN, ENDED),
        "always": (BEGUN, ENDED),
    }
    open_end = added(adopting("FRQ-001", said=replace(SAID, last=None)), COMMERCIAL, (late,))["FRQ-001"]
    assert open_end.until == date(2026, 6, 30)
