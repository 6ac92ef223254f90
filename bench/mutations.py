"""The small named ways to break a file of Python or a parameter: each one change, told without the number of its line.

A change is known by the function it lies in and the text it alters, so that edits elsewhere in the file leave its name
as it is; where a function holds the same text twice, the second has `(2)` after it.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from scrubber.parameters import Dated, Parameter, parameters

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SHIFTED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.LtE: "<=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_GUARDS = frozenset({"families", "codes", "modifiers", "payer_types", "effective", "until"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

Edit = tuple[str, str, Callable[[Any], object]]  # operator, what, and what does it to the node


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a file: which operator, where (the name it is known by), and what makes it."""

    operator: str
    where: str
    function: str  # the outermost function or method it lies in; "" outside of any
    line: int  # for people, who look it up now
    n: int  # of the changed node, in the order of `ast.walk`
    edit: Callable[[Any], object]

    def made_in(self, tree: ast.Module) -> ast.Module:
        """The tree with this one thing changed; the tree itself stays."""
        changed = copy.deepcopy(tree)
        self.edit(next(node for i, node in enumerate(ast.walk(changed)) if i == self.n))
        return ast.fix_missing_locations(changed)


def changes(tree: ast.Module) -> Iterator[Change]:
    """Each way to change one thing of the file."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    met: Counter[tuple[str, str]] = Counter()
    for n, node in enumerate(ast.walk(tree)):
        within = _names(node, parents)
        outermost = ".".join(within[: _depth(node, parents)])
        for operator, what, edit in _edits(node, parents):
            where = f"{'.'.join(within)}: {what}" if within else what
            met[operator, where] += 1
            nth = met[operator, where]
            line = getattr(node, "lineno", 0) or getattr(getattr(node, "iter", None), "lineno", 0)
            yield Change(operator, where if nth == 1 else f"{where} ({nth})", outermost, line, n, edit)


def parameters_read(tree: ast.Module) -> list[Parameter]:
    """The parameters a file may read: by their names, and by names put together of texts that the file holds."""
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "parameter"]
    any_text = "|".join(re.escape(text) for text in sorted(texts))
    patterns = [_name_pattern(call.args[0], any_text) for call in calls if call.args]
    found = [p for p in parameters() if any(re.fullmatch(pattern, p.name) for pattern in patterns)]
    for pattern, call in zip(patterns, calls, strict=True):
        if not any(re.fullmatch(pattern, p.name) for p in found):
            raise ValueError(f"no parameter has a name such as {ast.unparse(call)}; expected its parts in the file")
    return found


def _name_pattern(name: ast.expr, any_text: str) -> str:
    if isinstance(name, ast.Constant):
        return re.escape(str(name.value))
    if isinstance(name, ast.JoinedStr):
        parts = (re.escape(str(v.value)) if isinstance(v, ast.Constant) else f"({any_text})" for v in name.values)
        return "".join(parts)
    return f"({any_text})"


class ParameterChange(NamedTuple):
    """One change of a parameter: which operator, where, the parameter so changed, and how long it shows."""

    operator: str
    where: str
    parameter: Parameter
    last: date  # the change shows on days of service up to this one at most


def parameter_changes(p: Parameter) -> Iterator[ParameterChange]:
    """Each value's day of service and of publication a day earlier and later, each number one less and one more."""
    for i, dated in enumerate(p.values):
        for by in (-1, 1):
            begun, known = dated.effective + timedelta(days=by), dated.published + timedelta(days=by)
            moved = _with(p, i, replace(dated, effective=begun))
            last = max(begun, dated.effective) - timedelta(days=1)
            yield ParameterChange("date shifted", f"{p.name} from {begun}", moved, last)
            if dated.published != dated.effective:
                moved = _with(p, i, replace(dated, published=known))
                yield ParameterChange(
                    "date shifted", f"{p.name} from {dated.effective} published {known}", moved, date.max
                )
            if dated.value is not None and isinstance(dated.value.value, int | Decimal):
                number = dated.value.value + by
                one_off = _with(p, i, replace(dated, value=replace(dated.value, value=number)))
                what = f"{p.name} from {dated.effective}: {dated.value.value} to {number}"
                last = p.values[i + 1].effective - timedelta(days=1) if i + 1 < len(p.values) else date.max
                yield ParameterChange("number by one", what, one_off, last)


def _with(p: Parameter, i: int, dated: Dated) -> Parameter:
    return replace(p, values=(*p.values[:i], dated, *p.values[i + 1 :]))


def _names(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> list[str]:
    """The classes and functions around a node, outermost first."""
    found = []
    above: ast.AST | None = node
    while above is not None:
        if isinstance(above, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(above.name)
        above = parents.get(above)
    return found[::-1]


def _depth(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> int:
    """How many of `_names` lead to the outermost function; 0 outside of any."""
    kinds = []
    above: ast.AST | None = node
    while above is not None:
        if isinstance(above, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            kinds.append(isinstance(above, _FUNCTIONS))
        above = parents.get(above)
    kinds.reverse()
    return kinds.index(True) + 1 if True in kinds else 0


def _edits(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[Edit]:
    if isinstance(node, ast.Compare):
        yield from _of_comparison(node)
    elif isinstance(node, ast.BoolOp):
        for i, value in enumerate(node.values):
            yield "condition dropped", ast.unparse(value), partial(_pop, "values", i)
    elif isinstance(node, ast.If | ast.IfExp):
        for constant in (True, False):
            yield "condition dropped", f"{ast.unparse(node.test)} = {constant}", partial(_set_test, constant)
    elif isinstance(node, ast.comprehension):
        for i, condition in enumerate(node.ifs):
            yield "condition dropped", ast.unparse(condition), partial(_pop, "ifs", i)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "rule":
        yield from _of_guards(node)
    elif isinstance(node, ast.Constant) and type(node.value) is int and not _is_room(parents[node]):
        for by in (-1, 1):
            yield "number by one", f"{node.value} to {node.value + by} in {_around(node, parents)}", partial(_add, by)


def _is_room(above: ast.AST) -> bool:
    """True of how much a cache may hold, which decides nothing."""
    return isinstance(above, ast.keyword) and above.arg == "maxsize"


def _around(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> str:
    """The expression a number stands in."""
    above = parents[node]
    while isinstance(above, ast.UnaryOp | ast.Slice) or not isinstance(above, ast.expr | ast.stmt | ast.keyword):
        above = parents[above]
    if isinstance(above, ast.stmt) and not isinstance(above, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return):
        return type(above).__name__.lower()
    return ast.unparse(above)


def _add(by: int, node: Any) -> None:
    node.value += by


def _set_test(constant: bool, node: Any) -> None:
    node.test = ast.Constant(constant)


def _pop(members: str, i: int, node: Any) -> None:
    rest = getattr(node, members)
    rest.pop(i)
    if members == "values" and len(rest) == 1:
        rest *= 2  # `a and a` is `a`; of one value alone Python makes nothing


def _without(keyword: str, call: Any) -> None:
    call.keywords.remove(_keyword(call, keyword))


def _set_keyword(keyword: str, value: str, call: Any) -> None:
    _keyword(call, keyword).value = ast.Constant(value)


def _keyword(call: Any, name: str) -> Any:
    return next(k for k in call.keywords if k.arg == name)


def _set_sign(i: int, sign: type[ast.cmpop], node: Any) -> None:
    node.ops[i] = sign()


def _of_comparison(node: ast.Compare) -> Iterator[Edit]:
    for i, op in enumerate(node.ops):
        for operator, table in (("comparison flipped", _FLIPPED), ("comparison shifted", _SHIFTED)):
            other = table.get(type(op))
            if other:
                said = f"{ast.unparse(node)}, {_SIGNS[type(op)]} to {_SIGNS[other]}"
                yield operator, said, partial(_set_sign, i, other)


def _of_guards(node: ast.Call) -> Iterator[Edit]:
    for keyword in node.keywords:
        name = keyword.arg
        if name not in _GUARDS:
            continue
        yield "guard removed", str(name), partial(_without, name)
        if name in ("effective", "until") and isinstance(keyword.value, ast.Constant):
            day = date.fromisoformat(str(keyword.value.value))
            for shift in (-1, 1):
                moved = (day + timedelta(days=shift)).isoformat()
                yield "date shifted", f"{name} {moved}", partial(_set_keyword, name, moved)
