"""The report of an evaluation: one HTML file that a manager can read, plain words first, and needs nothing else.

It names payers and procedure families. No patient, no claim, no provider and no line is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from training.charts import dollars, standalone
from training.grading import PATIENTS, Evaluation
from training.page import Page, bullets, paragraphs
from training.plots import Plot, plots_of, rolling
from training.rolled import Rolled
from training.slices import Group
from training.summary import in_short
from training.words import MEANING, WAYS, figure, money, number, share, surely
from training.worth import Caught, Worth

HEADLINES = (
    ("PR-AUC", "pr_auc", figure),
    ("ROC-AUC", "roc_auc", figure),
    ("Recall at 80 % precision", "recall_at_precision_80", share),
    ("Recall at 90 % precision", "recall_at_precision_90", share),
    ("Recall at 95 % precision", "recall_at_precision_95", share),
    ("Dollars in the top 5 %", "dollars_in_top_5", share),
    ("Dollars in the top 10 %", "dollars_in_top_10", share),
    ("Dollars in the top 20 %", "dollars_in_top_20", share),
    ("Brier", "brier", figure),
    ("Calibration error, lines", "ece", figure),
    ("Calibration error, claims", "claim.ece", figure),
    ("PR-AUC, claims", "claim.pr_auc", figure),
    ("CARC: the true one first", "carc.top_1", share),
    ("CARC: among the first three", "carc.top_3", share),
    ("Reason: the true one first", "reason.top_1", share),
    ("Reason: among the first three", "reason.top_3", share),
)


def artifacts(evaluation: Evaluation, rolled: Rolled | None = None, title: str = "Denial model") -> dict[str, str]:
    """The report and its plots by file name, for the record of a run."""
    plots = [*plots_of(evaluation.curves, evaluation.worth, evaluation.simulated), *_rolling_plot(rolled)]
    files = {f"plots/{plot.name}.svg": standalone(plot.svg) for plot in plots}
    return {"report.html": report(evaluation, title=title, rolled=rolled), **files}


def report(evaluation: Evaluation, *, title: str, rolled: Rolled | None = None) -> str:
    """The whole page; with `rolled` the evaluation is that of all its test windows together."""
    page = Page(evaluation.simulated)
    plots = {plot.name: plot for plot in plots_of(evaluation.curves, evaluation.worth, evaluation.simulated)}
    f = evaluation.figures
    sections = [
        ("in-short", "In short", bullets(in_short(evaluation)) + paragraphs(*evaluation.notes, kind="note")),
        ("caught", "What would have been caught", _caught(page, evaluation.worth)),
        ("worth", "What it is worth", _drawn(page, plots["cost"]) + _assumptions(page, evaluation.worth)),
        ("time", "As time went on", "".join(_drawn(page, plot) for plot in _rolling_plot(rolled)) + _refused(rolled)),
        ("figures", "The figures", _headlines(page, f)),
        ("others", "Against simpler ways", _others(page, f) + _drawn(page, plots["precision_recall"])),
        ("believed", "Can the chances be believed", _believed(page, f, plots)),
        ("payers", "By payer and procedure family", _groups(page, evaluation.groups, ("payer", "procedure family"))),
        ("groups", "By group of patients", _people(page, evaluation.groups)),
        ("truth", "What could have been foreseen", _truth(page, f)),
        ("measured", "How it was measured", _measured(page, evaluation, rolled)),
        ("meaning", "What the measures mean", bullets([f"{name}: {meaning}" for name, meaning in MEANING.items()])),
    ]
    return page.document(title, sections)


def _caught(page: Page, worth: Worth) -> str:
    lead = paragraphs(
        f"{worth.denied_claims:,} of {worth.claims:,} claims had a line denied: {worth.denied_lines:,} lines, "
        f"{dollars(worth.denied_dollars)} as charged. Each row says what would have been among the claims looked at."
    )
    head = [
        "order",
        "looked at",
        "claims",
        "of those denied",
        "denied lines",
        "of all denied",
        "dollars",
        "of all dollars",
        "net",
    ]
    return lead + page.table("What would have been caught", head, [_caught_row(row) for row in worth.caught])


def _caught_row(row: Caught) -> list[str]:
    f = row.figures
    return [
        row.way,
        row.capacity,
        f"{row.claims:,}",
        share(f, "precision"),
        f"{f.get('lines_caught', 0):,.0f}",
        share(f, "denials"),
        money(f, "dollars_caught"),
        share(f, "dollars"),
        money(f, "net"),
    ]


def _assumptions(page: Page, worth: Worth) -> str:
    e = worth.effort
    rows = [
        ["Minutes to look at a claim and mend it", f"{e.minutes_per_claim:g}", "--minutes-per-claim"],
        ["Cost of an hour of that work", f"${e.hourly_cost:,.2f}", "--hourly-cost"],
        ["Cost of reworking one denied claim", f"${e.rework_cost:,.2f}", "--rework-cost"],
        ["Of a denied dollar charged, never paid in the end", f"{e.lost_share:.0%}", "--lost-share"],
        ["Of the denials foreseen, can be prevented", f"{e.fixable:.0%}", "--fixable"],
    ]
    told = paragraphs(
        f"Looking at a claim costs {dollars(e.cost) if e.cost >= 10 else f'${e.cost:.2f}'} under these assumptions; it "
        "pays where the expected saving is above that. No threshold was fitted on the tested claims. In hindsight the "
        f"best was to look at {worth.best_share:.0%} of the claims, for {dollars(worth.best_net)} net.",
        "These values are our own assumptions, no facts about your practice. Put in your own and the dollars follow.",
    )
    return told + page.table("Assumptions", ["what", "value", "option"], rows)


def _headlines(page: Page, f: Mapping[str, float]) -> str:
    rows = [[words, say(f, name)] for words, name, say in HEADLINES if name in f]
    return page.table("Figures on the tested lines, with 95 % intervals by patient", ["measure", "figure"], rows)


def _others(page: Page, f: Mapping[str, float]) -> str:
    measures = (
        ("PR-AUC", "pr_auc", figure),
        ("ROC-AUC", "roc_auc", figure),
        ("Dollars in top 10 %", "dollars_in_top_10", share),
        ("Brier", "brier", figure),
        ("Calibration error", "ece", figure),
    )
    names = [name for name in WAYS if f"baseline.{name}.pr_auc" in f]
    rows = [[WAYS["model"], *(say(f, m) for _, m, say in measures)]]
    rows += [[WAYS[name], *(say(f, f"baseline.{name}.{m}") for _, m, say in measures)] for name in names]
    differences = [
        [
            WAYS[n],
            figure(f, f"over.{n}.pr_auc"),
            surely(f, f"over.{n}.pr_auc"),
            share(f, f"over.{n}.dollars_in_top_10", 1),
            figure(f, f"over.{n}.brier", 4),
        ]
        for n in names
    ]
    if not names:
        return ""
    return page.table("Each way on the same lines", ["way", *(words for words, _, _ in measures)], rows) + page.table(
        "This model less the other way, from the same draws of patients",
        ["other way", "PR-AUC", "this model is", "dollars in top 10 %, points", "Brier (below 0 is better)"],
        differences,
    )


def _believed(page: Page, f: Mapping[str, float], plots: Mapping[str, Plot]) -> str:
    names = ("calibration_lines", "calibration_claims", "calibration_by_payer")
    told = paragraphs(
        f"Lines: off by {figure(f, 'ece')}, by luck {number(f.get('ece_by_chance', float('nan')))}. "
        f"Claims: off by {figure(f, 'claim.ece')}."
    )
    return told + "".join(_drawn(page, plots[name]) for name in names if name in plots)


def _groups(page: Page, groups: Sequence[Group], kinds: Sequence[str]) -> str:
    head = [
        "name",
        "lines",
        "denied",
        "share denied",
        "mean risk said",
        "PR-AUC",
        "calibration error",
        "by luck",
        "note",
    ]
    return "".join(page.table(f"By {kind}", head, [_group_row(g) for g in groups if g.kind == kind]) for kind in kinds)


def _group_row(g: Group) -> list[str]:
    f = g.figures
    return [
        g.name,
        f"{g.lines:,}",
        f"{g.denied:,}",
        share(f, "base_rate", 1),
        share(f, "mean_risk", 1),
        figure(f, "pr_auc", 2),
        figure(f, "ece"),
        number(f.get("ece_by_chance", float("nan"))),
        g.note,
    ]


def _people(page: Page, groups: Sequence[Group]) -> str:
    lead = paragraphs(
        "Age and sex are no inputs of the model. They are looked at here, and only here, to see whether it serves "
        "one group worse than another. A different share denied is what payers did; a larger calibration error "
        "would be ours. Patients come again, so some have lines in the train window too; were those alone foreseen, "
        "the model would know people and not claims."
    )
    return lead + _groups(page, groups, (PATIENTS, "age band", "sex", "payer type"))


def _truth(page: Page, f: Mapping[str, float]) -> str:
    names = sorted({name.removesuffix("_low").removesuffix("_high") for name in f if name.startswith("truth.")})
    if not names:
        return ""
    lead = paragraphs(
        "These claims are simulated, so the true chance of every denial is on file: `shown` from what can be known "
        "before the claim is sent, `full` with what nobody can see then. A share attained of 1 would be all "
        "there is to know."
    )
    return lead + page.table(
        "Against the true chances", ["measure", "figure"], [[name, figure(f, name)] for name in names]
    )


def _measured(page: Page, evaluation: Evaluation, rolled: Rolled | None) -> str:
    told = "Split by time, never by lot. " + (
        f"{sum(1 for o in rolled.origins if o.evaluation)} times the model was fitted anew on what was known on the "
        "first day of a test window, then tested on it."
        if rolled
        else "Fitted on the oldest claims, tested on the latest."
    )
    embargo = rolled.embargo_days if rolled else evaluation.embargo_days
    rows = [[name.replace("_", " "), day] for name, day in evaluation.days.items()]
    rows += [["embargo, days", str(embargo)]] if embargo is not None else []
    rows += [["patients tested", f"{evaluation.figures['patients']:,.0f}"]]
    rows += [[f"lines left out: {why}", f"{count:,}"] for why, count in evaluation.left_out.items() if count]
    return paragraphs(told) + page.table("Windows and what was left out", ["what", "value"], rows)


def _rolling_plot(rolled: Rolled | None) -> list[Plot]:
    if rolled is None:
        return []
    done = [(str(o.windows["test"].first), o.evaluation.figures) for o in rolled.origins if o.evaluation]
    return [rolling([(f"from {day}", f) for day, f in done], rolled.pooled.simulated)]


def _refused(rolled: Rolled | None) -> str:
    return paragraphs(*(f"Left out: {o.refused}" for o in rolled.origins if o.refused), kind="note") if rolled else ""


def _drawn(page: Page, plot: Plot) -> str:
    return page.figure(plot.svg, plot.caption, page.table(plot.caption, plot.head, plot.rows))
