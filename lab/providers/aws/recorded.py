"""Types of which the lab's cloud has no API: what the program asks for is checked and recorded, nothing more.

The engine's state is the only place that such a resource exists in: a read tells what the state says, so nobody can
change it by hand, and nothing proves that AWS would take it. Whoever reports on a stack must say so (`lab.rehearsal`).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from lab.providers.aws.resource import Resource
from lab.providers.model import NotFoundError, ResourceError, State

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties


class Recorded(Resource):
    """A type without an API behind it.

    Subclasses have a `table` as every type has, and say what AWS would tell:

        class Protection(Recorded):
            table = Table("aws:shield/protection:Protection", "shield", inputs=("name", "resourceArn", "tags"), ...)
            reason = "moto 5.2.5 has no Shield API"

            def identity(self, inputs): return f"protection-{inputs['name']}"
            def told(self, resource_id, inputs): return {"arn": self.arn(f"protection/{resource_id}")}
    """

    reason: ClassVar[str]
    """Why it is only recorded; shown in the rehearsal's table."""

    @abstractmethod
    def identity(self, inputs: Properties) -> str:
        """Its id, as AWS would form it."""

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """The outputs that AWS would tell, besides the inputs and the tags; none by default."""
        del resource_id, inputs
        return {}

    def arn(self, resource: str) -> str:
        """The ARN of something of the type's service in the provider's region and account."""
        cloud = self.cloud
        region = cloud.region if self.table.regional else ""
        return f"arn:{cloud.partition}:{self.table.service}:{region}:{cloud.identity['Account']}:{resource}"

    def create(self, inputs: Properties) -> State:
        """Record it."""
        return self._recorded(self.identity(inputs), inputs)

    def read(self, resource_id: str, known: Properties) -> State:
        """Tell what was recorded.

        Raises:
            NotFoundError: nothing is known, as on import: there is no API to ask.
        """
        if not known:
            raise NotFoundError(f"{resource_id} cannot be imported: {self.reason}")
        return State(resource_id, dict(known))

    def update(self, resource_id: str, old: Properties, new: Properties) -> State:
        """Record what it is now; what the service told at its creation stays."""
        kept = {name: old[name] for name in self.table.outputs if name in old}
        state = self._recorded(resource_id, new)
        return State(resource_id, {**state.properties, **kept})

    def delete(self, resource_id: str, known: Properties) -> None:
        """Forget it."""

    def make(self, api: Api, inputs: Properties) -> str:
        """Refused: there is no API."""
        del api, inputs
        raise ResourceError(self.reason)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Refused: there is no API."""
        del api, resource_id, known
        raise ResourceError(self.reason)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Refused: there is no API."""
        del api, resource_id, known
        raise ResourceError(self.reason)

    def _recorded(self, resource_id: str, inputs: Properties) -> State:
        properties = {name: inputs[name] for name in self.table.inputs if inputs.get(name) is not None}
        if self.table.tagging is not None:
            properties["tagsAll"] = self.rules.merged(inputs.get("tags"))
        if self.table.regional:
            properties["region"] = inputs.get("region") or self.cloud.region
        return State(resource_id, {**properties, **self.told(resource_id, inputs)})
