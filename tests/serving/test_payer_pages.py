"""The payers' pages: what each wants and how it has answered, without script; and what is said of a lost profile."""

from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from scrubber.tables import load_tables
from serving.app import create_app
from serving.assess import Assessor
from serving.pasts import SnapshotPasts, StorePasts
from serving.schemas import ReadyShape
from serving.settings import Settings
from store import Store
from tests.serving.samples import TODAY
from tests.serving.test_pages import Page
from tests.store.practice_year import the_files

PROFILE = """name = "ZZTEST <b>Sunrise</b>"
type = "commercial"
written_by = "ZZTEST Biller"
written_on = 2026-01-02
[match]
ids = ["MEDI1"]
[[timely_filing]]
from = 2026-01-01
days = 90
source = "ZZTEST <i>contract</i>"
"""


def client_of(home, pasts, today=TODAY):
    settings = Settings(home=home)
    app = create_app(Assessor(load_tables(home), None, pasts), settings, today=lambda: today)
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "payers").mkdir()
    (tmp_path / "payers" / "zztest_sunrise.toml").write_text(PROFILE, encoding="utf-8")
    return tmp_path


def test_the_list_links_every_payer_and_the_front_page_links_the_list(home):
    client = client_of(home, SnapshotPasts())
    assert {"href": "/payers"} in Page(client.get("/").text).all("a")
    page = Page(client.get("/payers").text)
    assert page.all("script") == []
    links = [a["href"] for a in page.all("a")]
    assert "/payers/cigna_commercial" in links
    for link in ("/payers/zztest_sunrise", "/payers/MEDI1"):
        assert client.get(link).status_code == 200


def test_a_payers_page_tells_its_facts_escaped_and_says_when_it_has_no_answers(home):
    answer = client_of(home, SnapshotPasts()).get("/payers/zztest_sunrise")
    page = Page(answer.text)
    assert "<b>Sunrise" not in answer.text
    assert "<i>contract" not in answer.text
    assert "ZZTEST <b>Sunrise</b>" in page.text
    assert "90 days from the service" in page.text
    assert "ZZTEST <i>contract</i>, from 2026-01-01, not verified" in page.text
    assert "No answer of the last 12 months is in the store." in page.text


def test_a_payers_page_shows_how_it_answered(home, tmp_path):
    with Store.open(tmp_path / "store", family_of=lambda code: "facet_injection") as store:
        store.ingest(the_files(tmp_path / "files").all)
        client = client_of(home, StorePasts(store), today=date(2026, 3, 31))
        page = Page(client.get("/payers/medicare_part_b").text)
        assert "No answer of the last 12 months" in page.text
        text = client.get("/payers/MEDI1").text
        listed = Page(client.get("/payers").text)
    page = Page(text)
    assert "denied," in page.text
    assert "CO-197" in page.text
    assert page.all("svg")[0]["aria-label"].startswith("Share denied, month by month, 2025-03 to 2026-03")
    assert page.all("rect")
    assert "MEDI1" in listed.text


def test_a_payer_nobody_knows_is_a_page_that_says_so(home):
    answer = client_of(home, SnapshotPasts()).get("/payers/%3Cscript%3E")
    assert answer.status_code == 404
    assert "No payer has this key or id." in answer.text
    assert "<script" not in answer.text


def test_a_lost_profile_is_told_by_readyz_and_on_the_page_and_its_text_stays_out_of_the_log(home, capfd):
    (home / "payers" / "zztest_lost.toml").write_text("name = 1\n", encoding="utf-8")
    with client_of(home, SnapshotPasts()) as client:
        said = ReadyShape.model_validate(client.get("/readyz").json())
        page = Page(client.get("/payers").text)
    (lost,) = said.profiles_left_out
    assert lost.file == "zztest_lost.toml"
    assert lost.problems[0].startswith("payers/zztest_lost.toml, line 1, name: found 1, expected a text in quotes")
    assert "payers/zztest_lost.toml, line 1, name" in page.text
    log = capfd.readouterr().err
    assert "payer profiles left out" in log
    assert "zztest_lost" not in log


def test_a_model_fitted_without_the_profiles_says_the_difference(home, tables, model):
    from models.versions import differences, recorded_versions

    fitted = recorded_versions(tables)
    now = recorded_versions(replace(tables, profiles=load_tables(home).profiles))
    (said,) = differences(fitted, now)
    assert said.startswith("payer_profiles: the model was fitted with none, this is 1 ")
