"""Where people reach an app: by the environment's gateway or Ingress when it has a domain, else inside the cluster."""

from typing import Any

from contracts.apps.spec import AppSpec
from contracts.clusters.offer import Gateway, Offer
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import derived_name, metadata
from services.deployer.domain.manifest.network import public_ports

Manifest = dict[str, Any]
CERTIFICATE_ISSUER = "cert-manager.io/cluster-issuer"


def host_of(facts: DeploymentFacts, domain: str) -> str:
    """`<name>.<namespace>.<domain>`: a namespace is one team's in one environment, so no host is two deployments'."""
    return f"{facts.name}.{facts.environment.namespace}.{domain}"


def way_in(facts: DeploymentFacts, spec: AppSpec, offer: Offer) -> tuple[Manifest, ...]:
    """An HTTPRoute or an Ingress to the first public port; nothing without a public port or a domain."""
    ports = public_ports(spec)
    if not ports or offer.domain is None:
        return ()
    host, port = host_of(facts, offer.domain), ports[0].number
    if offer.gateway is not None:
        return (_route(facts, host, port, offer.gateway),)
    return (_ingress(facts, host, port, offer),)


def address(facts: DeploymentFacts, spec: AppSpec, offer: Offer) -> str | None:
    """Where the app answers: by its host, else inside by the Service's DNS name; None when nothing is public."""
    ports = public_ports(spec)
    if not ports:
        return None
    if offer.domain is None:
        return f"http://{facts.name}.{facts.environment.namespace}.svc:{ports[0].number}"
    encrypted = offer.gateway is not None or offer.certificate_issuer is not None
    return f"{'https' if encrypted else 'http'}://{host_of(facts, offer.domain)}"


def _route(facts: DeploymentFacts, host: str, port: int, gateway: Gateway) -> Manifest:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata(facts, facts.name),
        "spec": {
            "parentRefs": [{"name": gateway.name, "namespace": gateway.namespace}],
            "hostnames": [host],
            "rules": [{"backendRefs": [{"name": facts.name, "port": port}]}],
        },
    }


def _ingress(facts: DeploymentFacts, host: str, port: int, offer: Offer) -> Manifest:
    described = metadata(facts, facts.name)
    backend = {"service": {"name": facts.name, "port": {"number": port}}}
    rule = {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    spec: dict[str, Any] = {"ingressClassName": offer.ingress_class, "rules": [rule]}
    if offer.certificate_issuer is not None:
        described["annotations"] = {CERTIFICATE_ISSUER: offer.certificate_issuer}
        spec["tls"] = [{"hosts": [host], "secretName": derived_name(facts.name, "tls")}]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": described, "spec": spec}
