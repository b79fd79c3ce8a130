"""The certifications of a campaign in one file: each reviewer's, and its owner's memo at the close."""

import json
from typing import Any

from recert.evidence.material import Material
from recert.evidence.tieout import TieOut
from recert.store import canonical
from recert.store.projection import Projection


def signoff(material: Material, tied: TieOut) -> dict[str, Any]:
    """Return what `signoff.json` holds."""
    projection = material.projection
    closing = projection.closings.get(material.campaign)
    return {
        "reviewers": [
            {**_certification(projection, one), "items": len(one["decisions"])}
            for one in projection.signoffs.values()
            if one["campaign"] == material.campaign
        ],
        "owner": {**_certification(projection, closing), **_memo(closing)} if closing else None,
        "owner_unknown": None if closing else _why(material),
        "agrees_with_tieout": _agrees(closing, tied) if closing else None,
    }


def _certification(projection: Projection, signed: dict[str, Any]) -> dict[str, Any]:
    statement = json.loads(signed["statement"])
    signer = str(signed["signer"])
    return {
        "signer": signer,
        "printed_name": statement["signer"].get("name"),
        "roles": projection.persons.get(signer, {}).get("roles", []),
        "identity": signed["strength"],
        "signed_at": signed["signed_at"],
        "meaning": statement["meaning"],
        "statement": signed["statement"],
        "statement_sha256": canonical.sha256(signed["statement"]),
        "signature": signed["signature"],
        "signature_demanded": signed["demanded"],
        "key": signed["key"],
        "head": f"{signed['size']}:{signed['head']}",
        "entry": signed["entry"],
    }


def _memo(closing: dict[str, Any]) -> dict[str, Any]:
    return {"memo": json.loads(closing["statement"])["memo"]}


def _why(material: Material) -> str:
    state = material.row["state"]
    if state == "closed":
        return "it was closed by a recert that took no statement"
    return f"the campaign is {state}; its owner states the memo at the close"


def _agrees(closing: dict[str, Any], tied: TieOut) -> bool:
    """Tell whether the memo claims no more than the numbers show."""
    holds = {line["name"]: line["holds"] for line in json.loads(closing["statement"])["memo"]}
    by_name = {equation.name: equation.holds for equation in tied.equations}
    return not (
        (holds.get("population") and tied.gaps)
        or (holds.get("revocations") and not by_name["revocations"])
        or (holds.get("reviewers") and not by_name["signatures"])
    )
