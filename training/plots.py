"""The plots of an evaluation, each as SVG beside the table of its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.charts import Axis, Series, dollars, ordinal, percent, plain, plot, spread
from training.curves import Curves, Reliability
from training.words import WAYS, figure, share
from training.worth import MODEL, Worth

TABLED = 10  # of the shares of the cost curve, each tenth is in its table
SHARE_OF_CLAIMS = Axis("share of the claims looked at", 0, 1, percent)


@dataclass(frozen=True)
class Plot:
    """A plot: its file name, what it shows, the picture, and head and rows of its table."""

    name: str
    caption: str
    svg: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def precision_recall(curves: Curves, simulated: bool) -> Plot:
    """How many of the flagged lines were denied, by how many of the denials were flagged; each way of ranking."""
    names = [name for name in WAYS if name in curves.recall]
    series = [Series(WAYS[name], curves.recall[name], curves.precision[name]) for name in names]
    caption = "Of the lines flagged, how many were denied, by how many of all denials are flagged; higher is better"
    svg = plot(
        "Precision and recall",
        caption,
        series,
        Axis("denials flagged (recall)", 0, 1, percent),
        Axis("flagged lines that were denied (precision)", 0, 1, percent),
        simulated=simulated,
    )
    at = [i * len(of) // 5 - 1 for of in list(curves.recall.values())[:1] for i in range(1, 6)]
    rows = [[WAYS[name], *(percent(curves.precision[name][i]) for i in at)] for name in names]
    first = next(iter(curves.recall.values()))
    return Plot("precision_recall", caption, svg, ["way", *(f"at {percent(first[i])} of denials" for i in at)], rows)


def calibration(of: Reliability, what: str, simulated: bool) -> Plot:
    """What was said against what came, in groups by risk; on the dotted line both are the same."""
    return _calibration(
        f"calibration_{what}", f"What was said and what came, {what} in groups by risk", {what: of}, simulated
    )


def calibration_by_payer(payers: Mapping[str, Reliability], simulated: bool) -> Plot:
    """The same for each payer with enough lines."""
    largest = sorted(payers, key=lambda payer: -payers[payer].count.sum())[:10]
    caption = "What was said and what came, by payer" + (", the ten largest" if len(payers) > 10 else "")
    return _calibration("calibration_by_payer", caption, {payer: payers[payer] for payer in largest}, simulated)


def cost(worth: Worth, simulated: bool) -> Plot:
    """Net dollars by the share of claims that are looked at before they go out, in each order."""
    low, high = spread(list(worth.curves.values()))
    caption = "Net dollars by the share of claims looked at before they go out, under the assumptions below"
    svg = plot(
        "Net dollars by share of claims looked at",
        caption,
        [Series(name, worth.shares, curve) for name, curve in worth.curves.items()],
        SHARE_OF_CLAIMS,
        Axis("net dollars saved in the tested time", low, high, dollars),
        simulated=simulated,
    )
    step = (len(worth.shares) - 1) // TABLED
    rows = [
        [percent(worth.shares[i]), *(dollars(c[i]) for c in worth.curves.values())]
        for i in range(0, len(worth.shares), step)
    ]
    return Plot("cost", caption, svg, ["claims looked at", *worth.curves], rows)


def rolling(origins: Sequence[tuple[str, Mapping[str, float]]], simulated: bool) -> Plot:
    """PR-AUC of the model, with its interval, and of the baselines, at each origin."""
    places = [float(n) for n in range(1, len(origins) + 1)]
    nan = float("nan")
    model = Series(
        WAYS["model"],
        places,
        [f.get("pr_auc", nan) for _, f in origins],
        [f.get("pr_auc_low", nan) for _, f in origins],
        [f.get("pr_auc_high", nan) for _, f in origins],
        marks=True,
    )
    names = [name for name in WAYS if any(f"baseline.{name}.pr_auc" in f for _, f in origins)]
    others = [
        Series(WAYS[n], places, [f.get(f"baseline.{n}.pr_auc", nan) for _, f in origins], marks=True) for n in names
    ]
    caption = "PR-AUC of each test window as time went on; bars hold the middle 95 % of draws by patient"
    svg = plot(
        "PR-AUC at each origin",
        caption,
        [model, *others],
        Axis("origin", 0.7, len(origins) + 0.3, ordinal),
        Axis("PR-AUC", 0, spread([model.high or [], *(s.y for s in others)])[1], plain),
        simulated=simulated,
    )
    rows = [
        [
            f"{n}: {day}",
            figure(f, "pr_auc"),
            figure(f, "roc_auc"),
            figure(f, "ece"),
            share(f, "dollars_in_top_10"),
            share(f, "base_rate"),
        ]
        for n, (day, f) in enumerate(origins, 1)
    ]
    head = ["origin: tested on claims sent", "PR-AUC", "ROC-AUC", "calibration error", "dollars in top 10 %", "denied"]
    return Plot("rolling", caption, svg, head, rows)


def _calibration(name: str, caption: str, of: Mapping[str, Reliability], simulated: bool) -> Plot:
    top = min(spread([values for one in of.values() for values in (one.said, one.came)])[1], 1.0)
    svg = plot(
        caption,
        f"{caption}. On the dotted line both are the same.",
        [Series(word, one.said, one.came, marks=True) for word, one in of.items()],
        Axis("chance of denial that was said", 0, top, percent),
        Axis("share that was denied", 0, top, percent),
        simulated=simulated,
        diagonal=True,
    )
    rows = [
        [word, f"{count:,.0f}", f"{said:.1%}", f"{came:.1%}"]
        for word, one in of.items()
        for count, said, came in zip(one.count, one.said, one.came, strict=True)
    ]
    return Plot(name, caption, svg, ["group", "how many", "said", "came"], rows)


def plots_of(curves: Curves, worth: Worth, simulated: bool) -> list[Plot]:
    """The plots every evaluation has."""
    assert MODEL in worth.curves
    return [
        precision_recall(curves, simulated),
        calibration(curves.lines, "lines", simulated),
        calibration(curves.claims, "claims", simulated),
        *([calibration_by_payer(curves.payers, simulated)] if curves.payers else []),
        cost(worth, simulated),
    ]
