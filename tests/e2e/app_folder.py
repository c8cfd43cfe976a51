"""Folders of apps that the tests bring, as somebody would write them for an app of their own."""

from pathlib import Path
from textwrap import dedent, indent

from tests.e2e.own_cluster import QUICK

SEEN = 'source: {uri: "https://git.example.org/app", seen: 2026-11-24}'
GATES_ONLY = f"""\
aiRisk:
  value: {{category: minimal, because: "It reads text and decides nothing.", articles: ["AI Act art. 6(2)"]}}
  assurance: declared
  {SEEN}
personalData:
  value: {{stores: false, edpbCriteria: [], apList: []}}
  assurance: declared
  {SEEN}
imagePublic:
  value: true
  {SEEN}
telemetry:
  value: {{present: false}}
  {SEEN}
"""
"""The facts that the gates need, and half of the others; what is not here is unknown."""

NEEDS_A_DPIA = GATES_ONLY.replace("edpbCriteria: []", "edpbCriteria: [sensitive-data, large-scale]")
"""The same for an app whose use needs a DPIA: its gate stays shut until there is evidence of one."""


def write_app(
    folder: Path,
    name: str,
    *,
    facts: str = GATES_ONLY,
    image: str = QUICK,
    memory: str = "64Mi",
    version: str = "1.0.0",
    parameters: str = "",
) -> None:
    """Write the folder of an app whole, then move it to its place, as a copy of a folder arrives."""
    draft = folder / f".{name}"
    (draft / "versions").mkdir(parents=True)
    app = f"""\
        name: {name}
        title: {name.replace("-", " ").title()}
        summary: {{nl: "Een app van onszelf.", en: "An app of our own."}}
        categories: [own]
        maintainer: The team itself
        facts:
        """
    (draft / "app.yaml").write_text(dedent(app) + indent(facts, "  "))
    spec = f"""\
        version: {version}
        released: 2026-11-01
        spec:
          containers:
            - name: app
              image: {image}
              user: 1000
              ports:
                - {{name: http, number: 8080, public: true}}
              resources: {{cpu: 50m, memory: {memory}}}
              readiness: {{port: http, path: /healthz, periodSeconds: 1}}
        """
    (draft / "versions" / f"{version}.yaml").write_text(dedent(spec) + indent(parameters, "  "))
    draft.rename(folder / name)
