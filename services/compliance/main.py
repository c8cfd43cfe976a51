"""Starts the compliance service: the only place where its parts are put together."""

from chassis.ledger import Motion
from chassis.run import run
from chassis.wiring import Service
from services.compliance.adapters.cel.compiler import CelCompiler
from services.compliance.adapters.files.policy_folder import PolicyFolder
from services.compliance.adapters.files.policy_health import show_problems
from services.compliance.adapters.mongo.decisions import MongoDecisions
from services.compliance.adapters.mongo.evidence import MongoEvidence
from services.compliance.adapters.mongo.known_apps import MongoKnownApps
from services.compliance.adapters.mongo.known_clusters import MongoKnownClusters
from services.compliance.adapters.mongo.known_versions import MongoKnownVersions
from services.compliance.adapters.mongo.rules import MongoRules
from services.compliance.adapters.mongo.verdicts import MongoVerdicts
from services.compliance.handlers import MOTIONS
from services.compliance.ports import World
from services.compliance.settings import ComplianceSettings


def service() -> Service:
    """The compliance service as its environment sets it."""
    settings = ComplianceSettings()
    policies = PolicyFolder(settings.policies_dir, CelCompiler())

    def world_of(motion: Motion) -> World:
        return World(
            record=motion.record,
            clock=motion.clock,
            policies=policies,
            known_versions=MongoKnownVersions(motion),
            known_apps=MongoKnownApps(motion),
            known_clusters=MongoKnownClusters(motion),
            verdicts=MongoVerdicts(motion),
            evidence=MongoEvidence(motion),
            rules=MongoRules(motion),
            decisions=MongoDecisions(motion),
        )

    return Service("compliance", settings, MOTIONS, world_of, parts=show_problems(policies))


if __name__ == "__main__":
    run(service())
