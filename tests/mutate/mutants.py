"""What can be changed in a module, one change at a time."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
KILLED, SURVIVED, NO_TEST = "killed", "survived", "no test"
"""What becomes of a mutant; one that a test never comes back from is killed."""
FAR = 9
"""How far from a module a test file is that is neither named like it, nor imports it, nor lies in its mirror folder."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutant:
    """One change. `lines`: first and last line of the statement's own part; `function`: qualified name and first line
    of the outermost function or method whose body it is in, None for what runs when the module is imported."""

    what: str
    lines: tuple[int, int]
    function: str | None
    tree: ast.Module

    def code(self, path: str) -> CodeType:
        return compile(self.tree, path, "exec", dont_inherit=True)


def mutants(source: str) -> list[Mutant]:
    """In the order of the text; the same for the same text."""
    tree = ast.parse(source)
    sizes = _sizes(tree)
    return [
        Mutant(what, lines, function, _with(tree, path, changed))
        for path, node, lines, function in _nodes(tree, (), (1, 1), None, "")
        if not _is_size(tree.body[path[0][1]], sizes)
        for what, changed in _changes(node)
    ]


def telling(source: str, name: str) -> ast.Module:
    """The module, in whose functions each statement is preceded by a call of `name` with its line."""
    tree = ast.parse(source)
    for function in [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]:
        for node in ast.walk(function):
            for field in ("body", "orelse", "finalbody"):
                # A nested function is met again by itself; a lambda's body is no list.
                statements = getattr(node, field, None)
                if isinstance(statements, list) and not any(_is_call_of(one, name) for one in statements):
                    setattr(node, field, [told for one in statements for told in _told(one, name)])
    return ast.fix_missing_locations(tree)


def _told(statement: ast.stmt, name: str) -> list[ast.stmt]:
    told = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(statement.lineno)], [])
    return [ast.copy_location(ast.Expr(told), statement), statement]


def _is_call_of(node: ast.AST, name: str) -> bool:
    call = getattr(node, "value", None)
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name


def _sizes(tree: ast.Module) -> set[str]:
    """The module's constants that say nothing but how many are shown, or kept for a while: each use of them ends a
    slice, or is the size of a cache. Another size is no fault, and a test that knows it would repeat the constant."""
    ends = [node.upper for node in ast.walk(tree) if isinstance(node, ast.Slice) and node.upper]
    caches = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "lru_cache"
    ]
    used = Counter(_names(tree))
    of_size = Counter(name for part in [*ends, *caches] for name in _names(part))
    return {name for name, times in of_size.items() if name.isupper() and used[name] == times}


def _names(tree: ast.AST) -> Iterator[str]:
    """Of what is read in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


def _is_size(statement: ast.stmt, sizes: set[str]) -> bool:
    return isinstance(statement, ast.Assign) and all(
        isinstance(target, ast.Name) and target.id in sizes for target in statement.targets
    )


def _nodes(
    node: ast.AST, path: tuple, lines: tuple[int, int], function: str | None, outside: str
) -> Iterator[tuple[tuple, ast.AST, tuple[int, int], str | None]]:
    """Every node that may be changed: its path from the module, and where it stands."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_comment"):
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _is_left_alone(child):
                continue
            at, here, below, name = (*path, (field, index)), lines, function, outside
            if isinstance(child, ast.stmt):
                here = child.lineno, _last_line(child)
            if isinstance(node, FUNCTIONS) and field == "body" and function is None:
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                below = f"{outside}:{first}"
            if isinstance(child, (*FUNCTIONS, ast.ClassDef)) and function is None:
                name = f"{outside}.{child.name}".lstrip(".")
            yield at, child, here, below
            yield from _nodes(child, at, here, below, name)


def _is_left_alone(node: ast.AST) -> bool:
    """Texts, and what only type checkers and readers read."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Call) and _is_dataclass(node):
        return True
    return isinstance(node, (ast.Assert, ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _is_dataclass(call: ast.Call) -> bool:
    """`@dataclass(frozen=True)`: that nobody changes one is said to whoever reads, and held by the types."""
    return isinstance(call.func, ast.Name) and call.func.id == "dataclass"


def _last_line(statement: ast.stmt) -> int:
    """Of a statement with a body, the last line of its head."""
    body = getattr(statement, "body", None)
    return max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno or statement.lineno


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(ops=[operator]) if other := COMPARISONS.get(type(operator)):
            yield f"{_words(node)}: {other.__name__}", _set(node, ops=[other()])
        case ast.BoolOp():
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield f"{_words(node)}: {other.__name__}", _set(node, op=other())
        case ast.UnaryOp(op=ast.Not()):
            yield f"{_words(node)}: without not", node.operand
        case ast.Constant(value=bool(value)):
            yield f"{value}: {not value}", _set(node, value=not value)
        case ast.Constant(value=int(value)):
            yield from ((f"{value}: {value + by}", _set(node, value=value + by)) for by in (1, -1))
        # None is as false as False; that another answer is noticed is seen by the constant itself.
        case ast.Return(value=ast.expr()) if _words(node.value) not in ("None", "False"):
            yield f"{_words(node)}: return None", _set(node, value=None)
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Break() | ast.Continue():
            yield f"{_words(node)}: left out", ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            yield f"{_words(node)}: left out", ast.Pass()
    if isinstance(node, (ast.If, ast.IfExp, ast.While)) and isinstance(
        node.test, (ast.Name, ast.Call, ast.Attribute, ast.NamedExpr)
    ):
        yield f"{_words(node.test)}: negated", _set(node, test=ast.UnaryOp(ast.Not(), node.test))
    for place, test in enumerate(getattr(node, "ifs", [])):
        kept = [other for index, other in enumerate(node.ifs) if index != place]
        yield f"if {_words(test)}: left out", _set(node, ifs=kept)
    for index, decorator in enumerate(getattr(node, "decorator_list", [])):
        is_plain = isinstance(decorator, ast.Call) and not _is_dataclass(decorator)
        for flag in decorator.keywords if is_plain else []:
            if flag.arg and isinstance(flag.value, ast.Constant) and not isinstance(flag.value.value, str):
                bare = _set(decorator, keywords=[other for other in decorator.keywords if other is not flag])
                others = [bare if place == index else one for place, one in enumerate(node.decorator_list)]
                yield f"@{_words(decorator)}: without {flag.arg}", _set(node, decorator_list=others)


def _set(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _words(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:70]


def _with(tree: ast.Module, path: tuple, changed: ast.AST) -> ast.Module:
    """The tree with another node at this place; what stands beside the path is shared."""

    def put(node: ast.AST, rest: tuple) -> ast.AST:
        if not rest:
            return ast.copy_location(changed, node)
        (field, index), *below = rest
        value = getattr(node, field)
        if isinstance(value, list):
            return _set(
                node, **{field: [*value[:index], put(value[index], tuple(below)), *value[index + 1 :]]}
            )
        return _set(node, **{field: put(value, tuple(below))})

    whole = put(tree, path)
    assert isinstance(whole, ast.Module)
    return ast.fix_missing_locations(whole)
