"""The PTP table in full: two million made-up pairs in the publisher's layout against the pairs that ship.

What is measured: the import, what a process holds of it, a look-up, and the scrubber on the same claims. The pairs that
ship are among those made, so that the scrubber finds the same work; all others are invented.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from shutil import rmtree
from statistics import median
from tempfile import mkdtemp

from bench.clock import percentile
from bench.practice import FOLDER, store
from features.replay import Submitted
from scrubber import scrub
from scrubber.tables import Tables, load_tables, shipped_tables

PAIRS, CODES, PARTS = 2_000_000, 12_000, 4
DAY = date(2026, 11, 2)
SAMPLE, TURNS = 400, 7
HEADING = (
    "CPT only copyright 2026 American Medical Association.  All rights reserved.\t\t\t\t\t\t",
    "Column1/Column2 Edits\t\t\t\t\t\t",
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
    "\t\t\t\t*=no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
)


def run() -> None:
    """Print the import, the memory of a process, look-ups and the scrubber, shipped against full."""
    files, home = _made(), Path(mkdtemp(dir=FOLDER)).resolve()
    try:
        print(f"tables: PTP, {PAIRS:,} pairs in {PARTS} zip files, one core")
        _import(files, home)
        _memory(home)
        _lookups(load_tables(home))
        _scrubs(load_tables(home))
    finally:
        rmtree(home)


def _made() -> Path:
    """The four archives, made once."""
    folder = FOLDER / f"ptp-{PAIRS}"
    if folder.exists():
        return folder
    print("making pairs ...", file=sys.stderr)
    rng = random.Random(11)
    codes = [f"{n:05d}" for n in sorted(rng.sample(range(100, 99999), CODES - 2000))]
    codes += [f"{letter}{n:04d}" for letter in "GJL" for n in sorted(rng.sample(range(9999), 666))]
    known = {(one, two): edit.indicator for two, of in _shipped().items() for one, edit in of.items()}
    chosen = dict(known)
    while len(chosen) < PAIRS:
        one, two = rng.choice(codes), rng.choice(codes)
        if one != two and (one, two) not in known:
            chosen[one, two] = rng.choice("0119")
    rows = sorted(chosen.items())
    folder.mkdir(parents=True)
    for part in range(PARTS):
        name = f"ccipra-v323r0-f{part + 1}"
        with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            some = rows[part * len(rows) // PARTS : (part + 1) * len(rows) // PARTS]
            archive.writestr(f"{name}.TXT", "\r\n".join((*HEADING, *_lines(some, known, rng))) + "\r\n")
    return folder


def _lines(
    rows: list[tuple[tuple[str, str], str]], known: dict[tuple[str, str], str], rng: random.Random
) -> Iterator[str]:
    """A pair that ships is in force since 2024q3 at least; of the others two in five have ended."""
    for pair, indicator in rows:
        first = f"{rng.randrange(1996, 2024)}{rng.choice(('0101', '0401', '0701', '1001'))}"
        last = "*"
        if indicator == "9" and pair not in known:
            last = first
        elif pair not in known and rng.random() < 0.4:
            last = f"{rng.randrange(int(first[:4]) + 1, 2027)}{rng.choice(('0331', '0630', '0930', '1231'))}"
        yield "\t".join((*pair, "", first, last, indicator, "Misuse of Column Two code with Column One code"))


def _shipped() -> dict[str, dict[str, object]]:
    return dict(shipped_tables().ptp.releases[0].rows)  # type: ignore[arg-type]


def _import(files: Path, home: Path) -> None:
    said = _in_another(
        "import sys, time; from datetime import date; from pathlib import Path\n"
        "from store.table_releases import Wanted, import_table\n"
        "start = time.perf_counter()\n"
        f"done = import_table(Path({str(home)!r}), 'ptp', [Path({str(files.resolve())!r})], Wanted(), "
        f"today=date({DAY.year}, {DAY.month}, {DAY.day}))\n"
        "spent = time.perf_counter() - start\n"
        "import re; peak = int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) / 1024\n"
        "print(f'{done.rows:,} pairs in {spent:.1f} s, at most {peak:.0f} MB')"
    )
    compiled = next((home / "tables" / "ptp").glob("*.pairs")).stat().st_size
    size = sum(f.stat().st_size for f in files.iterdir())
    print(f"  import                 {said}; {size / 1e6:.0f} MB of archives become {compiled / 1e6:.1f} MB")


def _memory(home: Path) -> None:
    """Of a process of its own: what it alone holds, and what it maps besides and shares with all others."""
    look = (
        "import re; told = open('/proc/self/smaps_rollup').read()\n"
        "kb = {k: int(re.search(rf'^{k}:\\s+(\\d+)', told, re.M)[1]) for k in ('Rss', 'Private_Dirty')}\n"
        "print(f\"{kb['Rss'] / 1024:.1f} MB resident, {kb['Private_Dirty'] / 1024:.1f} MB its own\")"
    )
    begin = "from pathlib import Path; from scrubber.tables import load_tables; import random, gc\n"
    full = f"tables = load_tables(Path({str(home)!r}))\n"
    asked = (
        "rows = tables.ptp.releases[-1].rows; codes = list(rows); rng = random.Random(3)\n"
        "for _ in range(200_000):\n    found = rows.get(rng.choice(codes)); found and found.get(rng.choice(codes))\n"
        "del codes; gc.collect()\n"
    )
    print(f"  tables that ship       {_in_another(f'{begin}tables = load_tables(); gc.collect(); {chr(10)}{look}')}")
    print(f"  with PTP in full       {_in_another(f'{begin}{full}gc.collect(){chr(10)}{look}')}")
    print(f"  after 200,000 look-ups {_in_another(f'{begin}{full}{asked}{look}')}")


def _in_another(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _lookups(full: Tables) -> None:
    """One look-up is what a rule asks: the pairs of a column 2 code, and of these one column 1 code."""
    shipped, whole = shipped_tables().ptp.releases[-1], full.ptp.releases[-1]
    rng = random.Random(5)
    codes = sorted(shipped.rows)
    usual = [(rng.choice(codes), rng.choice(codes)) for _ in range(3000)]
    every = list(whole.rows)
    any_at_all = [(rng.choice(every), rng.choice(every)) for _ in range(200_000)]
    for what, release, asked in (
        ("shipped, a practice's codes", shipped, usual),
        ("in full, a practice's codes", whole, usual),
        ("in full, any codes, uncached", whole, any_at_all),
    ):

        def look(release: object = release, asked: list[tuple[str, str]] = asked) -> None:
            get = release.get  # type: ignore[attr-defined]
            for two, one in asked:
                found = get(two)
                if found:
                    found.get(one)

        look()
        print(f"  look-up {what:30} {1e9 * _best(look) / len(asked):6.0f} ns")


def _best(call: Callable[[], object]) -> float:
    spent = []
    for _ in range(TURNS):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return min(spent)


def _scrubs(full: Tables) -> None:
    practice = store()
    events = [e for e in practice.events() if isinstance(e, Submitted) and len(e.claim.lines) == 3][-SAMPLE:]
    cases = [(e.claim, practice.patient_past(e.claim, as_of=e.known_on), e.known_on) for e in events]
    best: dict[str, list[float]] = {}
    for _ in range(TURNS):  # in turns, so that what disturbs the one disturbs the other
        for what, tables in (("shipped", shipped_tables()), ("in full", full)):
            of = best.setdefault(what, [float("inf")] * len(cases))
            for i, (claim, past, _day) in enumerate(cases):
                start = time.perf_counter()
                scrub(claim, tables, past, as_of=DAY)
                of[i] = min(of[i], 1e6 * (time.perf_counter() - start))
    for what, spent in best.items():
        print(f"  scrub 3 lines, {what:8} median {median(spent):5.0f} us   p99 {percentile(spent, 0.99):5.0f} us")
