"""Nobody in the simulation could be taken for a real person, payer or clinic."""

import ast
import re
from pathlib import Path

import pytest

import simulator
from simulator.practice import check_digit, load_practice, valid_npi


def test_every_name_says_that_it_is_invented(year):
    for claim in year.claims:
        people = (claim.patient, claim.subscriber.person)
        assert all(re.fullmatch(r"ZZPATIENT\d{5,}", p.last_name) and p.first_name == "TEST" for p in people)
        parties = (claim.billing, claim.rendering, claim.referring, claim.facility)
        assert all(p.name.startswith("ZZ") for p in parties if p)
        assert claim.payer.name.startswith("ZZTEST ")
        assert claim.payer.id.startswith("ZZ")


def test_medicare_ids_have_the_form_and_are_plainly_tests(year):
    ids = {c.subscriber.member_id for c in year.claims if c.payer.filing_indicator == "MB"}
    well_formed = {i for i in ids if re.fullmatch(r"1T\d\dT\d\dTT\d\d", i)}
    assert len(well_formed) > 300
    assert all(len(i) == 10 for i in ids - well_formed)  # those a biller mistyped


def test_files_are_marked_as_tests(year):
    assert all(c.origin.test for c in year.claims)
    assert all(r.origin.test for r in year.remittances)


def test_npis_pass_their_check_digit():
    practice = load_practice()
    sites = [site for site in practice.sites.values() if site]
    everyone = [practice.group, *sites, *practice.referrers, *(c.provider for c in practice.clinicians)]
    assert len({p.npi for p in everyone}) == len(everyone)
    assert all(valid_npi(p.npi) for p in everyone)
    assert check_digit("123456789") == "3"
    assert not valid_npi("1234567890")


@pytest.mark.parametrize("path", sorted(Path(simulator.__file__).parent.glob("*.py")), ids=lambda p: p.stem)
def test_the_simulator_knows_claims_and_nothing_else_of_ours(path):
    allowed = {"claims", "simulator", "pyarrow", "numpy"}
    ours = {p.name for p in Path(simulator.__file__).parents[1].iterdir() if (p / "__init__.py").exists()} - allowed
    assert "scrubber" in ours
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert not ours & {name.split(".")[0] for name in names}
