"""The report: whole, readable without a network or eyes, and without a word about a patient."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from training.charts import spread
from training.grading import grade, scored_with_baselines
from training.report import artifacts, report
from training.run import fit
from training.split import split_by_time
from training.summary import in_short
from training.words import figure, money, share, surely
from training.worth import Effort

VOID = {"meta", "line", "circle", "rect", "polyline"}


@pytest.fixture(scope="module")
def evaluation(dataset):
    split = split_by_time(dataset.lines)
    model = fit(dataset, split, seed=1, recorded={}, simulated=True)
    scored = scored_with_baselines(model, dataset, split, 1)
    return grade(scored, dataset, seed=1, simulated=True, split=split, effort=Effort(minutes_per_claim=7.5))


@pytest.fixture(scope="module")
def page(evaluation):
    return report(evaluation, title="Denial model, version 3")


class Reader(HTMLParser):
    """Reads the page strictly: every element is closed where it was opened."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, tag):
        return [attrs for seen, attrs in self.seen if seen == tag]


def test_the_page_is_whole(page):
    read = Reader(page)
    assert read.open == []
    assert read.seen[0] == ("html", {"lang": "en"})
    assert len(read.of("h1")) == 1
    assert len(read.of("h2")) == len(read.of("section")) >= 9
    ids = [attrs["id"] for _, attrs in read.seen if "id" in attrs]
    assert len(ids) == len(set(ids)), "an id names one thing"
    links = {attrs["href"].removeprefix("#") for attrs in read.of("a")}
    assert links <= set(ids)


def test_the_page_fetches_nothing(page):
    assert not re.search(r"https?:|//|@import|url\(|<script|<link|<img|<iframe|src=", page)
    read = Reader(page)
    assert all(attrs["href"].startswith("#") for attrs in read.of("a"))


def test_whoever_cannot_see_is_told_the_same(page):
    read = Reader(page)
    assert len(read.of("figure")) == len(read.of("svg")) == 5
    for svg in read.of("svg"):
        assert svg["role"] == "img"
        title, told = svg["aria-labelledby"].split()
        assert f'id="{title}">' in page
        assert re.search(f'id="{told}">[^<]{{20,}}<', page), "a plot says in words what it shows"
    assert len(read.of("caption")) == len(read.of("table"))
    assert len(read.of("details")) == 5, "every plot has its numbers as a table"
    assert {attrs["scope"] for attrs in read.of("th")} == {"row", "col"}


def test_simulated_is_said_everywhere(evaluation, page):
    assert page.count("Simulated claims: these figures say how the tool works") >= 2
    for heading in re.findall(r"<(?:h1|h2|caption|figcaption)>(.*?)</", page):
        assert "(simulated)" in heading, heading
    assert page.count(">SIMULATED</text>") == 5
    real = report(replace(evaluation, simulated=False), title="Denial model")
    assert "imulated" not in real.replace("SIMULATED", "Simulated")


def test_no_patient_and_no_claim_is_in_any_artefact(dataset, evaluation):
    lines = dataset.lines.assign(claim_id=[f"ZZTEST-CLAIM-{n}" for n in dataset.lines["claim"]])
    split = split_by_time(lines)
    told = replace(dataset, lines=lines)
    model = fit(told, split, seed=1, recorded={}, simulated=True)
    found = grade(scored_with_baselines(model, told, split, 1), told, seed=1, simulated=True, split=split)
    for name, text in {**artifacts(found), "json": str(found.json())}.items():
        assert "ZZTEST-CLAIM" not in text, name
        assert "claim_id" not in text, name
        for column in ("patient", "submitted"):
            assert f"'{column}':" not in text, name


def test_the_plain_words_come_first_and_agree_with_the_figures(evaluation, page):
    words = in_short(evaluation)
    assert page.index(words[1].split(".")[0]) < page.index("<table>")
    assert f"{evaluation.figures['lines']:,.0f} service lines" in words[1]
    assert f"({evaluation.figures['base_rate']:.1%})" in words[1]
    assert figure(evaluation.figures, "pr_auc") in page
    assert "base rate" in page
    assert "model without rules" in page


def test_the_assumptions_are_named_as_ours(page):
    assert "These values are our own assumptions, no facts about your practice." in page
    assert "--minutes-per-claim" in page
    assert "7.5" in page


def test_words_of_a_payer_are_never_markup(evaluation):
    groups = tuple(replace(g, name="<b>&PAYER") if g.kind == "payer" else g for g in evaluation.groups)
    page = report(replace(evaluation, groups=groups), title="<i>Title")
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;b&gt;&amp;PAYER" in page
    assert Reader(page).open == []


def test_each_plot_is_an_svg_of_its_own(evaluation):
    files = artifacts(evaluation)
    plots = {name: text for name, text in files.items() if name.endswith(".svg")}
    assert {name.removeprefix("plots/") for name in plots} == {
        "precision_recall.svg", "calibration_lines.svg", "calibration_claims.svg", "calibration_by_payer.svg",
        "cost.svg",
    }  # fmt: skip
    for name, text in plots.items():
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg", name
        lines = root.findall("{http://www.w3.org/2000/svg}polyline")
        assert lines, name
        drawn = [point for line in lines for point in line.attrib["points"].split()]
        assert drawn, name
        for point in drawn:
            x, y = map(float, point.split(","))
            assert 80 <= x <= 540, (name, point)
            assert 0 <= y <= 400, (name, point)


def test_the_calibration_curve_by_hand(evaluation):
    lines = evaluation.curves.lines
    assert lines.count.sum() == evaluation.figures["lines"]
    error = (lines.count * abs(lines.said - lines.came)).sum() / lines.count.sum()
    assert error == pytest.approx(evaluation.figures["ece"])
    assert (lines.said[1:] >= lines.said[:-1]).all()


def test_the_precision_curve_ends_at_the_base_rate(evaluation):
    recall, precision = evaluation.curves.recall["base_rate"], evaluation.curves.precision["base_rate"]
    assert recall[-1] == 1.0
    assert precision[-1] == pytest.approx(evaluation.figures["base_rate"], abs=0.005)


def test_numbers_in_words():
    f = {"a": 0.5, "a_low": 0.25, "a_high": 0.75, "b": 1.0, "gain": 0.2, "gain_low": 0.1, "gain_high": 0.3}
    assert figure(f, "a") == "0.500 (0.250 to 0.750)"
    assert figure(f, "b") == "1.000"
    assert figure(f, "none") == share(f, "none") == money(f, "none") == "–"
    assert share(f, "a") == "50 % (25 to 75)"
    assert money({"m": -1200.4, "m_low": -2000, "m_high": 3000}, "m") == "-$1,200 (-$2,000 to $3,000)"
    assert surely(f, "gain") == "better"
    assert surely({"x_low": -0.1, "x_high": 0.1}, "x") == "no sure difference"
    assert surely({"x_low": -0.2, "x_high": -0.1}, "x") == "worse"


def test_an_axis_ends_at_round_numbers_and_holds_every_value():
    assert spread([[3.0, 167.0]]) == (0.0, 200.0)
    assert spread([[-7.0, 95.0]]) == (-25.0, 100.0)
    assert spread([[0.593, float("nan")]]) == pytest.approx((0.0, 0.75))
    assert spread([[]]) == (0.0, 1.0)
