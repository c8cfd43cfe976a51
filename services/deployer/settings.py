"""What an operator can set for the deployer, beside what every service has."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.settings import ServiceSettings
from contracts.identifiers import ClusterId, DnsLabel
from services.deployer.domain.drift import DriftPolicy
from services.deployer.domain.health import Patience


class DeployerSettings(ServiceSettings):
    """The deployer's settings."""

    cluster_file: Path = Path("infra/local/cluster.yaml")
    """The file that describes the simulated cluster. It counts when nothing below says how a real one is reached."""

    kubeconfig: Path | None = None
    """A kubeconfig file: the cluster of its current context, or of `kube_context`."""

    kube_context: str = ""

    in_cluster: bool = False
    """The cluster this pod runs in, by the service account that Kubernetes gives to it."""

    kube_server: str = ""
    """The address of an API server, `https://host:port`; it wants the two files below."""

    kube_token_file: Path | None = None
    """File with a bearer token. It is read again every minute, so that somebody else can keep it fresh."""

    kube_ca_file: Path | None = None
    """File with the certificates of the authority that the API server's certificate is signed by."""

    cluster_name: DnsLabel = "kubernetes"
    """What a real cluster is called to people."""

    cluster_environments: Annotated[tuple[DnsLabel, ...], Field(min_length=1, max_length=20)] = (
        "test",
        "acceptance",
        "production",
    )
    """The environments that a real cluster has for each team, as a JSON list, when no file says so."""

    offers_file: Path | None = None
    """A YAML file that says which environments a real cluster has, and what each offers to deployments: a domain, a
    quota (`infra/kubernetes/offers.yaml` is one). It is read again every minute."""

    cluster_namespaces: Annotated[tuple[DnsLabel, ...], Field(max_length=200)] = ()
    """The namespaces that the deployer may work in, as a JSON list; all of them when it is empty. With a list its
    account needs no right over the cluster (`infra/kubernetes/rbac-namespaced.yaml`): an administrator makes the
    namespaces, each called `<team>-<environment>` after the team and the environment that it serves."""

    cluster_id: ClusterId | None = None
    """What tells this cluster from every other, a UUID, where the account may not read it: needed with
    `cluster_namespaces`. It never changes; the uid of the namespace kube-system is a good one."""

    cluster_requests_per_second: Annotated[float, Field(ge=5, le=10_000)] = 300
    """Requests to a real API server; twice as many at once after a quiet while. A thousand deployments take minutes at
    Kubernetes' own default of 20, and the API server's fairness guards everybody else."""

    cluster_lease_namespace: DnsLabel = "appstore"
    """The namespace of the Lease by which one installation acts on a real cluster at a time; the same for all that
    share the cluster. An installation that may only touch its own namespaces takes one of those."""

    secrets_key_file: Path | None = None
    """File with 32 bytes in base64 that encrypt secrets and sealing keys in this service's database, so that a copy of
    it shows none. Without it no secret parameter can be given or generated."""

    sealing_key_days: Annotated[float, Field(gt=0, le=3650)] = 90
    """Days after which secrets are sealed with a new key."""

    image_pull_attempts: Annotated[int, Field(ge=1, le=100)] = 3
    """After so many tries an image counts as not found: one answer may be a registry's slip, three are not."""

    crash_restarts: Annotated[int, Field(ge=1, le=100)] = 3
    """After so many restarts a container counts as crash looping: a dependency that starts late is worth two."""

    shortage_seconds: Annotated[float, Field(ge=0, le=3600)] = 3
    """Seconds that no room on a node or in the quota may last. Only somebody else's change ends it, so little is won
    by waiting; with an autoscaler, set it to the minutes a new node takes."""

    probe_failure_seconds: Annotated[float, Field(ge=0, le=3600)] = 10
    """Seconds that an app may answer its readiness probe with no, after it began to answer at all."""

    progress_deadline_seconds: Annotated[float, Field(ge=1, le=86_400)] = 600
    """Seconds a rollout may take in all, as in Kubernetes."""

    drift: DriftPolicy = DriftPolicy.HEAL
    """What is done when somebody changes or deletes a deployment's objects by hand: `heal` puts back what was declared,
    `report` only tells it, for clusters in which people still repair things themselves."""

    degraded_seconds: Annotated[float, Field(ge=0, le=3600)] = 30
    """Seconds that a deployment which succeeded may lack pods before people are told: a pod that moves to another node
    takes less."""

    recovered_seconds: Annotated[float, Field(ge=0, le=3600)] = 60
    """Seconds that its pods must stay ready before people are told that it is well: a container that crashes again and
    again runs for a while in between, and its waits grow to five minutes."""

    undecided_grace_seconds: Annotated[float, Field(ge=0, le=600)] = 10
    """Seconds after `decideBy` before a request is closed: a decision made in time may still be on its way, or lie in
    the partitions of a replica that died, which nobody reads for a session and a rebalance (6 and 3 seconds)."""

    catch_up_seconds: Annotated[float, Field(ge=0, le=600)] = 15
    """Seconds after a start before anything is closed as undecided: joining the group and reading on take a few."""

    reconciles_at_once: Annotated[int, Field(ge=1, le=64)] = 16
    """Deployments worked on at the same time: most of a reconcile is waiting for the API server. The simulated cluster
    writes one after the other, so there four are enough whatever this says."""

    @model_validator(mode="after")
    def _one_way_to_the_cluster(self) -> Self:
        ways = [bool(self.kubeconfig), self.in_cluster, bool(self.kube_server)]
        if sum(ways) > 1:
            message = "KUBECONFIG, IN_CLUSTER and KUBE_SERVER say each how a cluster is reached: set one"
            raise ValueError(message)
        if self.kube_server and not (self.kube_token_file and self.kube_ca_file):
            message = "KUBE_SERVER wants KUBE_TOKEN_FILE and KUBE_CA_FILE"
            raise ValueError(message)
        if self.offers_file is not None and "cluster_environments" in self.model_fields_set:
            message = "OFFERS_FILE names the environments already: do not set CLUSTER_ENVIRONMENTS"
            raise ValueError(message)
        if bool(self.cluster_namespaces) != (self.cluster_id is not None):
            message = (
                "CLUSTER_NAMESPACES and CLUSTER_ID belong together: who may not read the cluster's id has to be told it"
            )
            raise ValueError(message)
        return self

    @property
    def patience(self) -> Patience:
        """The settings that decide when a rollout has failed."""
        return Patience(
            self.image_pull_attempts,
            self.crash_restarts,
            self.shortage_seconds,
            self.probe_failure_seconds,
            self.progress_deadline_seconds,
            self.degraded_seconds,
            self.recovered_seconds,
        )
