"""Break every rule in small named ways, and see whether its cases notice.

    python -m bench mutants              # every rule, and the modules they share
    python -m bench mutants FRQ-001      # one rule, every survivor shown
    python -m bench mutants look_back    # one shared module

A mutant is the rule's file with one thing changed, or one of its parameters with one value changed; it is killed when a
case of the rule then fails. Modules that rules share are broken too, and killed by a case of any rule that runs the
changed function, or else by the tests of the module. What survives is listed, for a person to judge: some are equal to
the rule (`EQUAL` says which and why; what a parameter says of days before the rule's first is never asked), the others
want a case.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import scrubber.parameters
from bench.equal_mutants import EQUAL
from bench.mutations import Change, changes, parameter_changes, parameters_read
from scrubber import RULES, engine, scrub
from scrubber.cases import RuleCase, as_a_case_tells, cases_of
from scrubber.parameters import Parameter
from scrubber.registry import Rule
from scrubber.tables import shipped_tables

SECONDS = 3  # of the processor: a mutant that runs longer is killed, it loops
SECONDS_OF_TESTS = 120
LEAST = 0.90
WORKERS = 2
AT_ONCE = 12  # mutants of a shared module that a worker takes
HOME = Path(inspect.getfile(scrub)).parent
TESTS = HOME.parent / "tests" / "scrubber"
_FRAME = frozenset({"places", "parameters", "tables", "remedies", "report"})  # data, and what holds or applies it
_ALL_PASS_THROUGH = frozenset({"engine", "alike", "adopted", "registry"})  # no rule imports them; every case runs them
_OF_ENGINE, _OF_PROFILES, _OF_KEEPING = "test_engine.py", "test_payer_profiles.py", "test_worked_out_once.py"
_TESTED_BY: dict[str, tuple[str, ...]] = {  # beside `tests/scrubber/test_<module>.py`
    "adopted": (_OF_PROFILES, _OF_ENGINE),
    "alike": (_OF_ENGINE, _OF_KEEPING),
    "approvals": (_OF_PROFILES,),
    "coverage": (_OF_KEEPING,),
    "engine": (_OF_ENGINE, _OF_PROFILES),
    "levels": (_OF_PROFILES,),
    "own_limits": (_OF_PROFILES,),
    "payer_profile": (_OF_PROFILES,),
    "plan": (_OF_ENGINE, _OF_PROFILES, _OF_KEEPING),
    "registry": (_OF_ENGINE,),
    "relief": (_OF_PROFILES,),
    "session_limits": (_OF_PROFILES,),
    "timely_filing": (_OF_PROFILES,),
    "wanted_records": (_OF_KEEPING,),
}
_LONG = f"{TESTS / _OF_KEEPING}::test_lines_alike_are_told_what_each_is_told_alone"  # a minute: every shipped code


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: which operator, where, and what makes it, in a context that gives the rule to ask."""

    operator: str
    where: str
    line: int  # 0: of a parameter
    function: str
    make: Callable[[], Any]
    never_asked: bool = False  # of a parameter's value on days before the rule's own first one


Fate = tuple[str, str, int, str]  # operator, where, line; killed, survived, equal


def run(names: list[str] | None = None) -> int:
    """Print for each rule how many mutants its cases kill, the survivors, and the share of all; 0 when it is enough."""
    shared = {path.stem: path for path in shared_modules()}
    strange = [name for name in names or () if name not in RULES and name not in shared]
    if strange:
        print(f"no rule or shared module {', '.join(strange)}; the modules are {', '.join(shared)}")
        return 2
    homes = list(names or (*sorted(RULES), *shared))
    failing = [rule_id for rule_id in homes if rule_id in RULES and not _all_hold(rule_id)]
    if failing:
        print(f"unbroken, the cases of {', '.join(failing)} fail: nothing can be learned from breaking them")
        return 1
    begun, tally = time.monotonic(), Counter[str]()
    operators: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    for home, fates in _fates([(name, shared.get(name)) for name in homes]):
        of_home = Counter(fate for *_, fate in fates)
        for operator, where, line, fate in fates:
            operators.setdefault(operator, Counter())[fate] += 1
            if fate == "survived":
                print(f"    {home} survived: {operator}, {where}" + (f" [line {line}]" if line else ""), flush=True)
        tally += of_home
        wrong += unfit(home, fates)
        print(f"  {home} {RULES[home].name if home in RULES else '(shared)'}: {_share(of_home)}", flush=True)
    for operator, counted in sorted(operators.items()):
        print(f"  {operator:20} {_share(counted)}")
    if not names:
        wrong += [f"{key}: no such rule or shared module" for key in EQUAL if key[0] not in homes]
    for line_of in wrong:
        print(f"EQUAL is out of date: {line_of}")
    print(
        f"mutants of {len(homes)} rules and shared modules: {_share(tally)} "
        f"(bar: {LEAST:.0%} of those not equal); {time.monotonic() - begun:.0f} s"
    )
    return 0 if _killed(tally) >= LEAST and not wrong else 1


def unfit(home: str, fates: Sequence[Fate], equal: Mapping[tuple[str, str, str], str] = EQUAL) -> list[str]:
    """What `EQUAL` says of a rule or module that is not so: of a mutant there is not, and of one that was killed."""
    met = {(home, operator, where): fate for operator, where, _, fate in fates}
    return [
        f"{key}: {'a case or test tells the two apart' if key in met else 'no such mutant any more'}"
        for key in equal
        if key[0] == home and met.get(key) != "equal"
    ]


def _fates(homes: Sequence[tuple[str, Path | None]]) -> Iterator[tuple[str, list[Fate]]]:
    """What became of the mutants of each rule or module, in their order; worked out by all workers."""
    tasks: list[tuple[str, Path | None, int]] = []
    for name, path in homes:
        many = len(list(module_mutants(path))) if path else 1
        tasks += [(name, path, start) for start in range(0, many, AT_ONCE if path else 1)] or [(name, path, 0)]
    if any(path for _, path in homes):
        shipped_tables()  # read once, before the workers part
        _reached()
        _reached_by_tests()
    found: dict[str, list[Fate]] = {}
    with get_context("fork").Pool(WORKERS) as pool:
        for i, ((name, *_), fates) in enumerate(zip(tasks, pool.imap(_fates_of_task, tasks), strict=True)):
            found.setdefault(name, []).extend(fates)
            if i + 1 == len(tasks) or tasks[i + 1][0] != name:
                yield name, found[name]


def _fates_of_task(task: tuple[str, Path | None, int]) -> list[Fate]:
    name, path, start = task
    if path is None:
        return [_told(name, m, survives(name, m)) for m in mutants(RULES[name])]
    some = list(module_mutants(path))[start : start + AT_ONCE]
    return [_told(name, m, _survives_in_module(path, m)) for m in some]


def _told(home: str, mutant: Mutant, survived: bool) -> Fate:
    key = (home, mutant.operator, mutant.where)
    fate = "killed" if not survived else "equal" if key in EQUAL or mutant.never_asked else "survived"
    return mutant.operator, mutant.where, mutant.line, fate


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every mutant of a rule."""
    path = Path(inspect.getfile(rule.check))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for change in changes(tree):
        yield Mutant(change.operator, change.where, change.line, "", partial(_changed, rule, path, tree, change))
    for p in parameters_read(tree):
        for operator, where, other, last in parameter_changes(p):
            never_asked = rule.effective is not None and last < rule.effective
            yield Mutant(operator, where, 0, "", partial(_exec, rule, path, tree, other), never_asked)


def module_mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a shared module; made in place, since rules hold its functions by name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for change in changes(tree):
        make = partial(_swapped, path, tree, change)
        yield Mutant(change.operator, change.where, change.line, change.function, make)
    for p in parameters_read(tree):
        for operator, where, other, _ in parameter_changes(p):
            yield Mutant(operator, where, 0, "", partial(_with_parameter, path, other))


def shared_modules() -> list[Path]:
    """The modules of the scrubber that decide something for rules: those rules import, straight or not, and the engine.

    Not those that only hold what others decide by: places, parameters, tables; nor what applies a person's choice.
    """
    wanted, before = set(_ALL_PASS_THROUGH), 0
    for rule in RULES.values():
        wanted |= _imports(Path(inspect.getfile(rule.check)))
    while len(wanted) != before:
        before = len(wanted)
        wanted |= {
            found for name in wanted if (HOME / f"{name}.py").exists() for found in _imports(HOME / f"{name}.py")
        }
    return sorted(HOME / f"{name}.py" for name in wanted - _FRAME if (HOME / f"{name}.py").exists())


def _imports(path: Path) -> set[str]:
    """The names of the scrubber's own modules a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "scrubber":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("scrubber."):
            found.add(node.module.split(".")[1])
    return found


def _all_hold(rule_id: str) -> bool:
    return all(_holds(RULES[rule_id], case) for case in cases_read(rule_id))


def survives(rule_id: str, mutant: Mutant) -> bool:
    try:
        with _within(SECONDS):
            changed = mutant.make()
            return all(_holds(changed, case) for case in cases_read(rule_id))
    except Exception:  # a mutant may do anything
        return False


def _survives_in_module(path: Path, mutant: Mutant) -> bool:
    reached = _reached()[path.stem]
    functions = [mutant.function] if mutant.function else list(reached)
    asked = sorted({case for function in functions for case in reached.get(function, ())})
    try:
        with _within(3 * SECONDS), mutant.make():
            if not all(_holds(RULES[rule_id], cases_read(rule_id)[i]) for rule_id, i in asked):
                return False
    except Exception:  # a mutant may do anything
        return False
    return _passes_its_tests(path, mutant)


def _passes_its_tests(path: Path, mutant: Mutant) -> bool:
    """Whether the tests that run the changed function pass, in a process of their own: they keep things."""
    reached = _reached_by_tests().get(path.stem, {})
    functions = [mutant.function] if mutant.function else list(reached)
    asked = sorted({test for function in functions for test in reached.get(function, ())})
    if not asked:
        return True
    child = os.fork()
    if child == 0:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_OF_TESTS, SECONDS_OF_TESTS))
            with mutant.make():
                code = _pytest(asked)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return status == 0


def _pytest(asked: Sequence[str], plugins: Sequence[object] = ()) -> int:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # none is needed, and they take longer than the tests
    import pytest

    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", f"--rootdir={HOME.parent}"]
    return int(pytest.main([*options, "--deselect", _LONG, *asked], list(plugins)))


def tests_of(path: Path) -> list[Path]:
    """The files of tests of a shared module: the one of its name, that of all of them, and those `_TESTED_BY` names."""
    named = (f"test_{path.stem}.py", "test_shared_modules.py", *_TESTED_BY.get(path.stem, ()))
    files = [TESTS / name for name in named]
    return [file for file in files if file.exists()]


class _Noting:
    """A plugin of pytest that notes which functions of the shared modules each test runs."""

    def __init__(self, found: Seen) -> None:
        self.found = found

    def pytest_pyfunc_call(self, pyfuncitem: Any) -> bool:
        """Run the test under the eye of `_seeing`."""
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        with _seeing(self.found, pyfuncitem.nodeid):
            pyfuncitem.obj(**arguments)
        return True


@cache
def _reached_by_tests() -> Mapping[str, Mapping[str, list[str]]]:
    """Of each function of each shared module, which of the module's tests run it. Exits where a test fails unbroken."""
    files = {path.stem: tests_of(path) for path in shared_modules()}
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read)
            found: Seen = {stem: {} for stem in files}
            code = _pytest(sorted({str(file) for of in files.values() for file in of}), [_Noting(found)])
            kept: dict[str, dict[str, list[str]]] = {}
            for stem, of in found.items():
                names = {file.name for file in files[stem]}
                kept[stem] = {name: sorted(t for t in tests if _file_of(t) in names) for name, tests in of.items()}
            with os.fdopen(write, "w") as out:
                json.dump(kept, out)
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit("unbroken, the tests of the shared modules fail: nothing can be learned from breaking them")
    found_by_tests: Mapping[str, Mapping[str, list[str]]] = json.loads(text)
    return found_by_tests


def _file_of(test: Any) -> str:
    return Path(str(test).split("::")[0]).name


Seen = dict[str, dict[str, set[Any]]]  # of each shared module and function, who runs it


@contextmanager
def _seeing(found: Seen, who: object) -> Iterator[None]:
    """Note in `found` that `who` runs the functions that are run meanwhile."""
    files = {str(HOME / f"{stem}.py"): stem for stem in found}
    for stem in found:
        _forget(sys.modules[f"scrubber.{stem}"])
    seen: set[CodeType] = set()

    def note(frame: FrameType, _event: str, _arg: object) -> None:
        seen.add(frame.f_code)  # of calls alone: it wants to hear of no line

    sys.settrace(note)
    try:
        yield
    finally:
        sys.settrace(None)
        for code in seen:
            if code.co_filename in files:
                function = code.co_qualname.split(".<locals>")[0]
                found[files[code.co_filename]].setdefault(function, set()).add(who)


@cache
def _reached() -> Mapping[str, Mapping[str, set[tuple[str, int]]]]:
    """Of each function of each shared module, which cases run it: the only ones that can tell it from another."""
    found: Seen = {path.stem: {} for path in shared_modules()}
    for rule_id, rule in RULES.items():
        for i, case in enumerate(cases_read(rule_id)):
            with _seeing(found, (rule_id, i)):
                held = _holds(rule, case)
            if not held:
                sys.exit(f"unbroken, the cases of {rule_id} fail: nothing can be learned from breaking what they read")
    return found


@contextmanager
def _swapped(path: Path, tree: ast.Module, change: Change) -> Iterator[None]:
    """The functions of the module run the changed code for a while, and its plain values are the changed ones."""
    module = sys.modules[f"scrubber.{path.stem}"]
    changed: dict[str, Any] = {"__name__": module.__name__, "__file__": str(path)}
    twin = ModuleType(module.__name__)
    twin.__dict__.update(changed)
    exec(compile(change.made_in(tree), str(path), "exec"), twin.__dict__)
    with ExitStack() as undo:
        for function, other in _same_functions(vars(module), vars(twin)):
            undo.callback(_put_back, function, function.__code__, function.__defaults__, function.__kwdefaults__)
            _put_back(function, other.__code__, other.__defaults__, other.__kwdefaults__)
        for name, value in list(vars(module).items()):
            if _is_plain(value) and vars(twin).get(name, value) != value:
                undo.callback(setattr, module, name, value)
                setattr(module, name, vars(twin)[name])
        _forget(module)
        undo.callback(_forget, module)
        yield


def _is_plain(value: object) -> bool:
    """True of what a module writes down; not of what it fills, such as the catalogue of rules."""
    if isinstance(value, dict):
        return all(_is_plain(each) for each in value.values())
    return isinstance(value, int | str | tuple | frozenset | timedelta | Decimal)


def _put_back(function: FunctionType, code: CodeType, defaults: Any, by_keyword: Any) -> None:
    function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, by_keyword


@contextmanager
def _with_parameter(path: Path, other: Parameter) -> Iterator[None]:
    """The module reads one parameter with another value."""
    module = sys.modules[f"scrubber.{path.stem}"]
    kept = vars(module)["parameter"]
    vars(module)["parameter"] = lambda name: other if name == other.name else kept(name)
    _forget(module)
    try:
        yield
    finally:
        vars(module)["parameter"] = kept
        _forget(module)


def _forget(module: ModuleType) -> None:
    """What the functions of the module kept of earlier calls, they work out anew."""
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def _same_functions(held: Mapping[str, Any], changed: Mapping[str, Any]) -> Iterator[tuple[FunctionType, FunctionType]]:
    """Each function of the module and of its classes, with its changed twin; what properties and caches hide, too."""
    for name, kept in held.items():
        value, twin = _bare(kept), _bare(changed.get(name))
        if isinstance(value, FunctionType) and isinstance(twin, FunctionType):
            same_home = value.__code__.co_filename == twin.__code__.co_filename
            if same_home and value.__code__.co_freevars == twin.__code__.co_freevars:
                yield value, twin
        elif isinstance(value, type) and isinstance(twin, type) and value.__module__ == held["__name__"]:
            yield from _same_functions({**vars(value), "__name__": value.__module__}, vars(twin))


def _bare(value: Any) -> Any:
    """The function that a property, a cached property, a cache or a class method is made of."""
    for hidden in ("fget", "func", "__func__"):
        if not isinstance(value, FunctionType | type | partial) and hasattr(value, hidden):
            value = getattr(value, hidden)
    return inspect.unwrap(value) if callable(value) else value


@cache
def cases_read(rule_id: str) -> tuple[RuleCase, ...]:
    """The rule's cases, read once however often it is broken."""
    return cases_of(RULES[rule_id])


def _holds(rule: Rule, case: RuleCase) -> bool:
    engine.forget()
    tables = replace(case.tables)  # not what an unbroken rule, or another mutant, worked out before
    report = scrub(case.claim, tables, case.past, as_of=case.as_of, rules=[rule])
    if [f.message for f in report.findings] != [wanted["message"] for wanted in case.findings]:
        return False
    for f, wanted in zip(report.findings, case.findings, strict=True):
        said = as_a_case_tells(f)
        if any(said[key] != value for key, value in wanted.items()):
            return False
    return sorted(u.missing for u in report.unchecked) == sorted(case.unchecked)


def _changed(rule: Rule, path: Path, tree: ast.Module, change: Change) -> Rule:
    return _exec(rule, path, change.made_in(tree))


def _exec(rule: Rule, path: Path, tree: ast.Module, other: Parameter | None = None) -> Rule:
    """The rule of a changed file, or one that reads a changed parameter; the catalogue stays as it is."""
    module = ModuleType(rule.check.__module__)
    module.__file__ = str(path)
    kept, read = RULES.pop(rule.id), scrubber.parameters.parameter
    try:
        if other is not None:
            scrubber.parameters.parameter = lambda name: other if name == other.name else read(name)  # type: ignore
        exec(compile(tree, str(path), "exec"), module.__dict__)
        return RULES[rule.id]
    finally:
        RULES[rule.id] = kept
        scrubber.parameters.parameter = read


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    """No longer than so many seconds of the processor: a paused run is not a loop."""

    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _killed(fates: Counter[str]) -> float:
    of = fates["killed"] + fates["survived"]
    return fates["killed"] / of if of else 1.0


def _share(fates: Counter[str]) -> str:
    of = fates["killed"] + fates["survived"]
    return f"{fates['killed']} of {of} killed ({_killed(fates):.1%}), {fates['equal']} equal"
