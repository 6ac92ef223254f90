"""What you see is what you import."""

import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_imported_from_this_repository(package):
    found = Path(importlib.import_module(package).__file__).resolve()
    assert found.is_relative_to(ROOT), f"{package} comes from {found}: a folder of the same name shadows it"


def test_every_folder_of_code_has_chosen_its_layer():
    folders = {p.parent.name for p in ROOT.glob("*/py.typed")}
    assert folders == set(PACKAGES) == set(PROJECT["tool"]["importlinter"]["root_packages"])


def test_the_locks_name_no_registry_and_hash_every_package():
    for lock in ("base", "all", "tools"):
        lines = (ROOT / "requirements" / f"{lock}.lock").read_text().splitlines()
        assert not [line for line in lines if "://" in line or "index-url" in line]
        packages = [i for i, line in enumerate(lines) if "==" in line and not line.startswith((" ", "#"))]
        assert packages
        assert all("--hash=sha256:" in lines[i + 1] for i in packages)


def test_what_serving_installs_is_what_training_installs():
    def pins(lock):
        lines = (ROOT / "requirements" / f"{lock}.lock").read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pins("base") <= pins("all")
