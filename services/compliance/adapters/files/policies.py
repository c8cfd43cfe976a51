"""Builds a policy set from its folder: read, check strictly, compile, hash. All of it or nothing.

`policy_folder.py` decides when to read again. The hash is over the content, not the layout: comments and spacing do
not change it, and the cases files do not count because they judge nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from contracts.compliance.verdict import PolicySet as PolicySetIdentity
from services.compliance.adapters.files.rule_file import RuleInFile, SetInFile
from services.compliance.adapters.files.yaml_text import FileError, read_yaml
from services.compliance.domain.policy import PolicySet, Rule
from services.compliance.ports import Compiler, ExpressionError, Program

SET_FILE = "policy-set.yaml"
MOST_RULES = 200
_M = TypeVar("_M", bound=BaseModel)


def rule_files(folder: Path) -> list[Path]:
    """The files of rules, sorted; the cases beside them are for tests."""
    return sorted(path for path in folder.glob("*/*.yaml") if not path.name.endswith(".cases.yaml"))


def read_policies(folder: Path, compiler: Compiler[Program]) -> PolicySet:
    """The set in this folder. Raises FileError naming the file and the field that is wrong."""
    files = rule_files(folder)
    if not 0 < len(files) <= MOST_RULES:
        message = f"{folder.name}: has {len(files)} rules, and a set has 1 to {MOST_RULES}"
        raise FileError(message)
    texts = {SET_FILE: read_yaml(folder / SET_FILE, SET_FILE)}
    shared = _checked(SetInFile, texts[SET_FILE], SET_FILE)
    rules: dict[str, Rule] = {}
    programs: dict[str, Program] = {}
    for path in files:
        shown = path.relative_to(folder).as_posix()
        texts[shown] = read_yaml(path, shown)
        rule = _read_rule(path, shown, _with_shared(texts[shown], shared))
        if rule.id in rules:
            message = f"{shown} id: another file has a rule called {rule.id}"
            raise FileError(message)
        rules[rule.id] = rule
        programs.update(_compile(rule, shown, compiler))
    identity = PolicySetIdentity(version=shared.version, sha256=_sha256(texts))
    return PolicySet(identity, tuple(rules[name] for name in sorted(rules)), compiler.engine(programs))


def _read_rule(path: Path, shown: str, content: dict[str, Any]) -> Rule:
    rule = _checked(RuleInFile, content, shown)
    if rule.id != path.stem:
        message = f"{shown} id: is {rule.id}, and the file is called {path.name}"
        raise FileError(message)
    if rule.criterion.value != path.parent.name:
        message = f"{shown} criterion: is {rule.criterion.value}, and the folder is called {path.parent.name}"
        raise FileError(message)
    return rule.to_rule()


def _with_shared(content: dict[str, Any], shared: SetInFile) -> dict[str, Any]:
    texts = content.get("texts")
    if not isinstance(texts, dict) or not isinstance(texts.get("messages"), dict):
        return content
    standard = {code: text.model_dump() for code, text in shared.messages.items()}
    return {**content, "texts": {**texts, "messages": {**standard, **texts["messages"]}}}


def _checked(model: type[_M], content: dict[str, Any], shown: str) -> _M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].removeprefix("Value error, ")
        message = f"{shown} {field}: {problem}" if field else f"{shown} {problem}"
        raise FileError(message) from error


def _compile(rule: Rule, shown: str, compiler: Compiler[Program]) -> Iterable[tuple[str, Program]]:
    for number, case in enumerate(rule.cases):
        field = f"cases.{number}.when"
        try:
            yield case.when, compiler.condition(case.when)
            for name, text in case.params.items():
                field = f"cases.{number}.params.{name}"
                yield text, compiler.expression(text)
        except ExpressionError as error:
            message = f"{shown} {field}: {error}"
            raise FileError(message) from error


def _sha256(texts: dict[str, dict[str, Any]]) -> str:
    canonical = json.dumps(texts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
