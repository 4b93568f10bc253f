"""The lab's part of importing third-party images: their digests are signed, with a key that is there before any stack.

An organisation's import (`cartorio image import`) copies an image by its digest and signs that. Nothing in the lab runs
a third-party image (kwok's pods have no containers), so here it is not copied: cosign signs the pinned digest, which
needs no image (cosign v3.1.3, `cmd/cosign/cli/sign/sign.go`: `SignedUnknown`), with a key of the lab's own KMS. Which
digests, the program says. A record tells the policy pack which images are signed and not there
(`policy_pack/guardrails/trust/recorded.py` says when it believes it).
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from lab import program
from lab.engine.environment import REGISTRY_NAME
from lab.errors import LabError
from lab.kms import client
from lab.services.files import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lab.report import Reporter
    from lab.services import Endpoints, Tools

KEY = "alias/cartorio-image-import"
RECORD = "CARTORIO_IMAGE_RECORD"
SCHEMA = "cartorio.images/v1"
WHY = "signed by the lab's import; the image itself was not fetched"
_STEP = "imports"
_SIGNING = 300  # seconds, for all of them
_REPOSITORY = re.compile(r"[a-z0-9][a-z0-9.:-]*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


@dataclass(frozen=True, order=True)
class Image:
    """A third-party image.

    Attributes:
        repository: the name that stacks have for it.
        tag: for people.
        digest: `sha256:...`.
        source: where it is made known.
    """

    repository: str
    tag: str
    digest: str
    source: str

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}@{self.digest}"


@dataclass(frozen=True)
class Imported:
    """What the lab's import has signed.

    Attributes:
        images: the images.
        environment: variables for whoever verifies.
    """

    images: tuple[Image, ...]
    environment: Mapping[str, str]

    @property
    def recorded(self) -> dict[str, str]:
        """Each image, and why it is not there."""
        return {str(image): WHY for image in self.images}


def ask(project: Path, files: Iterable[Path]) -> tuple[Image, ...]:
    """The images that the program in the folder `project` pins and that these stacks name within the organisation.

    Args:
        project: the folder of `Pulumi.yaml`.
        files: the stacks' files.

    Raises:
        LabError: it does not say, or says what is no image.
    """
    images = sorted(program.ask(project, "images", Image, "images", *map(str, files)))
    for image in images:
        if not (
            _REPOSITORY.fullmatch(image.repository) and _DIGEST.fullmatch(image.digest) and _TAG.fullmatch(image.tag)
        ):
            raise LabError(f"no image by digest: {image}", where="components/versions.py")
    return tuple(image for image in images if image.repository.startswith(f"{REGISTRY_NAME}/"))


def sign(
    images: Iterable[Image],
    root: Path,
    tools: Tools,
    endpoints: Endpoints,
    environment: Mapping[str, str],
    report: Reporter,
) -> Imported:
    """Sign these digests in the lab's registry with the import's key, those that are not yet; it is made if need be.

    Args:
        images: what to sign.
        root: the lab's folder, where the record is.
        tools: have cosign.
        endpoints: where registry and KMS answer.
        environment: cosign's whole environment, the lab's.
        report: told the progress.

    Raises:
        LabError: KMS, cosign or the registry refuses.
    """
    wanted = tuple(sorted(set(images)))
    record, stamp = root / "images.json", root / "imports.json"
    with FileLock(root / "imports.lock"):
        # A registry or KMS that was started anew has forgotten what was there: its generation tells.
        state = {"key": _key(environment), "registry": endpoints.registry_generation}
        done = _signed(stamp, state)
        if new := [image for image in wanted if str(image) not in done]:
            report.step(_STEP, f"signing {len(new)} third-party images")
            _cosign(tools.path("cosign"), environment, [_located(image, endpoints.registry) for image in new])
            report.step(_STEP, f"{len(new)} third-party images signed by digest")
            done |= {str(image) for image in new}
            write_private(stamp, json.dumps({**state, "signed": sorted(done)}).encode())
        write_private(record, json.dumps(_record(endpoints.registry, done), indent=2).encode())
    return Imported(wanted, {RECORD: str(record)})


def _key(environment: Mapping[str, str]) -> str:
    """The import key's ARN."""
    from botocore.exceptions import BotoCoreError, ClientError

    kms = client(environment)
    try:
        try:
            found = kms.describe_key(KeyId=KEY)["KeyMetadata"]
            return str(found["Arn"])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "NotFoundException":
                raise
        made = kms.create_key(
            KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", Description="Signs third-party images at their import"
        )["KeyMetadata"]
        kms.create_alias(AliasName=KEY, TargetKeyId=made["KeyId"])
        return str(made["Arn"])
    except (BotoCoreError, ClientError) as error:
        raise LabError(
            f"KMS has no key for imports: {error}",
            where=environment["AWS_ENDPOINT_URL"],
            remedy="see `cartorio lab status`",
        ) from error


def _signed(stamp: Path, state: Mapping[str, str]) -> set[str]:
    try:
        known: dict[str, Any] = json.loads(stamp.read_bytes())
    except (OSError, ValueError):
        return set()
    return set(known.get("signed", ())) if {**state, "signed": known.get("signed")} == known else set()


def _located(image: Image, registry: str) -> str:
    return f"{image.repository.replace(REGISTRY_NAME, registry, 1)}@{image.digest}"


def _cosign(cosign: Path, environment: Mapping[str, str], references: list[str]) -> None:
    """Sign all of them in one process; in the format that every verifier reads, admission controllers included."""
    command = [
        *(str(cosign), "sign", "--yes", "--key", f"awskms:///{KEY}", "--allow-http-registry"),
        *("--use-signing-config=false", "--tlog-upload=false", "--new-bundle-format=false"),
        *references,
    ]
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SIGNING,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(
            f"cosign did not sign the images within {_SIGNING} s", remedy="see `cartorio lab status`"
        ) from error
    if done.returncode:
        lines = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise LabError(f"cosign does not sign the imported images (exit {done.returncode}):\n{lines}")


def _record(registry: str, signed: Iterable[str]) -> dict[str, Any]:
    names = (reference.partition("@") for reference in sorted(signed))
    images = [{"repository": name.rpartition(":")[0], "digest": digest, "why": WHY} for name, _, digest in names]
    return {"schema": SCHEMA, "registry": f"http://{registry}", "images": images}
