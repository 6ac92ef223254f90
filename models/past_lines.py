"""Past lines that the booster takes for the like of a line: the more of its trees put both into one leaf, the liker.

A folder beside the bundle, written by `training.past_lines`; a bundle without it answers all else.

| file | holds |
|---|---|
| `leaves.npy` | for each tree the leaf of every past line, small whole numbers, oldest known answer first |
| `lines.npy` | of each past line: when it was sent and answered, its ref and number, and words by their place |
| `index.json` | those words, the SHA-256 of the two files and that of the booster whose leaves they are |

No patient, no claim number, no provider: payer, code, days, outcome and CARCs, under the opaque ref of the submission.
The large file is mapped, not read: processes share it, and the lines known before a day are its first so many columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import BundleBroken

FORMAT = 1
FOLDER = "similar"  # in the bundle's folder
LEAVES, LINES, INDEX = "leaves.npy", "lines.npy", "index.json"
WORDS = ("payer", "code", "outcome", "carcs")  # columns of lines.npy that hold the place of a word
DENIED = "denied"
ADVICE = "Promote the model again; until then answers come without similar past lines."
TREES_AT_A_TIME = 255  # as many as a byte can count
NOT_SET_UP = (
    "this model came without its past lines: `cleanclaim train` and `promote` a model of your own, and it has them."
)

Leaves = NDArray[np.uint8] | NDArray[np.uint16]
Words = Mapping[str, Sequence[Any]]


class PastLine(NamedTuple):
    """A line of the past with the payer's first answer; `likeness` is the share of trees that tell it from no other."""

    ref: str
    line: int
    payer_id: str
    procedure: str
    sent_on: date
    known_on: date
    outcome: str
    carcs: tuple[str, ...]
    likeness: float


@dataclass(frozen=True, slots=True)
class Similar:
    """The past lines most like a line, likest first, denied and not denied; None where `why` there are none to ask."""

    denied: tuple[PastLine, ...] | None = None
    paid: tuple[PastLine, ...] | None = None
    why: str = ""


@dataclass(frozen=True)
class PastLines:
    """What lies in the folder, looked at when it is first asked for; `booster` is the SHA-256 of the booster's text."""

    folder: Path
    booster: str

    def like(self, leaves: Leaves, *, before: date, most: int, besides: str = "") -> list[Similar]:
        """For each line, by its leaf in every tree, up to `most` denied and as many that were not.

        Only lines whose answer was known strictly before `before`, and none of the submission `besides`.
        """
        try:
            found = self._opened
        except BundleBroken as broken:
            return [Similar(why=str(broken))] * len(leaves)
        if found is None:
            return [Similar(why=NOT_SET_UP)] * len(leaves)
        return found.like(leaves, before, most, besides)

    def require(self) -> None:
        """Raise BundleBroken where the folder is there and cannot be used."""
        _ = self._opened

    @cached_property
    def _opened(self) -> _Mapped | None:
        return _opened(self.folder, self.booster) if (self.folder / INDEX).is_file() else None


@dataclass(frozen=True)
class _Mapped:
    """The files, open."""

    leaves: Leaves  # one row a tree
    lines: NDArray[Any]
    words: Words

    def like(self, asked: Leaves, before: date, most: int, besides: str) -> list[Similar]:
        known = int(np.searchsorted(self._known_on, before.toordinal()))
        return [
            Similar(
                denied=self._likest(shared, self._denied, most, besides),
                paid=self._likest(shared, self._not_denied, most, besides),
            )
            for shared in self._shared(asked, known)
        ]

    def _shared(self, asked: Leaves, known: int) -> list[NDArray[np.uint16]]:
        """For each line asked about, with how many trees each of the first `known` lines is in its leaf.

        A tree's leaves are read once for all the lines asked about, and counted in bytes: that is what makes it quick.
        """
        queries = [np.asarray(own, dtype=self.leaves.dtype) for own in asked]  # of two widths it takes thrice as long
        shared = [np.zeros(known, dtype=np.uint16) for _ in asked]
        few = [np.empty(known, dtype=np.uint8) for _ in asked]
        same = np.empty(known, dtype=np.bool_)
        for start in range(0, len(self.leaves), TREES_AT_A_TIME):
            for count in few:
                count[:] = 0
            for tree in range(start, min(start + TREES_AT_A_TIME, len(self.leaves))):
                of_tree = self.leaves[tree, :known]
                for count, own in zip(few, queries, strict=True):
                    np.equal(of_tree, own[tree], out=same)
                    np.add(count, same.view(np.uint8), out=count)
            for i, count in enumerate(few):
                shared[i] += count
        return shared

    def _likest(
        self, shared: NDArray[np.uint16], among: NDArray[np.intp], most: int, besides: str
    ) -> tuple[PastLine, ...]:
        """The likest of the lines at `among`; of those as like the one answered last, then as they lie."""
        among = among[: int(np.searchsorted(among, len(shared)))]
        counts = shared[among]
        own = set(among[self._refs[among] == besides.encode()].tolist()) if besides else set()
        wanted = min(most + len(own), len(among))
        if not wanted:
            return ()
        least = np.partition(counts, len(counts) - wanted)[len(counts) - wanted]
        places = among[counts >= least]
        order = np.lexsort((places, -self._known_on[places], -shared[places].astype(np.int64)))
        likest = [place for place in places[order].tolist() if place not in own][:most]
        return tuple(self._line(place, int(shared[place])) for place in likest)

    def _line(self, place: int, shared: int) -> PastLine:
        line, words = self.lines[place], self.words
        return PastLine(
            ref=line["ref"].decode(),
            line=int(line["line"]),
            payer_id=words["payer"][line["payer"]],
            procedure=words["code"][line["code"]],
            sent_on=date.fromordinal(int(line["sent_on"])),
            known_on=date.fromordinal(int(line["known_on"])),
            outcome=words["outcome"][line["outcome"]],
            carcs=tuple(words["carcs"][line["carcs"]]),
            likeness=shared / len(self.leaves),
        )

    @cached_property
    def _known_on(self) -> NDArray[np.int32]:
        return np.ascontiguousarray(self.lines["known_on"])

    @cached_property
    def _refs(self) -> NDArray[np.bytes_]:
        return np.ascontiguousarray(self.lines["ref"])

    @cached_property
    def _denied(self) -> NDArray[np.intp]:
        return np.flatnonzero(self._is_denied)

    @cached_property
    def _not_denied(self) -> NDArray[np.intp]:
        return np.flatnonzero(~self._is_denied)

    @cached_property
    def _is_denied(self) -> NDArray[np.bool_]:
        denied = np.array([word == DENIED for word in self.words["outcome"]], dtype=np.bool_)
        return np.asarray(denied[self.lines["outcome"]], dtype=np.bool_)


def write(folder: Path, booster: str, leaves: Leaves, lines: NDArray[Any], words: Words) -> None:
    """Write the folder: `leaves` one row a tree, `lines` in order of `known_on`; the index comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / INDEX).unlink(missing_ok=True)  # while it is being written there is none
    np.save(folder / LEAVES, leaves, allow_pickle=False)
    np.save(folder / LINES, lines, allow_pickle=False)
    index = {
        "format": FORMAT,
        "booster": booster,
        "files": {name: _digest(folder / name) for name in (LEAVES, LINES)},
        "words": {name: list(of) for name, of in words.items()},
    }
    (folder / INDEX).write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _opened(folder: Path, booster: str) -> _Mapped:
    """Verified and mapped; raises BundleBroken."""
    index = _told(folder / INDEX, lambda: json.loads((folder / INDEX).read_bytes()), "the index of past lines as JSON")
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        raise BundleBroken(str(folder / INDEX), found="another format", expected=f"format {FORMAT}", advice=ADVICE)
    if index.get("booster") != booster:
        raise BundleBroken(
            str(folder / INDEX),
            found=f"leaves of booster {str(index.get('booster'))[:12]}",
            expected=f"those of {booster[:12]}, the model's own",
            advice=ADVICE,
        )
    files, words = index.get("files"), index.get("words")
    if not isinstance(files, dict) or not isinstance(words, dict) or not set(WORDS) <= set(words):
        raise BundleBroken(str(folder / INDEX), found="an index in part", expected="files and words", advice=ADVICE)
    for name in (LEAVES, LINES):
        found, expected = _told(folder / name, partial(_digest, folder / name), "a file"), str(files.get(name))
        if found != expected:
            raise BundleBroken(
                str(folder / name), found=f"SHA-256 {found[:12]}", expected=f"{expected[:12]}", advice=ADVICE
            )
    leaves = np.load(folder / LEAVES, mmap_mode="r", allow_pickle=False)
    return _Mapped(leaves, np.load(folder / LINES, allow_pickle=False), words)


def _told(path: Path, read: Callable[[], Any], expected: str) -> Any:
    try:
        return read()
    except (OSError, ValueError) as wrong:
        raise BundleBroken(
            str(path), found=f"nothing that can be read ({type(wrong).__name__})", expected=expected, advice=ADVICE
        ) from None


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
