"""The OpenAPI document keeps the API Design Rules of the Dutch government: what their ruleset checks, checked here."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.gateway.api.application import api
from services.gateway.ports import World

CAMEL = re.compile(r"[a-z][a-z\d]*([A-Z][a-z\d]*)*")
PASCAL = re.compile(r"([A-Z][a-z\d]*)+")
SEGMENT = re.compile(r"_?[a-z0-9]+(-[a-z0-9]+)*|\{[a-zA-Z_]+\}")
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it is served."""
    world = SimpleNamespace(settings=SimpleNamespace(public_url="https://store.example"))
    return api(cast("World", world)).openapi()


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def test_it_names_its_version_place_and_people(document: dict[str, Any]) -> None:
    """OpenAPI 3.1, a SemVer version, a server with the major version, and a contact with name, email and url."""
    assert document["openapi"].startswith("3.1")
    assert SEMVER.fullmatch(document["info"]["version"])
    assert document["servers"] == [{"url": "/api/v1"}]
    assert {"name", "email", "url"} <= document["info"]["contact"].keys()


def test_addresses_are_kebab_case_without_a_slash_at_the_end(document: dict[str, Any]) -> None:
    """Every segment of every address is kebab-case or a parameter."""
    for path in document["paths"]:
        assert path.startswith("/")
        assert all(SEGMENT.fullmatch(segment) for segment in path[1:].split("/")), path


def test_only_standard_methods_and_ids_that_are_unique(document: dict[str, Any]) -> None:
    """Operations have a standard method, an id of their own and a summary."""
    found = list(_operations(document))
    assert {method for _, method, _ in found} <= METHODS
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(ids) == len(set(ids))
    assert all(operation["summary"] for _, _, operation in found)


def test_query_keys_and_properties_are_camel_case(document: dict[str, Any]) -> None:
    """Query keys and property names are lower camelCase, schema names UpperCamelCase."""
    for path, method, operation in _operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert CAMEL.fullmatch(parameter["name"]), f"{method} {path}"
    for name, schema in document["components"]["schemas"].items():
        assert PASCAL.fullmatch(name), name
        assert all(CAMEL.fullmatch(one) for one in schema.get("properties", {})), name


def test_every_operation_tells_of_bad_requests_and_problems(document: dict[str, Any]) -> None:
    """400 and every other problem are documented as application/problem+json with status, title and detail."""
    for path, method, operation in _operations(document):
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                assert list(answer["content"]) == ["application/problem+json"], f"{method} {path} {status}"
        assert {"400", "default"} <= operation["responses"].keys()
    assert {"status", "title", "detail"} <= set(document["components"]["schemas"]["Problem"]["required"])


def test_every_good_answer_has_the_version_header(document: dict[str, Any]) -> None:
    """2xx answers document the header API-Version, and what they hold unless they say that it is nothing."""
    for path, method, operation in _operations(document):
        good = {status: one for status, one in operation["responses"].items() if status.startswith("2")}
        assert good
        assert all("API-Version" in one["headers"] for one in good.values()), f"{method} {path}"
        assert all(one["content"] for status, one in good.items() if status != "204"), f"{method} {path}"


def test_what_is_accepted_says_where_it_goes_on(document: dict[str, Any]) -> None:
    """An operation that is accepted documents 202, 200 for who waits, and `Location`."""
    changing = [
        one
        for _, method, one in _operations(document)
        if method in {"post", "patch", "delete"}
        and "204" not in one["responses"]
        and one["operationId"] not in {"planDeployment", "planChange"}  # they change nothing
    ]
    assert len(changing) == 10
    for operation in changing:
        for status in ("200", "202"):
            assert "Location" in operation["responses"][status]["headers"]
        headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
        assert headers == {"Prefer", "Idempotency-Key"}


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    """Every `$ref` names a schema that is there."""
    named = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(document)))
    assert named <= document["components"]["schemas"].keys()


def test_dates_are_dates(document: dict[str, Any]) -> None:
    """A property that is a calendar day has the format `date`."""
    assert document["components"]["schemas"]["SourceTaken"]["properties"]["seen"]["format"] == "date"
