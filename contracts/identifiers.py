"""The kinds of name things have on the log.

Keys are ids, never names that can change (DESIGN, rule 1). An id is a UUIDv7 in its canonical text form, so ids sort
by the moment they were made. Names people choose are DNS labels, because Kubernetes will carry them.
"""

from typing import Annotated

from pydantic import StringConstraints

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

Uuid = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]

AppId = Uuid
DeploymentId = Uuid
EvidenceId = Uuid
ReviewId = Uuid
ClusterId = Uuid
PersonId = Uuid
TeamId = Uuid
KeyId = Uuid
SignInId = Uuid
HeldId = Uuid
OperationId = Uuid
SecretId = Uuid
QuestionId = Uuid

DnsLabel = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""RFC 1123 label that starts with a letter: what a Kubernetes Service may be called."""

AppName = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$")]
"""The name of an app's folder, at most 40 characters, so that names made from it fit a Kubernetes label of 63."""

VersionTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}$")]
"""A version as its maker writes it: SemVer, calendar or an odd tag."""

SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9._/:-]{0,126}[a-z0-9])?$")]
"""What deployments are declared in, as its team calls it: a repository, or a folder of one."""

RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""A reason or step in kebab-case. Sentences for it live with whoever shows it to people."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def version_key(app: AppId, version: VersionTag) -> str:
    """The key of what is said about one version of one app: `<app id>:<version>`."""
    return f"{app}:{version}"
