"""Accepting a change of a deployment, for whoever asks: the API's routes and the pages' forms.

Before it: who asks was found out. After it: `accept`, which makes the change a whole request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request

from contracts.apps.spec import AppSpec
from contracts.deployments.environment import Environment
from contracts.deployments.requests import DeploymentCancelRequested, DeploymentRequested, Intent
from services.gateway.accept.cancel import cancel_once
from services.gateway.accept.change import Change, IsPaused, changed
from services.gateway.accept.idempotency import RequestKey
from services.gateway.accept.operation import Operation
from services.gateway.accept.sealing import NewSecrets, sealed
from services.gateway.accept.submit import About, Asked, submit
from services.gateway.api.apps import find_version
from services.gateway.api.asking import asked
from services.gateway.api.change_wishes import DeploymentChange, DeploymentDeclared, Restart, Resume, RollBack
from services.gateway.api.deadline import decide_by
from services.gateway.api.deployments import find_deployment
from services.gateway.api.parameters import known_only, must_fit
from services.gateway.api.problems import Problem
from services.gateway.api.secrets_given import secrets_given
from services.gateway.identity.permissions import Permission
from services.gateway.identity.person import Person
from services.gateway.ports import World
from services.gateway.readmodels.deployment import is_gone, newest_whole
from services.gateway.readmodels.revision import revision_before, revisions_of

Document = dict[str, Any]


@dataclass(frozen=True)
class Asking:
    """Who asks about which deployment, with what request."""

    deployment: str
    person: Person
    request: Request
    key: RequestKey | None = None

    async def find(self, world: World) -> tuple[Document, Asked]:
        """The deployment, when this person may change it."""
        found, team = await find_deployment(self.deployment, self.person, Permission.DEPLOY, world)
        return found, asked(self.request, self.person, team, self.key)


async def accept_change(wish: DeploymentChange, asking: Asking, world: World) -> Operation:
    """Another version, other settings or another number of pods."""
    found, made = await asking.find(world)
    change, given = await change_wished(wish, found, world)
    return await _submit(found, made, change, world, given)


async def change_wished(wish: DeploymentChange, found: Document, world: World) -> tuple[Change, NewSecrets | None]:
    """What becomes otherwise of a deployment, and the secrets that were given with it."""
    app = await _app_of(found, world)
    if wish.version is not None:
        _must_be_deployable(app, wish.version)

    values = {name: value for name, value in wish.secrets.items() if value is not None}
    given = await secrets_given(values, Environment.model_validate(found["environment"]), world)

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        upgrade = wish.version is not None and wish.version != base.version
        kept = known_only(base, _spec_of(app, wish.version)) if upgrade else base
        return wish.applied_to(kept, given.ids if given else {})

    return Change(edit, _fits(app), decide_by(world, wish.decide_within)), given


async def accept_declared(wish: DeploymentDeclared, asking: Asking, world: World) -> Operation:
    """Everything as it is declared, whatever was asked before."""
    found, made = await asking.find(world)
    app = await _app_of(found, world)
    if wish.version != found["asked"]["version"]:
        _must_be_deployable(app, wish.version)
    values = {name: value for name, value in wish.secrets.items() if value is not None}
    given = await secrets_given(values, Environment.model_validate(found["environment"]), world)

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        return wish.applied_to(base, given.ids if given else {})

    change = Change(edit, _fits(app), decide_by(world, wish.decide_within), again=True)
    return await _submit(found, made, change, world, given)


async def accept_restart(wish: Restart, asking: Asking, world: World) -> Operation:
    """Every pod that started before now is replaced."""
    found, made = await asking.find(world)
    now = world.clock.now()

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        if base.paused:
            raise IsPaused(deployment=base.deployment)
        return base.model_copy(update={"restarted_at": now})

    app = await _app_of(found, world)
    change = Change(edit, _fits(app), decide_by(world, wish.decide_within), Intent.RESTART)
    return await _submit(found, made, change, world)


async def accept_pause(asking: Asking, world: World) -> Operation:
    """Nothing of it runs until it is resumed. Nothing is checked: what is there stays as it is."""
    found, made = await asking.find(world)

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        return base.model_copy(update={"paused": True})

    change = Change(edit, lambda _wanted: None, decide_by(world), Intent.PAUSE, alone=True)
    return await _submit(found, made, change, world)


async def accept_resume(wish: Resume, asking: Asking, world: World) -> Operation:
    """It runs again, as it is asked."""
    found, made = await asking.find(world)

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        return base.model_copy(update={"paused": False})

    app = await _app_of(found, world)
    change = Change(edit, _fits(app), decide_by(world, wish.decide_within), Intent.RESUME)
    return await _submit(found, made, change, world)


async def accept_roll_back(wish: RollBack, asking: Asking, world: World) -> Operation:
    """What an earlier revision had."""
    found, made = await asking.find(world)
    app, target = await _app_of(found, world), _revision(found, wish.revision)
    _must_be_deployable(app, target["request"]["version"])
    earlier_wish = DeploymentRequested.model_validate(target["request"])
    repeated = ("version", "parameters", "secrets", "replicas", "restarted_at")

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        return base.model_copy(
            update={"revision": target["revision"], **{name: getattr(earlier_wish, name) for name in repeated}}
        )

    change = Change(edit, _fits(app), decide_by(world, wish.decide_within), Intent.ROLL_BACK)
    return await _submit(found, made, change, world)


async def accept_cancel(asking: Asking, world: World) -> Operation:
    """The newest request is taken back, if it did not end."""
    found, made = await asking.find(world)
    payload = DeploymentCancelRequested(
        deployment=asking.deployment,
        environment=Environment.model_validate(found["environment"]),
        decide_by=decide_by(world),
        cancels=1,
    )
    about = About("cancel", found["asked"]["app"], found["asked"]["appName"], found["asked"]["version"])
    once = partial(cancel_once, found=found, models=world.models)
    return await submit(payload, about, made, world.performer, once)


async def _submit(
    found: Document, made: Asked, change: Change, world: World, given: NewSecrets | None = None
) -> Operation:
    if is_gone(found):
        raise Problem("already-removed", deployment=found["_id"])
    prepare = sealed(partial(changed, change=change, found=found), given, world.secret_accepted)
    seen = DeploymentRequested.model_validate(newest_whole(found))
    return await submit(seen, about, made, world.performer, prepare)


def about(wanted: DeploymentRequested) -> About:
    """What the operation of a whole request is about: its kind is what somebody wants."""
    return About(wanted.intent.value, wanted.app, wanted.app_name, wanted.version)


def _fits(app: Document) -> Callable[[DeploymentRequested], None]:
    """Refuses a request that its version does not take."""

    def check(wanted: DeploymentRequested) -> None:
        must_fit(wanted, _spec_of(app, wanted.version))

    return check


async def _app_of(found: Document, world: World) -> Document:
    app = await world.models.app_by_id(found["asked"]["app"])
    if app is None:
        raise Problem("unknown-app", app=found["asked"]["appName"])
    return app


def _must_be_deployable(app: Document, version: str) -> None:
    if app["withdrawn"]:
        raise Problem("app-withdrawn", app=app["name"])
    find_version(app, version)


def _spec_of(app: Document, version: str | None) -> AppSpec:
    """What a version declares, also when it was withdrawn: what runs of it goes on and may be changed."""
    spec = next((one["spec"] for one in app["versions"] if one["version"] == version), None)
    if spec is None:
        raise Problem("unknown-version", app=app["name"], version=version or "-", known="-")
    return AppSpec.model_validate(spec)


def _revision(found: Document, number: int | None) -> Document:
    revisions = {one["revision"]: one for one in revisions_of(found)}
    wanted = revision_before(found) if number is None else number
    if wanted is None or not revisions:
        raise Problem("nothing-to-go-back-to", deployment=found["_id"])
    if wanted not in revisions:
        known = ", ".join(map(str, sorted(revisions)))
        raise Problem("unknown-revision", revision=str(wanted), known=known)
    return revisions[wanted]
