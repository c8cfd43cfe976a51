"""A Score file in an app's folder: what it says is built, and what cannot be had here is refused by field."""

from pathlib import Path

import pytest

from contracts.apps.spec import AppSpec
from services.catalog.adapters.files.app_folders import AppFolders, read_apps
from tests.unit.catalog.an_app import AddApp

VERSION = """
version: VERSION
score: score.yaml
"""
SCORE = """
apiVersion: score.dev/v1b1
metadata: {name: reader, annotations: {example.org/team: docs}}
service:
  ports:
    http: {port: 8080, targetPort: 8080}
containers:
  reader:
    image: example.org/reader:1
    command: [/bin/reader]
    args: [--serve]
    variables:
      MODE: fast
      LITERAL: "$${not} a placeholder"
      DATABASE_URL: ${resources.db.url}
    volumes:
      - {source: "${resources.data}", target: /data}
    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
    readinessProbe: {httpGet: {path: /ready, port: 8080}}
    livenessProbe: {exec: {command: [alive]}}
  helper:
    image: example.org/helper:1
    readinessProbe: {httpGet: {path: /up, port: 9000}}
resources:
  db: {type: postgres}
  data: {type: volume, params: {size: 5Gi}}
"""


def spec_of(root: Path) -> AppSpec:
    """What the one version of the one app becomes."""
    (app,) = read_apps(root).folders
    return app.versions[0].spec


def with_score(add_app: AddApp, score: str) -> Path:
    """An app whose version is described by this Score file."""
    folder = add_app("reader", version=VERSION)
    (folder / "score.yaml").write_text(score)
    return folder


def test_a_score_file_becomes_a_description(add_app: AddApp, tmp_path: Path) -> None:
    """Containers, ports, variables, volumes, amounts, probes and needs, each as the short description would say it."""
    with_score(add_app, SCORE)
    assert spec_of(tmp_path) == AppSpec.model_validate(
        {
            "containers": [
                {
                    "name": "reader",
                    "image": "example.org/reader:1",
                    "command": ["/bin/reader"],
                    "args": ["--serve"],
                    "env": {"MODE": "fast", "LITERAL": "${not} a placeholder"},
                    "ports": [{"name": "http", "number": 8080, "public": True}],
                    "resources": {"cpu": "100m", "memory": "128Mi"},
                    "mounts": [{"volume": "data", "path": "/data"}],
                    "readiness": {"port": "http", "path": "/ready"},
                    "liveness": {"command": ["alive"]},
                },
                {
                    "name": "helper",
                    "image": "example.org/helper:1",
                    "ports": [{"name": "p9000", "number": 9000}],
                    "resources": {"cpu": "250m", "memory": "512Mi"},
                    "readiness": {"port": "p9000", "path": "/up"},
                },
            ],
            "volumes": [{"name": "data", "size": "5Gi"}],
            "needs": [{"name": "db", "kind": "postgresql", "env": {"DATABASE_URL": "url"}}],
        }
    )


def test_volumes_may_be_a_mapping_too(add_app: AddApp, tmp_path: Path) -> None:
    """Both forms that Score knows say the same."""
    listed = '- {source: "${resources.data}", target: /data}'
    with_score(add_app, SCORE.replace(f"\n      {listed}", ' {/data: {source: "${resources.data}"}}'))
    assert [mount.path for mount in spec_of(tmp_path).containers[0].mounts] == ["/data"]


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("v1b1", "v2", "apiVersion", "score.dev/v1b1"),
        ("targetPort: 8080", "targetPort: 80", "service.ports.http.targetPort", "say port: 80"),
        ("targetPort: 8080", "protocol: UDP", "service.ports.http.protocol", "only TCP"),
        ("image: example.org/reader:1", "image: .", "containers.reader.image", "nothing is built here"),
        ("command: [/bin/reader]", "files: [{target: /a}]", "containers.reader.files", "files are not put into"),
        ("MODE: fast", "MODE: x-${metadata.name}", "containers.reader.variables.MODE", "is not filled in here"),
        ("resources.db.url", "resources.other.url", "containers.reader.variables.DATABASE_URL", "is called other"),
        ("type: postgres", "type: oracle", "resources.db.type", "oracle cannot be had here; there are: llm"),
        ("params: {size: 5Gi}", "class: large", "resources.data.params.size", "a volume has a size"),
        ("target: /data}", "target: /data, readOnly: true}", "containers.reader.volumes./data.readOnly", "leave this"),
        ("target: /data}", "target: /data, path: sub}", "containers.reader.volumes./data.path", "mount the whole"),
        ('source: "${resources.data}"', "source: db", "containers.reader.volumes./data.source", "is called db"),
        ("{exec: {command: [alive]}}", "{}", "containers.reader.livenessProbe", "either httpGet or exec"),
        (
            "port: 8080}}",
            "port: 8080, scheme: HTTPS}}",
            "containers.reader.readinessProbe.httpGet.scheme",
            "plain HTTP",
        ),
        ("cpu: 100m", "cpu: lots", "containers.reader.resources.requests.cpu", "match pattern"),
        ("args: [--serve]", "argz: [--serve]", "containers.reader.argz", "does not exist"),
    ],
)
def test_what_can_not_be_had_is_refused_by_field(
    add_app: AddApp, tmp_path: Path, old: str, new: str, field: str, what: str
) -> None:
    """The problem names the Score file, the field in it and what to do."""
    changed = SCORE.replace(old, new)
    assert changed != SCORE
    with_score(add_app, changed)
    problem = next(one for one in read_apps(tmp_path).problems if one.field == field)
    assert (problem.file, what in problem.what) == ("reader/score.yaml", True)


def test_a_version_is_described_once(add_app: AddApp, tmp_path: Path) -> None:
    """Neither both ways nor in none, and the file that is named is there, in the app's own folder."""
    folder = with_score(add_app, SCORE)
    for version, field in (
        ("version: 1.0.0\n", "spec"),
        ("version: 1.0.0\nscore: ../score.yaml\n", "score"),
        ("version: 1.0.0\nscore: absent.yaml\n", ""),
    ):
        (folder / "versions" / "1.0.0.yaml").write_text(version)
        (problem,) = read_apps(tmp_path).problems
        assert problem.field == field


def test_a_changed_score_file_is_read_again(add_app: AddApp, tmp_path: Path) -> None:
    """An edit in place is noticed, as one of any other file of the folder."""
    folder = with_score(add_app, SCORE)
    folders = AppFolders((tmp_path,))
    folders.read()
    (folder / "score.yaml").write_text(SCORE.replace("MODE: fast", "MODE: exact"))
    (app,) = folders.read().folders
    assert app.versions[0].spec.containers[0].env["MODE"] == "exact"
