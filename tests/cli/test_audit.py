"""`cleanclaim audit leakage` on a store, and on an empty one."""

from datetime import date

from tests.cli.conftest import REMITTANCES, SENT


def test_the_demo_practice_has_no_leak(run):
    run("ingest", SENT, REMITTANCES)
    said = run("audit", "leakage", "--days", "3", "--json")
    assert said.code == 0
    (audit,) = said.records
    assert audit["leaks"] == 0
    assert audit["claims"] > 0
    assert [date.fromisoformat(day) for day in audit["days"]]
    assert "None differs" in run("audit", "leakage", "--days", "2").out


def test_a_leak_is_named_and_ends_in_exit_code_1(run, monkeypatch):
    run("ingest", SENT, REMITTANCES)
    import training.leakage

    honest = training.leakage._Side.served

    def peeking(self, claim, day, content, beside):
        report, rows = honest(self, claim, day, content, beside)
        return report, [
            {**row, "units": 99.0} if "leak-audit" not in str(self.store._engine.url) else row for row in rows
        ]

    monkeypatch.setattr(training.leakage._Side, "served", peeking)
    said = run("audit", "leakage", "--days", "1")
    assert said.code == 1
    assert "What came later reaches into" in said.out


def test_an_empty_store_says_what_to_do(run):
    said = run("audit", "leakage")
    assert said.code == 2
    assert "cleanclaim ingest" in said.err
