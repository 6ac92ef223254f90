"""The use case: should we send this claim as it is, and if not, what would help?

The one place where scrub, rows, predict, explain and advise meet; every door calls `Assessor.assess`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from claims.claim import Claim
from claims.identity import batch_key, content_hash, submission_ref
from models.abstaining import OwnDecisions
from models.denial import DenialModel, Explanation
from past.patient import VOID
from past.payer import PayerPast
from scrubber.checklist import checklists
from scrubber.registry import Severity
from scrubber.report import Report
from scrubber.tables import Tables
from serving.advise import advise
from serving.assessment import Assessment, Attention, LineAssessment, ModelUsed, OwnRecord, Remedy
from serving.assessment_json import assessment_json, scrub_json
from serving.pasts import Pasts, Peers, with_peers
from serving.scoring import Circumstances, Scored

__all__ = ["Assessment", "Assessor", "assessment_json", "scrub_json"]

VOID_WHY = "a void takes a claim back and asks for no money: only the rules were run"


@dataclass(frozen=True)
class Assessor:
    """Everything an assessment needs, built once at start-up.

    Without a model it answers by rules alone, and `degraded` says why there is none. Safe to share between threads.
    """

    tables: Tables
    model: DenialModel | None
    pasts: Pasts
    degraded: str = ""
    differences: tuple[str, ...] = ()  # what the model was fitted with that is not what runs now

    def assess(self, claim: Claim, as_of: date, peers: Iterable[Claim] | Peers = ()) -> Assessment:
        """All that can be said about a claim, were it sent on `as_of`.

        `peers` are the other claims of the same file and patient; duplicate and same-day rules look at them.
        """
        content = content_hash(claim)
        patient, payer = self.pasts.known(claim, as_of=as_of, content=content)
        if peers:
            patient = with_peers(patient, claim, peers, self.pasts.practice, as_of, content)
        at = Circumstances(self.tables, self.model, patient, payer, self._own(claim, payer, as_of), as_of)
        scored, explanations = at.explained(claim)
        ref = submission_ref(self.pasts.practice, claim, content)
        return self._assessment(ref, scored, explanations, advise(scored, explanations, at), at)

    def assess_all(self, read: Callable[[], Iterable[Claim]], as_of: date) -> Iterator[Assessment]:
        """Every claim of a file, in its order; `read` is called three times, so that the file need not be held.

        First whose patients recur is counted, then only their claims are kept, then each claim meets its peers.
        """
        claims = read()
        if isinstance(claims, tuple) and len(claims) == 1:  # alone in its file: nothing to count
            yield self.assess(claims[0], as_of)
            return
        seen = Counter(self._file_key(claim) for claim in claims)
        kept: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        if any(count > 1 for count in seen.values()):
            for claim in read():
                key = self._file_key(claim)
                if seen[key] > 1:
                    kept[key].append(claim)
        peers = {key: Peers(claims, self.pasts.practice, as_of) for key, claims in kept.items()}
        for claim in read():
            yield self.assess(claim, as_of, peers.get(self._file_key(claim), ()))

    def _file_key(self, claim: Claim) -> tuple[str, str]:
        return batch_key(claim), self.pasts.patient_key(claim)

    def _own(self, claim: Claim, payer: PayerPast, as_of: date) -> OwnDecisions | None:
        if not self.pasts.own:
            return None
        tests = self.pasts.tests()
        of_tests, of_payer = tests.decisions(before=as_of).total, tests.decisions(claim.payer.id, before=as_of).total
        return OwnDecisions(
            max(0, payer.decisions(before=as_of).total - of_tests),
            max(0, payer.decisions(claim.payer.id, before=as_of).total - of_payer),
            of_tests,
        )

    def _assessment(
        self,
        ref: str,
        scored: Scored,
        explanations: Sequence[Explanation],
        remedies: Sequence[Remedy],
        at: Circumstances,
    ) -> Assessment:
        claim, prediction = scored.claim, scored.prediction
        of_line: dict[int | None, list[Remedy]] = defaultdict(list)
        for remedy in remedies:
            of_line[remedy.line].append(remedy)
        why = prediction.abstained if prediction else (VOID_WHY,) if self.model and claim.frequency == VOID else ()
        return Assessment(
            ref=ref,
            claim_id=claim.id,
            payer_id=claim.payer.id,
            as_of=at.as_of,
            attention=_attention(scored.report),
            risk=scored.risk,
            expected_loss=scored.expected_loss,
            abstentions=why,
            own_record=self._own_record(at.own),
            model=self.model_used(prediction.unseen if prediction else ()),
            degraded=self.degraded if self.model is None else "",
            tables=tuple(self.tables.status(claim.first_service or at.as_of, at.as_of)),
            findings=scored.report.findings,
            unchecked=scored.report.unchecked,
            checklists=checklists(at.case(claim)),
            lines=tuple(_line(scored, i, explanations, of_line[line.number]) for i, line in enumerate(claim.lines)),
            remedies=tuple(of_line[None]),
        )

    def model_used(self, unseen: Iterable[str] = ()) -> ModelUsed | None:
        """Which model speaks, and which categories of a claim it never met."""
        if self.model is None:
            return None
        return ModelUsed(self.model.name, self.model.version, self.model.simulated, self.differences, tuple(unseen))

    def _own_record(self, own: OwnDecisions | None) -> OwnRecord | None:
        if self.model is None:
            return None
        card = self.model.card
        practice_needed = card.min_decisions if card.simulated else 0
        had = own or OwnDecisions(0, 0)
        return OwnRecord(had.practice, had.payer, practice_needed, card.min_payer_decisions, had.tests)


def _attention(report: Report) -> Attention:
    worst = max((f.severity for f in report.findings), default=Severity.INFO)
    if worst >= Severity.REJECT:
        return Attention.REJECT
    return Attention.DENY if worst >= Severity.DENY else Attention.RISK


def _line(scored: Scored, i: int, explanations: Sequence[Explanation], remedies: Sequence[Remedy]) -> LineAssessment:
    line, prediction = scored.claim.lines[i], scored.prediction
    amount, basis = scored.allowed[i]
    return LineAssessment(
        line=line.number,
        procedure=line.code,
        risk=prediction.risks[i] if prediction else None,
        base_log_odds=explanations[i].base if explanations else None,
        reasons=explanations[i].reasons if explanations else (),
        causes=prediction.causes[i] if prediction else (),
        remedies=tuple(remedies),
        expected_allowed=amount,
        allowed_basis=basis,
    )
