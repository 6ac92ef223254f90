"""Single values of policy: which speaks on a day, and what is said when none does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scrubber.parameters import FOLDER, UnreadableParameter, parameter, parameters, read_parameter, versions
from scrubber.tables import TableGap

DAY = date(2026, 3, 10)
CITES = 'cites = { text = "Policy", url = "https://policy.example/x" }'


def written(tmp_path, values: str):
    file = tmp_path / "sessions.toml"
    file.write_text(f'label = "Sessions"\nunit = "sessions"\n{values}', encoding="utf-8")
    return file


def test_every_parameter_is_whole_cited_and_answers_today():
    names = [p.name for p in parameters()]
    assert names == sorted(f.stem for f in FOLDER.glob("*.toml"))
    for p in parameters():
        value = p.on(DAY, DAY)
        assert value is not None
        assert value.citation.url.startswith("https://")
        assert value.citation.text
        assert all(d.published <= DAY for d in p.values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("esi_sessions_per_region", 4),
        ("esi_look_back_months", 12),
        ("npi_check_prefix", "80840"),
        ("visit_25_global_periods", "000 010 XXX"),
        ("ncci_59_x_columns", "either"),
    ],
)
def test_the_values_the_rules_need_are_there(name, value):
    assert parameter(name).on(DAY, DAY).value == value


def test_a_list_of_words_is_read_as_one():
    assert parameter("visit_25_global_periods").on(DAY, DAY).words == ("000", "010", "XXX")


def test_a_value_speaks_from_its_day():
    columns = parameter("ncci_59_x_columns")
    assert columns.on(date(2019, 6, 30), DAY).value == "column2"
    assert columns.on(date(2019, 7, 1), DAY).value == "either"


def test_a_value_nobody_had_published_is_not_used():
    columns = parameter("ncci_59_x_columns")
    assert columns.on(date(2019, 7, 1), date(2019, 2, 14)).value == "column2"
    assert columns.on(date(2019, 7, 1), date(2019, 2, 15)).value == "either"


def test_a_day_before_the_first_value_is_a_gap_and_not_zero():
    with pytest.raises(TableGap) as gap:
        parameter("esi_sessions_per_region").on(date(2021, 11, 30), DAY)
    assert str(gap.value) == (
        "no value of esi_sessions_per_region covers 2021-11-30; the earliest we hold starts 2021-12-01."
    )
    assert gap.value.table == "esi_sessions_per_region"


def test_a_policy_that_ended_has_no_value(tmp_path):
    p = read_parameter(
        written(
            tmp_path,
            f"[[values]]\nfrom = 2022-01-01\nvalue = 2.5\nverified = false\n{CITES}\n"
            "[[values]]\nfrom = 2024-01-01\nended = true\n",
        )
    )
    before = p.on(date(2023, 12, 31), DAY)
    assert before.value == Decimal("2.5")
    assert not before.verified
    assert p.on(date(2024, 1, 1), DAY) is None


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("", "sessions.toml, values: found nothing"),
        (f"[[values]]\nvalue = 2\nverified = true\n{CITES}", "value 1, from: found None, expected a day"),
        (f"[[values]]\nfrom = 2022-01-01\nverified = true\n{CITES}", "value 1, value: found None, expected a number"),
        (f"[[values]]\nfrom = 2022-01-01\nvalue = true\nverified = true\n{CITES}", "value: found True"),
        (f"[[values]]\nfrom = 2022-01-01\nvalue = 2\n{CITES}", "verified: found None, expected true or false"),
        (
            "[[values]]\nfrom = 2022-01-01\nvalue = 2\nverified = true\n",
            "cites: found {}, expected a text and an https",
        ),
        (
            f"[[values]]\nfrom = 2024-01-01\nvalue = 2\nverified = true\n{CITES}\n"
            f"[[values]]\nfrom = 2022-01-01\nvalue = 2\nverified = true\n{CITES}",
            "found 2022-01-01 after 2024-01-01, expected order",
        ),
        ("[[values]", "found broken TOML"),
    ],
)
def test_a_broken_file_says_where_and_what(tmp_path, values, says):
    with pytest.raises(UnreadableParameter) as error:
        read_parameter(written(tmp_path, values))
    assert says in str(error.value)


def test_a_name_nobody_declared_lists_those_there_are():
    with pytest.raises(UnreadableParameter, match=r"expected one of .*esi_look_back_months, esi_repeat"):
        parameter("esi_sesions")


def test_a_bundle_sees_every_parameter():
    recorded = versions()
    assert recorded["ncci_59_x_columns"].startswith("2019-07-01 ")
    assert set(recorded) == {p.name for p in parameters()}
