"""The connectors of a payment manager: with whose credentials it pays."""

from recert.aws import later_reads
from recert.aws.collect.values import every
from recert.aws.reader import Reader


def read_connectors(reader: Reader, manager: str) -> tuple[list[str], bool]:
    """Return the credential providers and roles of the connectors, and whether all could be read."""
    if not reader.source.holds(later_reads.LIST_PAYMENT_CONNECTORS, reader.place.account):
        return [], True
    listing = reader.listing(
        later_reads.LIST_PAYMENT_CONNECTORS,
        "paymentConnectors",
        subject=manager,
        paymentManagerId=manager,
    )
    complete = listing.complete
    found: list[str] = []
    for connector in sorted(
        {str(one["paymentConnectorId"]) for one in listing.items if one.get("paymentConnectorId")}
    ):
        answer = reader.call(
            later_reads.GET_PAYMENT_CONNECTOR,
            subject=f"{manager}:{connector}",
            paymentManagerId=manager,
            paymentConnectorId=connector,
        )
        complete = complete and answer.output is not None
        found += every(answer.output, "credentialProviderArn", "iamRoleArn")
    return found, complete
