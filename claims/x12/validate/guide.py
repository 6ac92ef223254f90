"""The guides' own checks: pyx12's maps walked one segment at a time. The only module that knows pyx12.

pyx12 is used from the inside (its maps, its walker, its element checks) and not through its document function, which
reads 8 KB ahead and stops at what it cannot cut, loads its maps anew for every file, lets one bad composite end the
whole run, and has the patient's data in its messages. Here each segment is on its own: whatever goes wrong in pyx12
costs that segment's check, and is said.

One thing is put right in the 837P map as it is loaded: the service line's certificate of medical necessity (PWK01 = CT)
may carry the transmission codes the guide gives it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from claims.wording import described
from claims.x12.delimiters import Delimiters
from claims.x12.elements import Elements, at
from claims.x12.validate.finding import Finding, Place, Severity, error, seen

CONTROL = "control"
_LONGEST_LIST = 12  # codes; a longer list is only counted

_MAPS: Mapping[str, str] = MappingProxyType(
    {
        CONTROL: "x12.control.00501.xml",
        "005010X222A1": "837.5010.X222.A1.xml",
        "005010X221A1": "835.5010.X221.A1.xml",
        "005010X214": "277.5010.X214.xml",
        "005010X231A1": "999.5010X231.A1.xml",
    }
)
# What is checked by the guide it should have named; the wrong name is a finding of the envelope
STANDS_FOR: Mapping[str, str] = MappingProxyType(
    {
        "005010X222": "005010X222A1", "005010X222A2": "005010X222A1", "005010X221": "005010X221A1",
        "005010X231": "005010X231A1", "005010X214E1": "005010X214", "005010X214E2": "005010X214",
    }
)  # fmt: skip

_REMEMBERED = 20_000  # segments found to be right, a few megabytes
_REMARK = re.compile(r"(?:N|M|MA)[0-9]{1,3}")

Passed = tuple[int, str, tuple[str, ...]]


def can_check(version: str) -> bool:
    """True when the guide of a GS08 or ST03 is one we hold a map of."""
    return STANDS_FOR.get(version, version) in _MAPS and version != CONTROL


class GuideWalk:
    """One transaction set against its guide. Walks of one file may share `passed`, the segments found to be right."""

    def __init__(self, version: str, delimiters: Delimiters, passed: set[Passed] | None = None) -> None:
        from pyx12.map_walker import walk_tree  # noqa: PLC0415

        self._root = _load(STANDS_FOR.get(version, version))
        self._ids = _segment_ids(STANDS_FOR.get(version, version))
        self._delimiters = delimiters
        self._passed = set() if passed is None else passed
        self._walker = walk_tree()
        self._walker.forceWalkCounterToLoopStart("/ISA_LOOP", "/ISA_LOOP/ISA")
        self._walker.forceWalkCounterToLoopStart("/ISA_LOOP/GS_LOOP", "/ISA_LOOP/GS_LOOP/GS")
        self._node = self._root.getnodebypath("/ISA_LOOP/GS_LOOP/GS")

    def feed(self, elements: Elements, place: Place, *, walk_only: bool = False) -> Iterator[Finding]:
        """What the guide says of the next segment of the set. `walk_only`: where it stands, not what is in it."""
        if elements[0] not in self._ids:  # the walker would search the whole map for it
            yield _unknown(place, self._node)
            return
        try:
            segment = _segment(elements, self._delimiters)
            node, _, _, errors = self._walker.walk_errors(self._node, segment, place.position, place.number, None)
            yield from [self._misplaced(e, place) for e in errors]
            if node is None:
                return
            self._node = node
            if not walk_only:
                yield from self._check(node, elements, place)
        except Exception as problem:  # pyx12 raises what it likes: the file is checked on all the same
            yield _failed(problem, place)

    def _check(self, node: Any, elements: Elements, place: Place) -> Iterator[Finding]:
        """What is in the segment; one that passed at this node before, letter by letter, passes again."""
        key = id(node), self._delimiters.component, tuple(elements)
        if key in self._passed:
            return
        found = list(_check_elements(node, elements, place, self._delimiters))
        if not found:
            if len(self._passed) >= _REMEMBERED:
                self._passed.clear()
            self._passed.add(key)
        yield from found

    def _misplaced(self, problem: Any, place: Place) -> Finding:
        """A walker's error: a segment or loop missing, repeated too often, unknown or out of place."""
        node, code = problem.map_node, problem.err_cde
        loop = _loop_of(node)
        if code == "3":
            return error(
                "missing-segment", place, f"{place.segment or 'a segment'} without it",
                f"{node.id} ({node.name}) before it", loop=loop, named=node.id, segment_code="3",
            )  # fmt: skip
        if code == "1":
            return error(
                "segment-out-of-place", place, f"{place.segment}{_after(node)}", "a segment the guide has here",
                "What follows may be checked in the wrong place until the next loop begins.", segment_code="2",
            )  # fmt: skip
        if code in ("4", "5"):
            what = f"loop {node.id}" if code == "4" else node.id
            return error(
                "too-many", place, f"{what} once more", f"at most {node.get_max_repeat()}", loop=loop, segment_code=code
            )
        return error("not-used", place, f"{place.segment}", "nothing: the guide does not use it", segment_code="I4")


def _unknown(place: Place, node: Any) -> Finding:
    found = f"{place.segment or 'a segment without a name'}{_after(node)}"
    return error("unknown-segment", place, found, "a segment of the guide", snip=1, segment_code="1")


def _after(node: Any) -> str:
    loop = _loop_of(node)
    return f" after {node.id}" + (f" of loop {loop}" if loop else "")


def check_control(elements: Elements, place: Place, delimiters: Delimiters) -> Iterator[Finding]:
    """The elements of ISA, GS, GE and IEA against the standard."""
    paths = {"ISA": "", "IEA": "", "GS": "/GS_LOOP", "GE": "/GS_LOOP"}
    node = _load(CONTROL).getnodebypath(f"/ISA_LOOP{paths[elements[0]]}/{elements[0]}")
    try:
        for finding in _check_elements(node, elements, place, delimiters):
            if finding.reference != "GS08":  # the envelope says it, with the list that binds
                yield finding
    except Exception as problem:
        yield _failed(problem, place)


def doubt_of_remark(code: str) -> Severity | None:
    """How much to doubt a remark code: None when it is in the list, a warning when it only looks like one."""
    if _load("005010X221A1").ext_codes.isValid("remark_code", code):
        return None
    return Severity.WARNING if _of_its_form("remark_code", code) else Severity.ERROR


def _failed(problem: Exception, place: Place) -> Finding:
    return error(
        "validator-failed", place, f"a segment on which the validator failed near segment {place.number} "
        f"({type(problem).__name__})", "one it can check", "The rest of the file is checked all the same.",
        segment_code="8",
    )  # fmt: skip


def _check_elements(node: Any, elements: Elements, place: Place, delimiters: Delimiters) -> Iterator[Finding]:
    """What is in a segment, against its node of the map."""
    loop = _loop_of(node)
    if elements[-1] == "" and len(elements) > 1:
        yield error(
            "trailing-separator", place, "separators after the last value", "the segment to end with it",
            loop=loop, snip=1, segment_code="8",
        )  # fmt: skip
    most = node.get_child_count()
    if len(elements) - 1 > most:
        yield error(
            "too-many-elements", place, f"{len(elements) - 1} elements", f"at most {most}", element=most + 1,
            loop=loop, snip=1, segment_code="8", element_code="3",
        )  # fmt: skip
        elements = elements[: most + 1]
    elements = list(elements)
    for child in node.children:
        if child.is_composite():
            yield from _check_composite(child, elements, place, loop, delimiters)
    if elements[0] == "DTP" and at(elements, 3).count("-") > 1:  # pyx12 takes a range apart without counting
        found = seen("DTP", 3, 0, elements[3])
        yield error(
            "bad-date", place, found, "a date as CCYYMMDD, or two with a hyphen between them", element=3, loop=loop,
            snip=1, segment_code="8", element_code="8", data_element="1251",
        )  # fmt: skip
        elements[2:] = ["D8", "20000101"]
    segment = _segment(elements, delimiters)
    _, errors = node.is_valid_errors(segment)
    for problem in errors:
        if problem.map_node is not None:
            yield _bad_element(problem, place, loop)
    yield from _check_syntax(node, segment, place, loop)


def _check_composite(
    child: Any, elements: Elements, place: Place, loop: str, delimiters: Delimiters
) -> Iterator[Finding]:
    """A composite as a whole: there when it must be, and no longer than it may be. Cuts it, as pyx12 fails on it."""
    value, most = at(elements, child.seq), child.get_child_count()
    parts = value.split(delimiters.component) if value else []
    if child.usage == "R" and not any(parts):
        yield error(
            "missing-element", place, "nothing", child.name, element=child.seq, loop=loop, segment_code="8",
            element_code="1",
        )  # fmt: skip
    elif child.usage == "N" and value:
        yield _unused(child, place, loop)
        elements[child.seq] = ""
    elif len(parts) > most:
        yield error(
            "too-many-components", place, f"{len(parts)} components", f"at most {most}", element=child.seq,
            component=most + 1, loop=loop, snip=1, segment_code="8", element_code="3",
        )  # fmt: skip
        elements[child.seq] = delimiters.component.join(parts[:most])


def _check_syntax(node: Any, segment: Any, place: Place, loop: str) -> Iterator[Finding]:
    from pyx12.syntax import is_syntax_valid  # noqa: PLC0415

    for rule in node.syntax:
        if is_syntax_valid(segment, rule)[0]:
            continue
        names = [f"{node.id}{int(i):02d}" for i in rule[1:]]
        listed, rest = ", ".join(names), ", ".join(names[1:])
        expected = {
            "P": f"all of {listed}, or none",
            "R": f"at least one of {listed}",
            "E": f"only one of {listed}",
            "C": f"{rest} beside {names[0]}",
            "L": f"one of {rest} beside {names[0]}",
        }.get(rule[0], f"{listed} to fit each other")
        yield error(
            "elements-together", place, "only some of them" if rule[0] != "E" else "more than one", expected,
            element=int(rule[1]), loop=loop, segment_code="8", element_code="10" if rule[0] == "E" else "2",
        )  # fmt: skip


_CHECKS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "1": ("missing-element", 2), "4": ("too-short", 1), "5": ("too-long", 1), "6": ("bad-characters", 1),
        "7": ("unknown-code", 2), "8": ("bad-date", 1), "9": ("bad-time", 1), "10": ("not-used", 2),
    }
)  # fmt: skip


def _bad_element(problem: Any, place: Place, loop: str) -> Finding:
    """pyx12's error of one element or component, in our words."""
    node, code, value = problem.map_node, problem.err_cde, problem.err_val or ""
    if code == "10":
        return _unused(node, place, loop)
    parent = node.parent
    element, component = (parent.seq, node.seq) if parent.is_composite() else (node.seq, 0)
    check, snip = _CHECKS.get(code, ("bad-element", 1))
    found = seen(place.segment, element, component, value)
    severity, expected, advice = Severity.ERROR, _expected(node, code), ""
    if code == "6" and node.data_type in ("AN", "ID") and not value.isascii() and value.isprintable():
        severity, found = Severity.WARNING, f"letters outside the basic set in {described(value)}"
        expected, advice = "letters A to Z without accents", "Most receivers take them; some refuse the file."
        check = "accented-letters"
    elif code == "7" and node.external_codes:
        snip = 5
        if _of_its_form(node.external_codes, value):
            severity, advice = Severity.WARNING, "The list may have grown since: check the code."
    return Finding(
        severity, check, place, found, expected, advice, element=element, component=component, loop=loop, snip=snip,
        segment_code="8" if severity is Severity.ERROR else "",
        element_code=("I10" if code == "10" else code) if severity is Severity.ERROR else "",
        data_element=node.data_ele if node.data_ele and node.data_ele.isdigit() else "",
    )  # fmt: skip


def _unused(node: Any, place: Place, loop: str) -> Finding:
    parent = node.parent
    element, component = (parent.seq, node.seq) if parent.is_composite() else (node.seq, 0)
    return error(
        "not-used", place, "a value", "nothing: the guide does not use it here", element=element,
        component=component, loop=loop, segment_code="8", element_code="I10",
    )  # fmt: skip


def _expected(node: Any, code: str) -> str:
    if code == "1":
        return str(node.name)
    if code in ("4", "5"):
        return f"{node.min_len} to {node.max_len} characters"
    if code == "7":
        codes = [c for c in node.valid_codes if c]
        if codes and len(codes) <= _LONGEST_LIST:
            return f"{node.name}, one of {', '.join(codes)}"
        return f"{node.name}, a code of its list" + (f" ({node.external_codes})" if node.external_codes else "")
    if code in ("8", "9"):
        return "a date as CCYYMMDD" if code == "8" else "a time as HHMM"
    kinds = {"R": "a number such as 120.50", "AN": "text without control characters or blanks at its end"}
    data_type = str(node.data_type)
    return "a whole number" if data_type[0] == "N" else kinds.get(data_type, f"{node.name}, without blanks at its end")


def _of_its_form(codeset: str, value: str) -> bool:
    """True for a code of the right form in a list that grows between releases of pyx12: it may only be new."""
    if codeset == "pos":
        return len(value) == 2 and value.isascii() and value.isdigit()
    return codeset == "remark_code" and bool(_REMARK.fullmatch(value))


def _loop_of(node: Any) -> str:
    """The loop a node of the map stands in, by the guides' number; "" for the header and the envelope."""
    if node is None:
        return ""
    loop = node if node.is_loop() else node.parent
    return str(loop.id) if loop is not None and str(loop.id)[:1].isdigit() else ""


def _segment(elements: Elements, d: Delimiters) -> Any:
    from pyx12.segment import Segment  # noqa: PLC0415

    return Segment(d.element.join(elements), d.segment, d.element, d.component)


@cache
def _segment_ids(version: str) -> frozenset[str]:
    """Every segment the guide knows, wherever it stands."""

    def under(node: Any) -> Iterator[str]:
        for children in node.pos_map.values():
            for child in children:
                if child.is_loop():
                    yield from under(child)
                else:
                    yield str(child.id)

    return frozenset(under(_load(version)))


@cache
def _load(version: str) -> Any:
    """A map, read once a process: 0.2 s of XML each."""
    from importlib.resources import files  # noqa: PLC0415

    import defusedxml.ElementTree  # type: ignore[import-untyped]  # noqa: PLC0415
    from pyx12.map_if import map_if  # noqa: PLC0415
    from pyx12.params import ParamsBase  # noqa: PLC0415

    _hush()
    with files("pyx12").joinpath("map", _MAPS[version]).open("rb") as file:
        tree = defusedxml.ElementTree.parse(file).getroot()
    if version == "005010X222A1":
        _let_certificates_through(tree)
    return map_if(tree, ParamsBase(), None)


def _let_certificates_through(tree: Any) -> None:
    """Two PWK of loop 2400 share the code CT, and the first takes it: give that one the second's transmission codes."""
    for loop in tree.iter("loop"):
        if loop.get("xid") != "2400":
            continue
        first, second = [s for s in loop.findall("segment") if s.get("xid") == "PWK"][:2]
        codes = first.find("element[@xid='PWK02']/valid_codes")
        codes.extend(second.find("element[@xid='PWK02']/valid_codes"))


def _hush() -> None:
    """pyx12 logs each error with the value it found, which may be a patient's: nothing of it leaves the process."""
    log = logging.getLogger("pyx12")
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())
