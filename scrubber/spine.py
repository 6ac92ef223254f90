"""Which regions of the spine the levels of a note lie in."""

from __future__ import annotations

import re
from collections.abc import Iterable

UPPER, LOWER = "cervical_thoracic", "lumbar_sacral"  # the regions of the code table that most spinal codes have

_VERTEBRA = re.compile(r"\b([CTLS])-?\s?\d")  # C5-6, L4/5, T12-L1, S1
_WORD = re.compile(r"[A-Z]+")
_LETTERS = {"C": UPPER, "T": UPPER, "L": LOWER, "S": LOWER}
_WORDS = {
    **dict.fromkeys(("CERVICAL", "CERVICOTHORACIC", "THORACIC"), UPPER),
    **dict.fromkeys(("LUMBAR", "LUMBOSACRAL", "SACRAL", "CAUDAL"), LOWER),
}


def regions_of(texts: Iterable[str]) -> frozenset[str]:
    """The regions the texts name, by vertebra or in words; empty where they name none.

    >>> sorted(regions_of(["L4-L5"])), sorted(regions_of(["right T12-L1"])), sorted(regions_of(["hip"]))
    (['lumbar_sacral'], ['cervical_thoracic', 'lumbar_sacral'], [])
    """
    upper = " ".join(texts).upper()
    named = {_LETTERS[letter] for letter in _VERTEBRA.findall(upper)}
    return frozenset(named | {_WORDS[word] for word in _WORD.findall(upper) if word in _WORDS})
