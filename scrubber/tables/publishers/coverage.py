"""CMS, Medicare Coverage Database: the articles that list which diagnoses support a procedure, one download of csvs.

The tables of the download are told by their columns. An article names procedures (article_x_hcpc_code), diagnoses that
support them (article_x_icd10_covered) and that never do (article_x_icd10_noncovered), and the contractors it is of
(article_x_contractor), whose states stand in contractor_jurisdiction and state_lookup.

Kept are the procedures our table has a policy on. Articles part their lists in groups, and say in prose which group is
for which procedure: that is not read. So a diagnosis of any group counts for every procedure of the article, and only
an article with one group of each is taken as verified. What policies say in prose, and we hold as rows (exemptions,
exclusions), stays beside the lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from scrubber.tables.publishers.coverage_states import whole_states
from scrubber.tables.publishers.delivery import Asked, Delivery, Publisher, Row, Sheet, WrongDelivery
from scrubber.tables.publishers.layout import (
    CPT,
    Columns,
    Line,
    Table,
    effective_day,
    in_order,
    rows_of,
    table_of,
    yes,
)

_WHAT = "the Medicare Coverage Database's current articles (current_article.zip)"
_ID, _VERSION = "article_id", "article_version"


def _columns(names: str, maybe: str = "") -> Columns:
    """Columns called in the file as we call them, underscores read as blanks."""
    return Columns(
        must={name: name.replace("_", " ") for name in names.split()},
        maybe={name: name.replace("_", " ") for name in maybe.split()},
    )


_TABLES: Mapping[str, Columns] = {
    "article": _columns("article_id article_version title status article_eff_date", "article_end_date display_id"),
    "article_x_hcpc_code": _columns("article_id article_version hcpc_code_id hcpc_code_group"),
    "article_x_icd10_covered": _columns("article_id article_version icd10_code_id icd10_covered_group"),
    "article_x_icd10_noncovered": _columns("article_id article_version icd10_code_id icd10_noncovered_group"),
    "article_x_contractor": _columns("article_id article_version contractor_id contractor_version"),
    "contractor_jurisdiction": _columns(
        "contractor_id contractor_version state_id", "contractor_type_id active_date term_date"
    ),
    "state_lookup": _columns("state_id state_abbrev"),
}
_PERIOD = _columns("start_date end_date")
_IN_FORCE = "A"
_URL = "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleid="
_NO_CODE = "XX000"  # stands where a list has no code
_Key = tuple[str, str]  # article and version


@dataclass(slots=True)
class _Article:
    """One article in force."""

    id: str
    title: str
    first: date | None
    last: date | None
    procedures: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # group -> codes
    lists: dict[str, dict[str, set[str]]] = field(
        default_factory=lambda: {"supports": defaultdict(set), "excludes": defaultdict(set)}
    )  # role -> group -> dotted diagnoses
    states: frozenset[str] = frozenset()


def _read(sheets: Sequence[Sheet], asked: Asked) -> Delivery:
    """What the articles say of the procedures we hold policies on, by contractor."""
    tables = _found(sheets)
    effective = effective_day(asked, tables["article"].sheet, *(s.name for s in sheets), said=_period(sheets))
    held = _held(asked)
    topics = {code: topic for (topic, _), rows in held.items() for row in rows for code in row["codes"].split()}
    articles = _articles(tables, topics, effective)
    notes = [f"{len(articles):,} articles speak of procedures we hold policies on; the others are left out."]
    unsure = sum(not _single(a) for a in articles.values())
    notes.append(f"{unsure:,} of them part their lists in groups, which is told in prose: unverified.")
    notes += _placed(articles, tables)
    rows = list(dict.fromkeys(_rows(articles, topics, held)))
    if not rows:
        raise tables["article"].sheet.wrong(
            found="no article in force with diagnoses for a procedure of our table", expected=_WHAT
        )
    return Delivery(
        table="coverage",
        release=asked.release or str(effective),
        effective=effective,
        published=asked.published or effective,
        complete=False,
        rows=rows,
        notes=tuple(notes),
    )


def _found(sheets: Sequence[Sheet]) -> dict[str, Table]:
    """The tables of the download by their columns. Raises WrongDelivery where one is missing."""
    found: dict[str, Table] = {}
    for sheet in sheets:
        for name, columns in _TABLES.items():
            if name not in found and (table := table_of(sheet, columns)) and _named(sheet, name):
                found[name] = table
    lacking = [name for name in _TABLES if name not in found]
    if lacking:
        columns = _TABLES[lacking[0]]
        raise WrongDelivery(
            sheets[0].name if sheets else "the file", found=f"no table {', '.join(lacking)}",
            expected=f"{_WHAT}, with {lacking[0]} ({', '.join(columns.must)})",
            advice="Give the zip archive as downloaded, or the folder of its csv files.",
        )  # fmt: skip
    return found


def _named(sheet: Sheet, name: str) -> bool:
    """True unless the file is named as another table: lists of articles and their history have the same columns."""
    stem = sheet.name.rsplit("/", 1)[-1].rsplit(" > ", 1)[-1].lower()
    return not stem.endswith(".csv") or stem == f"{name}.csv"


def _period(sheets: Sequence[Sheet]) -> date | None:
    """The last day of the period the download is of, where the table update_period is in it."""
    for sheet in sheets:
        table = table_of(sheet, _PERIOD) if "update_period" in sheet.name.lower() else None
        days = [line.day("end_date") for line in table or ()]
        if any(days):
            return max(day for day in days if day)
    return None


def _key(line: Line) -> _Key:
    return line.given(_ID, "an article's number"), line.given(_VERSION, "a version")


def _articles(tables: Mapping[str, Table], topics: Mapping[str, str], on: date) -> dict[_Key, _Article]:
    """The articles in force on the day that name a procedure of ours and diagnoses for it."""
    found: dict[_Key, _Article] = {}
    for line in tables["article"]:
        first, last = line.day("article_eff_date"), line.day("article_end_date")
        begun = first is None or first <= on
        if line.text("status").upper() == _IN_FORCE and begun and (last is None or on <= last):
            name = line.text("display_id") or f"A{line.text(_ID)}"
            found[_key(line)] = _Article(name, " ".join(line.text("title").split()), first, last)
    for line in tables["article_x_hcpc_code"]:
        article = found.get(_key(line))
        code = line.given("hcpc_code_id", "a procedure code").upper()
        if article is not None and code in topics:
            article.procedures[line.text("hcpc_code_group")].add(code)
    kept = {key: article for key, article in found.items() if article.procedures}
    for role, name, group in (
        ("supports", "article_x_icd10_covered", "icd10_covered_group"),
        ("excludes", "article_x_icd10_noncovered", "icd10_noncovered_group"),
    ):
        for line in tables[name]:
            article = kept.get(_key(line))
            code = line.given("icd10_code_id", "an ICD-10-CM code").upper()
            if article is not None and code != _NO_CODE:
                article.lists[role][line.text(group)].add(_dotted(line, code))
    return {key: article for key, article in kept.items() if any(article.lists.values())}


def _dotted(line: Line, code: str) -> str:
    plain = code.replace(".", "")
    if not (3 <= len(plain) <= 7 and plain[0].isalpha() and plain[1].isdigit() and plain.isalnum()):
        raise line.wrong("icd10_code_id", "an ICD-10-CM code such as M54.16")
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def _single(article: _Article) -> bool:
    """True where nothing is left to prose: one group of procedures, one of diagnoses in each list."""
    return len(article.procedures) == 1 and all(len(groups) <= 1 for groups in article.lists.values())


def _placed(articles: dict[_Key, _Article], tables: Mapping[str, Table]) -> Iterator[str]:
    """Gives the articles their contractors' states, drops those without, and says what was left out."""
    names = {line.text("state_id"): line.text("state_abbrev").upper() for line in tables["state_lookup"]}
    of_contractor: dict[_Key, set[str]] = defaultdict(set)
    for line in tables["contractor_jurisdiction"]:
        if line.day("term_date") is None:
            state = names.get(line.text("state_id"), "")
            of_contractor[line.text("contractor_id"), line.text("contractor_version")].add(state)
    of_article: dict[_Key, set[str]] = defaultdict(set)
    for line in tables["article_x_contractor"]:
        of_article[_key(line)] |= of_contractor.get(
            (line.text("contractor_id"), line.text("contractor_version")), set()
        )
    strange: set[str] = set()
    for key, article in tuple(articles.items()):
        states, left = whole_states(of_article.get(key, set()))
        strange |= left
        if states:
            article.states = states
        else:
            del articles[key]
            yield f"Article {article.id} is left out: the states of its contractor are not in the download."
    if strange:
        yield f"Parts of states and places we do not know are left out: {', '.join(sorted(strange))}."


_Held = dict[tuple[str, frozenset[str]], list[Mapping[str, str]]]


def _held(asked: Asked) -> _Held:
    """The policies held, by topic and states: those of the newest release that has the two."""
    found: _Held = {}
    for release in asked.held():
        here: _Held = defaultdict(list)
        for row in rows_of(release, "coverage"):
            here[row["topic"], frozenset(row["states"].split())].append(row)
        found = {**here, **found}
    return found


def _rows(articles: Mapping[_Key, _Article], topics: Mapping[str, str], held: _Held) -> Iterator[Row]:
    """One row for each article, list, topic and group of states that a policy held so far is of.

    A row takes the place of those held of its topic and states, so what is said in prose is said again beside it.
    """
    for article in sorted(articles.values(), key=lambda a: a.id):
        parts: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
        for code in set[str]().union(*article.procedures.values()):
            groups = [states for topic, states in held if topic == topics[code]]
            for states in _parts(article.states, groups):
                parts[topics[code], states].add(code)
        supported = set[str]().union(*article.lists["supports"].values())
        for (topic, states), codes in sorted(parts.items(), key=lambda item: (item[0][0], sorted(item[0][1]))):
            for role, listed in article.lists.items():
                diagnoses = set[str]().union(*listed.values())
                if diagnoses:
                    yield _row(article, topic, role, codes, diagnoses, states)
            for row in held.get((topic, states), ()):
                yield from _in_prose(row, codes, supported)


def _in_prose(row: Mapping[str, str], codes: set[str], supported: set[str]) -> Iterator[Row]:
    """What a held row says beside the list for these procedures, without the diagnoses the list now supports."""
    left = codes & set(row["codes"].split())
    diagnoses = [each for each in row["diagnoses"].split() if not any(code.startswith(each) for code in supported)]
    if row["role"] != "supports" and not row["url"].startswith(_URL) and left and diagnoses:
        said = {"codes": " ".join(sorted(left)), "diagnoses": " ".join(diagnoses)}
        yield in_order("coverage", {**row, **said})


def _parts(states: frozenset[str], held: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """The article's states, parted as the policies held so far are, and the rest of them."""
    inside = [group for group in held if group and group <= states]
    rest = states.difference(*inside)
    return [*inside, *([rest] if rest else [])]


def _row(article: _Article, topic: str, role: str, codes: set[str], diagnoses: set[str], states: frozenset[str]) -> Row:
    number = article.id.lstrip("A")
    return in_order(
        "coverage",
        {
            "topic": topic,
            "codes": " ".join(sorted(codes)),
            "role": role,
            "diagnoses": " ".join(sorted(diagnoses)),
            "states": " ".join(sorted(states)),
            "valid_from": str(article.first or ""),
            "valid_to": str(article.last or ""),
            "verified": yes(_single(article)),
            "citation": f"Article {article.id}: {article.title}" if article.title else f"Article {article.id}",
            "url": f"{_URL}{number}",
        },
    )


PUBLISHER = Publisher(
    name="coverage",
    table="coverage",
    title="Medicare Coverage Database, articles",
    publisher="Medicare administrative contractors and CMS",
    url="https://www.cms.gov/medicare-coverage-database/downloads/downloads.aspx",
    licence=CPT,
    quarterly=False,
    accepts="The current articles of the Medicare Coverage Database: the zip archive, or its csv files.",
    read=_read,
)
