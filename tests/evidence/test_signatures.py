"""Sign-offs with real keys: what pinned signers prove, and what nobody gets past them."""

import hashlib
import json
import os
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from packs import failed

from recert.errors import RefusedError, TerminalNeededError, UsageError
from recert.estate.canonical import canonical
from recert.evidence import containers, keys, sshsig
from recert.evidence.material import read_ledger
from recert.evidence.pack import export_pack
from recert.evidence.report import Check
from recert.evidence.signatures import signatures
from recert.evidence.signoffs import closing_problems
from recert.evidence.ssh_keygen import SshSigner
from recert.evidence.sshsig import SignatureError
from recert.evidence.verify import verify
from recert.store import settings

ENVIRON = {"PATH": os.environ["PATH"]}


@pytest.fixture(scope="session")
def signer(make_key: Any, tmp_path_factory: pytest.TempPathFactory) -> SshSigner:
    return make_key(tmp_path_factory.mktemp("anna"), "anna")


@pytest.fixture(scope="session")
def stranger(make_key: Any, tmp_path_factory: pytest.TempPathFactory) -> SshSigner:
    return make_key(tmp_path_factory.mktemp("eve"), "eve")


@pytest.fixture(scope="session")
def third(make_key: Any, tmp_path_factory: pytest.TempPathFactory) -> SshSigner:
    return make_key(tmp_path_factory.mktemp("third"), "third")


def add_person(world: Any, worlds: Any) -> None:
    with world.store.write(worlds.OWEN) as tx:
        world._person(tx)


@pytest.fixture
def signed(world: Any, worlds: Any, signer: SshSigner) -> Any:
    """Return a closed campaign whose sign-off carries a signature by an enrolled key."""
    add_person(world, worlds)
    keys.enrol(world.store, worlds.ANNA.id, signer.public, actor=worlds.OWEN)
    return world.whole(3, signer=signer)


def pin(
    tmp_path: Path, signer: SshSigner, person: str = "anna@example.com", options: str = ""
) -> Path:
    path = tmp_path / f"allowed-{len(list(tmp_path.iterdir()))}"
    path.write_text(f"{person} {options} {signer.public}\n")
    return path


def test_pinned_signers_make_it_a_plain_yes(
    signed: Any, worlds: Any, tmp_path: Path, signer: SshSigner
) -> None:
    result = export_pack(
        signed.store, signed.campaign, tmp_path / "pack", signed.clock, worlds.OWEN
    )
    assert result.signature == "ssh"
    report = verify(tmp_path / "pack", signers=pin(tmp_path, signer))
    assert failed(report) == {}
    assert report.signers_pinned
    assert report.exit_code == 0
    assert not any("Who made it" in sentence for sentence in report.cannot)
    assert verify(signed.path, signers=pin(tmp_path, signer)).exit_code == 0
    assert verify(tmp_path / "pack").exit_code == 3


def test_a_list_inside_the_pack_is_only_as_good_as_the_pack(
    signed: Any, worlds: Any, tmp_path: Path
) -> None:
    export_pack(signed.store, signed.campaign, tmp_path / "pack", signed.clock, worlds.OWEN)
    assert not verify(tmp_path / "pack").signers_pinned
    assert (tmp_path / "pack" / "allowed_signers").read_text() == keys.allowed_signers(signed.store)
    own = tmp_path / "pack" / "allowed_signers"
    report = verify(tmp_path / "pack", signers=own)
    assert (report.ok, report.signers_pinned, report.exit_code) == (True, False, 3)
    assert "came with the pack" in next(
        one.detail for one in report.checks if one.name == "signers"
    )
    (tmp_path / "link").symlink_to(own)
    assert verify(tmp_path / "pack", signers=tmp_path / "link").exit_code == 3


def test_ssh_keygen_and_the_shell_accept_what_we_signed(
    signed: Any, worlds: Any, tmp_path: Path, signer: SshSigner, stranger: SshSigner
) -> None:
    export_pack(signed.store, signed.campaign, tmp_path / "pack", signed.clock, worlds.OWEN)
    statement = next((tmp_path / "pack" / "signoffs").glob("*.statement"))
    said = subprocess.run(
        [
            "ssh-keygen", "-Y", "verify", "-f", pin(tmp_path, signer), "-I", "anna@example.com",
            "-n", "signoff.v1@recert", "-s", f"{statement}.sig",
        ],
        input=statement.read_bytes(),
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    answers = [
        subprocess.run(
            ["sh", "verify.sh", "-", str(pin(tmp_path, who))],
            cwd=tmp_path / "pack",
            capture_output=True,
            check=False,
        ).returncode
        for who in (signer, stranger)
    ]
    assert answers == [0, 1]


@pytest.mark.parametrize(
    ("person", "options", "sentence"),
    [
        ("bob@example.com", "", "somebody else"),
        ("anna@example.com", 'namespaces="git"', "not pinned for this purpose"),
        ("anna@example.com", 'valid-before="20261101Z"', "had expired"),
        ("anna@example.com", 'valid-after="20271101Z"', "not valid yet"),
    ],
)
def test_a_key_that_is_pinned_for_something_else_does_not_count(
    signed: Any,
    tmp_path: Path,
    signer: SshSigner,
    *,
    person: str,
    options: str,
    sentence: str,
) -> None:
    report = verify(signed.path, signers=pin(tmp_path, signer, person, options))
    assert sentence in failed(report)["signers"]
    assert report.exit_code == 1
    assert not report.signers_pinned


def test_a_foreign_key_and_no_signature_do_not_pass_for_pinned(
    signed: Any, world: Any, tmp_path: Path, stranger: SshSigner
) -> None:
    assert "not pinned" in failed(verify(signed.path, signers=pin(tmp_path, stranger)))["signers"]


def test_an_unsigned_sign_off_is_no_yes_where_signers_are_pinned(
    world: Any, tmp_path: Path, signer: SshSigner
) -> None:
    world.whole(2)
    report = verify(world.path, signers=pin(tmp_path, signer))
    assert "carries no signature" in failed(report)["signers"]
    assert report.exit_code == 1


def test_nothing_signed_off_is_no_yes_where_signers_are_pinned(
    world: Any, tmp_path: Path, signer: SshSigner
) -> None:
    world.open(2)
    assert (
        "nothing here was signed off"
        in failed(verify(world.path, signers=pin(tmp_path, signer)))["signers"]
    )


def test_a_key_that_is_not_enrolled_signs_nothing(
    world: Any, stranger: SshSigner, tmp_path: Path
) -> None:
    world.whole(2, signer=stranger)
    assert "was not enrolled" in failed(verify(world.path))["signatures"]


def test_a_revoked_key_signs_nothing_more_and_what_it_signed_stands(
    signed: Any, worlds: Any, signer: SshSigner, tmp_path: Path
) -> None:
    signed.tick()
    keys.revoke(signed.store, signer.key, "lost", actor=worlds.OWEN)
    assert verify(signed.path, signers=pin(tmp_path, signer)).exit_code == 0
    assert "valid-before=" in keys.allowed_signers(signed.store)
    signed.open(1, campaign="c-2026-0002")
    signed.decide(0)
    signed.sign(signer=signer)
    assert "had been revoked" in failed(verify(signed.path))["signatures"]


def test_a_key_signs_for_its_own_person_only(world: Any, worlds: Any, signer: SshSigner) -> None:
    add_person(world, worlds)
    with world.store.write(worlds.OWEN) as tx:
        from recert.store import entries  # noqa: PLC0415 - next to its one use
        from recert.store.tables import PersonRow  # noqa: PLC0415 - as above

        bob = PersonRow(id="bob@example.com", name="Bob", added_at=world.tick())
        tx.session.add(bob)
        tx.append("person.set", entries.person_set(bob))
    keys.enrol(world.store, "bob@example.com", signer.public, actor=worlds.OWEN)
    world.whole(1, signer=signer)
    assert "not enrolled for anna@example.com" in failed(verify(world.path))["signatures"]


def test_later_keys_need_a_countersignature_that_counts(
    world: Any,
    worlds: Any,
    signer: SshSigner,
    stranger: SshSigner,
    third: SshSigner,
) -> None:
    add_person(world, worlds)
    anna = worlds.ANNA.id
    keys.enrol(world.store, anna, signer.public, actor=worlds.OWEN)
    before = world.store.head()
    for countersigner in (None, stranger):
        with pytest.raises(RefusedError) as caught:
            keys.enrol(
                world.store, anna, stranger.public, actor=worlds.OWEN, countersigner=countersigner
            )
        assert caught.value.rule == "key_not_countersigned"
    assert world.store.head() == before
    keys.enrol(world.store, anna, stranger.public, actor=worlds.OWEN, countersigner=signer)
    assert failed(verify(world.path)) == {}
    keys.revoke(world.store, stranger.key, "left", actor=worlds.OWEN)
    with pytest.raises(RefusedError):
        keys.enrol(world.store, anna, third.public, actor=worlds.OWEN, countersigner=stranger)
    keys.enrol(world.store, anna, third.public, actor=worlds.OWEN, countersigner=signer)
    assert failed(verify(world.path)) == {}


def test_bad_keys_and_unknown_persons_are_usage_errors(
    world: Any, worlds: Any, signer: SshSigner, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="no person"):
        keys.enrol(world.store, "nobody", signer.public, actor=worlds.OWEN)
    add_person(world, worlds)
    with pytest.raises(UsageError, match="no public key"):
        keys.enrol(world.store, worlds.ANNA.id, "hello", actor=worlds.OWEN)
    keys.enrol(world.store, worlds.ANNA.id, signer.public, actor=worlds.OWEN)
    with pytest.raises(UsageError, match="enrolled already"):
        keys.enrol(
            world.store, worlds.ANNA.id, signer.public, actor=worlds.OWEN, countersigner=signer
        )
    for unknown in ("SHA256:x", signer.key):
        if unknown == signer.key:
            keys.revoke(world.store, unknown, "lost", actor=worlds.OWEN)
        with pytest.raises(UsageError, match="to revoke"):
            keys.revoke(world.store, unknown, "lost", actor=worlds.OWEN)
    for path in (tmp_path / "nothing", tmp_path / "nothing.pub"):
        with pytest.raises(UsageError, match="no public key at"):
            SshSigner.load(path, ENVIRON)
    with pytest.raises(UsageError, match="not installed"):
        SshSigner.load(signer.path, {"PATH": str(tmp_path)})


def test_a_key_that_cannot_sign_is_a_sentence(
    signer: SshSigner, make_key: Any, tmp_path: Path
) -> None:
    public = tmp_path / "lone.pub"
    public.write_text(signer.public)
    with pytest.raises(SignatureError, match="ssh-keygen did not sign"):
        SshSigner.load(public, ENVIRON).sign("text", "signoff.v1@recert")
    secret = tmp_path / "other"
    secret.write_bytes(signer.path.read_bytes())
    secret.chmod(0o600)
    other = make_key(tmp_path, "third")
    mixed = SshSigner(secret, other.public, ENVIRON)
    with pytest.raises(SignatureError, match="another key"):
        mixed.sign("text", "signoff.v1@recert")


def test_a_key_that_has_to_ask_says_so_where_nobody_can_be_asked(tmp_path: Path) -> None:
    path = tmp_path / "locked"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "correct horse", "-f", path]
    subprocess.run(command, check=True, capture_output=True)
    locked = keys.SshSigner.load(path, ENVIRON, asks=False)
    with pytest.raises(TerminalNeededError, match="has a passphrase"):
        locked.sign("text", "signoff.v1@recert")
    kind = b"sk-ssh-ed25519@openssh.com"
    blob = b"".join(struct.pack(">I", len(part)) + part for part in (kind, b"0" * 32, b"ssh:"))
    touched = keys.SshSigner(path, sshsig.key_text(blob), ENVIRON, asks=False)
    with pytest.raises(TerminalNeededError, match="has to be touched"):
        touched.sign("text", "signoff.v1@recert")


def relink(entries: list[dict[str, Any]]) -> list[str]:
    texts: list[str] = []
    prev = "0" * 64
    for seq, entry in enumerate(entries, 1):
        texts.append(canonical({**entry, "seq": seq, "prev": prev}).decode())
        prev = hashlib.sha256(texts[-1].encode()).hexdigest()
    return texts


def test_a_rewritten_ledger_does_not_fit_what_was_signed(
    signed: Any, worlds: Any, tmp_path: Path, signer: SshSigner
) -> None:
    """Nothing before a sign-off can be rewritten without the key, however consistently."""
    from recert.evidence import contents  # noqa: PLC0415 - next to its one use
    from recert.evidence.material import Material  # noqa: PLC0415 - as above

    export_pack(signed.store, signed.campaign, tmp_path / "pack", signed.clock, worlds.OWEN)
    files = containers.read(tmp_path / "pack")
    entries = [json.loads(line) for line in files["ledger.jsonl"].decode().splitlines()]
    for entry in entries:
        if entry["type"] == "decision.recorded":
            entry["body"]["rationale"] = "because I say so"
    material = Material(
        read_ledger(relink(entries)),
        signed.campaign,
        files["population.jsonl"].decode().splitlines(),
    )
    containers.write(tmp_path / "forged", contents.derive(material))
    found = failed(verify(tmp_path / "forged", signers=pin(tmp_path, signer)))
    assert "is not the one that was signed" in found["signoffs"]


def test_a_signature_moved_to_another_statement_is_found(
    signed: Any, worlds: Any, tmp_path: Path
) -> None:
    with signed.store.database.writer.begin() as connection:
        text = connection.exec_driver_sql(
            'SELECT entry FROM ledger WHERE entry LIKE \'%"type":"signoff"%\''
        ).scalar_one()
    entry = json.loads(text)
    entry["body"]["statement"] = entry["body"]["statement"].replace("I reviewed", "I skimmed")
    entry.update(seq=1, prev="0" * 64, type="signoff")
    entries = []
    with signed.store.read() as session:
        rows = session.connection().exec_driver_sql("SELECT entry FROM ledger ORDER BY seq").all()
    for row in rows:
        parsed = json.loads(row[0])
        entries.append({**parsed, "body": entry["body"]} if parsed["type"] == "signoff" else parsed)
    from recert.evidence.signatures import signatures  # noqa: PLC0415 - next to its one use

    done: list[Check] = []
    assert not signatures(read_ledger(relink(entries)), None, done)
    assert not done[0].ok
    assert "not of this text" in done[0].detail


def test_an_unsigned_sign_off_in_a_ledger_that_demands_a_key_is_found(
    world: Any, worlds: Any
) -> None:
    world.open(2, estate=worlds.estate(kind="live"))
    world.decide(0)
    world.decide(1)
    world.sign()
    report = verify(world.path)
    assert "where ssh was demanded" in failed(report)["demanded"]
    assert report.exit_code == 1


def test_a_setting_lifts_the_demand_from_then_on_and_the_first_page_says_who_set_it(
    world: Any, worlds: Any, tmp_path: Path
) -> None:
    with world.store.write(worlds.OWEN) as tx:
        settings.put(tx, "signatures", "none", "no keys here yet")
    world.open(1, estate=worlds.estate(kind="live"))
    world.decide(0)
    world.sign()
    assert failed(verify(world.path)) == {}
    export_pack(world.store, world.campaign, tmp_path / "pack", world.clock, worlds.OWEN)
    page = (tmp_path / "pack" / "README.txt").read_text()
    assert "signature none, set in entry 2 by owen@example.com: no keys here yet" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"counts": {"items": 9}}, "it counts"),
        ({"size": 1}, "does not name the ledger"),
        ({"root": "0" * 64}, "is not the one that was signed"),
        ({"campaign": "c-other"}, "names another campaign"),
        ({"signer": {"id": "eve", "name": "Eve", "strength": "ssh", "key": "x"}}, "another signer"),
    ],
)
def test_a_closing_statement_that_does_not_fit_its_ledger_is_found(
    small_pack: dict[str, bytes], change: dict[str, Any], said: str
) -> None:
    entries = [json.loads(line) for line in small_pack["ledger.jsonl"].decode().splitlines()]
    for entry in entries:
        if entry["type"] == "campaign.closed":
            closing = entry["body"]["closing"]
            statement = {**json.loads(closing["statement"]), **change}
            closing["statement"] = canonical(statement).decode()
    ledger = read_ledger(relink([one for one in entries if one["type"] != "anchor"]))
    assert said in " ".join(closing_problems(ledger))
    assert not signatures_of(ledger).ok


def signatures_of(ledger: Any) -> Check:
    """Return whether every signature of a ledger holds."""
    done: list[Check] = []
    signatures(ledger, None, done)
    (found,) = [check for check in done if check.name == "signatures"]
    return found
