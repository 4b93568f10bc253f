"""Secrets in clear text, wherever one could be put."""

from __future__ import annotations

import base64
from typing import Final

from guardrails.resources.helm import RELEASE_TYPE
from tests.support.mutations import Mutation, adding, chart_adding, chart_changing, chart_setting, setting, telling

# Made of parts, so that no scanner of this repository takes them for what they look like.
_TOKEN: Final = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
_KEY: Final = "-----BEGIN EC " + "PRIVATE KEY-----\nMHcCAQEE\n"
_ADDRESS: Final = "mongodb://cartorio:" + "9fK2x7Qp1Lz@mongodb.internal/deeds"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"

MUTATIONS: Final = (
    Mutation(
        "secrets/env-value",
        "a token in the API's environment",
        chart_changing(
            "Deployment",
            "cartorio-api",
            lambda manifest: (
                manifest["spec"]["template"]["spec"]["containers"][0]
                .setdefault("env", [])
                .append({"name": "GITHUB_TOKEN", "value": _TOKEN})
            ),
        ),
    ),
    Mutation(
        "secrets/env-value",
        "a random password in the workers' environment",
        chart_changing(
            "Deployment",
            "cartorio-workers",
            lambda manifest: (
                manifest["spec"]["template"]["spec"]["containers"][0]
                .setdefault("env", [])
                .append({"name": "DB_PASSWORD", "value": "q8Zr2Lk0" + "Xv7Tn4Wd"})
            ),
        ),
    ),
    Mutation(
        "secrets/config-map",
        "an address with a password among the settings",
        chart_adding(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "more", "namespace": "cartorio"},
                "data": {"app.conf": f"database = {_ADDRESS}\n"},
            }
        ),
    ),
    Mutation(
        "secrets/annotation",
        "a token in an annotation",
        chart_setting("Deployment", "cartorio-api", 'metadata.annotations["deploy/token"]', _TOKEN),
    ),
    Mutation(
        "secrets/manifest",
        "a token among the arguments",
        chart_setting("Deployment", "cartorio-api", "spec.template.spec.containers[0].args", [f"--token={_TOKEN}"]),
    ),
    Mutation(
        "secrets/helm-values",
        "a token among the values",
        setting(RELEASE_TYPE, "workload-release", "values.unused", {"token": _TOKEN}),
    ),
    Mutation(
        "secrets/user-data",
        "a private key in what nodes start with",
        setting(_TEMPLATE, "cluster-nodes-api-template", "userData", base64.b64encode(_KEY.encode()).decode()),
    ),
    Mutation(
        "secrets/property",
        "a token in a function's environment",
        adding("aws:lambda/alias:Alias", "live", {"description": _TOKEN, "functionName": "stamp"}),
    ),
    Mutation(
        "secrets/output",
        "a token as an output",
        adding("pulumi:pulumi:Stack", "cartorio-producao", {"deployToken": _TOKEN}),
    ),
    Mutation("secrets/stack-file", "a token in the stack's file", telling("cartorio:githubToken", _TOKEN)),
    Mutation(
        "secrets/stack-file",
        "an address with a password in it",
        telling("cartorio:database", '{"url": "' + _ADDRESS + '"}'),
    ),
)
