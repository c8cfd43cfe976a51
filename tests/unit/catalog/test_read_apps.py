"""Reading folders of apps: what is good comes through, what is broken is explained and hides nothing."""

import os
from pathlib import Path

import pytest

from contracts.apps.facts import Facts
from services.catalog.adapters.files.app_folders import AppFolders, read_apps
from services.catalog.adapters.files.strict_yaml import FILE_LIMIT
from services.catalog.domain.folder import VERSIONS_PER_APP, Problem
from tests.unit.catalog.an_app import APP, VERSION, AddApp


def only_problem(root: Path) -> Problem:
    """The one thing wrong in a folder of apps with nothing good in it."""
    reading = read_apps(root)
    assert reading.folders == ()
    (problem,) = reading.problems
    return problem


def test_good_folder_is_read_whole(add_app: AddApp, tmp_path: Path) -> None:
    """A good folder gives its app and every version, with the app's facts in each."""
    add_app("reader", "1.0.0", "2.0.0")
    reading = read_apps(tmp_path)
    (app,) = reading.folders
    assert reading.problems == ()
    assert [version.version for version in app.versions] == ["1.0.0", "2.0.0"]
    assert all(version.facts.licence_code is not None for version in app.versions)


def test_version_overrides_and_forgets_facts(add_app: AddApp, tmp_path: Path) -> None:
    """A version's own fact stands over the app's, and null makes it unknown again."""
    source = 'source: {uri: "https://example.org", seen: 2026-11-24}'
    add_app("reader", "1.0.0")
    folder = add_app("other", "1.0.0", version=VERSION + f"facts: {{licenceCode: {{value: Apache-2.0, {source}}}}}\n")
    second = VERSION.replace("VERSION", "2.0.0") + "facts: {licenceCode: null}\n"
    (folder / "versions" / "2.0.0.yaml").write_text(second)
    other, _ = read_apps(tmp_path).folders
    assert other.versions[0].facts.licence_code is not None
    assert other.versions[0].facts.licence_code.value == "Apache-2.0"
    assert other.versions[1].facts == Facts()


def test_broken_folder_hides_no_other(add_app: AddApp, tmp_path: Path) -> None:
    """Beside a broken folder the good ones are still read, and the broken one still counts as seen."""
    add_app("good")
    add_app("broken", app="name: [")
    reading = read_apps(tmp_path)
    assert [app.name for app in reading.folders] == ["good"]
    assert reading.seen == {"good", "broken"}
    assert reading.gone(["broken", "good", "left"]) == ["left"]


def test_typo_names_file_field_and_what_is_allowed(add_app: AddApp, tmp_path: Path) -> None:
    """An unknown field is an error that names the file, the field, the nearest name and all allowed ones."""
    add_app("reader", app=APP.replace("licenceCode", "licenseCode"))
    problem = only_problem(tmp_path)
    assert (problem.file, problem.field) == ("reader/app.yaml", "facts.licenseCode")
    assert problem.what_now.startswith("Did you mean licenceCode?")
    assert "telemetry" in problem.what_now


def test_typo_deep_inside_is_found(add_app: AddApp, tmp_path: Path) -> None:
    """A typo inside a list inside the description is named by its place."""
    add_app("reader", version=VERSION.replace("public: true", "publick: true"))
    problem = only_problem(tmp_path)
    assert problem.field == "spec.containers.0.ports.0.publick"
    assert "Allowed here: name, number, public." in problem.what_now


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (APP + "title: Again\n", "the key title stands there twice"),
        (APP + "homepage: &a x\nrepository: *a\n", "anchors and aliases are not allowed"),
        (APP.replace("A reader", "!!python/object:os.system x"), "could not determine a constructor"),
        ("- a list\n", "the file has no keys"),
        ("[" * 5000, "nested too deep"),
        (APP.replace("2026-11-24", "2026-13-45"), "a value cannot be read"),
        (APP.replace("NAME", "another"), "this has to be reader"),
        (APP.replace("title: A reader\n", ""), "this field is missing"),
        (APP.replace("seen: 2026-11-24", f"seen: 2026-11-24, quote: {'word ' * 21}"), "at most 20 words"),
        ("#" * (FILE_LIMIT + 1), "larger than 256 KB"),
        (APP + "homepage: \x07\n", "this is not"),
    ],
)
def test_file_we_do_not_take_is_explained(add_app: AddApp, tmp_path: Path, app: str, expected: str) -> None:
    """Every kind of file that is not taken is refused with a reason."""
    add_app("reader", app=app)
    problem = only_problem(tmp_path)
    assert expected in problem.what
    assert problem.what_now


def test_version_that_yaml_reads_as_a_number_is_explained(add_app: AddApp, tmp_path: Path) -> None:
    """`version: 1.10` is a number to YAML, so its author is told to put quotes around it."""
    add_app("reader", "1.10")
    problem = only_problem(tmp_path)
    assert problem.field == "version"
    assert "quotes" in problem.what_now


def test_text_that_is_not_utf8_is_refused(add_app: AddApp, tmp_path: Path) -> None:
    """A file in another encoding is refused."""
    (add_app("reader") / "app.yaml").write_bytes(b"title: caf\xe9\n")
    assert only_problem(tmp_path).what == "this is not UTF-8 text"


def test_name_that_points_nowhere_is_refused(add_app: AddApp, tmp_path: Path) -> None:
    """A mount of a volume that is not there names the volumes that are."""
    add_app("reader", version=VERSION.replace("volume: data", "volume: date"))
    problem = only_problem(tmp_path)
    assert problem.field == "spec.containers.0.mounts.0.volume"
    assert "there are: data" in problem.what


def test_probe_of_no_port_is_refused(add_app: AddApp, tmp_path: Path) -> None:
    """A readiness probe of a port that is not there is refused."""
    add_app("reader", version=VERSION.replace("readiness: {port: http", "readiness: {port: web"))
    assert "no port is called web" in only_problem(tmp_path).what


def test_name_that_stands_twice_is_refused(add_app: AddApp, tmp_path: Path) -> None:
    """Two volumes with one name are refused."""
    twice = VERSION.replace("[{name: data, size: 1Gi}]", "[{name: data, size: 1Gi}, {name: data, size: 2Gi}]")
    add_app("reader", version=twice)
    assert only_problem(tmp_path).what == "data stands there twice"


PARAMETER = "name: size, title: {nl: Maat, en: Size}, env: SIZE"


@pytest.mark.parametrize(
    ("parameters", "field", "what"),
    [
        (f"[{{{PARAMETER}}}, {{{PARAMETER}}}]", "spec.parameters", "size stands there twice"),
        (f"[{{{PARAMETER}, secret: true, default: x}}]", "spec.parameters.0", "a secret has no default"),
        (f"[{{{PARAMETER}, generated: true}}]", "spec.parameters.0.generated", "only a secret"),
        (f"[{{{PARAMETER}, kind: number, default: big}}]", "spec.parameters.0.default", "could not be chosen"),
        (f"[{{{PARAMETER}, kind: number, maxLength: 3}}]", "spec.parameters.0", "pattern and maxLength bound a text"),
        (f"[{{{PARAMETER}, minimum: 3}}]", "spec.parameters.0", "minimum, maximum and whole bound a number"),
        (f"[{{{PARAMETER}, secret: true, pattern: x}}]", "spec.parameters.0", "a secret travels sealed"),
        (f"[{{{PARAMETER}, pattern: '(x'}}]", "spec.parameters.0.pattern", "not a regular expression"),
        (f"[{{{PARAMETER}, pattern: x+, default: y}}]", "spec.parameters.0.default", "could not be chosen"),
        (f"[{{{PARAMETER}, choices: [s, m], default: l}}]", "spec.parameters.0.default", "could not be chosen"),
    ],
)
def test_parameter_that_can_not_be_chosen_is_refused(
    add_app: AddApp, tmp_path: Path, parameters: str, field: str, what: str
) -> None:
    """What contradicts itself, and a secret that would stand in the open, are refused by field."""
    add_app("reader", version=f"{VERSION}  parameters: {parameters}\n")
    problem = next(iter(read_apps(tmp_path).problems))
    assert (problem.field, what in problem.what) == (field, True)


@pytest.mark.parametrize(
    ("line", "field", "what"),
    [
        ("callers: [{port: grpc, namespace: monitoring}]", "spec.callers.0.port", "no port is called grpc"),
        ("callers: [{port: http, deployment: chat}]", "spec.callers.0.port", "http is public"),
        ("callers: [{port: http}]", "spec.callers.0", "a caller is one of: namespace, deployment"),
        ("egress: [{ports: [443]}]", "spec.egress.0", "a destination is one of: cidr, namespace, deployment"),
        ("egress: [{cidr: 10.0.0.1/8, ports: [443]}]", "spec.egress.0.cidr", "has host bits set"),
        ("egress: [{cidr: 169.254.169.254/32, ports: [80]}]", "spec.egress.0.cidr", "belongs to the machine itself"),
        ("autoscaling: {maximum: 3}", "spec.autoscaling", "each volume has one user"),
        ("autoscaling: {minimum: 4, maximum: 3}", "spec.autoscaling", "the minimum is more than the maximum"),
        ("needs: [{name: db, kind: oracle, env: {URL: url}}]", "spec.needs.0.kind", "'postgresql', 'redis'"),
        ("needs: [{name: db, kind: s3, secret: a, config: b, env: {URL: u}}]", "spec.needs.0", "not to both"),
        (f"needs: [{{name: db, kind: s3, env: {{SIZE: u}}}}]\n  parameters: [{{{PARAMETER}}}]", "spec.needs", "twice"),
    ],
)
def test_connection_that_can_not_be_made_is_refused(
    add_app: AddApp, tmp_path: Path, line: str, field: str, what: str
) -> None:
    """Who may be reached, who may call and what is needed are checked by field when the file is read."""
    add_app("reader", version=f"{VERSION}  {line}\n")
    problem = only_problem(tmp_path)
    assert (problem.field, what in problem.what) == (field, True)


@pytest.mark.parametrize(
    ("probe", "field"),
    [
        ("liveness: {command: [check], port: http}", "spec.containers.0.liveness"),
        ("startup: {port: web}", "spec.containers.0.startup.port"),
        ("startup: {path: /up}", "spec.containers.0.startup"),
    ],
)
def test_probe_that_asks_nothing_or_two_things_is_refused(
    add_app: AddApp, tmp_path: Path, probe: str, field: str
) -> None:
    """Each kind of probe has one question, and its port is there."""
    add_app("reader", version=VERSION.replace("      readiness:", f"      {probe}\n      readiness:"))
    assert only_problem(tmp_path).field == field


def test_version_too_large_for_the_wire_is_refused(add_app: AddApp, tmp_path: Path) -> None:
    """A version whose event could not travel is refused when it is read, not when it is published."""
    values = ", ".join(f'V{number}: "{"x" * 4000}"' for number in range(15))
    add_app("reader", version=VERSION.replace("      ports:", f"      env: {{{values}}}\n      ports:"))
    assert "with its facts this is larger" in only_problem(tmp_path).what


def test_link_out_of_the_folder_is_refused(add_app: AddApp, tmp_path: Path) -> None:
    """A file or folder that is a link to elsewhere is refused."""
    outside = tmp_path / "outside"
    outside.mkdir()
    inside = tmp_path / "apps"
    folder = add_app("reader")
    inside.mkdir()
    folder.rename(inside / "reader")
    (outside / "secret.yaml").write_text(APP)
    (inside / "reader" / "app.yaml").unlink()
    (inside / "reader" / "app.yaml").symlink_to(outside / "secret.yaml")
    (inside / "linked").symlink_to(outside, target_is_directory=True)
    problems = read_apps(inside).problems
    assert [problem.what for problem in problems] == [
        "this link leads out of the folder of apps",
        "this link leads out of the folder",
    ]


def test_pipe_in_place_of_a_file_does_not_hang(add_app: AddApp, tmp_path: Path) -> None:
    """What is not a regular file is refused without opening it."""
    path = add_app("reader") / "app.yaml"
    path.unlink()
    os.mkfifo(path)
    assert only_problem(tmp_path).what == "this is not a file"


def test_app_without_versions_is_explained(add_app: AddApp, tmp_path: Path) -> None:
    """An app without versions, or with too many, is a problem of that app."""
    (add_app("reader") / "versions" / "1.0.0.yaml").unlink()
    assert only_problem(tmp_path).what == "this app has no versions"
    add_app("reader", *(f"{number}.0.0" for number in range(VERSIONS_PER_APP + 1)))
    assert "more than 50 versions" in only_problem(tmp_path).what


def test_folder_that_cannot_be_listed_takes_nothing_away(add_app: AddApp, tmp_path: Path) -> None:
    """When a folder of apps is missing, the others are read and no app counts as gone."""
    add_app("reader")
    reading = read_apps(tmp_path, tmp_path / "missing")
    assert [app.name for app in reading.folders] == ["reader"]
    assert len(reading.problems) == 1
    assert reading.gone(["elsewhere"]) == []


def test_name_in_two_folders_of_apps_is_a_problem(tmp_path: Path, add_app: AddApp) -> None:
    """Of two folders with one name the first wins, and the second is told."""
    first = add_app("reader").rename(tmp_path / "first")
    roots = []
    for number in ("one", "two"):
        root = tmp_path / number
        (root / "reader").parent.mkdir()
        roots.append(root)
    first.rename(roots[0] / "reader")
    add_app("reader").rename(roots[1] / "reader")
    reading = read_apps(*roots)
    assert [app.name for app in reading.folders] == ["reader"]
    assert [problem.what for problem in reading.problems] == ["another folder of apps has this name"]


def test_second_reading_sees_every_change(add_app: AddApp, tmp_path: Path) -> None:
    """What is remembered between readings never hides a change, and a folder that is gone is forgotten."""
    folder = add_app("reader")
    apps = AppFolders([tmp_path])
    first = apps.read()
    assert apps.read() == first
    assert apps.read().folders[0] is first.folders[0]
    (folder / "app.yaml").write_text(APP.replace("NAME", "reader").replace("A reader", "B reader"))
    assert apps.read().folders[0].title == "B reader"
    folder.rename(tmp_path.parent / "away")
    assert apps.read().folders == ()
