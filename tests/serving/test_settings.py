"""Settings: read from the environment, safe unless asked otherwise, each with a sentence."""

from dataclasses import fields
from pathlib import Path

import pytest

from serving.settings import Settings, UnsafeSettings, described, read_settings


def test_nothing_set_listens_to_this_machine_only():
    assert read_settings({}) == Settings()
    assert Settings().host == "127.0.0.1"


def test_variables_are_read_by_kind():
    settings = read_settings(
        {
            "CLEANCLAIM_HOME": "/srv/cleanclaim",
            "CLEANCLAIM_PORT": "9000",
            "CLEANCLAIM_ALLOW_REMOTE": "yes",
            "CLEANCLAIM_HOST": "0.0.0.0",
            "CLEANCLAIM_HOSTS": "Claims.Example, other.example",
            "CLEANCLAIM_BUNDLE": "",
        }
    )
    assert settings.home == Path("/srv/cleanclaim")
    assert settings.port == 9000
    assert settings.hosts == ("claims.example", "other.example")
    assert settings.bundle is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "claims.example"])
def test_other_machines_are_not_listened_to_unless_asked(host):
    with pytest.raises(UnsafeSettings, match="CLEANCLAIM_ALLOW_REMOTE=1 where a proxy checks who asks"):
        read_settings({"CLEANCLAIM_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "[::1]", "localhost"])
def test_this_machine_needs_no_permission(host):
    assert read_settings({"CLEANCLAIM_HOST": host}).host == host


def test_listening_to_others_needs_the_names_they_use():
    with pytest.raises(UnsafeSettings, match="CLEANCLAIM_HOSTS"):
        read_settings({"CLEANCLAIM_HOST": "0.0.0.0", "CLEANCLAIM_ALLOW_REMOTE": "1"})


@pytest.mark.parametrize(
    ("name", "value", "wording"),
    [
        ("PORT", "eighty", "CLEANCLAIM_PORT is 'eighty'; expected a whole number."),
        ("PORT", "70000", "CLEANCLAIM_PORT is 70000; expected 0 to 65535."),
        ("WORKERS", "0", "CLEANCLAIM_WORKERS is 0; expected 1 or more."),
        ("ALLOW_REMOTE", "maybe", "CLEANCLAIM_ALLOW_REMOTE is 'maybe'; expected 1 or 0."),
        ("LOG_LEVEL", "loud", "CLEANCLAIM_LOG_LEVEL is 'loud'; expected debug, info, warning or error."),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(name, value, wording):
    with pytest.raises(UnsafeSettings) as error:
        read_settings({f"CLEANCLAIM_{name}": value})
    assert str(error.value) == wording


def test_settings_survive_the_way_to_a_worker_process(tmp_path):
    settings = Settings(
        home=tmp_path, host="0.0.0.0", allow_remote=True, hosts=("a.example", "b.example"), workers=2, port=0
    )
    assert read_settings(settings.environment()) == settings


def test_every_setting_has_a_sentence():
    sentences = {name: sentence for name, (_, sentence) in described().items()}
    assert set(sentences) == {f"CLEANCLAIM_{f.name.upper()}" for f in fields(Settings)}
    assert all(s[0].isupper() and s.endswith(".") for s in sentences.values())
