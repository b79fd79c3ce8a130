"""Certificates for pipelines that have no store: which agents of a closed review, until when."""

from pathlib import Path

from recert.campaigns.listing import certified_versions
from recert.campaigns.service import Campaigns
from recert.cli.context import Run
from recert.clock import from_rfc3339
from recert.errors import UsageError
from recert.evidence.certificate import Certified, issue
from recert.store.signing import StatementSigner
from recert.store.store import Store


def certify(run: Run, store: Store, campaign: str, target: Path, signer: StatementSigner) -> int:
    """Write a signed certificate over the agents that a campaign certified; return their number.

    Raises UsageError where the file exists, RefusedError where nothing can be certified.
    """
    if target.exists():
        raise UsageError(f"{target} exists already.", "Name a new file.")
    service = run.campaigns(store)
    agents = [one for arn in service.campaign(campaign).agents for one in _versions(service, arn)]
    content = issue(
        ledger=store.store_id,
        campaign=campaign,
        head=str(store.head()),
        source=str(store.source),
        signer_id=service.caller.id,
        at=run.clock.now(),
        agents=agents,
        signer=signer,
    )
    target.write_bytes(content)
    return len(agents)


def _versions(service: Campaigns, arn: str) -> list[Certified]:
    row = service.agent(arn)
    return [
        Certified(arn, version, row["fingerprint"], from_rfc3339(row["next_review_due"]))
        for version in certified_versions(row)
    ]
