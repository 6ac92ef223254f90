"""The served answer rests on what the practice wrote down of approvals, as known on the day."""

from datetime import date

from scrubber.tables import shipped_tables
from serving.assess import Assessor
from serving.pasts import StorePasts
from tests.store.practice_year import open_store
from tests.store.test_records import a_visit, an_approval, an_entry


def test_an_assessment_takes_the_book_as_it_stood_on_the_day(tmp_path):
    claim = a_visit()
    with open_store(tmp_path) as store:
        store.note([an_entry(), an_entry(an_approval(status="denied"), decision="cancelled", on=date(2026, 1, 8))])
        assessor = Assessor(shipped_tables(), None, StorePasts(store))
        found = {
            day: {f.rule_id for f in assessor.assess(claim, day).findings}
            for day in (date(2026, 1, 7), date(2026, 1, 8))
        }
    assert "AUT-002" not in found[date(2026, 1, 7)]
    assert "AUT-002" in found[date(2026, 1, 8)]
