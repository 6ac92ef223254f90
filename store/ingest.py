"""Reads files into the store: each in its own transaction, so that a bad file or a killed process costs no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, Engine, func

from claims.acknowledgment import Acknowledgment, ClaimAcknowledgment, SetAcknowledgment
from claims.claim import Claim
from claims.entries import Entry, entries_of
from claims.errors import UnreadableInput
from claims.exports import Export, ExportMap, open_export
from claims.reading import Refusal
from claims.records import AuthorizationRecord, EligibilityRecord
from claims.remittance import Remittance
from past.labels import Words
from store.database import writing
from store.explaining import unmatched_acknowledgments, unmatched_services
from store.exported import EXPORT, on_wire
from store.joining import Joiner
from store.payments import Payments
from store.recording import Recorder, has_records, keep_patient_keys, unlinked
from store.relinking import Relinker, bring_up
from store.report import LISTED, IngestReport, RefusedRecord, RejectedFile
from store.schema import files, links, practices, remittances, submissions
from store.scope import Scope, chunks
from store.sources import Record, digest, files_in, kind_of, records
from store.tracker import overdrawn
from store.writing import Writer

Progress = Callable[[int, int, Path], None]  # files done, files in all, the file just done


@dataclass
class Ingest:
    """One call of `Store.ingest`."""

    engine: Engine
    practice: str
    secret: bytes
    words: Words
    report: IngestReport
    new_files: list[int] = field(default_factory=list)  # ids of the files that brought something

    def read(self, paths: Iterable[Path], progress: Progress | None = None) -> None:
        """Read all files and say what became of them."""
        found = files_in(paths)
        for done, path in enumerate(found, 1):
            self._file(path)
            if progress is not None:
                progress(done, len(found), path)
        self._count_links()

    def record(
        self, claims: Iterable[Claim], remittances_: Iterable[Remittance], acknowledgments: Iterable[Acknowledgment]
    ) -> None:
        """Take in records that came otherwise than by file."""
        with writing(self.engine).begin() as connection:
            scope = self._scope(connection)
            file_id = scope.insert_one(files, _file_row("", "records"))
            self._take(scope, file_id, "", (*claims, *remittances_, *acknowledgments))
        self._count_links()

    def note(self, entries: Iterable[Entry]) -> None:
        """Add entries to the book of approvals and cover."""
        with writing(self.engine).begin() as connection:
            scope = self._scope(connection)
            file_id = scope.insert_one(files, _file_row("", "records"))
            recorder = Recorder(scope, self.secret, file_id)
            recorder.add(entries)
            known = {"records": recorder.records}
            connection.execute(scope.update(files).where(files.c.id == file_id).values(known))
            self._count_recorded(recorder)
            self.new_files.append(file_id)
        self._count_links()

    def _count_recorded(self, recorder: Recorder) -> None:
        self.report.authorizations += recorder.authorizations
        self.report.eligibility += recorder.eligibility
        self.report.duplicates += recorder.duplicates

    def read_exports(self, paths: Iterable[Path], m: ExportMap, progress: Progress | None = None) -> None:
        """Read files that a billing system exported, by the map of their columns."""
        named = list(paths)
        for done, path in enumerate(named, 1):
            self._kept(path, lambda path=path: self._export(path, m))  # type: ignore[misc]
            if progress is not None:
                progress(done, len(named), path)
        self._count_links()

    def _file(self, path: Path) -> None:
        """Read one file, or say why not."""
        self._kept(path, lambda: self._wire(path))

    def _wire(self, path: Path) -> None:
        kind = kind_of(path)
        payments = Payments(path, kind)
        if self._once(path, digest(path), kind, lambda _: payments.watched(records(path, kind))):
            self.report.unbalanced_payments += payments.unbalanced()

    def _export(self, path: Path, m: ExportMap) -> None:
        with path.open("rb") as file:
            export = open_export(file, m, path.name)
        said = sha256(f"{digest(path)}{m.fingerprint}".encode()).hexdigest()
        self._once(path, said, EXPORT, lambda scope: self._not_on_wire(scope, export))

    def _not_on_wire(self, scope: Scope, export: Export) -> Iterator[Record | Refusal]:
        """What the export tells of claims that the store does not hold from their own 837."""
        held = on_wire(scope, export.claim_ids)
        for claim_id, found in export.groups():
            if isinstance(found, Refusal):
                yield found
            elif held.any_of(claim_id, found):
                self.report.left_to_wire += sum(isinstance(record, Claim) for record in found)
            else:
                yield from found

    def _once(self, path: Path, said: str, kind: str, given: Callable[[Scope], Iterable[Record | Refusal]]) -> bool:
        """Take what a file holds unless all of it was taken before; True when it was read now."""
        with writing(self.engine).begin() as connection:
            scope = self._scope(connection)
            known = connection.execute(scope.select(files).where(files.c.sha256 == said)).first()
            if known is not None and not known.refused:
                self.report.files += 1
                self.report.duplicates += known.records
                return False
            file_id = known.id if known is not None else scope.insert_one(files, _file_row(said, kind))
            self._take(scope, file_id, str(path), given(scope))
        self.report.files += 1
        return True

    def _kept(self, path: Path, read: Callable[[], None]) -> None:
        """Read a file, or say why not."""
        try:
            read()
        except UnreadableInput as error:
            self._reject(path, error)
        except OSError as error:
            self._reject(
                path, UnreadableInput(path.name, found=error.strerror or "a read error", expected="a readable file")
            )

    def _scope(self, connection: Connection) -> Scope:
        """The practice's rows, for this transaction; no other writes to them until it ends."""
        scope = Scope(connection, self.practice)
        connection.execute(scope.lock(practices))
        return scope

    def _reject(self, path: Path, error: UnreadableInput) -> None:
        self.report.rejected_files.append(
            RejectedFile(str(path), error.where, error.found, error.expected, error.advice)
        )

    def _take(self, scope: Scope, file_id: int, name: str, given: Iterable[Record | Refusal]) -> None:
        """Write the records, link what they touch, and count; the report changes only when all of it went well."""
        bring_up(scope, self.words)
        writer = Writer(scope, self.secret, file_id)
        recorder = Recorder(scope, self.secret, file_id)
        today, undecided = datetime.now(UTC).date(), 0
        refused: list[RefusedRecord] = []
        for record in given:
            try:
                if isinstance(record, Claim):
                    writer.add_claim(record)
                elif isinstance(record, Remittance):
                    writer.add_remittance(record)
                elif isinstance(record, ClaimAcknowledgment | SetAcknowledgment):
                    writer.add_acknowledgment(record)
                elif isinstance(record, AuthorizationRecord | EligibilityRecord):
                    source = "278" if isinstance(record, AuthorizationRecord) else "271"
                    entries = tuple(entries_of(record, source, today))
                    undecided += not entries
                    recorder.add(entries)
                else:
                    refused.append(_refused(name, record.error, record.claims_lost, record.claim_id))
            except UnreadableInput as error:
                refused.append(_refused(name, error, 1, _number(record)))
        writer.flush()
        if writer.claims:
            keep_patient_keys(scope, self.secret, file_id)
        joiner = Joiner(scope)
        rejoined = joiner.join(file_id)
        relinker = Relinker(scope, self.words, frozenset((*self.new_files, file_id)))
        relinker.relink([*_touched(scope, file_id), *rejoined])
        counts = {"records": writer.records + recorder.records + undecided, "refused": len(refused)}
        scope.connection.execute(scope.update(files).where(files.c.id == file_id).values(counts))
        self._count_recorded(recorder)
        self.report.undecided += undecided
        if writer.claims or writer.remittances or writer.acknowledgments or recorder.refs:
            self.new_files.append(file_id)
        self.report.claims += writer.claims
        self.report.remittances += writer.remittances
        self.report.acknowledgments += writer.acknowledgments
        self.report.claims_rejected += joiner.rejected
        self.report.duplicates += writer.duplicates
        self.report.unbalanced += writer.unbalanced
        self.report.lines_matched += relinker.late_matches
        self.report.refusals += refused

    def _count_links(self) -> None:
        """Count the services of the remittances read now, as they stand after the last file."""
        with self.engine.connect() as connection:
            scope = Scope(connection, self.practice)
            recorded = has_records(scope)
            for some in chunks(self.new_files, 400):
                query = scope.select(links, func.count(), func.count(links.c.line)).join(
                    remittances, remittances.c.id == links.c.remittance_id
                )
                in_all, matched = connection.execute(query.where(remittances.c.file_id.in_(some))).one()
                self.report.lines_matched += matched
                self.report.lines_unmatched += in_all - matched
                room = LISTED - len(self.report.unmatched)
                self.report.unmatched += unmatched_services(scope, some, room)
                room = LISTED - len(self.report.unmatched_acknowledgments)
                self.report.unmatched_acknowledgments += unmatched_acknowledgments(scope, some, room)
                if recorded:
                    room = LISTED - len(self.report.unlinked)
                    self.report.unlinked += unlinked(scope, room, some)
                    self.report.overdrawn += overdrawn(scope, some)


def _file_row(sha256: str, kind: str) -> dict[str, object]:
    """A file's row; what did not come by file gets a digest of its own, so that it is never taken for one."""
    now = datetime.now(UTC)
    return {"sha256": sha256 or f"records {now.isoformat()}", "kind": kind, "records": 0, "refused": 0, "read_at": now}


def _number(record: Record | Refusal) -> str:
    return record.id if isinstance(record, Claim) else getattr(record, "claim_id", "")


def _refused(name: str, error: UnreadableInput, lost: int, claim_id: str) -> RefusedRecord:
    return RefusedRecord(name, str(error), error.fields(), lost, claim_id)


def _touched(scope: Scope, file_id: int) -> Iterator[str]:
    """The claim keys of the rows a file brought."""
    for table in (submissions, remittances):
        query = scope.select_by_id(table, table.c.claim_key).where(table.c.file_id == file_id)
        # Sorted here: SQLite would read all rows of the practice to have those of the file in order.
        yield from sorted({row.claim_key for row in scope.connection.execute(query)})
