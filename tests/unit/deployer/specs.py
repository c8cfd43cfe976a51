"""Three descriptions of apps: a small one, one with everything, and one that asks for a GPU."""

from contracts.apps.spec import AppSpec

SMALL = AppSpec.model_validate(
    {
        "containers": [
            {
                "name": "web",
                "image": "registry.test/hello:1",
                "ports": [{"name": "http", "number": 8080, "public": True}],
                "resources": {"cpu": "500m", "memory": "512Mi"},
                "readiness": {"port": "http", "path": "/ready", "periodSeconds": 1},
            }
        ],
    }
)

EVERYTHING = AppSpec.model_validate(
    {
        "containers": [
            {
                "name": "web",
                "image": "registry.example.org/assistant/web:2.1",
                "args": ["serve", "--workers=2"],
                "env": {"MODE": "production", "BASE_PATH": "/"},
                "ports": [
                    {"name": "http", "number": 8080, "public": True},
                    {"name": "a-name-of-more-than-fifteen", "number": 9090},
                ],
                "resources": {"cpu": "1.5", "memory": "2Gi"},
                "readiness": {"port": "a-name-of-more-than-fifteen", "path": "/health"},
                "mounts": [{"volume": "data", "path": "/data"}, {"volume": "scratch", "path": "/scratch"}],
                "user": 1000,
            },
            {
                "name": "search",
                "image": "registry.example.org/assistant/search:2.1",
                "ports": [{"name": "http", "number": 7700, "public": True}],
                "resources": {"cpu": "250m", "memory": "1Gi"},
                "mounts": [{"volume": "data", "path": "/index"}],
            },
        ],
        "volumes": [{"name": "data", "size": "10Gi"}, {"name": "scratch", "size": "1Gi", "persistent": False}],
        "replicas": 2,
    }
)

WITH_GPU = AppSpec.model_validate(
    {
        "containers": [
            {
                "name": "model",
                "image": "registry.example.org/assistant/model:7b",
                "ports": [{"name": "api", "number": 11434}],
                "resources": {"cpu": "4", "memory": "16Gi", "gpu": 1},
                "readiness": {"port": "api"},
                "mounts": [{"volume": "weights", "path": "/models"}],
            }
        ],
        "volumes": [{"name": "weights", "size": "40Gi"}],
    }
)


def small_with(image: str = "registry.test/hello:1", **resources: object) -> AppSpec:
    """The small app from another image, or asking for other resources."""
    spec = SMALL.model_dump(mode="json")
    spec["containers"][0]["image"] = image
    spec["containers"][0]["resources"] |= resources
    return AppSpec.model_validate(spec)


def keeping_data() -> AppSpec:
    """The small app with a data volume."""
    spec = SMALL.model_dump(mode="json")
    spec["containers"][0]["mounts"] = [{"volume": "data", "path": "/data"}]
    return AppSpec.model_validate({**spec, "volumes": [{"name": "data", "size": "1Gi"}]})


WITH_SETTINGS = AppSpec.model_validate(
    {
        "containers": [
            {**SMALL.model_dump(mode="json")["containers"][0], "env": {"GREETING": "hello", "LANGUAGES": "en,nl"}}
        ],
        "parameters": [
            {"name": "languages", "title": {"nl": "Talen", "en": "Languages"}, "env": "LANGUAGES"},
            {"name": "workers", "title": {"nl": "Werkers", "en": "Workers"}, "env": "WORKERS", "kind": "number"},
            {"name": "open", "title": {"nl": "Open", "en": "Open"}, "env": "OPEN", "kind": "boolean"},
            {"name": "mode", "title": {"nl": "Soort", "en": "Mode"}, "env": "MODE", "choices": ["fast", "exact"]},
            {"name": "token", "title": {"nl": "Sleutel", "en": "Token"}, "env": "TOKEN", "secret": True},
            {
                "name": "session-key",
                "title": {"nl": "Sessiesleutel", "en": "Session key"},
                "env": "SESSION_KEY",
                "secret": True,
                "generated": True,
            },
        ],
    }
)
