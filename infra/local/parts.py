"""The parts of the embedded stack, in the order they start, and what each is told about the others."""

import os
import sys
from collections.abc import Iterable

from infra.local.brokers import broker_stage, told_about_the_broker
from infra.local.clusters import cluster_stages, told_about_the_cluster
from infra.local.home import CHECKOUT, Home
from infra.local.keys import StackKeys
from infra.local.part import Part, Stage
from infra.local.ports import HOST, Ports, service_of
from infra.local.ready import database_answers, http_answers

# Twenty digits in the shape of an organisation number; nobody was given this one.
DEMO_OIN = "00000099999999990000"


def stages(ports: Ports, home: Home, keys: StackKeys) -> tuple[Stage, ...]:
    """The whole stack: a cluster if it has one of its own, database, broker, topics, then issuer and services.

    Raises:
        ValueError: BROKER or CLUSTER name something that the stack does not have, or that can't be built here.
    """
    shared = shared_environment(ports, keys)
    return (
        *cluster_stages(ports, home),
        Stage("database", (_database(ports, home),)),
        broker_stage(ports, home, _given("APPSTORE_STACK_KAFKA", kafka_address(ports))),
        Stage("topics", (Part("topics", _module("infra.kafka.provision"), None, shared),)),
        Stage(
            "services",
            (
                _issuer(ports, home, keys, shared),
                *(_service(name, ports, home, keys, shared) for name in ports.services),
            ),
        ),
    )


def only(plan: Iterable[Stage], names: frozenset[str]) -> tuple[Stage, ...]:
    """The stages reduced to the parts named, in the same order.

    Raises:
        ValueError: a name is no part's.
    """
    plan = tuple(plan)
    every = {part.name for stage in plan for part in stage.parts}
    unknown = names - every
    if unknown:
        message = f"no such part: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    wanted = {name for name in every if name in names or service_of(name) in names}
    reduced = (
        Stage(stage.name, tuple(part for part in stage.parts if part.name in wanted), stage.carries_the_rest)
        for stage in plan
    )
    return tuple(stage for stage in reduced if stage.parts)


def mongo_url(ports: Ports) -> str:
    """The database's address for a MongoDB driver."""
    return f"mongodb://{HOST}:{ports.database}/?directConnection=true"


def kafka_address(ports: Ports) -> str:
    """The broker's address for a Kafka client."""
    return f"{HOST}:{ports.broker}"


def public_url(ports: Ports, part: str = "gateway") -> str:
    """What somebody opens in a browser; of a further replica of the gateway, what a program may call."""
    return f"http://{HOST}:{ports.public(part)}"


def issuer_url(ports: Ports) -> str:
    """Where people sign in."""
    return f"http://{HOST}:{ports.issuer}"


def shared_environment(ports: Ports, keys: StackKeys) -> dict[str, str]:
    """What every service is told."""
    return {
        # Something may stand between the services and these two, and be hurt in their place.
        "APPSTORE_KAFKA": _given("APPSTORE_STACK_KAFKA", kafka_address(ports)),
        "APPSTORE_MONGO": _given("APPSTORE_STACK_MONGO", mongo_url(ports)),
        "APPSTORE_LOG_FORMAT": _given("APPSTORE_LOG_FORMAT", "json"),
        "APPSTORE_ORIGIN": keys.installation_id,
        "APPSTORE_OIN": _given("APPSTORE_OIN", DEMO_OIN),
    } | told_about_the_broker()


def _database(ports: Ports, home: Home) -> Part:
    data = str(home.data / "database")
    command = _module("infra.local.database", "--port", str(ports.database), "--data", data)
    return Part("database", command, database_answers(ports.database))


def _issuer(ports: Ports, home: Home, keys: StackKeys, shared: dict[str, str]) -> Part:
    environment = shared | {
        "APPSTORE_ISSUER": issuer_url(ports),
        "APPSTORE_PUBLIC_URL": public_url(ports),
        "APPSTORE_ISSUER_DATA": str(home.data / "issuer"),
        "APPSTORE_WEB_CLIENT_SECRET_FILE": str(keys.web_client_secret_file),
    }
    return Part("issuer", _module("infra.local.issuer"), http_answers(ports.issuer), environment)


def _service(name: str, ports: Ports, home: Home, keys: StackKeys, shared: dict[str, str]) -> Part:
    health = ports.health(name)
    own = {"APPSTORE_HEALTH_PORT": str(health), "APPSTORE_REPLICA": name}
    environment = shared | own | _own_environment(name, ports, home, keys)
    return Part(name, _module(f"services.{service_of(name)}.main"), http_answers(health), environment)


def _own_environment(name: str, ports: Ports, home: Home, keys: StackKeys) -> dict[str, str]:
    """What only this service is told. A folder or file that the environment already names is left as it is."""
    shipped_apps = CHECKOUT / "services" / "catalog" / "apps"
    own: dict[str, dict[str, str]] = {
        "catalog": {"APPSTORE_APPS_DIR": _given("APPSTORE_APPS_DIR", f"{shipped_apps}{os.pathsep}{home.apps}")},
        "compliance": {
            "APPSTORE_POLICIES_DIR": _given(
                "APPSTORE_POLICIES_DIR",
                str(CHECKOUT / "services" / "compliance" / "policies"),
            ),
        },
        "deployer": {
            "APPSTORE_SECRETS_KEY_FILE": str(keys.secrets_key_file),
            **told_about_the_cluster(home),
        },
        "gateway": {
            "APPSTORE_PORT": str(ports.public(name)),
            "APPSTORE_PUBLIC_URL": public_url(ports),
            "APPSTORE_ISSUER": issuer_url(ports),
            "APPSTORE_PLATFORM_KEY_FILE": str(keys.platform_key_file),
            "APPSTORE_WEB_CLIENT_SECRET_FILE": str(keys.web_client_secret_file),
        },
    }
    return own.get(service_of(name), {})


def _given(variable: str, otherwise: str) -> str:
    return os.environ.get(variable, otherwise)


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)
