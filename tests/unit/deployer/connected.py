"""A description that uses everything: sizes, all kinds of probe, autoscaling, connections, needs, a digest."""

from contracts.apps.spec import AppSpec
from contracts.clusters.offer import Offer

DIGEST = "sha256:" + "3" * 64

CONNECTED = AppSpec.model_validate(
    {
        "containers": [
            {
                "name": "web",
                "image": "registry.test/hello:1",
                "digest": DIGEST,
                "command": ["/bin/serve"],
                "args": ["--verbose"],
                "ports": [
                    {"name": "http", "number": 8080, "public": True},
                    {"name": "grpc", "number": 9090},
                    {"name": "metrics", "number": 9100},
                ],
                "resources": {"size": "M", "memory": "4Gi"},
                "startup": {"port": "http", "failureThreshold": 60},
                "readiness": {"port": "http", "path": "/ready", "periodSeconds": 1},
                "liveness": {"command": ["/bin/alive", "--quick"], "periodSeconds": 30, "timeoutSeconds": 3},
            }
        ],
        "autoscaling": {"minimum": 2, "maximum": 6, "targetCpuPercent": 70},
        "egress": [
            {"cidr": "192.0.2.0/24", "ports": [443]},
            {"cidr": "0.0.0.0/0", "ports": [443, 8443]},
            {"namespace": "shared-models", "ports": [11434]},
            {"deployment": "qdrant", "ports": [6333]},
        ],
        "callers": [{"port": "grpc", "deployment": "chat"}, {"port": "metrics", "namespace": "monitoring"}],
        "needs": [
            {
                "name": "database",
                "kind": "postgresql",
                "secret": "assistant-database",
                "env": {"DATABASE_URL": "url", "DATABASE_PASSWORD": "password"},
                "at": {"namespace": "databases", "ports": [5432]},
            },
            {"name": "cache", "kind": "redis", "env": {"REDIS_URL": "url"}, "required": False},
            {"name": "models", "kind": "llm", "config": "llm-endpoint", "env": {"OPENAI_BASE_URL": "base-url"}},
        ],
    }
)

OFFER = Offer.model_validate(
    {
        "domain": "apps.example.org",
        "ingressClass": "nginx",
        "certificateIssuer": "our-ca",
        "quota": {"cpu": "8", "memory": "32Gi", "gpus": 1, "pods": 20, "storage": "200Gi"},
    }
)
WITH_GATEWAY = Offer.model_validate(
    {"domain": "apps.example.org", "gateway": {"name": "people", "namespace": "gateways"}}
)
