"""IAM: providers of identities by OpenID Connect.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html and terraform-provider-aws'
`internal/service/iam/openid_connect_provider.go`. Thumbprints are not supported: AWS finds them itself.
moto 5.2 has no operation for the audiences of an existing provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging
from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_SCHEME = "https://"


def _same_url(left: str, right: str) -> bool:
    return left.removeprefix(_SCHEME) == right.removeprefix(_SCHEME)


def _same_set(left: list[str], right: list[str]) -> bool:
    return set(left) == set(right)


class OpenIdConnectProvider(Resource):
    """`aws.iam.OpenIdConnectProvider`. Its id is its ARN; IAM tells the URL without its scheme."""

    table = Table(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "iam",
        inputs=("clientIdLists", "tags", "url"),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"url"}),
        equivalent={"clientIdLists": _same_set, "url": _same_url},
        regional=False,
        tagging=Tagging(
            by="id",
            target="OpenIDConnectProviderArn",
            listing="list_open_id_connect_provider_tags",
            adding="tag_open_id_connect_provider",
            removing="untag_open_id_connect_provider",
        ),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_open_id_connect_provider",
            Url=inputs["url"],
            ClientIDList=inputs["clientIdLists"],
            **self.creation_tags(inputs),
        )
        return str(answer["OpenIDConnectProviderArn"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        found = api("get_open_id_connect_provider", OpenIDConnectProviderArn=resource_id)
        return {"arn": resource_id, "clientIdLists": found["ClientIDList"], "url": found["Url"]}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Refused: see the module."""
        del api, resource_id, old, new, changed
        raise ResourceError("the lab's cloud cannot change clientIdLists of a provider that exists: delete it first")

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_open_id_connect_provider", OpenIDConnectProviderArn=resource_id)


TYPES: tuple[type[Resource], ...] = (OpenIdConnectProvider,)
