"""A model as a folder of text: written once, verified byte by byte before a single line of it is believed.

| file | holds |
|---|---|
| `booster.txt` | the booster over lines, LightGBM's own text |
| `causes.txt` | the booster over causes, or nothing where there were too few denials to fit one |
| `model.json` | the card, categories, calibration, claim map, causes, and the band where there is one |
| `history.json` | what was known of payers when the model was fitted, or null |
| `manifest.json` | SHA-256 of each of the others |
| `similar/` | past lines in leaf space, with their own hashes; a bundle may do without (`models.past_lines`) |

A hash tells an accident or a half copy, not a forger who can rewrite the manifest too: keep the folder as safe as code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import lightgbm

from claims.reasons import Reason
from models.band import Band
from models.calibration import Calibration, ClaimMap
from models.card import ModelCard
from models.causes import CauseModel, Pair
from models.denial import DenialModel
from models.encoding import Encoder
from models.errors import BundleBroken
from models.past_lines import FOLDER as PAST_LINES
from models.past_lines import PastLines
from past.snapshot import payer_past_from_json, payer_past_to_json

FORMAT = 1
BOOSTER, CAUSES, MODEL, HISTORY, MANIFEST = "booster.txt", "causes.txt", "model.json", "history.json", "manifest.json"
PARTS = (BOOSTER, CAUSES, MODEL, HISTORY)
ADVICE = "Promote the model again, or go back with `cleanclaim rollback`; do not mend the file by hand."

T = TypeVar("T")


def save(model: DenialModel, folder: Path) -> None:
    """Write the bundle into `folder`; the same model gives the same bytes."""
    causes = model.causes
    parts = {
        BOOSTER: _text(model),
        CAUSES: causes.booster.model_to_string(num_iteration=-1) if causes.booster else "",
        MODEL: _json(
            {
                "card": model.card.to_json(),
                "categories": {column: list(words) for column, words in model.encoder.categories.items()},
                "calibration": {"slope": model.calibration.slope, "intercept": model.calibration.intercept},
                "claim_map": {
                    "highest": model.claim_map.highest,
                    "noisy_or": model.claim_map.noisy_or,
                    "intercept": model.claim_map.intercept,
                },
                "causes": {
                    "pairs": [[pair.carc, pair.reason.value] for pair in causes.pairs],
                    "prior": list(causes.prior),
                },
                **({"band": model.band.to_json()} if model.band else {}),
            },
            indent=1,
        ),
        HISTORY: _json(payer_past_to_json(model.history) if model.history else None),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in parts.items():
        (folder / name).write_bytes(text.encode())
    files = {name: sha256(text.encode()).hexdigest() for name, text in parts.items()}
    (folder / MANIFEST).write_bytes(_json({"format": FORMAT, "files": files}, indent=1).encode())


def booster_digest(model: DenialModel) -> str:
    """The SHA-256 the manifest has of the model's booster."""
    return sha256(_text(model).encode()).hexdigest()


def load(folder: Path) -> DenialModel:
    """Read a bundle; raises BundleBroken for a missing, altered or unreadable file, FeaturesChanged for other features.

    What is hashed is what is parsed: each file is read once.
    """
    parts = _verified(folder)
    model = _parsed(folder / MODEL, parts[MODEL], _object)
    card = ModelCard.from_json(_part(folder, model, "card"), str(folder / MODEL))
    card.require_same_features(str(folder / MODEL))
    return DenialModel(
        booster=_parsed(folder / BOOSTER, parts[BOOSTER], _booster(card.features)),
        encoder=Encoder(card.features, {c: tuple(words) for c, words in _part(folder, model, "categories").items()}),
        calibration=_built(folder, lambda: Calibration(**_part(folder, model, "calibration"))),
        claim_map=_built(folder, lambda: ClaimMap(**_part(folder, model, "claim_map"))),
        causes=_causes(folder, _part(folder, model, "causes"), parts[CAUSES], card.features),
        card=card,
        history=_parsed(
            folder / HISTORY,
            parts[HISTORY],
            lambda text: None if text == "null" else payer_past_from_json(_object(text)),
        ),
        band=_built(folder, lambda: Band.from_json(model["band"])) if model.get("band") is not None else None,
        past_lines=PastLines(folder / PAST_LINES, sha256(parts[BOOSTER].encode()).hexdigest()),
    )


def _text(model: DenialModel) -> str:
    return str(model.booster.model_to_string(num_iteration=-1))


def _verified(folder: Path) -> dict[str, str]:
    manifest = _parsed(folder / MANIFEST, _read(folder / MANIFEST), _object)
    if manifest.get("format") != FORMAT or not isinstance(manifest.get("files"), dict):
        raise BundleBroken(
            str(folder / MANIFEST),
            found=f"format {manifest.get('format')!r}",
            expected=f"format {FORMAT}",
            advice=ADVICE,
        )
    texts = {}
    for name in PARTS:
        content = _read(folder / name)
        found, expected = sha256(content).hexdigest(), manifest["files"].get(name)
        if found != expected:
            raise BundleBroken(
                str(folder / name),
                found=f"SHA-256 {found[:12]}",
                expected=f"{str(expected)[:12]} as written in {MANIFEST}" if expected else f"an entry in {MANIFEST}",
                advice=ADVICE,
            )
        texts[name] = content.decode()
    return texts


def _causes(folder: Path, spec: Mapping[str, Any], text: str, features: tuple[str, ...]) -> CauseModel:
    return _built(
        folder,
        lambda: CauseModel(
            pairs=tuple(Pair(str(carc), Reason(reason)) for carc, reason in spec["pairs"]),
            prior=tuple(float(p) for p in spec["prior"]),
            booster=_parsed(folder / CAUSES, text, _booster(features)) if text else None,
        ),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as gone:
        raise BundleBroken(
            str(path),
            found="no file" if isinstance(gone, FileNotFoundError) else f"an unreadable file ({type(gone).__name__})",
            expected="a file of the model bundle",
            advice=ADVICE,
        ) from None


def _parsed(path: Path, content: str | bytes, parse: Callable[[str], T]) -> T:
    try:
        return parse(content if isinstance(content, str) else content.decode())
    except (ValueError, lightgbm.basic.LightGBMError) as wrong:
        raise BundleBroken(
            str(path),
            found=f"a text that cannot be read ({type(wrong).__name__})",
            expected=WHAT[path.name],
            advice=ADVICE,
        ) from None


def _built(folder: Path, build: Callable[[], T]) -> T:
    try:
        return build()
    except (ValueError, TypeError, KeyError) as wrong:
        raise BundleBroken(
            str(folder / MODEL), found=f"values out of place ({wrong})", expected=WHAT[MODEL], advice=ADVICE
        ) from None


def _part(folder: Path, model: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = model.get(name)
    if not isinstance(part, dict):
        raise BundleBroken(f"{folder / MODEL} ({name})", found=type(part).__name__, expected="an object", advice=ADVICE)
    return part


def _booster(features: tuple[str, ...]) -> Callable[[str], lightgbm.Booster]:
    def read(text: str) -> lightgbm.Booster:
        booster = lightgbm.Booster(model_str=text)
        if tuple(booster.feature_name()) != features:
            raise ValueError("the booster names other columns than the card")
        return booster

    return read


def _object(text: str) -> dict[str, Any]:
    obj = json.loads(text)
    if not isinstance(obj, dict):
        raise ValueError("not a JSON object")
    return obj


def _json(obj: object, indent: int | None = None) -> str:
    separators = None if indent else (",", ":")
    return json.dumps(obj, indent=indent, sort_keys=True, separators=separators, allow_nan=False, ensure_ascii=False)


WHAT = {
    MANIFEST: "a JSON object with the SHA-256 of each file",
    MODEL: "the model's card, categories and maps as JSON",
    HISTORY: "a payer history as JSON",
    BOOSTER: "a LightGBM model text over the card's features",
    CAUSES: "a LightGBM model text over the card's features",
}
