"""Time grows about as the claim and the file do: ratios, for no machine is as fast as another."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.serving.samples import TODAY, example_claim

GENEROUS = 8  # four times as much is to take about four times as long; all pairs would take sixteen


def lines(n):
    claim = example_claim()
    made = tuple(replace(claim.lines[i % 3], number=i + 1) for i in range(n))
    return [replace(claim, lines=made, charge=sum(line.charge for line in made))]


def claims(n):
    claim = example_claim()
    days = [
        tuple(replace(line, service_from=line.service_from - timedelta(i)) for line in claim.lines) for i in range(n)
    ]
    return [replace(claim, id=f"EXAMPLE-{i:03}", lines=of_day) for i, of_day in enumerate(days)]


def seconds(assessor, sent):
    began = time.process_time()
    assert len(list(assessor.assess_all(lambda: sent, TODAY))) == len(sent)
    return time.process_time() - began


@pytest.mark.parametrize("made", [lines, claims])
def test_four_times_as_much_takes_about_four_times_as_long(assessor, made):
    seconds(assessor, made(10))
    few, many = made(100), made(400)
    assert seconds(assessor, many) < GENEROUS * min(seconds(assessor, few), seconds(assessor, few))
