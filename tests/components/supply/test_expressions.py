"""What the admission policy's expressions mean: judged by a real API server."""

from __future__ import annotations

import copy
import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.supply.admission import Admission, AdmissionArgs
from components.supply.expressions import strangers
from tests.support.plan import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.lab import RunningLab

    Verdict = Callable[[dict[str, Any]], str]

KIND = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
DIGEST = "sha256:" + "0123456789abcdef" * 4
REGISTRY = "registry.cartorio.internal/cartorio"
GOOD = f"{REGISTRY}/api@{DIGEST}"
NAMESPACE = "admission-expressions"
POLICY = "cartorio-expressions-images"

BAD = {
    "tag": (f"{REGISTRY}/api:1.0", "not by digest"),
    "nothing": (f"{REGISTRY}/api", "not by digest"),
    "tag and digest": (f"{REGISTRY}/api:1.0@{DIGEST}", "not by digest"),
    "short digest": (f"{REGISTRY}/api@{DIGEST[:-1]}", "not by digest"),
    "long digest": (f"{REGISTRY}/api@{DIGEST}0", "not by digest"),
    "other algorithm": (f"{REGISTRY}/api@sha512:{'0' * 128}", "not by digest"),
    "upper case": (f"{REGISTRY}/api@{DIGEST.upper().replace('SHA', 'sha')}", "not by digest"),
    "another registry": (f"docker.io/library/nginx@{DIGEST}", "not from an allowed registry"),
    "a short name": (f"nginx@{DIGEST}", "not by digest"),
    "a longer host": (f"registry.cartorio.internal.evil.net/cartorio/api@{DIGEST}", "not from an allowed registry"),
    "a sibling folder": (f"registry.cartorio.internal/cartorio-evil/api@{DIGEST}", "not from an allowed registry"),
    "a way up": (f"{REGISTRY}/../evil/api@{DIGEST}", "not by digest"),
}


def _container(image: str) -> dict[str, Any]:
    return {"name": "c", "image": image}


def _pod(image: str) -> dict[str, Any]:
    return {"containers": [_container(image)]}


def _template(image: str) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": "x"}}, "spec": {**_pod(image), "restartPolicy": "Always"}}


def _object(api: str, kind: str, **content: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "x", "namespace": NAMESPACE}, **content}


def _selected(api: str, kind: str, image: str, **more: object) -> dict[str, Any]:
    return _object(api, kind, spec={"selector": {"matchLabels": {"app": "x"}}, "template": _template(image), **more})


def _job(image: str) -> dict[str, Any]:
    return {"template": {"spec": {**_pod(image), "restartPolicy": "Never"}}}


KINDS: dict[str, Callable[[str], dict[str, Any]]] = {
    "Pod": lambda image: _object("v1", "Pod", spec=_pod(image)),
    "Deployment": lambda image: _selected("apps/v1", "Deployment", image),
    "ReplicaSet": lambda image: _selected("apps/v1", "ReplicaSet", image),
    "StatefulSet": lambda image: _selected("apps/v1", "StatefulSet", image, serviceName="x"),
    "DaemonSet": lambda image: _selected("apps/v1", "DaemonSet", image),
    "Job": lambda image: _object("batch/v1", "Job", spec=_job(image)),
    "CronJob": lambda image: _object(
        "batch/v1", "CronJob", spec={"schedule": "0 3 * * *", "jobTemplate": {"spec": _job(image)}}
    ),
    "PodTemplate": lambda image: _object("v1", "PodTemplate", template=_template(image)),
    "ReplicationController": lambda image: _object(
        "v1", "ReplicationController", spec={"selector": {"app": "x"}, "template": _template(image)}
    ),
}

PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "second container": lambda image: {"containers": [_container(GOOD), {"name": "d", "image": image}]},
    "init container": lambda image: {**_pod(GOOD), "initContainers": [{"name": "i", "image": image}]},
    "sidecar": lambda image: {
        **_pod(GOOD),
        "initContainers": [{"name": "i", "image": image, "restartPolicy": "Always"}],
    },
    "image volume": lambda image: {**_pod(GOOD), "volumes": [{"name": "v", "image": {"reference": image}}]},
}


@pytest.fixture(scope="module")
def verdict(lab: RunningLab) -> Iterator[Verdict]:
    """What the API server says to an object; empty when it accepts."""

    def program() -> None:
        provider = kubernetes.Provider("kubernetes")
        args = AdmissionArgs(stack="expressions", registries=(REGISTRY,))
        Admission("admission", args, pulumi.ResourceOptions(providers=[provider]))

    plan, _ = run(program)
    policy, binding = (copy.deepcopy(plan.one(kind).inputs) for kind in (KIND, f"{KIND}Binding"))
    # The lab is shared: this copy of the policy judges one namespace only.
    selector = binding["spec"]["matchResources"]["namespaceSelector"]["matchLabels"]
    labels = dict(selector)
    selector["kubernetes.io/metadata.name"] = NAMESPACE
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}
    for item in (policy, binding, space):
        lab.kubectl("apply", "-f", "-", given=json.dumps(item))

    def judge(item: dict[str, Any]) -> str:
        done = subprocess.run(
            [str(lab.toolchain.path("kubectl")), "create", "--dry-run=server", "-f", "-"],
            env=lab.environment(),
            input=json.dumps(item),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return "" if done.returncode == 0 else done.stderr

    deadline = time.monotonic() + 60
    while POLICY not in judge(KINDS["Pod"]("x")):  # a new policy takes a moment to be in force
        assert time.monotonic() < deadline, "the policy is not in force"
        time.sleep(0.2)
    yield judge
    lab.kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", POLICY)
    lab.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_judged_by_its_pods_image(verdict: Verdict, kind: str) -> None:
    assert verdict(KINDS[kind](GOOD)) == ""
    refusal = verdict(KINDS[kind](f"{REGISTRY}/api:1.0"))
    assert "not by digest" in refusal
    assert f"'{REGISTRY}/api:1.0'" in refusal
    assert "sha256" in refusal


@pytest.mark.parametrize("place", PLACES)
def test_every_place_of_a_pod_counts(verdict: Verdict, place: str) -> None:
    assert verdict(_object("v1", "Pod", spec=PLACES[place](GOOD))) == ""
    assert "not from an allowed registry" in verdict(
        _object("v1", "Pod", spec=PLACES[place](f"docker.io/library/nginx@{DIGEST}"))
    )


@pytest.mark.parametrize("name", BAD)
def test_a_reference_that_is_not_pinned_or_not_ours_is_refused(verdict: Verdict, name: str) -> None:
    image, reason = BAD[name]
    refusal = verdict(KINDS["Pod"](image))
    assert reason in refusal
    assert POLICY in refusal


@pytest.mark.usefixtures("verdict")
def test_an_ephemeral_container_is_judged_too(lab: RunningLab) -> None:
    lab.kubectl("create", "-f", "-", given=json.dumps(KINDS["Pod"](GOOD)))
    debug = {"spec": {"ephemeralContainers": [{"name": "debug", "image": "docker.io/library/busybox:1"}]}}
    done = subprocess.run(
        [
            *(str(lab.toolchain.path("kubectl")), "--namespace", NAMESPACE, "patch", "pod", "x"),
            *("--subresource", "ephemeralcontainers", "--type", "strategic", "--patch", json.dumps(debug)),
        ],
        env=lab.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lab.kubectl("--namespace", NAMESPACE, "delete", "pod", "x", "--force")
    assert done.returncode != 0
    assert "image 'docker.io/library/busybox:1' not by digest" in done.stderr


def test_a_controller_without_a_template_starts_nothing_and_passes(verdict: Verdict) -> None:
    bare = _object("v1", "ReplicationController", spec={"replicas": 0, "selector": {"app": "x"}})
    assert POLICY not in verdict(bare)


@pytest.mark.usefixtures("verdict")
def test_the_expressions_have_no_type_errors(lab: RunningLab) -> None:
    deadline = time.monotonic() + 60
    while True:
        policy = json.loads(lab.kubectl("get", "validatingadmissionpolicy", POLICY, "-o", "json"))
        if policy.get("status", {}).get("observedGeneration") == policy["metadata"]["generation"]:
            break
        assert time.monotonic() < deadline, "the API server has not checked the policy's types"
        time.sleep(0.2)
    assert policy["status"].get("typeChecking", {}) == {}


def test_registries_are_quoted_whatever_they_hold() -> None:
    assert strangers(('a"b', "c")).endswith('!(i.startsWith("a\\"b/") || i.startsWith("c/")))')
