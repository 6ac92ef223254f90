"""The practice's memory: what it sent, what came back, and what follows from both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine, func

from claims.acknowledgment import Acknowledgment
from claims.claim import Claim
from claims.entries import Entry
from claims.exports import ExportMap
from claims.identity import patient_key
from claims.remittance import Remittance
from features.replay import Event, Submitted
from past.behaviour import Behaviour, behaviour, first_day
from past.label_settings import LabelSettings, read_label_settings
from past.labels import IsDenial, ReasonOf, Words
from past.patient import PatientPast
from past.payer import PayerPast
from past.recorded import Recorded
from past.underpayment import PricedLine
from scrubber.tables import Tables
from store.arrivals import Arrival, arrivals, copy_records
from store.audit_sample import AuditSample, audit_sample
from store.behaviour import PayerSeen, answers_of, payers_seen
from store.database import open_engine, practice_secret, writing
from store.history import Book, PayerHistory, book_of, known_of, latest, newest, replayed, served
from store.ingest import Ingest, Progress
from store.judged import Judged, Period, judged
from store.ledger import LedgerRow, ledger
from store.recording import unlinked
from store.relinking import Relabelled, bring_up, labels_stand, relabel
from store.report import LISTED, IngestReport, Unlinked
from store.schema import decisions, submissions
from store.scope import Scope
from store.story import LineStory, stories
from store.tracker import Answered, Held, answers_on, held_on
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
        self._payers, self._book = PayerHistory(family_of), Book()

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

    def note(self, entries: Iterable[Entry]) -> IngestReport:
        """Add entries to the book of approvals and cover, in one transaction; what it holds already is counted."""
        run = Ingest(self._engine, self.practice, self.secret, self._words, IngestReport())
        run.note(entries)
        return run.report

    def authorizations(
        self,
        as_of: date,
        only: Sequence[int] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> Iterator[Held]:
        """The authorizations held, as known at the end of the day, each with what is left of it."""
        with self._engine.connect() as connection:
            yield from held_on(Scope(connection, self.practice), as_of, only, progress)

    def recorded_of(self, claim: Claim, as_of: date) -> list[Recorded]:
        """The entries of the claim's patient that speak on the day."""
        with self._engine.connect() as connection:
            return book_of(Scope(connection, self.practice), claim, self.secret, as_of)

    def sent_to(self, payer_id: str) -> bool:
        """True when some claim in the store went to a payer of this id."""
        with self._engine.connect() as connection:
            query = Scope(connection, self.practice).select(submissions, submissions.c.id)
            return connection.execute(query.where(submissions.c.payer_id == payer_id).limit(1)).first() is not None

    def cover_answers(self, as_of: date) -> list[Answered]:
        """The newest eligibility answer of each patient and payer, as known at the end of the day."""
        with self._engine.connect() as connection:
            return answers_on(Scope(connection, self.practice), as_of)

    def unlinked(self, most: int = LISTED) -> list[Unlinked]:
        """The records of approvals and cover that no claim finds yet."""
        with self._engine.connect() as connection:
            return unlinked(Scope(connection, self.practice), most)

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
        """Submissions, rejections, first adjudications and records by the day they became known, for `replay`."""
        with self._engine.connect() as connection:
            yield from replayed(Scope(connection, self.practice), until, self._family_of, self.secret)

    def arrivals(self, since: date, before: date) -> Iterator[Arrival]:
        """The records known from one day to strictly before another, to build another store from."""
        with self._engine.connect() as connection:
            yield from arrivals(Scope(connection, self.practice), since, before)

    def copy_records(self, into: Store, since: date, until: date) -> None:
        """Give another store of the same secret the entries of approvals and cover recorded from day to day."""
        with self._engine.connect() as source, writing(into._engine).begin() as target:
            copy_records(Scope(source, self.practice), Scope(target, into.practice), since, until)

    def served(self, first: date, last: date) -> Iterator[Submitted]:
        """The submissions with a service from `first` to `last`, by the day they were sent."""
        with self._engine.connect() as connection:
            yield from served(Scope(connection, self.practice), first, last)

    def latest(self, most: int) -> Iterator[Claim]:
        """At most so many claims, those that arrived last first."""
        with self._engine.connect() as connection:
            yield from latest(Scope(connection, self.practice), most)

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
            yield from judged(scope, payers, period, self._words, self._family_of, self.secret, tables, progress)

    def patient_past(self, claim: Claim, *, as_of: date, peers: Iterable[Claim] = (), content: str = "") -> PatientPast:
        """The past of the claim's patient on the day, the same as replay sees.

        `peers`: the other claims of a file being scored, for those the store does not hold. `content`: the claim's
        hash, where it is known already.
        """
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            return known_of(scope, claim, self.secret, self._book, as_of=as_of, peers=peers, content=content).patient

    def payer_past(self) -> PayerPast:
        """The payers' decisions with everything stored by now, by this process or another."""
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            return self._payers.caught_up(scope, newest(scope))

    def pasts(self, claim: Claim, *, as_of: date, content: str = "") -> tuple[PatientPast, PayerPast]:
        """`patient_past` and `payer_past` out of one look at the store."""
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            known = known_of(scope, claim, self.secret, self._book, as_of=as_of, content=content)
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

    def payers_seen(self, as_of: date) -> list[PayerSeen]:
        """Every payer id that claims were sent to by the day, with how much the store holds of it."""
        with self._engine.connect() as connection:
            return payers_seen(Scope(connection, self.practice), as_of)

    def payer_behaviour(self, payer_ids: Collection[str], *, before: date) -> Behaviour:
        """How the payer of these ids answered in the 12 months before the day."""
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            first = first_day(before)
            answers = answers_of(scope, payer_ids, self._words, self._family_of, first=first, before=before)
            return behaviour(answers, before=before)

    def decisions_count(self) -> int:
        """How many lines have a first adjudication."""
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            return connection.scalar(scope.select(decisions, func.count())) or 0

    def submissions_count(self) -> int:
        """How many claims were sent, as far as the store holds them."""
        with self._engine.connect() as connection:
            scope = Scope(connection, self.practice)
            return connection.scalar(scope.select(submissions, func.count())) or 0

    def last_event(self) -> int:
        """The sequence number of the newest event; 0 for an empty store."""
        with self._engine.connect() as connection:
            return newest(Scope(connection, self.practice))
