"""No secret stands in clear text where many can read it: environments, settings, annotations, values, outputs, files.

A finding says where and what it looks like, never the value. Kubernetes' own Secrets are not looked into: holding
secrets is what they are for. CrossGuard shows validations secrets as plain values, whether Pulumi has them marked or
not: an output that looks like a secret is found in either case, and an output is no place for one.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guardrails.model import Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_machines import Instance, LaunchTemplate
from guardrails.resources.aws_reading import AwsResource
from guardrails.resources.base import Stack
from guardrails.resources.helm import RELEASE_TYPE
from guardrails.resources.kubernetes import KubernetesObject
from guardrails.resources.texts import texts_in
from guardrails.rules._aws import resource
from guardrails.rules._secrets import is_long, secret_in
from guardrails.rules._sources import cis_eks, fsbp, nist_800_190

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from guardrails.model import Context
    from guardrails.resources.base import Declared

_STACK: Final = "pulumi:pulumi:Stack"
_SEEN: Final = 4096
# Whose secrets AWS takes and never gives back in clear text; in the program they have to be Pulumi's own secrets.
_KEPT_BY_AWS: Final = (
    *("aws:secretsmanager/secretVersion:", "aws:rds/", "aws:docdb/", "aws:neptune/", "aws:elasticache/"),
    *("aws:cloudhsmv2/", "aws:kms/customKeyStore:", "aws:acm/certificate:"),
)
_USER_DATA: Final = ("userData", "userDataBase64")
_PACKED: Final = b"\x1f\x8b"
_LARGEST: Final = 1 << 20
# Public halves and digests by their API: they are long and random, and known to everybody.
_PUBLIC: Final = frozenset(
    {"caBundle", "ca.crt", "caCertificate", "certificateAuthority", "publicKey", "checksum", "chartChecksum"}
)


@dataclass(frozen=True, slots=True)
class _Leak:
    place: str
    path: str
    what: str


_leaks: Final[dict[int, tuple[object, tuple[_Leak, ...]]]] = {}


def _found(one: KubernetesObject) -> tuple[_Leak, ...]:
    """The leaks of an object; looked for once, however many rules ask."""
    known = _leaks.get(id(one))
    if known is not None and known[0] is one:
        return known[1]
    if len(_leaks) > _SEEN:
        _leaks.clear()
    leaks = () if (one.group, one.kind) == ("", "Secret") else tuple(_in_object(one))
    _leaks[id(one)] = (one, leaks)
    return leaks


def _in_object(one: KubernetesObject) -> Iterator[_Leak]:
    for path, text in texts_in(one.properties, wanted=is_long):
        if what := secret_in(_name(one.properties, path), text):
            yield _Leak(_place(one, path), path, what)


def _place(one: KubernetesObject, path: str) -> str:
    if ".annotations." in path:
        return "annotation"
    if one.kind == "ConfigMap" and one.group == "":
        return "config-map"
    return "env-value" if ".env[" in f".{path}" and path.endswith(".value") else "manifest"


def _name(properties: Mapping[str, Any], path: str) -> str:
    """What a text is called: its key, or for `{name: X, value: ...}` its name."""
    holder, _, key = path.rpartition(".")
    if key == "value" and holder.endswith("]"):
        entry = _at(properties, holder)
        name = entry.get("name") if isinstance(entry, Mapping) else None
        return name if isinstance(name, str) else ""
    key = key.partition("[")[0]
    return "" if key in _PUBLIC else key


def _at(properties: object, path: str) -> object:
    for step in path.replace("[", ".[").split("."):
        if step.startswith("[") and isinstance(properties, (list, tuple)):
            properties = properties[int(step[1:-1])]
        elif isinstance(properties, Mapping):
            properties = properties.get(step)
        else:
            return None
    return properties


def _of_object(place: str, where: str) -> Callable[[KubernetesObject, Context], tuple[Finding, ...]]:
    def judge(one: KubernetesObject, _context: Context) -> tuple[Finding, ...]:
        return tuple(Finding(leak.path, f"{where} holds {leak.what}") for leak in _found(one) if leak.place == place)

    return judge


def _user_data(machine: LaunchTemplate | Instance, _context: Context) -> tuple[Finding, ...]:
    given = [(key, machine.declared.properties.get(key)) for key in _USER_DATA]
    return tuple(
        Finding(key, f"whoever asks the machine's metadata gets {what}")
        for key, text in given
        if isinstance(text, str) and (what := secret_in("", _decoded(text)))
    )


def _decoded(text: str) -> str:
    """What user data says: base64 may be wrapped, and what is in it packed (cloud-init unpacks it)."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return text
    if data.startswith(_PACKED):
        import zlib  # hardly any user data needs it

        try:
            data = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, _LARGEST)
        except zlib.error:
            return text
    return data.decode("utf-8", errors="replace")


def _property(one: AwsResource, _context: Context) -> tuple[Finding, ...]:
    properties = one.declared.properties
    if one.declared.type.startswith(_KEPT_BY_AWS) or properties.get("type") == "SecureString":
        return ()
    return tuple(
        Finding(path, f"whoever may look at the resource reads {what}")
        for path, text in texts_in(properties, wanted=is_long)
        if not (path in _USER_DATA and isinstance(one, (LaunchTemplate, Instance)))
        and (what := secret_in(_name(properties, path), _decoded(text) if path in _USER_DATA else text))
    )


def _declared(kind: str, key: str, where: str) -> Callable[[Stack, Context], tuple[Finding, ...]]:
    def judge(stack: Stack, _context: Context) -> tuple[Finding, ...]:
        return tuple(
            finding
            for one in stack.declared
            if one.type == kind
            for finding in _in_declared(one, one.properties.get(key) if key else one.properties, key, where)
        )

    return judge


def _in_declared(one: Declared, value: object, key: str, where: str) -> Iterator[Finding]:
    title = f"{one.type.rpartition(':')[2]} {one.name}"
    holder = value if isinstance(value, Mapping) else {}
    for path, text in texts_in(holder, wanted=is_long):
        if what := secret_in(_name(holder, path), text):
            yield Finding(f"{key}.{path}" if key else path, f"{where} {what}", address=one.address, resource=title)


def _stack_file(_stack: Stack, context: Context) -> tuple[Finding, ...]:
    file = "the stack's file"
    return tuple(
        Finding(key, f"it holds {what} that is not encrypted", address="", resource=file)
        for key, text in context.configuration.items()
        if (what := secret_in(key.rpartition(":")[2], text))
    )


# Made of parts, so that no scanner of this repository takes it for one.
_TOKEN: Final = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"


def _pod(value: str) -> Example:
    return Example(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: api, namespace: cartorio}\nspec:\n  containers:\n"
        f"    - {{name: api, env: [{{name: GITHUB_TOKEN, {value}}}]}}\n"
    )


def _settings(kind: str, text: str) -> Example:
    return Example(f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: api, namespace: cartorio}}\n{text}\n")


_BY_REFERENCE: Final = "valueFrom: {secretKeyRef: {name: github, key: token}}"
_RELEASE: Final = f"type: {RELEASE_TYPE}\nname: app\nproperties: {{chart: ./charts/none, values: {{token: '%s'}}}}\n"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_OPTIONS: Final = "metadataOptions: {httpTokens: required, httpPutResponseHopLimit: 1}"
_REMEDY: Final = "Change the value where it was issued, then let External Secrets or Vault deliver it to a Secret."

POLICIES: Final = (
    Policy(
        id="secrets/env-value",
        title="No environment variable holds a secret in clear text",
        severity=Severity.CRITICAL,
        rationale="Whoever may look at pods reads it, and it is in every diagnosis that is copied into a ticket.",
        resource_types=(KubernetesObject,),
        remediation=f"{_REMEDY} Refer to it by secretKeyRef.",
        since="0.3.0",
        rule=_of_object("env-value", "the environment"),
        controls=(cis_eks("4.4.1"), nist_800_190("4.1")),
        passing=_pod(_BY_REFERENCE),
        failing=_pod(f"value: {_TOKEN}"),
    ),
    Policy(
        id="secrets/config-map",
        title="No ConfigMap holds a secret",
        severity=Severity.CRITICAL,
        rationale="ConfigMaps are not encrypted as Secrets are, and every role that reads settings reads them.",
        resource_types=(KubernetesObject,),
        remediation=_REMEDY,
        since="0.3.0",
        rule=_of_object("config-map", "the ConfigMap"),
        controls=(cis_eks("4.4.1"),),
        passing=_settings("ConfigMap", "data: {tokenSecret: github}"),
        failing=_settings("ConfigMap", f"data: {{config: 'token = {_TOKEN}'}}"),
    ),
    Policy(
        id="secrets/annotation",
        title="No annotation holds a secret",
        severity=Severity.CRITICAL,
        rationale="Annotations are shown by every tool, copied into events and kept by controllers.",
        resource_types=(KubernetesObject,),
        remediation=_REMEDY,
        since="0.3.0",
        rule=_of_object("annotation", "the annotation"),
        passing=_settings("ConfigMap", "data: {}"),
        failing=Example(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: api\n"
            f"  annotations: {{notifications/token: '{_TOKEN}'}}\ndata: {{}}\n"
        ),
    ),
    Policy(
        id="secrets/manifest",
        title="No other part of a Kubernetes object holds a secret",
        severity=Severity.CRITICAL,
        rationale="Arguments show in every list of processes, labels and custom fields in every list of objects.",
        resource_types=(KubernetesObject,),
        remediation=_REMEDY,
        since="0.3.0",
        rule=_of_object("manifest", "the object"),
        controls=(cis_eks("4.4.1"),),
        passing=_pod(_BY_REFERENCE),
        failing=Example(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec:\n  containers:\n"
            f"    - {{name: api, args: ['--token={_TOKEN}']}}\n"
        ),
    ),
    Policy(
        id="secrets/helm-values",
        title="No value of a Helm release is a secret",
        severity=Severity.CRITICAL,
        rationale="Helm keeps all values of every revision in the cluster, and `helm get values` shows them.",
        resource_types=(Stack,),
        remediation=f"{_REMEDY} Give the chart the Secret's name.",
        since="0.3.0",
        rule=_declared(RELEASE_TYPE, "values", "the release is given"),
        controls=(cis_eks("4.4.1"),),
        passing=Example(_RELEASE % "from-vault"),
        failing=Example(_RELEASE % _TOKEN),
    ),
    Policy(
        id="secrets/user-data",
        title="No user data of a machine holds a secret",
        severity=Severity.CRITICAL,
        rationale="Every process on the machine, and everybody who may describe it, reads its user data.",
        resource_types=(LaunchTemplate, Instance),
        remediation="Give the machine a role, and let it fetch what it needs from Secrets Manager.",
        since="0.3.0",
        rule=_user_data,
        on_unknown=OnUnknown.WAIT,
        passing=Example(resource(_TEMPLATE, f"{{{_OPTIONS}, userData: 'echo hello'}}")),
        failing=Example(resource(_TEMPLATE, f"{{{_OPTIONS}, userData: 'TOKEN={_TOKEN}'}}")),
    ),
    Policy(
        id="secrets/property",
        title="No property of an AWS resource holds a secret in clear text",
        severity=Severity.CRITICAL,
        rationale="A function's environment, a task's definition, a plain parameter: whoever may look at it reads it.",
        resource_types=(AwsResource,),
        remediation="Put the value into Secrets Manager by hand, and name the secret's ARN here.",
        since="0.3.0",
        rule=_property,
        controls=(fsbp("ECS.8"),),
        on_unknown=OnUnknown.WAIT,
        passing=Example(resource("aws:lambda/function:Function", "{environment: {variables: {TOKEN_SECRET: github}}}")),
        failing=Example(
            resource("aws:lambda/function:Function", f"{{environment: {{variables: {{TOKEN: {_TOKEN}}}}}}}")
        ),
    ),
    Policy(
        id="secrets/output",
        title="No output of the stack is a secret",
        severity=Severity.HIGH,
        rationale="Outputs are made to be read: by other stacks, by pipelines, in logs. Names and ARNs are enough.",
        resource_types=(Stack,),
        remediation="Export the name or ARN of the secret; whoever may read it fetches it there.",
        since="0.3.0",
        rule=_declared(_STACK, "", "the output is"),
        passing=Example(f"type: {_STACK}\nname: cartorio\nproperties: {{tokenSecret: flux/github}}\n"),
        failing=Example(f"type: {_STACK}\nname: cartorio\nproperties: {{token: {_TOKEN}}}\n"),
    ),
    Policy(
        id="secrets/stack-file",
        title="No value in a stack's file is a secret in clear text",
        severity=Severity.CRITICAL,
        rationale="Stack files are in the repository: a secret in one is in every clone, for ever.",
        resource_types=(Stack,),
        remediation="Change the value where it was issued, then `pulumi config set --secret`, or keep it in Vault.",
        since="0.3.0",
        rule=_stack_file,
        passing=Example(f"type: {_STACK}\nname: cartorio\nproperties: {{}}\n"),
        failing=Example(
            f"type: {_STACK}\nname: cartorio\nproperties: {{}}\n", configuration=(("cartorio:githubToken", _TOKEN),)
        ),
    ),
)
