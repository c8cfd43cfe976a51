"""What was last told about each rule, read from the fold the chassis keeps."""

from collections.abc import Mapping

from chassis.ledger import Kept, Motion
from contracts import topics
from contracts.identifiers import RuleId
from services.compliance.domain.policy import RuleState


class MongoRules:
    """Meets `ports.Rules`."""

    def __init__(self, motion: Motion) -> None:
        self._rules = Kept(motion, topics.RULES, RuleState)

    async def told(self) -> Mapping[RuleId, RuleState]:
        """Every rule ever told, retired ones too."""
        return {state.rule: state for state in await self._rules.find({})}
