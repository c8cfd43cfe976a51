"""One use case, one file, one function of that name: a folder listing is the table of contents of a service."""

import ast

from tests.architecture.source import ROOT, files, name_of


def public_functions(tree: ast.Module) -> list[str]:
    """The functions a file offers."""
    functions = (node for node in tree.body if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef))
    return [function.name for function in functions if not function.name.startswith("_")]


def offers_only(tree: ast.Module, name: str) -> bool:
    """Whether a file offers the async function `name` and nothing else that can be called."""
    is_async = any(isinstance(node, ast.AsyncFunctionDef) and node.name == name for node in tree.body)
    return is_async and public_functions(tree) == [name]


def test_a_use_case_file_exports_the_function_of_its_name() -> None:
    """Each file in a service's usecases/ offers one async function, called like the file."""
    folders = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "services").glob("*/usecases"))]
    found = [path for path in files(*folders) if path.stem != "__init__"]
    assert [name_of(path) for path in found if not offers_only(ast.parse(path.read_text()), path.stem)] == []


def test_a_file_with_another_function_is_caught() -> None:
    """The rule sees a wrong name, a second function and a function that is not async."""
    assert offers_only(ast.parse("async def decide(a): ...\ndef _part(): ..."), "decide")
    assert not offers_only(ast.parse("async def judge(a): ..."), "decide")
    assert not offers_only(ast.parse("async def decide(a): ...\nasync def undo(a): ..."), "decide")
    assert not offers_only(ast.parse("def decide(a): ..."), "decide")
