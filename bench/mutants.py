"""Break every rule in small named ways, and see whether its cases notice.

    python -m bench mutants              # every rule
    python -m bench mutants FRQ-001      # one rule, every survivor shown

A mutant is the rule's file with one thing changed, or one of its parameters with one value changed; it is killed when a
case of the rule then fails. Modules that rules share are broken too, and killed by a case of any rule that reads them.
What survives is listed with its line, for a person to judge: some are equal to the rule (`EQUAL` says which and why),
the others want a case.
"""

from __future__ import annotations

import ast
import copy
import inspect
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import scrubber.parameters
from bench.equal_mutants import EQUAL
from scrubber import RULES, engine, scrub
from scrubber.cases import RuleCase, as_a_case_tells, cases_of
from scrubber.parameters import Dated, Parameter, parameter
from scrubber.registry import Rule

SECONDS = 3  # a mutant that runs longer is killed: it loops
LEAST = 0.90
_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SHIFTED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
_GUARDS = frozenset({"families", "codes", "modifiers", "payer_types", "effective", "until"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: which operator, where, and what makes it."""

    operator: str
    where: str
    make: Callable[[], Any]  # the rule with the change made; of a shared module, a context in which it is made


def run(names: list[str] | None = None) -> int:
    """Print for each rule how many mutants its cases kill, the survivors, and the share of all; 0 when it is enough."""
    tally: Counter[str] = Counter()
    operators: dict[str, Counter[str]] = {}
    for rule_id in sorted(names or RULES):
        of_rule: Counter[str] = Counter()
        for mutant in mutants(RULES[rule_id]):
            fate = _fate(RULES[rule_id], mutant)
            of_rule[fate] += 1
            operators.setdefault(mutant.operator, Counter())[fate] += 1
            if fate == "survived":
                print(f"    {rule_id} survived: {mutant.operator}, {mutant.where}")
        tally += of_rule
        print(f"  {rule_id} {RULES[rule_id].name}: {_share(of_rule)}")
    for path in [] if names else shared_modules():
        of_module: Counter[str] = Counter()
        for mutant in module_mutants(path):
            fate = _fate_of_module(path, mutant)
            of_module[fate] += 1
            operators.setdefault(mutant.operator, Counter())[fate] += 1
            if fate == "survived":
                print(f"    {path.stem} survived: {mutant.operator}, {mutant.where}")
        tally += of_module
        print(f"  {path.stem}, shared: {_share(of_module)}")
    for operator, fates in sorted(operators.items()):
        print(f"  {operator:20} {_share(fates)}")
    print(f"mutants of {len(names or RULES)} rules: {_share(tally)} (bar: {LEAST:.0%} of those not equal to the rule)")
    return 0 if _killed(tally) >= LEAST else 1


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every mutant of a rule."""
    path = Path(inspect.getfile(rule.check))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for operator, where, change in _changes(tree):
        yield Mutant(operator, where, partial(_changed, rule, path, tree, change))
    for name in sorted(_parameters(tree)):
        for operator, where, parameter_changed in _parameter_changes(parameter(name)):
            yield Mutant(operator, where, partial(_exec, rule, path, tree, {name: parameter_changed}))


def _fate(rule: Rule, mutant: Mutant) -> str:
    if (rule.id, mutant.operator, mutant.where) in EQUAL:
        return "equal"
    try:
        with _within(SECONDS):
            changed = mutant.make()
            return "survived" if all(_holds(changed, case) for case in _cases(rule)) else "killed"
    except Exception:  # a mutant may do anything
        return "killed"


def shared_modules() -> list[Path]:
    """The modules of the scrubber that hold logic of rules: those that rules import, but for the frame itself."""
    frame = {"registry", "places", "parameters", "tables", "remedies"}
    home = Path(inspect.getfile(scrub)).parent
    wanted = {name for rule in RULES.values() for name in _imports(Path(inspect.getfile(rule.check)))}
    return sorted(home / f"{name}.py" for name in wanted - frame if (home / f"{name}.py").exists())


def _imports(path: Path) -> set[str]:
    """The names of the scrubber's own modules a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "scrubber":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("scrubber."):
            found.add(node.module.split(".")[1])
    return found


def _readers(path: Path) -> list[Rule]:
    """The rules that read a shared module, straight or through another."""
    reach, before = {path.stem}, 0
    while len(reach) != before:
        before = len(reach)
        reach |= {p.stem for p in path.parent.glob("*.py") if _imports(p) & reach and p.stem in _shared()}
    return [rule for rule in RULES.values() if _imports(Path(inspect.getfile(rule.check))) & reach]


@cache
def _shared() -> frozenset[str]:
    return frozenset(p.stem for p in shared_modules())


def module_mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a shared module; made in place, since rules hold its functions by name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for operator, where, change in _changes(tree):
        yield Mutant(operator, where, partial(_swapped, path, tree, change))


@contextmanager
def _swapped(path: Path, tree: ast.Module, change: Callable[[ast.Module], ast.Module]) -> Iterator[None]:
    """The functions of the module run the changed code for a while."""
    module = sys.modules[f"scrubber.{path.stem}"]
    changed: dict[str, Any] = {"__name__": module.__name__}
    exec(compile(ast.fix_missing_locations(change(copy.deepcopy(tree))), str(path), "exec"), changed)
    swaps = list(_same_functions(vars(module), changed))
    before = [function.__code__ for function, _ in swaps]
    _forget(module)
    try:
        for function, code in swaps:
            function.__code__ = code
        yield
    finally:
        _forget(module)
        for (function, _), code in zip(swaps, before, strict=True):
            function.__code__ = code


def _forget(module: ModuleType) -> None:
    """What the functions of the module kept of earlier calls, they work out anew."""
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def _same_functions(held: Mapping[str, Any], changed: Mapping[str, Any]) -> Iterator[tuple[FunctionType, CodeType]]:
    """Each function of the module and of its classes, with the code of its changed twin; what caches hide, too."""
    for name, kept in held.items():
        value, twin = inspect.unwrap(kept), inspect.unwrap(changed.get(name))
        if isinstance(value, FunctionType) and isinstance(twin, FunctionType):
            if value.__code__.co_freevars == twin.__code__.co_freevars:
                yield value, twin.__code__
        elif isinstance(value, type) and isinstance(twin, type) and value.__module__ == held["__name__"]:
            yield from _same_functions({**vars(value), "__name__": value.__module__}, vars(twin))


def _fate_of_module(path: Path, mutant: Mutant) -> str:
    if (path.stem, mutant.operator, mutant.where) in EQUAL:
        return "equal"
    try:
        with _within(3 * SECONDS), mutant.make():
            held = all(_holds(rule, case) for rule in _readers(path) for case in _cases(rule))
            return "survived" if held else "killed"
    except Exception:  # a mutant may do anything
        return "killed"


@cache
def _cases_of(rule_id: str) -> tuple[RuleCase, ...]:
    return cases_of(RULES[rule_id])


def _cases(rule: Rule) -> tuple[RuleCase, ...]:
    """The rule's cases, read once however often it is broken."""
    return _cases_of(rule.id)


def _holds(rule: Rule, case: RuleCase) -> bool:
    case.tables.kept.clear()  # what an unbroken rule, or another mutant, worked out before
    engine.forget()
    report = scrub(case.claim, case.tables, case.past, as_of=case.as_of, rules=[rule])
    if [f.message for f in report.findings] != [wanted["message"] for wanted in case.findings]:
        return False
    for f, wanted in zip(report.findings, case.findings, strict=True):
        said = as_a_case_tells(f)
        if any(said[key] != value for key, value in wanted.items()):
            return False
    return sorted(u.missing for u in report.unchecked) == sorted(case.unchecked)


def _changed(rule: Rule, path: Path, tree: ast.Module, change: Callable[[ast.Module], ast.Module]) -> Rule:
    return _exec(rule, path, change(copy.deepcopy(tree)))


def _exec(rule: Rule, path: Path, tree: ast.Module, parameters: dict[str, Parameter] | None = None) -> Rule:
    """The rule of a changed file; the catalogue stays as it is."""
    module = ModuleType(rule.check.__module__)
    module.__file__ = str(path)
    kept = RULES.pop(rule.id)
    try:
        exec(compile(ast.fix_missing_locations(tree), str(path), "exec"), module.__dict__)
        changed = RULES[rule.id]
    finally:
        RULES[rule.id] = kept
    if parameters:
        module.__dict__["parameter"] = lambda name: parameters.get(name) or scrubber.parameters.parameter(name)
    return changed


Change = tuple[str, str, Callable[[ast.Module], ast.Module]]


def _changes(tree: ast.Module) -> Iterator[Change]:
    """Each way to change one thing of the file: the operator, where, and the change."""
    for n, node in enumerate(ast.walk(tree)):
        for operator, what, edit in _edits(node):
            yield operator, f"line {getattr(node, 'lineno', 0)}: {what}", partial(_edited, n, edit)


def _edited(n: int, edit: Callable[[Any], object], tree: ast.Module) -> ast.Module:
    """The tree with its node number `n` changed."""
    edit(next(node for i, node in enumerate(ast.walk(tree)) if i == n))
    return tree


Edit = tuple[str, str, Callable[[Any], object]]


def _edits(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.Compare):
        yield from _of_comparison(node)
    elif isinstance(node, ast.BoolOp):
        for i, value in enumerate(node.values):
            yield "condition dropped", ast.unparse(value), partial(_pop, "values", i)
    elif isinstance(node, ast.If | ast.IfExp):
        for constant in (True, False):
            yield "condition dropped", f"{ast.unparse(node.test)} = {constant}", partial(_set_test, constant)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "condition dropped", ast.unparse(node.ifs[0]), partial(_pop, "ifs", 0)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "rule":
        yield from _of_guards(node)
    elif isinstance(node, ast.FunctionDef):
        yield from _of_numbers(node)


def _set_test(constant: bool, node: Any) -> None:
    node.test = ast.Constant(constant)


def _pop(members: str, i: int, node: Any) -> None:
    getattr(node, members).pop(i)


def _without(keyword: str, call: Any) -> None:
    call.keywords.remove(_keyword(call, keyword))


def _of_comparison(node: ast.Compare) -> Iterator[Edit]:
    for i, op in enumerate(node.ops):
        for operator, table in (("comparison flipped", _FLIPPED), ("comparison shifted", _SHIFTED)):
            other = table.get(type(op))
            if other:

                def edit(c: Any, i: int = i, other: type[ast.cmpop] = other) -> None:
                    c.ops[i] = other()

                yield operator, ast.unparse(node), edit


def _of_guards(node: ast.Call) -> Iterator[Edit]:
    for keyword in node.keywords:
        if keyword.arg not in _GUARDS:
            continue
        name = keyword.arg
        yield "guard removed", name, partial(_without, name)
        if name in ("effective", "until") and isinstance(keyword.value, ast.Constant):
            day = date.fromisoformat(str(keyword.value.value))
            for shift in (-1, 1):
                moved = (day + timedelta(days=shift)).isoformat()

                def edit(c: Any, name: str = name, moved: str = moved) -> None:
                    _keyword(c, name).value = ast.Constant(moved)

                yield "date shifted", f"{name} {moved}", edit


def _keyword(call: Any, name: str) -> Any:
    return next(k for k in call.keywords if k.arg == name)


def _of_numbers(node: ast.FunctionDef) -> Iterator[Edit]:
    """Whole numbers written in the body of a function, one more and one less."""
    body = ast.Module(node.body, [])
    for n, inner in enumerate(ast.walk(body)):
        if isinstance(inner, ast.Constant) and type(inner.value) is int:
            for by in (-1, 1):

                def edit(f: Any, n: int = n, by: int = by) -> None:
                    constant: Any = next(x for i, x in enumerate(ast.walk(ast.Module(f.body, []))) if i == n)
                    constant.value += by

                yield "number by one", f"line {inner.lineno}: {inner.value} to {inner.value + by}", edit


def _parameters(tree: ast.Module) -> set[str]:
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "parameter")
    return {str(c.args[0].value) for c in calls if c.args and isinstance(c.args[0], ast.Constant)}


def _parameter_changes(p: Parameter) -> Iterator[tuple[str, str, Parameter]]:
    for i, dated in enumerate(p.values):
        for by in (-1, 1):
            day = timedelta(days=by)
            moved = replace(dated, effective=dated.effective + day, published=dated.published + day)
            yield "date shifted", f"{p.name} from {moved.effective}", _with(p, i, moved)
            if dated.value is not None and isinstance(dated.value.value, int | Decimal):
                number = dated.value.value + by
                one_off = replace(dated, value=replace(dated.value, value=number))
                yield "number by one", f"{p.name} {number}", _with(p, i, one_off)


def _with(p: Parameter, i: int, dated: Dated) -> Parameter:
    return replace(p, values=(*p.values[:i], dated, *p.values[i + 1 :]))


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _killed(fates: Counter[str]) -> float:
    of = fates["killed"] + fates["survived"]
    return fates["killed"] / of if of else 1.0


def _share(fates: Counter[str]) -> str:
    of = fates["killed"] + fates["survived"]
    return f"{fates['killed']} of {of} killed ({_killed(fates):.0%}), {fates['equal']} equal to the rule"
