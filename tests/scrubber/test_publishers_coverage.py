"""The Medicare Coverage Database's articles: whose lists they are, where they bind, and what is refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from tests.scrubber.deliveries import as_csv, now, refused, take, zipped

DAY = date(2026, 10, 8)
FILE = "current_article.zip"
ID = ("article_id", "article_version")


def tables(**changes):
    """A download of two articles on trigger points and epidurals, and one on what we hold no policy on."""
    found = {
        "article": [
            (*ID, "title", "status", "article_eff_date", "article_end_date", "display_id", "description"),
            ("59487", "8", "Billing: Invented Trigger Points", "A", "2026-09-01 00:00:00", "", "A59487", "<p>x</p>"),
            ("58993", "20", "Billing and Coding: Invented Epidurals", "A", "2026-08-01", "", "A58993", "x" * 200_000),
            ("50000", "1", "Billing and Coding: Eyes", "A", "2026-08-01", "", "A50000", ""),
            ("59487", "9", "A version to come", "A", "2027-01-01", "", "A59487", ""),
            ("58993", "12", "A version retired", "R", "2024-01-01", "2026-07-31", "A58993", ""),
        ],
        "article_x_hcpc_code": [
            (*ID, "hcpc_code_id", "hcpc_code_version", "hcpc_code_group", "range"),
            *[("59487", "8", code, "2026", "1", "") for code in ("20552", "20553")],
            *[("58993", "20", code, "2026", "1", "") for code in ("62321", "62323")],
            ("58993", "20", "64483", "2026", "2", ""),
            ("50000", "1", "92004", "2026", "1", ""),
        ],
        "article_x_icd10_covered": [
            (*ID, "icd10_code_id", "icd10_code_version", "icd10_covered_group", "description"),
            ("59487", "8", "M79.18", "2026", "1", "Myalgia, other site"),
            ("59487", "8", "M791", "2026", "1", ""),
            ("58993", "20", "M54.16", "2026", "1", ""),
            ("58993", "20", "M54.50", "2026", "2", "an article that supports what a held row excludes"),
            ("50000", "1", "H40.9", "2026", "1", ""),
        ],
        "article_x_icd10_noncovered": [
            (*ID, "icd10_code_id", "icd10_code_version", "icd10_noncovered_group"),
            ("59487", "8", "M54.16", "2026", "1"),
            ("58993", "20", "XX000", "2026", "1"),
        ],
        "article_x_contractor": [
            (*ID, "article_type", "contractor_id", "contractor_type_id", "contractor_version"),
            ("59487", "8", "6", "10", "12", "1"),
            ("58993", "20", "6", "11", "12", "1"),
            ("50000", "1", "6", "10", "12", "1"),
        ],
        "contractor_jurisdiction": [
            ("contractor_id", "contractor_type_id", "contractor_version", "state_id", "active_date", "term_date"),
            *[("10", "12", "1", state, "2020-01-01", "") for state in ("1", "2")],
            ("10", "12", "1", "3", "2020-01-01", "2022-01-01"),
            *[("11", "12", "1", state, "2020-01-01", "") for state in ("4", "5", "6", "7", "8", "9", "10")],
        ],
        "state_lookup": [
            ("state_id", "state_abbrev", "description"),
            *zip(
                map(str, range(1, 11)), ("TX", "EM", "OK", "CA", "HI", "NV", "AS", "GU", "CNMI", "AZ"), ["x"] * 10,
                strict=True,
            ),
        ],
        "update_period": [("start_date", "end_date"), ("2026-10-01", "2026-10-08 00:00:00")],
        "article_type_lookup": [("article_type_id", "description"), ("6", "Billing and Coding")],
    }  # fmt: skip
    return {f"{name}.csv": as_csv(rows) for name, rows in {**found, **changes}.items() if rows}


def nested(**changes):
    """The download as it comes: an archive in an archive, beside a page of help."""
    return zipped({"current_article_csv.zip": zipped(tables(**changes)), "readme_first.txt": "Read me first"})


@pytest.fixture
def release(tmp_path):
    done = take(tmp_path, "coverage", FILE, nested())
    assert (done.release, done.effective, done.complete) == ("2026-10-08", DAY, False)
    return now(tmp_path, "coverage").on(DAY, DAY)


def of(release, code, state):
    return [row for row in release.get(code) or () if state in row.states]


def test_an_article_binds_in_its_contractors_states(release):
    supports = [row for row in of(release, "20552", "TX") if "A59487" in row.citation and row.role == "supports"]
    assert [row.diagnoses for row in supports] == [("M79.1", "M79.18")]
    assert supports[0].valid_from == date(2026, 9, 1)
    assert supports[0].verified, "one group of procedures, one of diagnoses"
    assert supports[0].url.endswith("articleid=59487")
    assert not any("A59487" in row.citation for row in of(release, "20552", "OK")), "the jurisdiction had ended"
    assert not any("A59487" in row.citation for row in of(release, "20552", "MO")), "half a state is none"


def test_what_never_supports_is_told_apart(release):
    assert [r.diagnoses for r in of(release, "20553", "TX") if "A59487" in r.citation and r.role == "excludes"] == [
        ("M54.16",)
    ]


def test_groups_are_told_in_prose_so_their_lists_are_not_verified(release):
    lists = [row for row in of(release, "64483", "CA") if row.role == "supports"]
    assert [(row.verified, row.diagnoses) for row in lists] == [(False, ("M54.16", "M54.50"))]


def test_it_takes_the_place_of_what_was_held_for_the_same_states(release):
    assert {row.citation for row in of(release, "62323", "HI") if row.role == "supports"} == {
        "Article A58993: Billing and Coding: Invented Epidurals"
    }
    assert any("A58993" in row.citation for row in of(release, "62323", "AZ")), "and binds in its other states too"
    assert any("L39240" not in row.citation for row in of(release, "62323", "FL")), "others are left alone"


def test_what_a_policy_says_in_prose_stays_but_for_what_the_list_now_supports(release):
    prose = [row for row in of(release, "62323", "HI") if row.role == "excludes"]
    assert prose
    assert all("L39240" in row.citation for row in prose)
    assert not any("M54.50" in row.diagnoses for row in prose)
    assert any("M54.2" in row.diagnoses for row in prose)
    assert any(row.role == "exempt" for row in of(release, "62323", "HI"))


def test_procedures_we_hold_no_policy_on_are_left_out(release):
    assert release.get("92004") is None


def test_a_second_download_takes_the_place_of_the_first(tmp_path, release):
    take(tmp_path, "coverage", FILE, nested(update_period=[("start_date", "end_date"), ("x", "2026-10-15")]))
    later = now(tmp_path, "coverage").on(date(2026, 10, 15), date(2026, 10, 20))
    assert len(later.get("20552")) == len(release.get("20552"))
    assert len(later.get("62323")) == len(release.get("62323"))


BAD_CODE = [(*ID, "icd10_code_id", "icd10_covered_group"), ("58993", "20", "lumbago", "1")]
BAD_DAY = [(*ID, "title", "status", "article_eff_date"), ("59487", "8", "x", "A", "soon")]


@pytest.mark.parametrize(
    ("content", "where", "expected"),
    [
        pytest.param(zipped({"mue.csv": "HCPCS/CPT Code,Practitioner Services MUE Values\r\n64493,1\r\n"}), "mue.csv",
                     "current articles", id="another's file"),
        pytest.param(nested(state_lookup=None), "", "state_lookup", id="a table missing"),
        pytest.param(nested(article_x_hcpc_code=[(*ID, "code"), ("59487", "8", "20552")]), "", "article_x_hcpc_code",
                     id="a column missing"),
        pytest.param(nested(article_x_icd10_covered=BAD_CODE), "article_x_icd10_covered.csv, row 2", "ICD-10-CM code",
                     id="no diagnosis"),
        pytest.param(nested(article=BAD_DAY), "article.csv, row 2", "a day", id="no day"),
        pytest.param(nested()[:-300], FILE, "", id="cut"),
        pytest.param(nested(article_x_contractor=[(*ID, "contractor_id", "contractor_version")]), "article.csv",
                     "current articles", id="no contractor"),
    ],
)  # fmt: skip
def test_a_wrong_download_is_refused_whole(tmp_path, content, where, expected):
    error = refused(tmp_path, "coverage", FILE, content)
    assert where in error.where
    assert expected in error.expected


def test_another_year_than_asked_and_an_older_download_are_refused(tmp_path):
    refused(tmp_path, "coverage", FILE, nested(), effective=date(2025, 1, 1))
    take(tmp_path, "coverage", FILE, nested())
    refused(tmp_path, "coverage", FILE, nested(update_period=[("start_date", "end_date"), ("x", "2026-10-01")]))
