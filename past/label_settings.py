"""What a practice may decide about its labels, in `labels.toml` under its home; every value has a tested default.

What denies, cuts or does neither; which Reason a code means; how long an answer may take. The grammar is closed: a key
nobody knows is an error that says where it stands, never a setting that silently does nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from claims.errors import UnreadableInput
from claims.reasons import NOT_PAYER_SPEECH, DenialCodes, Reason, shipped_codes
from past.payer import PayerPast

FILE_NAME = "labels.toml"
DENIAL, CUT, NEITHER = "denial", "cut", "neither"
_STANDING = {DENIAL: "yes", CUT: "partial", NEITHER: "no"}
_CARC = re.compile(r"(?:(CO|PR|OA|PI|CR)-)?([ABDPWY]?\d{1,3})")
_RARC = re.compile(r"(?:MA|M|N)\d{1,3}")
_REASONS = tuple(reason.value for reason in Reason if reason not in NOT_PAYER_SPEECH)
_NONE: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True)
class LabelSettings:
    """How this practice's answers are read. The keys of `adjustments` and `carcs` are (group, CARC); "" is any group.

    `lag_share` of a payer's answers come within its lag, which is known from `least_decisions` on; `default_days` stand
    for it until then. A denial that the payer itself took back within `reversed_within_days` counts as its mistake.
    """

    lag_share: float = 0.95
    # On simulated lags a window of 90 days showed the true denial rate to within a hundredth.
    default_days: int = 90
    least_decisions: int = 20  # fewer say little of a payer's slowest twentieth
    # A payer that reprocesses by itself does so within weeks; one that decides an appeal may take 60 days
    # (42 CFR 405.950(a)), so what is undone sooner was most often no appeal.
    reversed_within_days: int = 30
    adjustments: Mapping[tuple[str, str], str] = field(default_factory=lambda: _NONE)  # denial, cut, neither
    carcs: Mapping[tuple[str, str], Reason] = field(default_factory=lambda: _NONE)
    rarcs: Mapping[str, Reason] = field(default_factory=lambda: _NONE)

    def standing(self, group: str, carc: str, codes: DenialCodes | None = None) -> str:
        """What it is: yes (a denial), partial (a cut), no or pending; the practice's word comes before the table's."""
        own = self.adjustments.get((group, carc)) or self.adjustments.get(("", carc))
        return _STANDING[own] if own else (codes or shipped_codes()).standing(group, carc)

    def is_denial(self, group: str, carc: str) -> bool:
        """True when the adjustment refuses payment."""
        return self.standing(group, carc) == "yes"

    def is_cut(self, group: str, carc: str) -> bool:
        """True when the adjustment lowers what is paid and denies nothing by itself."""
        return self.standing(group, carc) == "partial"

    def reason_of(self, group: str, carc: str, rarcs: Iterable[str] = ()) -> Reason:
        """The root cause: by the practice's word on the CARC, then on a remark code, then by the table."""
        own = self.carcs.get((group, carc)) or self.carcs.get(("", carc))
        if own is not None:
            return own
        said = tuple(rarcs)
        row = shipped_codes().carc(group, carc)
        if self.rarcs and (row is None or row.by_remark):
            named = next((self.rarcs[r] for r in said if r in self.rarcs), None)
            if named is not None:
                return named
        return shipped_codes().reason_of(group, carc, said)

    def known_lag(self, payer: PayerPast, payer_id: str, as_of: date) -> int | None:
        """The payer's own lag by what is known at the end of the day; None while it has decided too little."""
        tomorrow = as_of + timedelta(days=1) if as_of < date.max else as_of
        if payer.decisions(payer_id, before=tomorrow).total < self.least_decisions:
            return None
        return payer.lag(payer_id, before=tomorrow, share=self.lag_share)

    def waits(self, payer: PayerPast, as_of: date) -> Callable[[str], int]:
        """Days after which a claim of a payer is ripe: its own lag, else the default; asked once for each payer."""
        known: dict[str, int] = {}

        def days(payer_id: str) -> int:
            if payer_id not in known:
                lag = self.known_lag(payer, payer_id, as_of)
                known[payer_id] = self.default_days if lag is None else lag
            return known[payer_id]

        return days

    @property
    def fingerprint(self) -> str:
        """Changes with any setting that changes a label; "" for the defaults, however they are written down."""
        said = [sorted(self.adjustments.items()), sorted(self.carcs.items()), sorted(self.rarcs.items())]
        return sha256(repr(said).encode()).hexdigest()[:12] if any(said) else ""

    def recorded(self) -> dict[str, str]:
        """What a model's card and run say of the labels it learned: the settings that are not the defaults' words."""
        return {
            "labels.words": self.fingerprint or "shipped",
            "labels.lag_share": str(self.lag_share),
            "labels.default_days": str(self.default_days),
            "labels.least_decisions": str(self.least_decisions),
            "labels.reversed_within_days": str(self.reversed_within_days),
        }


DEFAULTS = LabelSettings()


def read_label_settings(folder: Path) -> LabelSettings:
    """The settings in the folder's `labels.toml`; the defaults where there is none. Raises UnreadableInput."""
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return DEFAULTS
    except UnicodeDecodeError:
        raise UnreadableInput(FILE_NAME, found="text that is not UTF-8", expected="a TOML file in UTF-8") from None
    except OSError as error:
        raise UnreadableInput(FILE_NAME, found=error.strerror or "a read error", expected="a readable file") from None
    return parse_label_settings(text)


def parse_label_settings(text: str) -> LabelSettings:
    """The settings a TOML text says; what it does not say is as by default. Raises UnreadableInput.

    >>> parse_label_settings('[ripeness]\\ndefault_days = 60').default_days
    60
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableInput(FILE_NAME, found=f"broken TOML ({error})", expected="a TOML file") from None
    _closed(FILE_NAME, said, ("ripeness", "mistakes", "adjustments", "reasons"))
    ripeness = _section(said, "ripeness", ("lag_share", "default_days", "least_decisions"))
    mistakes = _section(said, "mistakes", ("reversed_within_days",))
    values: dict[str, Any] = {}
    if "lag_share" in ripeness:
        values["lag_share"] = _share(ripeness["lag_share"])
    for name, of, where in (
        ("default_days", ripeness, "ripeness"),
        ("least_decisions", ripeness, "ripeness"),
        ("reversed_within_days", mistakes, "mistakes"),
    ):
        if name in of:
            values[name] = _whole_number(f"{FILE_NAME}, [{where}], {name}", of[name])
    reasons = _section(said, "reasons", None)
    return LabelSettings(
        **values,
        adjustments=_adjustments(_section(said, "adjustments", None)),
        carcs=_reasons(reasons, _CARC),
        rarcs={code: reason for (_, code), reason in _reasons(reasons, _RARC).items()},
    )


def _closed(where: str, said: Mapping[str, Any], known: Iterable[str]) -> None:
    unknown = [key for key in said if key not in known]
    if unknown:
        raise UnreadableInput(where, found=f"{unknown[0]!r}", expected=f"one of {', '.join(known)}")


def _section(said: Mapping[str, Any], name: str, known: Iterable[str] | None) -> Mapping[str, Any]:
    section = said.get(name, {})
    where = f"{FILE_NAME}, [{name}]"
    if not isinstance(section, dict):
        raise UnreadableInput(where, found=repr(section), expected="a section")
    if known is not None:
        _closed(where, section, known)
    return section


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 1:
        where = f"{FILE_NAME}, [ripeness], lag_share"
        raise UnreadableInput(where, found=repr(value), expected="a share from 0.5 to 1, such as 0.95")
    return float(value)


def _whole_number(where: str, value: object, most: int = 3650) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise UnreadableInput(where, found=repr(value), expected=f"a whole number from 0 to {most}")
    return value


def _adjustments(section: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for key, value in section.items():
        where = f"{FILE_NAME}, [adjustments], {key}"
        match = _CARC.fullmatch(key)
        if not match:
            raise UnreadableInput(where, found=repr(key), expected="a CARC such as 59, or group and CARC such as CO-59")
        if value not in _STANDING:
            raise UnreadableInput(where, found=repr(value), expected=f"{DENIAL}, {CUT} or {NEITHER}")
        found[match[1] or "", match[2]] = value
    return found


def _reasons(section: Mapping[str, Any], form: re.Pattern[str]) -> dict[tuple[str, str], Reason]:
    found: dict[tuple[str, str], Reason] = {}
    for key, value in section.items():
        where = f"{FILE_NAME}, [reasons], {key}"
        if not (_CARC.fullmatch(key) or _RARC.fullmatch(key)):
            expected = "a CARC (197, CO-197) or a RARC (N706, MA130, M62)"
            raise UnreadableInput(where, found=repr(key), expected=expected)
        if value not in _REASONS:
            raise UnreadableInput(where, found=repr(value), expected=f"one of {', '.join(_REASONS)}")
        if match := form.fullmatch(key):
            group, code = (match[1] or "", match[2]) if form is _CARC else ("", key)
            found[group, code] = Reason(value)
    return found
