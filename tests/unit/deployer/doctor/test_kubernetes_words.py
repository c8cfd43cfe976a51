"""What Kubernetes says in sentences is read as it means it, and nothing is read into what it does not say."""

import pytest

from services.deployer.domain.kubernetes_words import (
    Denial,
    QuotaWords,
    denied,
    exceeded_quota,
    failed_probe,
    insufficient,
    missing_config,
    not_served,
    other_obstacle,
    registry_is_away,
    unreached,
)


def test_a_quota_of_several_resources_names_the_first_it_lacks() -> None:
    """The API server lists those that are exceeded."""
    message = (
        "exceeded quota: team, requested: requests.cpu=4,requests.memory=8Gi, "
        "used: requests.cpu=14,requests.memory=60Gi, limited: requests.cpu=16,requests.memory=64Gi"
    )
    assert exceeded_quota(message) == QuotaWords("team", "requests.cpu", "4", "14", "16")
    assert exceeded_quota("exceeded quota") is None


def test_who_denied_and_why() -> None:
    """Pod Security, an admission policy and a webhook each have their own sentence."""
    assert denied('admission webhook "w.example.org" denied the request: no') == Denial("w.example.org", "no")
    assert denied('admission webhook "w.example.org" denied the request') == Denial("w.example.org", "")
    assert denied("Invalid value") is None


def test_what_the_scheduler_lacks() -> None:
    """Resources by name; taints and labels otherwise."""
    assert insufficient("0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient nvidia.com/gpu.") == (
        "cpu",
        "nvidia.com/gpu",
    )
    affinity = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes"
    assert (insufficient(affinity), other_obstacle(affinity)) == (
        (),
        "node(s) didn't match Pod's node affinity/selector",
    )
    assert other_obstacle("no nodes available to schedule pods") is None


@pytest.mark.parametrize(
    ("message", "probe", "answer"),
    [
        ("Readiness probe failed: HTTP probe failed with statuscode: 503", "readiness", "HTTP 503"),
        ("Liveness probe failed: command timed out", "liveness", "command timed out"),
        (
            'Startup probe failed: Get "http://10.1.0.4:80/up": dial tcp 10.1.0.4:80: connect: connection refused',
            "startup",
            'Get "http://10.1.0.4:80/up": dial tcp 10.1.0.4:80: connect: connection refused',
        ),
    ],
)
def test_which_probe_and_what_it_got(message: str, probe: str, answer: str) -> None:
    """A status is told as such, all else as the kubelet words it."""
    assert failed_probe(message) == (probe, answer)


def test_what_is_missing() -> None:
    """A whole object, or a key of one."""
    assert missing_config('configmap "web" not found') == "web"
    assert missing_config("couldn't find key token in Secret team/web-settings") == "web-settings/token"
    assert missing_config("failed to create containerd task") is None


def test_a_version_that_is_not_served() -> None:
    """Kind and version."""
    sentence = 'no matches for kind "CronJob" in version "batch/v1beta1"'
    assert not_served(sentence) == ("CronJob", "batch/v1beta1")


@pytest.mark.parametrize(
    ("line", "endpoint"),
    [
        ("dial tcp db.example.org:5432: i/o timeout", ("db.example.org", 5432)),
        ("2026-03-02T09:00:01Z ERROR dial tcp 10.0.0.7:6379: connect: no route to host", ("10.0.0.7", 6379)),
        ("09:00:01 connection to redis:6379 timed out", ("redis", 6379)),
        ("HTTPSConnectionPool(host='llm.example.org', port=443): Max retries (timed out)", ("llm.example.org", 443)),
        (
            "lookup db.example.org on 10.96.0.10:53: read udp: i/o timeout",
            ("db.example.org", 53),
        ),
        ("could not translate host name: Temporary failure in name resolution", ("DNS", 53)),
        ("db.example.org:5432: connection refused", None),
        ("at 09:30 the request timed out", None),
        ("db.example.org:99999 timed out", None),
    ],
)
def test_an_endpoint_that_was_waited_for_in_vain(line: str, endpoint: tuple[str, int] | None) -> None:
    """Only lines that say so, and no time of day is an endpoint."""
    assert unreached(("starting", line, "exiting")) == endpoint


def test_a_registry_that_is_away_is_told_from_one_that_says_no() -> None:
    """What the registry answered is about the image; what happened on the way is not."""
    assert registry_is_away("dial tcp: lookup ghcr.io: no such host")
    assert not registry_is_away("ghcr.io/a:1: not found")
    assert not registry_is_away("pull access denied, unauthorized")
