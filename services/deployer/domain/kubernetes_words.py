"""What Kubernetes says only in sentences, read into parts. Pure, and the one place that knows how they are worded.

Each sentence is quoted as the component writes it in Kubernetes 1.37; another wording is simply not recognised, and
the sentence itself stays the evidence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_QUOTA = re.compile(
    r"exceeded quota: (?P<quota>\S{1,253}), requested: (?P<asked>[^:]{1,999}), used: (?P<used>[^:]{1,999}), "
    r"limited: (?P<limit>.{1,999})"
)
_DENIALS = (
    re.compile(r"ValidatingAdmissionPolicy '(?P<policy>[^']{1,253})' with binding '[^']*' denied request: (?P<why>.*)"),
    re.compile(r'admission webhook "(?P<policy>[^"]{1,253})" denied the request(?:: (?P<why>.*))?'),
    re.compile(r'violates PodSecurity "(?P<policy>[^"]{1,253})": (?P<why>.*)'),
)
_NOT_SERVED = re.compile(r'no matches for kind "(?P<kind>[^"]{1,63})" in version "(?P<api>[^"]{1,253})"')
_INSUFFICIENT = re.compile(r"\d+ Insufficient ([a-z0-9./-]{0,252}[a-z0-9])")
_OTHER_REASON = re.compile(r"\d+ (node\(s\) [^,.:{]{1,200})")
_PROBE = re.compile(r"(?P<probe>Readiness|Liveness|Startup) probe failed: (?P<answer>.*)", re.DOTALL)
_STATUS_CODE = re.compile(r"HTTP probe failed with statuscode: (\d{3})")
_MISSING = (
    re.compile(r"couldn't find key (?P<key>\S{1,253}) in (?P<kind>Secret|ConfigMap) (?:\S+/)?(?P<name>[^\s/]{1,253})"),
    re.compile(r'(?P<kind>secret|configmap) "(?P<name>[^"]{1,253})" not found'),
)
_ENDPOINT = re.compile(
    r"(?<![A-Za-z0-9.:-])(?P<host>(?=[A-Za-z0-9.-]{0,60}[A-Za-z.])[A-Za-z0-9][A-Za-z0-9.-]{0,252}):(?P<port>[0-9]{1,5})"
    r"(?![0-9]|:[0-9])"
)
"""`host:port`; a time of day is none: its host would be a number, or another number would follow."""
_POOL = re.compile(r"host='(?P<host>[A-Za-z0-9.-]{1,253})', port=(?P<port>[0-9]{1,5})")
_LOOKUP = re.compile(
    r"lookup (?P<host>[A-Za-z0-9.-]{1,253})(?: on [^ ]{1,60})?: |name resolution|EAI_AGAIN", re.IGNORECASE
)
_TIMED_OUT = re.compile(
    r"i/o timeout|timed? ?out|ETIMEDOUT|deadline exceeded|no route to host|network is unreachable|ENETUNREACH"
    r"|temporary failure in name resolution|EAI_AGAIN",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"timeout|timed out|connection refused|no such host|unreachable|TLS handshake|50[0-9] ", re.IGNORECASE
)
DNS_PORT = 53
UNBOUND = "unbound immediate PersistentVolumeClaims"
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class QuotaWords:
    """The quota that has no room, and the first resource it lacks."""

    quota: str
    resource: str
    asked: str
    used: str
    limit: str


@dataclass(frozen=True, slots=True)
class Denial:
    """The admission policy that said no, and its own words."""

    policy: str
    why: str


def exceeded_quota(message: str) -> QuotaWords | None:
    """`… is forbidden: exceeded quota: q, requested: requests.cpu=4, used: requests.cpu=14, limited: …=16`."""
    found = _QUOTA.search(message)
    if found is None:
        return None
    resource = found["asked"].split(",")[0].partition("=")[0].strip()
    asked, used, limit = (_amounts(found[name]).get(resource, "?") for name in ("asked", "used", "limit"))
    return QuotaWords(found["quota"], resource, asked, used, limit)


def _amounts(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(","))
    return {name.strip(): amount.strip() for name, _, amount in pairs}


def denied(message: str) -> Denial | None:
    """What a ValidatingAdmissionPolicy, a webhook or Pod Security says when it refuses."""
    for pattern in _DENIALS:
        found = pattern.search(message)
        if found is not None:
            return Denial(found["policy"], (found["why"] or "").strip())
    return None


def not_served(message: str) -> tuple[str, str] | None:
    """Kind and version of `no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"`."""
    found = _NOT_SERVED.search(message)
    return (found["kind"], found["api"]) if found else None


def no_matches(kind: str, api: str) -> str:
    """The same sentence, for a server that only says that there is no such page."""
    return f'no matches for kind "{kind}" in version "{api}"'


def insufficient(message: str) -> tuple[str, ...]:
    """The resources that `0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient memory.` names."""
    return tuple(_INSUFFICIENT.findall(message))


def other_obstacle(message: str) -> str | None:
    """The first other reason why no node takes a pod: `node(s) had untolerated taint`."""
    found = _OTHER_REASON.search(message)
    return found[1].strip() if found else None


def failed_probe(message: str) -> tuple[str, str]:
    """Which probe and what it got: `Readiness probe failed: HTTP probe failed with statuscode: 503` → `HTTP 503`."""
    found = _PROBE.search(message)
    probe, answer = (found["probe"].lower(), found["answer"].strip()) if found else ("readiness", message)
    code = _STATUS_CODE.search(answer)
    return probe, f"HTTP {code[1]}" if code else answer


def missing_config(message: str) -> str | None:
    """What a container refers to and is not there: `couldn't find key token in Secret ns/name` → `name/token`."""
    for pattern in _MISSING:
        found = pattern.search(message)
        if found is not None:
            key = found.groupdict().get("key")
            return f"{found['name']}/{key}" if key else found["name"]
    return None


def unreached(lines: Iterable[str]) -> tuple[str, int] | None:
    """Host and port of the newest line that says it waited for them in vain; a name not looked up is the DNS's port."""
    for line in reversed(tuple(lines)):
        if _TIMED_OUT.search(line):
            found = [*_ENDPOINT.finditer(line), *_POOL.finditer(line)]
            lookup = _LOOKUP.search(line)
            if lookup is not None:
                return lookup["host"] or "DNS", DNS_PORT
            if found and 0 < int(found[-1]["port"]) <= MAX_PORT:
                return found[-1]["host"], int(found[-1]["port"])
    return None


def registry_is_away(message: str) -> bool:
    """Whether a pull failed on the way to the registry, and not by what the registry said."""
    return _AWAY.search(message) is not None
