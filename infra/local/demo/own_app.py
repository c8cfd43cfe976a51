"""The demo's own app, in three versions, as somebody would bring one: a folder among the apps of this machine.

Two versions use images that the simulated registry knows (`infra/local/images.yaml`), here and with
the control plane of the stack; the image of the last is declared nowhere, so whoever upgrades to it meets a failure.
"""

import shutil
from pathlib import Path

NAME = "demo-life"
FIRST, SECOND, BROKEN = "1.0.0", "1.1.0", "2.0.0"
IMAGES = {FIRST: "demo.invalid/brisk:1", SECOND: "demo.invalid/brisk:2", BROKEN: "demo.invalid/never-pushed:1"}

_SEEN = 'source: {uri: "urn:appstore:demo:life", seen: 2026-11-24}'
_APP = f"""\
name: {NAME}
title: Demo life
summary:
  nl: Een app van de demo, om een deployment van begin tot eind te laten zien.
  en: An app of the demo, to show a deployment from beginning to end.
categories: [demo]
maintainer: The demo
facts:
  aiRisk:
    value: {{category: minimal, because: "It decides nothing.", articles: ["AI Act art. 6(2)"]}}
    assurance: declared
    {_SEEN}
  personalData:
    value: {{stores: false, edpbCriteria: [], apList: []}}
    assurance: declared
    {_SEEN}
  imagePublic:
    value: true
    {_SEEN}
  telemetry:
    value: {{present: false}}
    {_SEEN}
"""
_VERSION = """\
version: "{version}"
released: 2026-11-24
spec:
  containers:
    - name: app
      image: {image}
      user: 1000
      ports: [{{name: http, number: 8080, public: true}}]
      resources: {{cpu: 50m, memory: 64Mi}}
      readiness: {{port: http, path: /healthz, periodSeconds: 1}}
  parameters:
    - name: log-level
      title: {{nl: Wat er in het logboek komt, en: What is logged}}
      env: LOG_LEVEL
      choices: [debug, info, warning]
      default: info
    - name: workers
      title: {{nl: Aantal werkers, en: Number of workers}}
      env: WORKERS
      kind: number
      default: "1"
"""


def bring(apps: Path) -> None:
    """Write the folder whole, then move it to its place."""
    take_away(apps)
    draft = apps / f".{NAME}"
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "versions").mkdir(parents=True)
    (draft / "app.yaml").write_text(_APP)
    for version, image in IMAGES.items():
        (draft / "versions" / f"{version}.yaml").write_text(_VERSION.format(version=version, image=image))
    draft.rename(apps / NAME)


def take_away(apps: Path) -> None:
    """Remove the folder; the catalog withdraws the app."""
    shutil.rmtree(apps / NAME, ignore_errors=True)
