"""The use case: should we send this claim as it is, and if not, what would help?

The one place where scrub, rows, predict, explain and advise meet; every door calls `Assessor.assess`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from claims.claim import Claim
from claims.identity import batch_key, content_hash, submission_ref
from models.abstaining import OwnDecisions, line_abstentions
from models.denial import DenialModel, Explanation
from past.patient import VOID
from past.payer import PayerPast
from scrubber.checklist import checklists
from scrubber.practice import Practice, Shown
from scrubber.registry import Severity
from scrubber.report import Finding
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
    practice: Practice | None = None  # its own rules and overrides: what people see, never what the model reads

    def assess(self, claim: Claim, as_of: date, peers: Iterable[Claim] | Peers = (), *, similar: int = 0) -> Assessment:
        """All that can be said about a claim, were it sent on `as_of`.

        `peers` are the other claims of the same file and patient; duplicate and same-day rules look at them. With
        `similar` each line is shown up to so many past lines of its like that were denied, and as many that were not.
        """
        content = content_hash(claim)
        patient, payer = self.pasts.known(claim, as_of=as_of, content=content)
        if peers:
            patient = with_peers(patient, claim, peers, self.pasts.practice, as_of, content)
        at = Circumstances(self.tables, self.model, patient, payer, self._own(claim, payer, as_of), as_of)
        scored, explanations = at.explained(claim)
        ref = submission_ref(self.pasts.practice, claim, content)
        shown = self._shown(scored, at)
        remedies = advise(scored, explanations, at, shown.findings)
        assessment = self._assessment(ref, scored, shown, explanations, remedies, at)
        return self._with_similar(assessment, scored, similar) if similar and scored.prediction else assessment

    def _with_similar(self, assessment: Assessment, scored: Scored, most: int) -> Assessment:
        """The same with past lines of each line's like, as far as they were known on its day."""
        if self.model is None:
            return assessment
        found = self.model.similar(scored.rows, before=assessment.as_of, most=most, besides=assessment.ref)
        lines = (replace(line, similar=of) for line, of in zip(assessment.lines, found, strict=True))
        return replace(assessment, lines=tuple(lines))

    def assess_all(self, read: Callable[[], Iterable[Claim]], as_of: date, *, similar: int = 0) -> Iterator[Assessment]:
        """Every claim of a file, in its order; `read` is called three times, so that the file need not be held.

        First whose patients recur is counted, then only their claims are kept, then each claim meets its peers.
        """
        claims = read()
        if isinstance(claims, tuple) and len(claims) == 1:  # alone in its file: nothing to count
            yield self.assess(claims[0], as_of, similar=similar)
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
            yield self.assess(claim, as_of, peers.get(self._file_key(claim), ()), similar=similar)

    def _file_key(self, claim: Claim) -> tuple[str, str]:
        return batch_key(claim), self.pasts.patient_key(claim)

    def _shown(self, scored: Scored, at: Circumstances) -> Shown:
        report = scored.report
        if self.practice is None:
            return Shown(report.findings, report.unchecked)
        return self.practice.shown(report, lambda: at.case(scored.claim))

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
        shown: Shown,
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
            attention=_attention(shown.findings),
            risk=scored.risk,
            expected_loss=scored.expected_loss,
            abstentions=why,
            own_record=self._own_record(at.own),
            model=self.model_used(prediction.unseen if prediction else ()),
            degraded=self.degraded if self.model is None else "",
            tables=tuple(self.tables.status(claim.first_service or at.as_of, at.as_of)),
            findings=shown.findings,
            unchecked=shown.unchecked,
            checklists=checklists(at.case(claim)),
            switched_off=shown.off,
            lines=tuple(
                _line(scored, i, explanations, of_line[line.number], doubts)
                for i, (line, doubts) in enumerate(zip(claim.lines, self._doubts(scored, at), strict=True))
            ),
            remedies=tuple(of_line[None]),
        )

    def _doubts(self, scored: Scored, at: Circumstances) -> list[tuple[str, ...]]:
        """For each line why its own risk is not to be relied on yet; of lines of one family the payer is asked once."""
        claim, prediction = scored.claim, scored.prediction
        if self.model is None or prediction is None:
            return [()] * len(claim.lines)
        card, encoder = self.model.card, self.model.encoder
        had: dict[tuple[str, str], tuple[int, int] | None] = {}
        doubts = []
        for line, row in zip(claim.lines, scored.rows, strict=True):
            family = self.tables.family(line.code)
            about = (family, "" if family else line.code)
            if about not in had:
                had[about] = self._decided(claim, at, *about)
            decided, tests = had[about] or (None, 0)
            unseen = encoder.unseen(row) if prediction.unseen else {}
            if unseen or (decided is not None and decided < card.min_family_decisions):
                what = f"the family {family.replace('_', ' ')}" if family else f"code {line.code}"
                doubts.append(line_abstentions(card, unseen=unseen, decided=decided, what=what, tests=tests))
            else:
                doubts.append(())
        return doubts

    def _decided(self, claim: Claim, at: Circumstances, family: str, code: str) -> tuple[int, int] | None:
        """The payer's decisions on a family, or a code, less those of test interchanges; and these. None: no store."""
        if at.own is None:
            return None
        payer, day = claim.payer.id, at.as_of
        every = at.payer.decisions(payer, before=day, family=family, code=code).total
        tests = 0
        if at.own.tests:
            tests = self.pasts.tests().decisions(payer, before=day, family=family, code=code).total
        return max(0, every - tests), tests

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


def _attention(findings: Iterable[Finding]) -> Attention:
    worst = max((f.severity for f in findings), default=Severity.INFO)
    if worst >= Severity.REJECT:
        return Attention.REJECT
    return Attention.DENY if worst >= Severity.DENY else Attention.RISK


def _line(
    scored: Scored, i: int, explanations: Sequence[Explanation], remedies: Sequence[Remedy], doubts: tuple[str, ...]
) -> LineAssessment:
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
        band=prediction.bands[i] if prediction and prediction.bands else None,
        abstentions=doubts,
    )
