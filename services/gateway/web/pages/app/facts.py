"""Turns what is known about a version into the rows of technical facts, each with who says so.

Before it: the catalog's `VersionPublished` with its facts (`contracts/apps`). After it: the app page.
A fact the catalog does not have is shown as unknown, never left out.
"""

from collections.abc import Callable
from typing import Any

from contracts.apps.facts import Assurance, Endpoint, Fact, Facts, Telemetry
from contracts.apps.facts import Source as Seen
from contracts.apps.spec import AppSpec
from services.gateway.locales.texts import Texts
from services.gateway.web.components.shortage.shortage import read_quantity
from services.gateway.web.components.who_says_so.source import UNKNOWN, Source, SourceKind
from services.gateway.web.pages.app.page import FactName, TechnicalFact

_KINDS: dict[Assurance, SourceKind] = {
    Assurance.VERIFIED: "measured",
    Assurance.ATTESTED: "attested",
    Assurance.DECLARED: "declared",
}


def technical_facts(spec: AppSpec, facts: Facts, texts: Texts) -> tuple[TechnicalFact, ...]:
    """Every fact this page knows, in the order of the page."""
    return (
        *_from_spec(spec, texts),
        _fact("licence-code", facts.licence_code, str, texts),
        _fact("licence-weights", facts.licence_weights, str, texts),
        _fact("licence-data", facts.licence_data, str, texts),
        _fact("image-public", facts.image_public, lambda is_public: _yes_or_no(texts, yes=is_public), texts),
        _fact("external-endpoints", facts.external_endpoints, lambda found: _endpoints(found, texts), texts),
        _fact("telemetry", facts.telemetry, lambda found: _telemetry(found, texts), texts),
        _fact("licence-server", facts.licence_server, lambda found: texts(f"fact_value.licence-server.{found}"), texts),
        _fact("model-source", facts.model_source, lambda found: texts(f"fact_value.model-source.{found}"), texts),
        _fact("data-location", facts.data_locations, ", ".join, texts),
    )


def source_of(assurance: Assurance | None, seen: Seen | None) -> Source:
    """Who says so, with the place where it was seen and the day."""
    if assurance is None or seen is None:
        return UNKNOWN
    place = seen.path.rpartition("/")[2] if seen.path else seen.uri
    return Source(_KINDS[assurance], place, seen.seen, seen.uri or seen.repository)


def _from_spec(spec: AppSpec, texts: Texts) -> tuple[TechnicalFact, ...]:
    catalog = Source("catalog")
    ports = sorted({port.number for container in spec.containers for port in container.ports})
    return (
        TechnicalFact("image", ", ".join(one.image for one in spec.containers), catalog, is_code=True),
        TechnicalFact("port", ", ".join(map(str, ports)) or texts("fact_value.no-port"), catalog),
        TechnicalFact("resources", _resources(spec, texts), catalog),
    )


def _resources(spec: AppSpec, texts: Texts) -> str:
    cores = sum((read_quantity(one.resources.cpu) or 0) for one in spec.containers)
    memory = sum((read_quantity(one.resources.memory) or 0) for one in spec.containers)
    storage = sum((read_quantity(one.size) or 0) for one in spec.volumes if one.persistent)
    gpus = sum(one.resources.gpu for one in spec.containers)
    parts = [texts.cores(int(cores * 1000)), texts("fact_value.memory", size=texts.size(int(memory)))]
    if storage:
        parts.append(texts("fact_value.storage", size=texts.size(int(storage))))
    if gpus:
        parts.append(texts("fact_value.gpus", count=gpus))
    return ", ".join(parts)


def _fact(name: FactName, fact: Fact[Any] | None, words: Callable[[Any], str], texts: Texts) -> TechnicalFact:
    if fact is None:
        return TechnicalFact(name, None)
    source = source_of(fact.assurance, fact.source)
    if fact.not_applicable is not None:
        return TechnicalFact(name, texts("fact_value.not-applicable", reason=fact.not_applicable), source)
    return TechnicalFact(name, words(fact.value), source)


def _yes_or_no(texts: Texts, *, yes: bool) -> str:
    return texts("fact_value.yes") if yes else texts("fact_value.no")


def _telemetry(found: Telemetry, texts: Texts) -> str:
    if not found.present:
        return texts("fact_value.telemetry.none")
    if found.on_by_default:
        return texts("fact_value.telemetry.on")
    return texts("fact_value.telemetry.off")


def _endpoints(found: tuple[Endpoint, ...], texts: Texts) -> str:
    if not found:
        return texts("fact_value.endpoints.none")
    return "; ".join(
        texts(f"fact_value.endpoints.{'required' if one.required else 'optional'}", host=one.host, purpose=one.purpose)
        for one in found
    )
