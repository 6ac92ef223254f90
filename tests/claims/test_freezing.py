"""A record made quickly is in all else the frozen dataclass it was."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from claims.freezing import made_quickly, maker, opener


@dataclass(frozen=True, slots=True)
class Plain:
    code: str
    units: int = 1
    modifiers: list[str] = field(default_factory=list)
    place: int = field(default=0, compare=False)


@made_quickly
@dataclass(frozen=True, slots=True)
class Quick:
    code: str
    units: int = 1
    modifiers: list[str] = field(default_factory=list)
    place: int = field(default=0, compare=False)


def test_it_says_and_equals_what_it_did():
    assert repr(Quick("20610", place=7)) == repr(Plain("20610", place=7)).replace("Plain", "Quick")
    assert Quick("20610", 2) == Quick(units=2, code="20610", place=9)
    assert Quick("20610") != Quick("20611")
    assert type(Quick("20610")) is Quick
    assert replace(Quick("20610", 2), units=3) == Quick("20610", 3)
    assert copy.deepcopy(Quick("20610")) == pickle.loads(pickle.dumps(Quick("20610"))) == Quick("20610")


def test_it_is_frozen():
    record = Quick("20610")
    with pytest.raises(FrozenInstanceError):
        record.units = 2
    with pytest.raises(FrozenInstanceError):
        del record.units
    assert record.units == 1


def test_what_is_left_out_is_made_anew_each_time():
    one, other = Quick("20610"), Quick("20610")
    assert one.modifiers == []
    assert one.modifiers is not other.modifiers


@pytest.mark.parametrize(("args", "named"), [((), {}), (("20610",), {"no_such": 1}), ((1, 2, [], 4, 5), {})])
def test_wrong_arguments_are_refused_as_before(args, named):
    with pytest.raises(TypeError):
        Plain(*args, **named)
    with pytest.raises(TypeError):
        Quick(*args, **named)


def test_a_maker_makes_what_the_class_makes():
    make = maker(Quick)
    one, other = make("20610", place=7), make("20610")
    assert type(one) is Quick
    assert one == Quick("20610", place=7)
    assert one.place == 7
    assert one.modifiers == []
    assert one.modifiers is not other.modifiers
    with pytest.raises(FrozenInstanceError):
        one.units = 2
    with pytest.raises(TypeError):
        make()


def test_an_open_record_is_filled_and_then_frozen():
    record = opener(Quick)()
    record.code, record.modifiers = "20610", ["LT"]
    record.__class__ = Quick
    assert record == Quick("20610", 1, ["LT"])
    with pytest.raises(FrozenInstanceError):
        record.units = 2


def test_an_open_record_has_its_defaults_and_nothing_where_there_is_none():
    record = opener(Quick)()
    assert (record.units, record.place) == (1, 0)
    for name in ("code", "modifiers"):
        with pytest.raises(AttributeError):
            getattr(record, name)
    with pytest.raises(AttributeError):
        record.no_such = 1
