"""`recert doctor`: whether things are in order, and what each missing permission hides."""

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand


@click.command(cls=RecertCommand)
@click.option(
    "--print-policy", is_flag=True, help="Print the IAM policy that a reader should have."
)
def doctor(print_policy: bool) -> int:
    """Tell what is in order, what is missing and what that hides.

    Looks at the configuration, the store, who you are, and what the last reading could not read.
    Exit 1 when something is not in order.
    """
    run = current()
    if print_policy:
        from recert.aws.policy import reader_policy  # noqa: PLC0415 - boto3 is slow to import

        run.out.document(reader_policy())
        return 0
    from recert.cli import health  # noqa: PLC0415 - boto3 and tables are slow to import

    found = health.examine(run)
    if run.out.as_json:
        run.out.document(found)
        return 0 if found["ok"] else 1
    for check in found["checks"]:
        run.out.line(f"{'ok ' if check['ok'] else 'NO '} {check['name']}: {check['detail']}")
    if found["missing"]:
        run.out.line("What the last reading could not see:")
        run.out.table(
            ("permission", "unknown", "accounts", "which is"),
            (
                (one["action"], one["column"], one["accounts"], one["effect"])
                for one in found["missing"]
            ),
        )
        run.out.note("`recert doctor --print-policy` prints what a reader should be allowed.")
    return 0 if found["ok"] else 1
