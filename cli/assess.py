"""`score` and `scrub`: one batch after the other through the one assessor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from claims.errors import UnreadableFile
from cli import findings, worklist
from cli.console import emit, progress, say, stdout
from cli.intake import Batch
from serving.assess import Assessor, assessment_json, scrub_json
from serving.assessment import Assessment

Json = dict[str, object]


def score_files(
    assessor: Assessor, files: Sequence[Path], as_of: date, *, as_json: bool, why: bool, top: int, similar: int = 0
) -> int:
    """Score every claim of the files, with so many similar past lines beside each line; the exit code."""
    run = _Run(assessor, files, as_of, similar)
    if as_json:
        return run.emit(assessment_json)
    assessed = list(run.assessed())
    worklist.show(stdout(), assessed, why=why or similar > 0, top=top)
    return run.code()


def scrub_files(assessor: Assessor, files: Sequence[Path], as_of: date, *, as_json: bool) -> int:
    """Run the rules on every claim of the files; the exit code."""
    run = _Run(replace(assessor, model=None), files, as_of)
    if as_json:
        return run.emit(scrub_json)
    findings.show(stdout(), [assessment for _, assessment in run.assessed()])
    return run.code()


class _Run:
    """The files of one command: what was read, what was refused, and the exit code that follows."""

    def __init__(self, assessor: Assessor, files: Sequence[Path], as_of: date, similar: int = 0) -> None:
        self._assessor, self._as_of, self._similar = assessor, as_of, similar
        self._batches = [Batch(path) for path in files]
        self._read = 0
        self._unreadable = 0
        for fault in assessor.practice.own.faults if assessor.practice else ():
            say(f"own rule left out: {fault}")

    def emit(self, to_json: Callable[[Assessment], Json]) -> int:
        for _, assessment in self.assessed():
            emit(to_json(assessment))
        return self.code()

    def assessed(self) -> Iterator[worklist.Assessed]:
        with progress("claims") as update:
            for batch in self._batches:
                try:
                    assessed = self._assessor.assess_all(batch.claims, self._as_of, similar=self._similar)
                    for pair in zip(batch.claims(), assessed, strict=True):
                        self._read += 1
                        update(self._read, None)
                        yield pair
                except UnreadableFile as error:
                    self._unreadable += 1
                    say(f"{batch.path}: {error}" if error.where != str(batch.path) else f"{error}")

    def code(self) -> int:
        """0 all read; 1 something refused; 2 nothing could be read."""
        if any(b.refused or b.faults for b in self._batches) or self._unreadable:
            lost = sum(b.refused for b in self._batches)
            say(f"{self._read} claims read, {lost} refused, {self._unreadable} files not readable")
            return 1 if self._read else 2
        return 0
