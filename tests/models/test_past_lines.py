"""Past lines of a line's like: the right ones, of the right days, and a plain answer where there are none."""

import json
from datetime import date, timedelta

import numpy as np
import pytest

from models.errors import BundleBroken
from models.past_lines import PastLines, Similar, write

FIRST = date(2025, 1, 1)
WORDS = {
    "payer": ["P1", "P2"],
    "code": ["64493", "99214"],
    "outcome": ["paid", "denied", "reduced"],
    "carcs": [[], ["197", "16"]],
}


def lines_of(count, rng, per_claim=1):
    names = ("known_on", "sent_on", "line", "payer", "code", "outcome", "carcs")
    lines = np.zeros(count, dtype=[("ref", "S16"), *((name, np.int32) for name in names)])
    lines["ref"] = [f"ref{i // per_claim:05d}".encode() for i in range(count)]
    lines["line"] = np.arange(count) % per_claim + 1
    lines["known_on"] = np.sort(FIRST.toordinal() + rng.integers(0, 100, count))
    lines["sent_on"] = lines["known_on"] - 20
    lines["payer"], lines["code"] = rng.integers(0, 2, (2, count))
    lines["outcome"] = rng.integers(0, 3, count)
    lines["carcs"] = lines["outcome"] == 1
    return lines


@pytest.fixture(params=[(12, np.uint8, 15), (700, np.uint8, 4), (300, np.uint16, 600)], ids=str)
def made(request, tmp_path):
    trees, kind, most = request.param
    rng = np.random.default_rng(trees)
    leaves, lines = rng.integers(0, most, (trees, 900)).astype(kind), lines_of(900, rng, per_claim=3)
    write(tmp_path, "the booster", leaves, lines, WORDS)
    return PastLines(tmp_path, "the booster"), leaves, lines, rng


def by_hand(leaves, lines, own, before, most, besides, denied):
    """Every line looked at, one by one."""
    found = []
    for i, line in enumerate(lines):
        known_on = date.fromordinal(int(line["known_on"]))
        if known_on < before and line["ref"].decode() != besides and (line["outcome"] == 1) == denied:
            found.append((-int((leaves[:, i] == own).sum()), -known_on.toordinal(), i))
    return [
        (lines[i]["ref"].decode(), int(lines[i]["line"]), -shared / len(own)) for shared, _, i in sorted(found)[:most]
    ]


def told(found):
    return [(line.ref, line.line, line.likeness) for line in found]


@pytest.mark.parametrize("most", [1, 3, 20])
def test_the_likest_lines_are_found_denied_and_not(made, most):
    past, leaves, lines, rng = made
    before = FIRST + timedelta(60)
    asked = leaves[:, rng.integers(0, 900, 4)].T.astype(np.uint16)
    asked[:, ::3] = 0
    for own, found in zip(asked, past.like(asked, before=before, most=most, besides="ref00007"), strict=True):
        assert told(found.denied) == by_hand(leaves, lines, own, before, most, "ref00007", denied=True)
        assert told(found.paid) == by_hand(leaves, lines, own, before, most, "ref00007", denied=False)
        assert found.why == ""


def test_a_line_is_told_as_it_was(made):
    past, leaves, lines, _ = made
    place = int(np.flatnonzero(lines["outcome"] == 1)[5])
    (found,) = past.like(leaves[:, [place]].T, before=date(2026, 1, 1), most=1)
    line, (best,) = lines[place], found.denied
    assert best.likeness == 1.0
    assert (best.ref, best.line) == (line["ref"].decode(), line["line"])
    assert (best.payer_id, best.procedure) == (WORDS["payer"][line["payer"]], WORDS["code"][line["code"]])
    assert (best.outcome, best.carcs) == ("denied", ("197", "16"))
    assert best.known_on - best.sent_on == timedelta(20)
    assert {other.outcome for other in found.paid} <= {"paid", "reduced"}


def test_nothing_answered_on_the_day_or_later_is_shown(made):
    past, leaves, lines, _ = made
    for days in (0, 1, 30, 99):
        before = FIRST + timedelta(days)
        (found,) = past.like(leaves[:, [-1]].T, before=before, most=20)
        assert all(line.known_on < before for line in (*found.denied, *found.paid))
    assert past.like(leaves[:, [-1]].T, before=date.fromordinal(int(lines["known_on"][0])), most=3) == [Similar((), ())]


def test_the_claim_itself_is_no_witness(made):
    past, leaves, lines, _ = made
    place = 400
    ref = lines["ref"][place].decode()
    (found,) = past.like(leaves[:, [place]].T, before=date(2026, 1, 1), most=20, besides=ref)
    assert ref not in {line.ref for line in (*found.denied, *found.paid)}
    assert len(found.denied) == len(found.paid) == 20


def test_fewer_than_asked_for_are_all_there_are(tmp_path):
    rng = np.random.default_rng(1)
    lines = lines_of(4, rng)
    lines["outcome"] = [0, 1, 0, 0]
    write(tmp_path, "b", rng.integers(0, 5, (9, 4)).astype(np.uint8), lines, WORDS)
    (found,) = PastLines(tmp_path, "b").like(np.zeros((1, 9), np.uint8), before=date(2026, 1, 1), most=20)
    assert (len(found.denied), len(found.paid)) == (1, 3)


def test_where_there_are_no_past_lines_it_says_so(tmp_path, learned):
    nothing = PastLines(tmp_path / "nowhere", "b")
    nothing.require()
    (found,) = nothing.like(np.zeros((1, 9), np.uint8), before=FIRST, most=3)
    assert (found.denied, found.paid) == (None, None)
    assert "cleanclaim train" in found.why
    assert learned.model.similar(learned.rows[:2], before=FIRST, most=3) == [found] * 2


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("leaves.npy", lambda content: content[:-1] + b"\xff"),
        ("lines.npy", lambda content: content[:-1]),
        ("leaves.npy", None),
        ("index.json", lambda _: b"{"),
        ("index.json", lambda _: b"[1]"),
        ("index.json", lambda _: b'{"format": 1, "booster": "the booster"}'),
        ("index.json", lambda content: content.replace(b'"format": 1', b'"format": 2')),
        ("index.json", lambda content: content.replace(b"the booster", b"another one")),
    ],
)
def test_a_broken_folder_costs_the_similar_lines_and_nothing_else(made, name, change):
    past, leaves, _, _ = made
    path = past.folder / name
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
    (found,) = past.like(leaves[:, [0]].T, before=date(2026, 1, 1), most=3)
    assert (found.denied, found.paid) == (None, None)
    assert str(past.folder) in found.why
    with pytest.raises(BundleBroken) as broken:
        PastLines(past.folder, "the booster").require()
    assert "Promote the model again" in broken.value.advice


def test_the_index_names_no_more_than_it_must(made):
    past, *_ = made
    index = json.loads((past.folder / "index.json").read_text())
    assert set(index) == {"format", "booster", "files", "words"}
