"""A promoted model is taken up, a broken one is not, and a store is used from the first ingest."""

import json
import os
from dataclasses import replace

import pytest

import serving.desk
from models.folders import POINTER
from serving.assess import Assessor
from serving.assessment import AllowedBasis
from serving.desk import Desk
from serving.pasts import SnapshotPasts
from serving.settings import Settings
from serving.start import build_assessor
from store import Store
from store.table_manifests import tell_services
from store.table_releases import rollback_table
from tests.serving.samples import TODAY, example_claim
from tests.store.ptp_files import quarter, take


def promote(home, model, version):
    folder = home / "models" / f"denial-{version}"
    replace(model, card=replace(model.card, version=version)).save(folder)
    draft = home / "models" / "draft.json"
    draft.write_text(json.dumps({"folder": folder.name, "version": version}))
    os.replace(draft, home / "models" / POINTER)
    return folder


@pytest.fixture
def home(tmp_path, model):
    promote(tmp_path, model, "1")
    return tmp_path


@pytest.fixture
def desk(home):
    settings = Settings(home=home)
    return Desk(build_assessor(settings), settings, lambda: TODAY)


def test_the_promoted_model_serves(desk):
    assert desk.assessor().model.version == "1"


def test_a_newer_model_serves_from_the_next_answer_on(desk, home, model):
    promote(home, model, "2")
    assert desk.assessor().model.version == "2"
    assert desk.reload_failed == ""


def test_the_same_model_is_not_read_again(desk, monkeypatch):
    monkeypatch.setattr(serving.desk, "load_model", lambda _: pytest.fail("read again"))
    assert desk.assessor() is desk.assessor()


def test_a_broken_model_leaves_the_old_one_serving_until_it_is_mended(desk, home, model, monkeypatch):
    folder = promote(home, model, "2")
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(text + " ")
    assert desk.assessor().model.version == "1"
    assert "model.json" in desk.reload_failed
    (folder / "model.json").write_text(text)
    monkeypatch.setattr(serving.desk, "RETRY_SECONDS", 0.0)
    desk._not_before = 0.0
    assert desk.assessor().model.version == "2"
    assert desk.reload_failed == ""


def test_a_broken_model_is_not_tried_again_at_once(desk, home, model, monkeypatch):
    (promote(home, model, "2") / "model.json").unlink()
    tries = []
    load = serving.desk.load_model
    monkeypatch.setattr(serving.desk, "load_model", lambda settings: tries.append(1) or load(settings))
    for _ in range(3):
        assert desk.assessor().model.version == "1"
    assert len(tries) == 1


def test_without_a_usable_model_the_rules_serve_and_say_why(home):
    (home / "models" / "denial-1" / "booster.txt").write_text("no trees")
    assessor = build_assessor(Settings(home=home))
    assert assessor.model is None
    assert "booster.txt" in assessor.degraded
    assert assessor.assess(example_claim(), TODAY).findings


def test_a_model_that_appears_ends_the_rules_only_service(tmp_path, model):
    settings = Settings(home=tmp_path, bundle=tmp_path / "bundle")
    desk = Desk(build_assessor(settings), settings, lambda: TODAY)
    assert desk.assessor().model is None
    model.save(tmp_path / "bundle")
    assert desk.assessor().model is not None
    assert desk.assessor().degraded == ""


def test_what_changed_since_the_model_was_fitted_is_told(tmp_path, model):
    old = replace(model, card=replace(model.card, recorded={"rules": "other"}))
    old.save(tmp_path / "bundle")
    assessor = build_assessor(Settings(home=tmp_path, bundle=tmp_path / "bundle"))
    said = assessor.assess(example_claim(), TODAY).model.differences
    assert any(d.startswith("rules: the model was fitted with other, this is ") for d in said)


def test_a_new_model_brings_its_snapshot_where_there_is_no_store(desk, home, model):
    from tests.serving.test_assess import history

    assert desk.assessor().assess(example_claim(), TODAY).lines[1].allowed_basis is AllowedBasis.FEE_TABLE
    promote(home, replace(model, history=history(9)), "2")
    assert desk.assessor().assess(example_claim(), TODAY).lines[1].allowed_basis is AllowedBasis.REMITTANCES


def test_a_store_is_used_from_its_first_ingest_on(desk, home):
    assert not desk.assessor().pasts.own
    with Store.open(home / "store.db"):
        pass
    assert desk.assessor().pasts.own
    assert desk.assessor() is desk.assessor()


def test_an_assessor_handed_in_is_not_replaced_by_what_lies_in_the_home(tables, real_model, home):
    desk = Desk(Assessor(tables, real_model, SnapshotPasts()), Settings(home=home), lambda: TODAY)
    assert desk.assessor().model is real_model


def test_an_imported_table_speaks_from_the_next_answer_on_and_a_rollback_takes_it_back(desk, home, tmp_path):
    first = desk.assessor()
    take(home, quarter(tmp_path / "in"))
    assert [t.name for t in desk.assessor().tables.ptp.releases] == ["2024q3", "2026q3"]
    assert desk.assessor().model is first.model
    assert any(line.startswith("table.ptp: the model was fitted with") for line in desk.assessor().differences)
    rollback_table(home, "ptp", today=TODAY)
    assert [t.name for t in desk.assessor().tables.ptp.releases] == ["2024q3"]


def test_a_table_that_cannot_be_read_leaves_the_old_ones_in_use_and_says_so(desk, home, tmp_path):
    take(home, quarter(tmp_path / "in"))
    before = desk.assessor()
    file = next((home / "tables" / "ptp").glob("*.pairs"))
    file.write_bytes(file.read_bytes()[:-1])
    tell_services(home / "tables")
    assert desk.assessor() is before
    assert "The file has changed since its manifest was written" in desk.reload_failed


def test_tables_are_not_read_again_while_nothing_was_imported(desk, home, tmp_path, monkeypatch):
    take(home, quarter(tmp_path / "in"))
    desk.assessor()
    monkeypatch.setattr(serving.desk, "load_tables", lambda _: pytest.fail("read again"))
    assert desk.assessor() is desk.assessor()


def test_a_changed_payer_profile_speaks_a_moment_later(desk, home, monkeypatch):
    monkeypatch.setattr(serving.desk, "LOOK_SECONDS", 0.0)
    assert desk.assessor().tables.profiles.read == ()
    (home / "payers").mkdir()
    profile = home / "payers" / "zztest_plan.toml"
    template = 'key = "zztest_plan"\nname = "ZZTEST PLAN"\ntype = "commercial"\nwritten_by = "ZZTEST Biller"\n'
    profile.write_text(template + 'written_on = 2026-02-01\n[match]\nids = ["ZZ901"]\n')
    told = desk.assessor()
    assert [p.key for p in told.tables.profiles.read] == ["zztest_plan"]
    assert desk.assessor().tables is told.tables, "not read again while nothing changes"
    profile.unlink()
    assert desk.assessor().tables.profiles.read == ()
