"""The tables, their migrations, the codec, and that every statement is bound to a practice."""

import re
import sqlite3
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from alembic import command
from sqlalchemy import create_engine, event, inspect

from claims.claim import (
    Address,
    Authorization,
    AuthorizedCode,
    BenefitLimit,
    CareSpan,
    Claim,
    Eligibility,
    Evidence,
    Line,
    PriorService,
    PriorServices,
    Provider,
)
from claims.remittance import Remittance
from store import UnusableStore
from store.codec import dump, load
from store.migrate import configuration, newest
from store.schema import HEAD, metadata
from tests.past.builders import a_claim, a_line, a_service, an_answer, cas
from tests.store.practice_year import END, open_store, the_files

# As `Scope.select` binds it, or as `Scope.select_by_id` does.
BOUND = re.compile(r"\.practice_id = \?|\.practice_id \|\| ''\) = \?")


@pytest.fixture
def connection():
    with create_engine("sqlite://").connect() as opened:
        yield opened


def test_the_migrations_lead_to_the_tables_and_back(connection):
    config = configuration(connection)
    command.upgrade(config, "head")
    command.check(config)
    assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    command.downgrade(config, "base")
    assert inspect(connection).get_table_names() == ["alembic_version"]


def test_a_store_knows_the_newest_migration_without_asking_alembic():
    assert newest() == HEAD


def test_every_row_belongs_to_a_practice():
    for table in metadata.sorted_tables:
        if table.name != "practices":
            assert not table.c.practice_id.nullable, table.name


def test_every_statement_is_bound_to_a_practice(tmp_path):
    files = the_files(tmp_path / "in")
    said = []
    with open_store(tmp_path) as store:
        event.listen(store._engine, "before_cursor_execute", lambda c, cur, statement, *rest: said.append(statement))
        store.ingest([files.corrected, files.sent, files.replaced])
        store.payer_past()
        store.ingest([files.answered])
        store.payer_past()
        claims = [e.claim for e in store.events() if hasattr(e, "claim")]
        store.patient_past(claims[0], as_of=END, peers=claims)
        list(store.ledger(END))
        store.relabel()
        store.decisions_count()
    statements = [s for s in said if s.split()[0] in ("SELECT", "UPDATE", "DELETE") and "practices." not in s]
    assert len(statements) > 40
    assert [s for s in statements if not BOUND.search(s)] == []
    inserted = [s for s in said if s.startswith("INSERT")]
    assert inserted
    assert [s for s in inserted if "practice_id" not in s] == []


def test_a_store_of_a_newer_version_is_not_touched(tmp_path):
    open_store(tmp_path).close()
    with sqlite3.connect(tmp_path / "store.db") as raw:
        raw.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(UnusableStore, match="tables of a newer version"):
        open_store(tmp_path)


def a_full_claim() -> Claim:
    provider = Provider(
        "1234567893", "CLINIC", "ANN", True, "990000001", "EI", "207LP2900X", Address("1 ROAD", "", "X")
    )
    line = replace(a_line(modifiers=("RT", "59"), units="1.50"), rendering=provider, emergency=True, service_to=END)
    return replace(
        a_claim(line, a_line(2, charge="0.00")),
        rendering=provider,
        accident_causes=("AA",),
        amount_paid=Decimal("10.00"),
        evidence=(Evidence("pain_relief_percent", "80", line=1, recorded_on=END),),
        authorizations=(Authorization("AUTH1", codes=(AuthorizedCode("64493", Decimal(2), "left"),)),),
        eligibility=(
            Eligibility(None, active=False, other_payers=("X",)),
            Eligibility(
                END, spans=(CareSpan("hospice", END),), limits=(BenefitLimit(("64493",), remaining=Decimal(0)),)
            ),
        ),
        prior_services=PriorServices(END, (PriorService("64493", END, ("RT",), Decimal("2.0")),)),
        segments={"CLM": 12},
    )


def test_a_claim_comes_back_equal_and_whole():
    claim = a_full_claim()
    back = load(Claim, dump(claim))
    assert back == claim
    assert back.origin == claim.origin
    assert str(back.lines[0].units) == "1.50", "a decimal keeps its digits"
    assert isinstance(back.payer.type, type(claim.payer.type))
    assert back.segments == {}
    for f in fields(Line):
        assert type(getattr(back.lines[0], f.name)) is type(getattr(claim.lines[0], f.name)), f.name


def test_a_remittance_comes_back_equal_and_whole():
    claim = a_full_claim()
    services = (a_service(claim.lines[0], "CO-197 500.00", allowed=Decimal("1.10"), remarks=("N130",)),)
    answer = an_answer(claim, *services, adjustments=cas("OA-23 1.00"), received_on=date(2026, 1, 8), member_id="ZZ1")
    back = load(Remittance, dump(answer))
    assert (back, back.origin) == (answer, answer.origin)


def test_what_equals_a_default_but_is_no_default_is_kept():
    claim = replace(a_claim(), prior_services=None, submitted_on=None, provider_signature="")
    assert load(Claim, dump(claim)) == claim
