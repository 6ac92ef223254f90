"""A look back reads answers by the practice's own words, as its store and its training do."""

from datetime import date

from past.label_settings import DEFAULTS, parse_label_settings
from scrubber.tables import shipped_tables
from tests.cli.conftest import REMITTANCES, SENT
from training.lookback import thrown_away


def outcomes(settings):
    with thrown_away([SENT, REMITTANCES], shipped_tables(), settings) as (store, _):
        return [row.outcome.value for row in store.ledger(date.max)]


def test_what_the_practice_calls_a_denial_is_one_in_a_look_back():
    own = outcomes(parse_label_settings('[adjustments]\n"45" = "denial"'))
    assert own.count("denied") + own.count("reduced") > outcomes(DEFAULTS).count("denied")


def test_a_look_back_reads_the_labels_of_the_home(run, home):
    home.mkdir()
    (home / "labels.toml").write_text('[adjustments]\n"45" = "maybe"\n')
    said = run("evaluate", "--lookback", SENT, REMITTANCES)
    assert said.code == 2
    assert "labels.toml, [adjustments], 45" in said.err
