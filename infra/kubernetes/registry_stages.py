"""What kwok does with pods in the stack: its own stages, faster, and a registry that does not know every image.

kwok pulls nothing, so an image that is nowhere would be ready like any other. Here the images that exist are those of
the simulated registry (`infra/local/images.yaml`, as in the sandbox), and a pod with another one goes through what a
kubelet tells of it: ErrImagePull with an Event that counts the tries, then ImagePullBackOff, twice as long each time.
Simulated.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

TRIES = "simulated-registry.appstore/tries"
"""The annotation on a pod that counts the pulls that failed."""
_FIRST_WAIT, _JITTER = 200, 600  # milliseconds; kwok's own are 1,000 and 5,000
_LONGEST_BACK_OFF = 60  # seconds; a kubelet's is 300
_WAITING_FOR_IMAGES = ("pod-create", "pod-ready", "pod-init-container-running", "pod-init-container-completed")


def stages_with_registry(stages: str, images: Iterable[str]) -> str:
    """Kwok's stages (YAML documents) for a cluster whose registry knows these images alone."""
    known = sorted(images)
    missing = f"[.spec.containers[].image | split({json.dumps('@')})[0]] - {json.dumps(known)} | .[]"
    shorter = (_shorter(one, missing) for one in yaml.safe_load_all(stages) if one)
    return yaml.safe_dump_all([*shorter, *_pulls(missing, known)], sort_keys=False)


def _shorter(stage: dict[str, Any], missing: str) -> dict[str, Any]:
    name, wait = stage["metadata"]["name"], {"durationMilliseconds": _FIRST_WAIT, "jitterDurationMilliseconds": _JITTER}
    if name == "pod-delete":
        # A process that ends when it is asked to, and not at the end of its grace.
        stage["spec"]["delay"] = wait
    if name in _WAITING_FOR_IMAGES:
        stage["spec"]["delay"] |= wait
        stage["spec"]["selector"]["matchExpressions"].append({"key": missing, "operator": "DoesNotExist"})
    return stage


def _pulls(missing: str, known: list[str]) -> Iterator[dict[str, Any]]:
    """A pull fails; the kubelet waits; it tries again."""
    waiting = ".status.containerStatuses[]?.state.waiting.reason"
    failed = {"key": waiting, "operator": "In", "values": ["ErrImagePull"]}
    tries = f'.metadata.annotations[{json.dumps(TRIES)}] // "0" | tonumber'
    again = {"durationFrom": {"expressionFrom": f'[pow(2; {tries}) / 2, {_LONGEST_BACK_OFF}] | min | tostring + "s"'}}
    yield _stage("image-pull-fails", missing, failed | {"operator": "NotIn"}, again, _pull_fails(known))
    status = _status(known, "ImagePullBackOff", 'printf "Back-off pulling image %q: ErrImagePull: not found" .image')
    yield _stage("image-pull-waits", missing, failed, {"durationMilliseconds": _FIRST_WAIT}, [status])


def _stage(
    name: str, missing: str, when: dict[str, Any], delay: dict[str, Any], steps: list[dict[str, Any]]
) -> dict[str, Any]:
    there = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}
    selector = {"matchExpressions": [there, {"key": missing, "operator": "Exists"}, when]}
    pods = {"apiGroup": "v1", "kind": "Pod"}
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {"resourceRef": pods, "selector": selector, "weight": 1, "delay": delay, "steps": steps},
    }


def _pull_fails(known: list[str]) -> list[dict[str, Any]]:
    count = f'{{{{ $tries := add1 (int (index (or .metadata.annotations (dict)) "{TRIES}" | default "0")) }}}}\n'
    counted = f'{count}metadata:\n  annotations:\n    {TRIES}: "{{{{ $tries }}}}"\n'
    answer = 'printf "rpc error: code = NotFound desc = failed to pull and unpack image %q: not found" .image'
    return [
        {"apply": {"template": count + _only_missing(known, _EVENT)}},
        _status(known, "ErrImagePull", answer),
        {"patch": {"type": "merge", "template": counted}},
    ]


def _status(known: list[str], reason: str, message: str) -> dict[str, Any]:
    container = _CONTAINER.replace("REASON", reason).replace("MESSAGE", message)
    template = _CONDITIONS + "containerStatuses:\n" + _each(known, container)
    return {"patch": {"subresource": "status", "root": "status", "type": "strategic", "template": template}}


def _each(known: list[str], container: str) -> str:
    listed = " ".join(json.dumps(image) for image in known)
    is_known = '{{ $is_known := has (regexReplaceAll "@.*" .image "") $known }}\n'
    return f"{{{{ $known := list {listed} }}}}{{{{ range .spec.containers }}}}{is_known}{container}{{{{ end }}}}"


def _only_missing(known: list[str], event: str) -> str:
    """One Event tells of one image: of several that are missing the last one."""
    image = "{{ if not $is_known }}{{ $image = .image }}{{ end }}"
    return '{{ $image := "" }}' + _each(known, image) + "\n" + event


_CONDITIONS = """\
{{ $now := Now }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
phase: Pending
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
"""
_CONTAINER = """\
- image: {{ .image | Quote }}
  name: {{ .name | Quote }}
  ready: false
  restartCount: 0
  started: false
  state:
    waiting:
      {{ if $is_known }}
      reason: ContainerCreating
      {{ else }}
      reason: REASON
      message: {{ MESSAGE | Quote }}
      {{ end }}
"""
_EVENT = """\
apiVersion: v1
kind: Event
metadata:
  name: {{ printf "%s.pull" .metadata.name }}
  namespace: {{ .metadata.namespace }}
involvedObject:
  apiVersion: v1
  kind: Pod
  name: {{ .metadata.name }}
  namespace: {{ .metadata.namespace }}
  uid: {{ .metadata.uid }}
type: Warning
reason: Failed
message: {{ printf "Failed to pull image %q: it is not known to the simulated registry" $image | Quote }}
count: {{ $tries }}
firstTimestamp: {{ .metadata.creationTimestamp | Quote }}
lastTimestamp: {{ dateInZone "2006-01-02T15:04:05Z" now "UTC" | Quote }}
source: {component: kubelet, host: {{ .spec.nodeName }}}
"""
