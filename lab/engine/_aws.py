"""The lab's `aws`: `python -I -S _aws.py eks get-token --cluster-name NAME --region REGION`, and nothing else.

The kubeconfig of an EKS cluster gets its token from the AWS CLI. Here the cluster is one of moto's, which stands on the
lab's API server: once moto says that it is there and active, the answer is the lab's own client certificate. Neither
boto3 nor any package is loaded: every client of the cluster waits for this program.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins and
https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html. The exit codes are those of the AWS CLI v2.
"""

import base64
import http.client
import json
import os
import sys
import urllib.parse

_ABLE = "the lab's aws can do `aws eks get-token --cluster-name NAME --region REGION` only"
_FLAGS = ("--cluster-name", "--region", "--output")
_USAGE, _FAILED = 252, 254
_SECONDS = 10


class _RefusedError(Exception):
    """What a person sees, and the exit code."""

    def __init__(self, message: str, code: int = _FAILED) -> None:
        super().__init__(message)
        self.code = code


def _asked(arguments: list[str]) -> tuple[str, str]:
    """Cluster and region."""
    flags = dict(zip(arguments[2::2], arguments[3::2], strict=False))
    cluster, region = flags.get("--cluster-name"), flags.get("--region")
    if arguments[:2] != ["eks", "get-token"] or len(arguments) % 2 or not set(flags) <= set(_FLAGS):
        raise _RefusedError(f"{_ABLE}; it was asked for: aws {' '.join(arguments)}", _USAGE)
    if not (cluster and region) or flags.get("--output", "json") != "json":
        raise _RefusedError(f"{_ABLE}, both of them named, as JSON", _USAGE)
    return cluster, region


def _require_active(cluster: str, region: str) -> None:
    """Refuse a cluster that EKS does not have, or has not made yet."""
    url = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
    # moto finds the service and the region in the signature's scope, and looks at nothing else of it.
    scope = f"{os.environ['AWS_ACCESS_KEY_ID']}/20260101/{region}/eks/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=_SECONDS)
    try:
        connection.request(
            "GET", f"/clusters/{urllib.parse.quote(cluster, safe='')}", headers={"Authorization": signature}
        )
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _RefusedError(f"the lab's cloud does not answer at {url.geturl()}: {error}") from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise _RefusedError(f"DescribeCluster of {cluster} in {region}: {answer.get('message', response.reason)}")
    if (status := answer["cluster"]["status"]) != "ACTIVE":
        raise _RefusedError(f"the cluster {cluster} is {status}, not ACTIVE")


def _certificate() -> dict[str, str]:
    """The client certificate of the lab's kubeconfig, which is JSON, and its key."""
    file = os.environ["KUBECONFIG"]
    try:
        with open(file, encoding="utf-8") as opened:  # noqa: PTH123 - pathlib takes longer to load than all the rest
            user = json.load(opened)["users"][0]["user"]
        names = (("clientCertificateData", "client-certificate-data"), ("clientKeyData", "client-key-data"))
        return {name: base64.b64decode(user[kept]).decode() for name, kept in names}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise _RefusedError(f"the lab's kubeconfig {file} has no client certificate: is the lab up?") from error


def _main(arguments: list[str]) -> int:
    try:
        cluster, region = _asked(arguments)
        _require_active(cluster, region)
        certificate = _certificate()
    except KeyError as error:
        sys.stderr.write(f"aws (lab): {error.args[0]} is not set: work in the lab's shell (`make shell`)\n")
        return _FAILED
    except _RefusedError as refusal:
        sys.stderr.write(f"aws (lab): {refusal}\n")
        return refusal.code
    sys.stdout.write(
        json.dumps(
            {
                "kind": "ExecCredential",
                "apiVersion": "client.authentication.k8s.io/v1beta1",
                "spec": {},
                "status": certificate,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
