"""The Helm chart: helm renders it, Kubernetes takes it, and it holds what the image and the settings say."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import kubernetes_validate
import pytest
import yaml

from service.http.routes import ROUTES
from service.settings import Settings
from tests.contract import helm
from tests.contract.repository import project, run, text

VALUES = {
    "as it stands": [],
    "all options": [
        "--set=ingress.host=fhir.clinic.example,ingress.className=nginx,ingress.tlsSecret=tls",
        "--set=settings.clinic=bloom,clinicConfigMap=bloom,image.tag=1.2.3",
        "--set-string=settings.max_body=1048576",
    ],
}


def rendered(*options: str) -> list[dict[str, Any]]:
    made = run(helm.binary(), "template", "gateway", "helm", "--namespace=clinic", *options)
    assert made.returncode == 0, made.stderr.decode()
    return [one for one in yaml.safe_load_all(made.stdout) if one]


def pod(*options: str) -> dict[str, Any]:
    return next(one for one in rendered(*options) if one["kind"] == "Deployment")["spec"]["template"]["spec"]


def test_the_chart_lints() -> None:
    """`helm lint --strict` finds nothing."""
    linted = run(helm.binary(), "lint", "--strict", "--quiet", "helm")
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, b"", b"")


@pytest.mark.parametrize("version", ["1.27", "1.33", kubernetes_validate.latest_version()])
@pytest.mark.parametrize("options", VALUES.values(), ids=VALUES)
def test_kubernetes_takes_every_object(options: list[str], version: str) -> None:
    """Every object of the chart is one of Kubernetes, old and new, without a member that it does not know."""
    objects = rendered(*options)
    for one in objects:
        kubernetes_validate.validate(one, version, strict=True)
    kinds = {"Deployment", "Service", "ServiceAccount", "NetworkPolicy", "PodDisruptionBudget"}
    assert {one["kind"] for one in objects} == (kinds | {"Ingress"} if options else kinds)


def test_the_pod_is_restricted() -> None:
    """The pod keeps to the restricted Pod Security Standard, cannot write to its image and holds no token."""
    spec = pod()
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_the_pod_fits_the_image() -> None:
    """The user and the port are those of the Dockerfile, the probes are routes of the API."""
    spec = pod()
    (container,) = spec["containers"]
    user = f"{spec['securityContext']['runAsUser']}:{spec['securityContext']['runAsGroup']}"
    (port,) = container["ports"]
    assert f"\nUSER {user}\nEXPOSE {port['containerPort']}\n" in text("Dockerfile")
    probed = {container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert probed == {"/livez", "/readyz"} <= {route.path for route in ROUTES}


def test_the_network_is_closed() -> None:
    """Only the callers reach the pod, and it reaches nobody."""
    policy = next(one for one in rendered() if one["kind"] == "NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []
    assert policy["ingress"] == [{"from": [{"podSelector": {}}], "ports": [{"port": "http"}]}]


def test_a_clinic_brings_its_own_overlay() -> None:
    """The overlay of a ConfigMap stands where the mappings of the image would have it."""
    spec = pod(*VALUES["all options"])
    (container,) = spec["containers"]
    assert {"name": "KAP_CLINIC", "value": "bloom"} in container["env"]
    assert {"name": "KAP_MAX_BODY", "value": "1048576"} in container["env"]
    assert container["volumeMounts"][0]["mountPath"] == "/app/mappings/clinics/bloom.yaml"
    assert "KAP_MAPPINGS=/app/mappings" in text("Dockerfile")


@pytest.mark.parametrize("value", ["clinicConfigMap=bloom", "settings.colour=red", "replicas=0", "callers=null", "image.repository="])
def test_wrong_values_are_refused(value: str) -> None:
    """The schema of the values refuses an overlay without a clinic, an unknown setting, no pod, an open network and no image."""
    made = run(helm.binary(), "template", "gateway", "helm", f"--set={value}")
    assert made.returncode != 0
    assert b"values.schema.json" in made.stderr or b"schema" in made.stderr


def test_every_setting_can_be_set() -> None:
    """The chart's settings are those of the service, but for its folders: a pod has the mappings of the image, and may write nowhere."""
    schema = json.loads(text("helm/values.schema.json"))
    settings = {one.name for one in dataclasses.fields(Settings)} - {"mappings", "cache"}
    assert schema["properties"]["settings"]["properties"].keys() == settings


def test_the_chart_installs_this_version() -> None:
    """The chart's image is that of the version in `pyproject.toml`."""
    chart = yaml.safe_load(text("helm/Chart.yaml"))
    assert chart["appVersion"] == project()["version"]
