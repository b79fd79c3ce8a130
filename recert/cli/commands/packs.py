"""`recert export` and `recert verify`: evidence out, and evidence checked."""

from pathlib import Path

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand
from recert.text import plural

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PATH",
    help="A new folder, or a zip where it ends in .zip.",
)
@click.option("--certificate", type=_FILE, metavar="FILE", help="Certify its agents in a new file.")
@click.option(
    "--key", type=_FILE, metavar="FILE", help="Your SSH key, which signs the certificate."
)
def export(campaign: str, target: Path, certificate: Path | None, key: Path | None) -> int:
    """Write the evidence pack of a campaign.

    A campaign can be exported at any time; before its close the pack says that it is interim. Exit 3
    says that it is interim or has gaps, which it lists.

    \b
    recert export c-7f3k --to pack.zip
    recert export c-7f3k --to pack.zip --certificate agents.cert --key ~/.ssh/id_ed25519
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.cli import packs  # noqa: PLC0415 - behind the store

    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate is signed with --key; give both.")
    store = run.store
    chosen = run.campaigns(store).find_campaign(campaign)
    certified = 0
    if certificate is not None and (signer := run.signer(key)) is not None:
        from recert.cli.certify import certify  # noqa: PLC0415 - as above

        certified = certify(run, store, chosen, certificate, signer)
    made = packs.export(run, store, chosen, target)
    if run.out.as_json:
        told = {"certificate": certificate, "certified": certified} if certificate else {}
        run.out.document({**made.as_json(), **told})
    else:
        if certificate is not None:
            run.out.line(f"{certificate} certifies {plural(certified, 'version')} of agents.")
        run.out.line(packs.words(made))
        for gap in made.gaps:
            run.out.line(
                f"  unread: {gap.get('service')}:{gap.get('operation')} {gap.get('error')}"
            )
        run.out.note(
            f"Note the head outside this store: `recert verify {made.path} --head {made.head}`."
        )
    return made.exit_code


@click.command(cls=RecertCommand)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--signers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Whom you trust, in the form of ssh's allowed signers.",
)
@click.option(
    "--head",
    metavar="SIZE:HASH",
    help="A head that you noted when it was exported, or the file of a checkpoint.",
)
@click.option(
    "--tsa",
    type=click.Path(path_type=Path),
    metavar="PEM",
    help="Root certificates of time-stamp authorities that you trust.",
)
def verify(path: Path, signers: Path | None, head: str | None, tsa: Path | None) -> int:
    """Check a pack or a store, without a network.

    Exit 0: whole, unedited and by signers whom you named. Exit 3: whole and unedited, and nobody was
    named. Exit 1: it does not verify; the checks that failed name the file or entry.

    \b
    recert verify pack.zip --signers signers --head 158:1f0c…
    recert verify pack.zip
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.cli import packs  # noqa: PLC0415 - tables are slow to import
    from recert.evidence.verify import verify as verify_path  # noqa: PLC0415 - as above

    found = verify_path(path, signers=signers, head=head, tsa=tsa)
    if run.out.as_json:
        run.out.document(found.as_json())
        return found.exit_code
    marks = {"live": "", "replay": "REPLAY ", "demo": "SYNTHETIC "}
    run.out.line(f"{marks.get(found.source or '', '')}{path}: {packs.verdict(found)}")
    for check in found.checks:
        run.out.line(f"  {'ok ' if check.ok else 'NO '} {check.name}: {check.detail}")
    for sentence in found.proves:
        run.out.note(f"  proved: {sentence}")
    for sentence in found.cannot:
        run.out.note(f"  cannot be told here: {sentence}")
    if told := packs.advice(found):
        run.out.note(told)
    return found.exit_code
