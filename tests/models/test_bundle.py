import json
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from claims.errors import CleanclaimError
from claims.reasons import Reason
from models import champion_folder, model_folder
from models.bundle import PARTS
from models.causes import CauseModel, Pair
from models.denial import DenialModel
from models.errors import BundleBroken, FeaturesChanged
from models.folders import bundled_model_folder
from past.payer import Decision, PayerPast

DECISION = Decision(date(2026, 2, 1), "P1", "64493", "facet", True, Reason.AUTHORIZATION, 50000, None, 1.5, 20)


@pytest.fixture
def bundle(learned, tmp_path):
    past = PayerPast()
    past.learn(DECISION)
    replace(learned.model, history=past).save(tmp_path / "bundle")
    return tmp_path / "bundle"


def rewrite(folder, name, change):
    """Alter a file and make the manifest agree, as someone mending by hand would."""
    path = folder / name
    path.write_text(change(path.read_text()))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = sha256(path.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_saved_model_answers_the_same_to_the_last_bit(learned, bundle):
    loaded = DenialModel.load(bundle)
    assert loaded.predict(learned.rows[:300]) == learned.model.predict(learned.rows[:300])
    assert loaded.explain(learned.rows[:20]) == learned.model.explain(learned.rows[:20])
    assert loaded.card == learned.model.card
    assert (loaded.name, loaded.version, loaded.simulated) == ("denial", "7", False)
    assert loaded.history.decisions("P1", before=date(2026, 2, 2), reason=Reason.AUTHORIZATION) == (1, 1)


def test_a_model_saved_twice_gives_the_same_bytes(bundle, tmp_path):
    DenialModel.load(bundle).save(tmp_path / "again")
    for name in (*PARTS, "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (bundle / name).read_bytes(), name


def test_a_model_without_a_booster_of_causes_speaks_from_the_prior(learned, tmp_path):
    causes = CauseModel((Pair("97", Reason.BUNDLING), Pair("236", Reason.BUNDLING)), (0.75, 0.25))
    replace(learned.model, causes=causes).save(tmp_path / "b")
    loaded = DenialModel.load(tmp_path / "b")
    assert loaded.predict(learned.rows[:1]).causes == ((("97", 0.75, "bundling"), ("236", 0.25, "bundling")),)
    assert loaded.history is None


@pytest.mark.parametrize("name", PARTS)
def test_an_altered_file_is_refused_by_name(bundle, name):
    path = bundle / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BundleBroken) as refused:
        DenialModel.load(bundle)
    assert refused.value.where == str(path)
    assert "SHA-256" in refused.value.found
    assert "manifest.json" in refused.value.expected
    assert "cleanclaim rollback" in refused.value.advice


@pytest.mark.parametrize("name", [*PARTS, "manifest.json"])
def test_a_missing_file_is_refused_by_name(bundle, name):
    (bundle / name).unlink()
    with pytest.raises(BundleBroken, match="found no file") as refused:
        DenialModel.load(bundle)
    assert refused.value.where == str(bundle / name)


def test_a_folder_that_is_not_there_is_a_worded_error(tmp_path):
    with pytest.raises(CleanclaimError, match="no file"):
        DenialModel.load(tmp_path / "nowhere")


def test_a_manifest_of_another_format_is_refused(bundle):
    (bundle / "manifest.json").write_text('{"format": 99, "files": {}}')
    with pytest.raises(BundleBroken, match="format 99, expected format 1"):
        DenialModel.load(bundle)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("booster.txt", lambda text: "not a booster"),
        ("booster.txt", lambda text: text.replace("feature_names=", "feature_names=x")),
        ("causes.txt", lambda text: "tree"),
        ("model.json", lambda text: text[:-20]),
        ("model.json", lambda text: text.replace('"slope": 0.9', '"slope": -0.9')),
        ("model.json", lambda text: text.replace('"simulated": false', '"simulated": "no"')),
        ("model.json", lambda text: text.replace('"authorization"', '"weather"')),
        ("history.json", lambda text: "[1, 2]"),
        ("history.json", lambda text: '{"format": 1}'),
    ],
)
def test_a_bundle_mended_by_hand_is_refused_when_it_makes_no_sense(bundle, name, change):
    rewrite(bundle, name, change)
    with pytest.raises(BundleBroken) as refused:
        DenialModel.load(bundle)
    assert name in refused.value.where or "model.json" in refused.value.where


def test_a_bundle_of_other_features_is_refused(bundle, learned):
    rewrite(bundle, "model.json", lambda text: text.replace(learned.model.card.fingerprint, "abcdefabcdef"))
    with pytest.raises(FeaturesChanged, match="abcdefabcdef") as refused:
        DenialModel.load(bundle)
    assert refused.value.where == str(bundle / "model.json")


def test_without_a_champion_the_bundled_model_serves(tmp_path):
    assert champion_folder(tmp_path) is None
    assert model_folder(tmp_path) == bundled_model_folder()


def test_the_pointer_names_the_champion_and_nothing_outside_the_home(tmp_path):
    (tmp_path / "models").mkdir()
    pointer = tmp_path / "models" / "champion.json"
    pointer.write_text('{"folder": "denial-3"}')
    assert model_folder(tmp_path) == tmp_path / "models" / "denial-3"
    for bad in ('{"folder": "../elsewhere"}', '{"folder": ""}', "{}", "[]", "oops"):
        pointer.write_text(bad)
        with pytest.raises(BundleBroken, match=r"champion\.json"):
            champion_folder(tmp_path)
