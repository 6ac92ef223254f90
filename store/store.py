"""The practice's memory: what it sent, what came back, and what follows from both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine, func

from claims.acknowledgment import Acknowledgment
from claims.claim import Claim
from claims.exports import ExportMap
from claims.identity import patient_key
from claims.remittance import Remittance
from features.replay import Event
from past.label_settings import LabelSettings, read_label_settings
from past.labels import IsDenial, ReasonOf, Words
from past.patient import PatientPast
from past.payer import PayerPast
from past.underpayment import PricedLine
from scrubber.tables import Tables
from store.arrivals import Arrival, arrivals
from store.audit_sample import AuditSample, audit_sample
from store.database import open_engine, practice_secret, writing
from store.history import PayerHistory, known_of, newest, replayed
from store.ingest import Ingest, Progress
from store.judged import Judged, Period, judged
from store.ledger import LedgerRow, ledger
from store.relinking import Relabelled, bring_up, labels_stand, relabel
from store.report import IngestReport
from store.schema import decisions
from store.scope import Scope
from store.story import LineStory, stories
from store.underpaid import priced_lines


def _shipped_family(code: str) -> str:
    """The family of a code in the shipped code table, read when first asked for."""
    from scrubber.tables import shipped_tables  # opening a store must not read every table  # noqa: PLC0415

    return shipped_tables().family(code)


class Store:
    """One practice's rows. Safe to share between threads; every process opens its own.

    `secret` keys the patient hashes. It lies in a file beside the database (`<practice>.secret`), readable by its owner
    alone: who backs up the one must back up the other, in another place.
    """

    def __init__(
        self, engine: Engine, practice: str, secret: bytes, family_of: Callable[[str], str], words: Words
    ) -> None:
        self.practice, self.secret = practice, secret
        self._engine, self._words, self._family_of = engine, words, family_of
        self._payers = PayerHistory(family_of)

    @classmethod
    def open(
        cls,
        url: str | Path,
        practice: str = "default",
        *,
        home: Path | None = None,
        family_of: Callable[[str], str] | None = None,
        is_denial: IsDenial | None = None,
        reason_of: ReasonOf | None = None,
        settings: LabelSettings | None = None,
    ) -> Store:
        """Open the store of a practice, made on first use.

        `url` is a path (a folder gets `store.db`) or a database URL; `home` keeps the secret and `labels.toml`, beside
        the file unless said otherwise. `family_of` names a code's family, by default as the shipped table does;
        `settings` stand for those of `labels.toml`, `is_denial` and `reason_of` for their words. Whoever opens
        the store reads answers alike: training, serving and the ledger. Raises UnusableStore and UnreadableInput.
        """
        engine, where = open_engine(url, home)
        secret = practice_secret(engine, where, practice)
        words = Words.of(read_label_settings(where) if settings is None else settings)
        words = replace(words, is_denial=is_denial or words.is_denial, reason_of=reason_of or words.reason_of)
        return cls(engine, practice, secret, family_of or _shipped_family, words)

    @property
    def label_settings(self) -> LabelSettings:
        """By which settings its answers are read."""
        return self._words.settings

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        """The store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def ingest(self, paths: Iterable[Path], progress: Progress | None = None) -> IngestReport:
        """Read 837P, 835, 277CA and 999 files, and folders of them, in any order; what is known is counted, not added.

        Nothing of a file is kept when this process dies in the middle of it; all of it is once the next one begins.
        """
        run = Ingest(self._engine, self.practice, self.secret, self._words, IngestReport())
        run.read([Path(path) for path in paths], progress)
        return run.report

    def ingest_exports(
        self, paths: Iterable[Path], export_map: ExportMap, progress: Progress | None = None
    ) -> IngestReport:
        """Read files that a billing system exported (CSV), by the map of their columns; reading twice changes nothing.

        Claims that the store holds from their own 837 are left to it. A row that cannot be read costs its claim.
        """
        run = Ingest(self._engine, self.practice, self.secret, self._words, IngestReport())
        run.read_exports([Path(path) for path in paths], export_map, progress)
        return run.report

    def record(
        self,
        claims: Iterable[Claim] = (),
        remittances: Iterable[Remittance] = (),
        acknowledgments: Iterable[Acknowledgment] = (),
    ) -> IngestReport:
        """Take in claims, remittances and front ends' words that came otherwise than by file, in one transaction."""
        run = Ingest(self._engine, self.practice, self.secret, self._words, IngestReport())
        run.record(claims, remittances, acknowledgments)
        return run.report

    def relabel(self) -> Relabelled:
        """Link and label everything again, after a change of the denial codes; tells the difference as events."""
        with writing(self._engine).begin() as connection:
            return relabel(Scope(connection, self.practice), self._words)

    def bring_up(self) -> Relabelled | None:
        """Relabel when the rows stand by other words than today's, or by an older program's; None when they do not."""
        with self._engine.connect() as connection:
            if labels_stand(Scope(connection, self.practice), self._words):
                return None
        with writing(self._engine).begin() as connection:
            return bring_up(Scope(connection, self.practice), self._words)

    def events(self, until: date | None = None) -> Iterator[Event]:
        """Submissions, rejections and first adjudications by the day they became known, for `features.replay`."""
        with self._engine.connect() as connection:
            yield from replayed(Scope(connection, self.practice), until, self._family_of)

    def arrivals(self, since: date, before: date) -> Iterator[Arrival]:
        """The records known from one day to strictly before another, to build another store from."""
        with self._engine.connect() as connection:
            yield from arrivals(Scope(connection, self.practice), since, before)

    def ledger(self, as_of: date) -> Iterator[LedgerRow]:
        """Every submitted line known by the day, with its label as of the day."""
        payers = self.payer_past()
        with self._engine.connect() as connection:
            yield from ledger(Scope(connection, self.practice), payers, as_of, self._words)

    def stories(self, which: str, as_of: date, *, line: int | None = None) -> list[LineStory]:
        """Why the lines of a submission (by ref) or claim (by number) have their labels. Raises UnreadableInput."""
        payers = self.payer_past()
        with self._engine.connect() as connection:
            return stories(Scope(connection, self.practice), payers, which, as_of, self._words, line=line)

    def judged(
        self, period: Period, tables: Tables, progress: Callable[[int, int | None], None] | None = None
    ) -> Iterator[Judged]:
        """Every submission of the period: the rules' report as of its own day, beside the label of each line."""
        payers = self.payer_past()
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            yield from judged(scope, payers, period, self._words, self._family_of, tables, progress)

    def patient_past(self, claim: Claim, *, as_of: date, peers: Iterable[Claim] = (), content: str = "") -> PatientPast:
        """The past of the claim's patient on the day, the same as replay sees.

        `peers`: the other claims of a file being scored, for those the store does not hold. `content`: the claim's
        hash, where it is known already.
        """
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            return known_of(scope, claim, self.secret, as_of=as_of, peers=peers, content=content).patient

    def payer_past(self) -> PayerPast:
        """The payers' decisions with everything stored by now, by this process or another."""
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            return self._payers.caught_up(scope, newest(scope))

    def pasts(self, claim: Claim, *, as_of: date, content: str = "") -> tuple[PatientPast, PayerPast]:
        """`patient_past` and `payer_past` out of one look at the store."""
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            known = known_of(scope, claim, self.secret, as_of=as_of, content=content)
            return known.patient, self._payers.caught_up(scope, known.newest)

    def test_past(self) -> PayerPast:
        """Of what `payer_past` answered last, the decisions of test interchanges (ISA15 = T) alone."""
        if not self._payers.begun:
            self.payer_past()
        return self._payers.tests

    def patient_key(self, claim: Claim) -> str:
        """The opaque key of the claim's patient under this practice's secret."""
        return patient_key(self.secret, claim)

    def priced_lines(
        self, as_of: date, tables: Tables, progress: Callable[[int, int | None], None] | None = None
    ) -> Iterator[PricedLine]:
        """Every answered line with what the payer's answers stood at, as known by the day."""
        with self._engine.connect() as connection:
            yield from priced_lines(Scope(connection, self.practice), as_of, self._words, tables, progress)

    def audit_sample(self, tables: Tables, first: date, last: date, *, size: int, seed: int) -> AuditSample:
        """A reproducible sample of the claims sent between two days, some of every clinician and kind."""
        with self._engine.connect() as connection:
            return audit_sample(Scope(connection, self.practice), tables, first, last, size, seed)

    def decisions_count(self) -> int:
        """How many lines have a first adjudication."""
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            return connection.scalar(scope.select(decisions, func.count())) or 0

    def last_event(self) -> int:
        """The sequence number of the newest event; 0 for an empty store."""
        with self._engine.connect() as connection:
            return newest(Scope(connection, self.practice))
