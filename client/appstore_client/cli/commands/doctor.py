"""`appstore doctor`: why a deployment is not healthy, what was seen, what to do, and whose turn it is.

The exit code says it too: 0 healthy, 6 or 7 by whose turn it is, 8 not there yet, 9 what ran before came back.
"""

from appstore_client.app_store import AppStore
from appstore_client.cli.change import DeploymentArgument
from appstore_client.cli.exit_codes import ExitCode, code_of_diagnosis
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text, word
from appstore_client.cli.output import STYLES, Output, OutputOption, print_json, print_next, say
from appstore_client.cli.session import run
from appstore_client.models.diagnosis import Diagnosis, Finding


def doctor(deployment: DeploymentArgument, output: OutputOption = Output.TABLE) -> None:
    """Say what is wrong with a deployment."""

    async def work(store: AppStore) -> ExitCode:
        found = await store.deployments.diagnosis(await find_deployment(store, deployment))
        if output is Output.JSON:
            print_json(found.raw)
        else:
            _show(found)
        return code_of_diagnosis(found)

    run(output, work)


def _show(found: Diagnosis) -> None:
    if found.healthy and found.paused:
        say(text("doctor.paused", name=found.name), STYLES["paused"])
    elif found.healthy:
        say(text("doctor.healthy", name=found.name), STYLES["succeeded"])
    elif found.finding is None:
        say(text("doctor.nothing-found", name=found.name, status=word("status", found.status)), STYLES["waiting"])
    else:
        _tell(found.finding)
    for one in found.quarantine:
        say(text("doctor.quarantined", version=one.version, revision=one.revision, title=one.title))
    for warning in found.warnings:
        _warn(warning)
    print_next((found.finding and found.finding.next) or (_then(found),))


def _then(found: Diagnosis) -> str:
    return f"appstore {'resume' if found.paused else 'status'} {found.deployment}"


def _warn(warning: Finding) -> None:
    say(text("doctor.warning", title=warning.title), STYLES["waiting"])
    say(warning.detail)
    for step in warning.next:
        say(step)


def _tell(finding: Finding) -> None:
    say(finding.title if finding.certain else text("doctor.not-certain", title=finding.title), "bold red")
    say(finding.why or finding.detail)
    if finding.evidence or finding.log:
        say(text("doctor.evidence"), "bold")
    for one in finding.evidence:
        say(f"  {one.name}: {one.value}")
    for line in finding.log:
        say(f"  | {line}")
    if finding.restored:
        say(text("outcome.restored", revision=finding.restored.revision, version=finding.restored.version))
    say(finding.whose, "bold")
