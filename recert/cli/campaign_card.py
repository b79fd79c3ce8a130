"""One campaign as `campaign show` and every step on it print it."""

from recert.cli.context import current


def show_campaign(campaign: str) -> None:
    """Print one campaign with its counts and what blocks its close."""
    run = current()
    from recert.campaigns.contract import campaign_json  # noqa: PLC0415 - behind the store

    service = run.campaigns()
    view = service.campaign(service.find_campaign(campaign))
    if run.out.as_json:
        run.out.document(campaign_json(view))
        return
    counts = view.counts
    run.out.line(f"{view.id}  {view.name}")
    run.out.line(f"state   {view.state}{'' if view.complete else ', not complete'}")
    run.out.line(f"owner   {view.owner or 'nobody'}")
    from recert.campaigns.deadlines import in_zone  # noqa: PLC0415 - behind the store

    run.out.line(f"due     {in_zone(view.due_at, view.due_zone) if view.due_at else 'no date'}")
    run.out.line(
        f"items   {counts.items}: {counts.pending} pending, {counts.decided} decided, "
        f"{counts.signed_off} signed off"
    )
    run.out.line(
        f"        {counts.attested} attested, {counts.reduced} reduced, {counts.revoked} revoked, "
        f"{counts.excepted} excepted, {counts.abstained} abstained"
    )
    decided = counts.decided + counts.signed_off - counts.no_response
    rescinded = f", {view.rescinded} rescinded" if view.rescinded else ""
    run.out.line(
        f"done    {decided} decided, {view.completely_reviewed} completely reviewed{rescinded}"
    )
    if view.stages.get("count", 1) > 1:
        there = ", ".join(f"{n} in stage {stage}" for stage, n in view.stages["items"].items())
        blind = ", the second blind" if view.stages["blind"] else ""
        run.out.line(f"stages  {view.stages['count']}{blind}, {view.stages['strategy']}: {there}")
    for asked in view.rescissions:
        run.out.line(
            f"asked   {asked['item']} to be taken back, by {asked['requested_by']}: "
            f"{asked['rationale']}; `recert rescind` confirms or withdraws it"
        )
    for blocker in view.blockers:
        run.out.line(f"blocked {blocker}")
