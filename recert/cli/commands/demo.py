"""`recert demo`: the embedded estate, which never existed."""

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand


@click.command(cls=RecertCommand)
@click.option("--no-tui", is_flag=True, help="Print what there is instead of opening it.")
@click.option("--reset", is_flag=True, help="Begin anew; your decisions in the demo are removed.")
def demo(no_tui: bool, reset: bool) -> int:
    """Open the embedded, synthetic estate.

    Needs no AWS. You are maria.sanchez, a reviewer; RECERT_USER makes you somebody else,
    agnes.lindholm for the owner of the campaigns. What you decide is kept for the next start.

    \b
    recert demo
    RECERT_USER=agnes.lindholm recert demo
    recert demo --no-tui
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    if not no_tui and not run.out.as_json:
        from recert.cli import terminal  # noqa: PLC0415 - the terminal UI is slow to import

        return terminal.open_demo(run, reset=reset)
    from recert.cli import demo_store  # noqa: PLC0415 - boto3 and tables are slow to import

    if reset:
        demo_store.reset(run)
    found = demo_store.describe(run, demo_store.ensure(run))
    if run.out.as_json:
        run.out.document(
            {
                "store": found.store,
                "agents": found.agents,
                "events": found.events,
                "campaigns": found.campaigns,
                "synthetic": True,
            }
        )
        return 0
    run.out.line("SYNTHETIC: this estate never existed; no AWS account was read.")
    run.out.line(f"store      {found.store}")
    run.out.line(f"agents     {found.agents}")
    run.out.line(f"events     {found.events}")
    run.out.line(f"campaigns  {', '.join(found.campaigns)}")
    run.out.note(f"Go on with: recert --store {found.store} campaigns")
    return 0
