"""DUP-002: a claim corrected, and sent as if it were new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from past.patient import Service
from scrubber import payer_profile, places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import ORIGINAL, same_service, services_by_code, services_of_code, unprocessable

# A paid service billed again with one of these is told apart from it: another side, another site, done again
_ANOTHER = frozenset({"LT", "RT", "50", "76", "77", "91", "59", "XE", "XP", "XS", "XU"})

_REOPEN = (
    "Ask for a reopening of a clerical error, or appeal: this payer takes no replacement claims. Only where the "
    "remittance calls the claim unprocessable (MA130) does a new one take its place."
)


@rule(
    "DUP-002",
    severity=Severity.DENY,
    reason=Reason.DUPLICATE,
    carcs=("18",),
    citation=Citation(
        "X12 005010X222A1, CLM05-3 (7 replaces a claim); Medicare Claims Processing Manual, chapters 1 and 34",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c34.pdf",
    ),
    place=places.FREQUENCY,
    remedy="Send the correction as a replacement (frequency 7) with the payer's claim number from the remittance, or "
    "appeal the decision.",
    remedy_kind=RemedyKind.CORRECT,
    requires="it is the same service, corrected from the record, and not one that was done again",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    supersedes=("DUP-001",),
)
def resent_as_new(case: Case) -> Iterable[Answer]:
    """The payer has decided this claim before, and now it comes again as a new one.

    Same claim number, billing provider, day and code: what was denied, or paid and since changed, is corrected by a
    replacement where the payer takes one, else by a reopening or appeal. A new claim is denied as a duplicate; where
    the modifiers or units have changed the payer may only suspect one. A paid service billed again with the modifiers
    of another side or another time is a service of its own, and one billed again without any change is DUP-001's.
    """
    claim = case.claim
    first = case.first_service
    if claim.frequency != ORIGINAL or first is None:
        return ()
    found = list(_decided(case)) if case.once_of(services_by_code) else ()
    if found:
        return found
    since = case.past.known_since
    if since is None:
        return (Gap(("earlier claims",), "there is no store of earlier claims to look into", of_claim=True),)
    if since <= first:
        return ()
    return (Gap((f"history since {first}",), f"claims sent for {first} before our records begin are not known"),)


def _decided(case: Case) -> Iterator[Hit]:
    """An objection to each line that the payer has decided."""
    for line in case.claim.lines:
        earlier = [s for s, of_file in services_of_code(case, line) if not of_file and _decided_before(case, line, s)]
        if earlier:
            yield _hit(case, line, max(earlier, key=lambda s: (s.known_on, s.submission, s.line)))


def _decided_before(case: Case, line: Line, s: Service) -> bool:
    """True where the service is this line on an earlier version of this claim, which the payer denied or we changed."""
    claim = case.claim
    if s.decided_on is None or s.payer_id != claim.payer.id or unprocessable(case, s):
        return False
    if s.claim_id != claim.id or s.billing_npi != claim.billing.npi:
        return False
    return bool(s.denied) or (not _unchanged(case, line, s) and not _ANOTHER & (set(s.modifiers) ^ set(line.modifiers)))


def _unchanged(case: Case, line: Line, s: Service) -> bool:
    return same_service(case, line, s) and s.units == line.units


def _hit(case: Case, line: Line, s: Service) -> Hit:
    fate = "denied" if s.denied else "paid"
    same = _unchanged(case, line, s)
    medicare = case.payer_type is PayerType.MEDICARE
    return Hit(
        f"{line.code} of {s.service_date} was {fate} on {s.decided_on} on this claim, which is sent "
        f"{'again' if same else 'again, changed,'} as a new one.",
        line=line,
        severity=Severity.DENY if same else Severity.WARN,
        remedy=_REOPEN if medicare or payer_profile.wants(case, "no_corrected_claims") else "",
    )
