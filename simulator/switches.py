"""What can be left out of the pretend world, one thing at a time: `data/switches.csv` names them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from claims.errors import UnreadableInput
from simulator.payers import PretendPayer
from simulator.practice import NO_HABITS, Practice
from simulator.reference import read_csv

PayerChange = Callable[[PretendPayer], PretendPayer]


class UnknownSwitch(UnreadableInput):
    """Something is to be left out that is not there."""


@cache
def switches() -> Mapping[str, str]:
    """Every switch, with what it is about."""
    return {row["switch"]: row["words"] for row in read_csv("switches.csv")}


def checked(without: Collection[str]) -> frozenset[str]:
    """The names as a set; raises UnknownSwitch with the list of those there are."""
    unknown = sorted(set(without) - set(switches()))
    if unknown:
        raise UnknownSwitch(
            "the mechanisms to leave out", found=", ".join(unknown), expected="some of: " + ", ".join(switches())
        )
    return frozenset(without)


def _without_changes(payer: PretendPayer) -> PretendPayer:
    """Payers that never change: what begins or ends on a hidden day does not happen."""
    steady = tuple(q for q in payer.quirks if q.since == date.min and q.until == date.max)
    return replace(payer, silent=(), quirks=steady)


def _without_label_noise(payer: PretendPayer) -> PretendPayer:
    return replace(payer, mistakes=replace(payer.mistakes, misposted=0.0, wrong_words=0.0))


PAYER_CHANGES: Mapping[str, PayerChange] = {
    "quirks": lambda p: replace(p, quirks=()),
    "documentation_quality": lambda p: replace(p, review={}),
    "enrolment_gaps": lambda p: replace(p, unenrolled=()),
    "policy_changes": _without_changes,
    "new_codes": lambda p: replace(p, new_code_days=0),
    "deductibles": lambda p: replace(p, money=replace(p.money, deductible=0)),
    "label_noise": _without_label_noise,
    "payer_mistakes": lambda p: replace(p, mistakes=replace(p.mistakes, payer_mistake=0.0)),
    "unanswered": lambda p: replace(p, reply=replace(p.reply, unanswered=0.0)),
    "second_payers": lambda p: replace(p, second_cover=0.0),
    "session_limits": lambda p: replace(p, limits=()),
    "lapsed_cover": lambda p: replace(p, lapse=0.0, january=0.0, lapse_again=0.0),
    "other_payer_first": lambda p: replace(p, other_payer_first=0.0),
    "authorization_mismatch": lambda p: replace(p, mismatch=0.0),
    "noise": lambda p: replace(p, mistakes=replace(p.mistakes, noise=0.0)),
}


def payer_without(payer: PretendPayer, without: Collection[str]) -> PretendPayer:
    """The payer as it is when some things are left out."""
    for name, change in PAYER_CHANGES.items():
        if name in without:
            payer = change(payer)
    return payer


def practice_without(practice: Practice, without: Collection[str]) -> Practice:
    """The practice as it is when some things are left out: without habits of their own all its clinicians are alike."""
    if "provider_habits" not in without:
        return practice
    load = sum(c.load for c in practice.clinicians)
    states = zip(*(tuple(share * c.load / load for share in c.chart) for c in practice.clinicians), strict=True)
    usual = tuple(sum(of_state) for of_state in states)
    alike = tuple(replace(c, chart=usual, habits=NO_HABITS) for c in practice.clinicians)
    return replace(practice, clinicians=alike)
