"""How each part of the control plane is started, in stages that follow one another.

They are parts as the local stack knows them: a supervisor can run these stages as well as `control_plane` does.
"""

from collections.abc import Collection
from pathlib import Path

from infra.kubernetes.accounts import Account, tokens_file
from infra.kubernetes.audit import audit_flags
from infra.kubernetes.certificates import Certificates
from infra.kubernetes.home import PlaneHome, PlanePorts
from infra.kubernetes.ready import https_answers
from infra.local.part import Part, Stage
from infra.local.ports import HOST
from infra.local.ready import http_answers

SERVICE_RANGE = "10.96.0.0/16"
# Kubernetes' own 20 requests a second would make hundreds of Deployments wait for the controllers, not for us.
_REQUESTS = ("--kube-api-qps=300", "--kube-api-burst=600")
_STOP_WITHIN = 5.0  # seconds; nothing that a part could still save is lost with it


def stages(
    programs: Path,
    home: PlaneHome,
    ports: PlanePorts,
    certificates: Certificates,
    accounts: dict[str, Account],
    audited: Collection[str] = (),
    pods: Path | None = None,
) -> tuple[Stage, ...]:
    """The store, the API server, then what works through it side by side.

    Requests of `audited` are recorded; `pods` has other stages for kwok.
    """
    return (
        Stage("store", (_etcd(programs, home, ports),)),
        Stage("api", (_api_server(programs, home, ports, certificates, audited),)),
        Stage(
            "controllers",
            (
                _controller_manager(programs, ports, certificates, accounts["system:kube-controller-manager"]),
                _scheduler(programs, ports, certificates, accounts["system:kube-scheduler"]),
                _kwok(programs, ports, accounts["kwok"], pods or programs / "stages.yaml"),
            ),
        ),
    )


def _etcd(programs: Path, home: PlaneHome, ports: PlanePorts) -> Part:
    clients, peers = f"http://{HOST}:{ports.etcd}", f"http://{HOST}:{ports.etcd_peer}"
    command = (
        str(programs / "etcd"),
        "--name=only",
        f"--data-dir={home.etcd}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=only={peers}",
        # What it wrote outlives the process, and not a power cut.
        "--unsafe-no-fsync",
        "--log-level=warn",
    )
    return Part("etcd", command, http_answers(ports.etcd, "/health"), stop_within=_STOP_WITHIN)


def _api_server(
    programs: Path, home: PlaneHome, ports: PlanePorts, certificates: Certificates, audited: Collection[str]
) -> Part:
    command = (
        str(programs / "kube-apiserver"),
        f"--etcd-servers=http://{HOST}:{ports.etcd}",
        *_listening(ports.kube_apiserver, certificates),
        f"--advertise-address={HOST}",
        # The Service `kubernetes` gets no endpoint: one on the loopback address is not allowed, and no pod runs here.
        "--endpoint-reconciler-type=none",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={certificates.service_accounts_key}",
        f"--service-account-signing-key-file={certificates.service_accounts_key}",
        f"--token-auth-file={tokens_file(home)}",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        "--profiling=false",
        *audit_flags(home, audited),
    )
    ready = https_answers(ports.kube_apiserver, "/readyz", certificates.authority)
    return Part("kube-apiserver", command, ready, stop_within=_STOP_WITHIN)


def _controller_manager(programs: Path, ports: PlanePorts, certificates: Certificates, account: Account) -> Part:
    command = (
        str(programs / "kube-controller-manager"),
        *_client(account, ports.kube_controller_manager, certificates),
        f"--root-ca-file={certificates.authority}",
        f"--service-account-private-key-file={certificates.service_accounts_key}",
        # Each controller under its own account, as clusters are set up: field managers and rights are the real ones.
        "--use-service-account-credentials=true",
        "--concurrent-deployment-syncs=20",
        "--concurrent-replicaset-syncs=20",
        # Kubernetes' own stand-in for volumes: a claim of a StorageClass that names it is bound to an empty folder.
        "--enable-hostpath-provisioner=true",
    )
    ready = https_answers(ports.kube_controller_manager, "/healthz", certificates.authority)
    return Part("kube-controller-manager", command, ready, stop_within=_STOP_WITHIN)


def _scheduler(programs: Path, ports: PlanePorts, certificates: Certificates, account: Account) -> Part:
    command = (str(programs / "kube-scheduler"), *_client(account, ports.kube_scheduler, certificates))
    ready = https_answers(ports.kube_scheduler, "/healthz", certificates.authority)
    return Part("kube-scheduler", command, ready, stop_within=_STOP_WITHIN)


def _kwok(programs: Path, ports: PlanePorts, account: Account, pods: Path) -> Part:
    command = (
        str(programs / "kwok"),
        f"--kubeconfig={account.kubeconfig}",
        f"--config={pods}",
        "--manage-all-nodes",
        "--node-lease-duration-seconds=40",
        f"--server-address={HOST}:{ports.kwok}",
    )
    return Part("kwok", command, http_answers(ports.kwok, "/healthz"), stop_within=_STOP_WITHIN)


def _client(account: Account, port: int, certificates: Certificates) -> tuple[str, ...]:
    kubeconfig = account.kubeconfig
    return (
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        # There is one of each, which need not wait for a lease that its predecessor left.
        "--leader-elect=false",
        *_REQUESTS,
        *_listening(port, certificates),
    )


def _listening(port: int, certificates: Certificates) -> tuple[str, ...]:
    return (
        f"--bind-address={HOST}",
        f"--secure-port={port}",
        f"--tls-cert-file={certificates.serving}",
        f"--tls-private-key-file={certificates.serving_key}",
    )
