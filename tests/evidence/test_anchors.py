"""Anchors against what they talk to: a second person's file, CloudTrail's user agent, S3, an authority."""

import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from recert.aws import anchors as places
from recert.errors import AwsError, RefusedError, UsageError
from recert.evidence import anchors, containers, timestamp
from recert.evidence.checkpoint import checkpoint, parse_checkpoint
from recert.evidence.pack import export_pack
from recert.evidence.timestamp import TimestampError
from recert.evidence.verify import verify

pytest.importorskip("rfc3161_client")

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def make_authority(folder: Path) -> Path:
    """Make a root and an authority under it; return the root's certificate."""
    root, key = folder / "root.pem", folder / "root.key"
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30,
        "-subj", "/CN=Test root", "-keyout", key, "-out", root,
    )  # fmt: skip
    openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
        "/CN=Test TSA", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr",
    )  # fmt: skip
    (folder / "ext").write_text(
        "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
        "basicConstraints=CA:FALSE\n"
    )
    openssl(
        "x509", "-req", "-in", folder / "tsa.csr", "-CA", root, "-CAkey", key, "-CAcreateserial",
        "-days", 30, "-extfile", folder / "ext", "-out", folder / "tsa.pem",
    )  # fmt: skip
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    return root


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Return the address of a time-stamp authority on loopback, and its root certificate."""
    folder = tmp_path_factory.mktemp("tsa")
    root = make_authority(folder)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            (folder / "query").write_bytes(self.rfile.read(length))
            if self.path == "/refuses":
                self.send_error(503)
                return
            if self.path != "/repeats" or not (folder / "reply").exists():
                openssl(
                    "ts", "-reply", "-queryfile", folder / "query", "-config", folder / "tsa.cnf",
                    "-out", folder / "reply",
                )  # fmt: skip
            body = b"hello" if self.path == "/speaks-otherwise" else (folder / "reply").read_bytes()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", root
    server.shutdown()
    server.server_close()


@pytest.fixture
def stamped(world: Any, worlds: Any, authority: tuple[str, Path]) -> Any:
    """Return a closed campaign whose head was stamped."""
    world.whole(3)
    head = world.store.head()
    token = timestamp.ask(f"{authority[0]}/", checkpoint(world.store.store_id, head))
    anchors.record(
        world.store, anchors.RFC3161, head, actor=worlds.OWEN, to={"url": "x"}, proof=token.content
    )
    return world


def check_of(report: Any, name: str = "anchors") -> Any:
    (found,) = [check for check in report.checks if check.name == name]
    return found


def test_a_time_stamp_verifies_here_and_with_openssl(
    stamped: Any, worlds: Any, authority: tuple[str, Path], tmp_path: Path
) -> None:
    export_pack(stamped.store, stamped.campaign, tmp_path / "pack", stamped.clock, worlds.OWEN)
    for path in (tmp_path / "pack", stamped.path):
        report = verify(path, tsa=authority[1])
        assert report.ok, [one for one in report.checks if not one.ok]
        assert "verified by the given authorities" in check_of(report).detail
        assert "no authorities were pinned" in check_of(verify(path)).detail
    (token,) = (tmp_path / "pack" / "anchors").glob("*.tsr")
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-in", token, "-data", token.with_suffix(".checkpoint"),
         "-CAfile", authority[1]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in done.stdout + done.stderr


def test_a_foreign_authority_is_found(stamped: Any, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    report = verify(stamped.path, tsa=make_authority(tmp_path / "other"))
    assert report.exit_code == 1
    assert "does not verify" in check_of(report).detail


def test_a_time_stamp_of_something_else_is_found(
    world: Any, worlds: Any, authority: tuple[str, Path]
) -> None:
    world.open(1)
    head = world.store.head()
    token = timestamp.ask(authority[0], b"something else")
    for proof in (token.content, token.content[:-9], b"", b"\x30\x80" * 500):
        anchors.record(
            world.store, anchors.RFC3161, head, actor=worlds.OWEN, to={"url": "x"}, proof=proof
        )
    report = verify(world.path)
    assert not report.ok
    assert "is of something else" in check_of(report).detail
    assert check_of(report).detail.count("entry") == 4


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("/refuses", "did not answer"),
        ("/speaks-otherwise", "no time stamp"),
        ("/repeats", "another question"),
    ],
)
def test_an_authority_that_does_not_do_its_work_gives_no_token(
    authority: tuple[str, Path], place: str, said: str
) -> None:
    timestamp.ask(authority[0], b"before")
    with pytest.raises(TimestampError, match=said):
        timestamp.ask(authority[0] + place, b"this")


def test_nobody_home_and_no_address_are_sentences() -> None:
    with pytest.raises(TimestampError, match="did not answer"):
        timestamp.ask("http://127.0.0.1:9/", b"x")
    with pytest.raises(UsageError, match="no address"):
        timestamp.ask("file:///etc/passwd", b"x")
    with pytest.raises(UsageError, match="no certificates"):
        timestamp.roots(Path("/dev/null"))


def test_the_checkpoint_of_a_second_person_pins_ledger_size_hash_and_root(
    world: Any, worlds: Any, tmp_path: Path
) -> None:
    world.open(2)
    head = world.store.head()
    kept = tmp_path / "kept.checkpoint"
    kept.write_bytes(checkpoint(world.store.store_id, head))
    anchors.record(world.store, anchors.HEAD, head, actor=worlds.OWEN, to={"person": "Ann"})
    world.decide(0)
    assert parse_checkpoint(kept.read_bytes()).root == head.root
    report = verify(world.path, head=str(kept))
    assert report.ok
    assert any("given head" in one for one in report.proves)
    other_root = replace(head, root=f"{int(head.root, 16) ^ 1:064x}")
    for content in (checkpoint("another", head), checkpoint(world.store.store_id, other_root)):
        kept.write_bytes(content)
        assert not check_of(verify(world.path, head=str(kept)), "head").ok
    kept.write_bytes(b"recert/x\n1\n")
    with pytest.raises(UsageError, match="no checkpoint"):
        verify(world.path, head=str(kept))


def test_an_anchor_of_a_head_that_never_was_is_found(world: Any, worlds: Any) -> None:
    world.open(2)
    head = world.store.head()
    with world.store.write(worlds.OWEN) as tx:
        body = {"kind": "head", "size": head.size - 1, "hash": head.hash, "root": head.root}
        tx.append("anchor", {**body, "to": {}, "proof": None})
        tx.append("anchor", {**body, "size": head.size + 50, "to": {}, "proof": None})
    found = check_of(verify(world.path))
    assert not found.ok
    assert "is not the one that was anchored" in found.detail
    assert "was not there yet" in found.detail


def test_a_ledger_that_moved_on_under_the_anchor_is_still_its_prefix_and_another_is_refused(
    world: Any, worlds: Any, make_world: Any
) -> None:
    world.open(2)
    head = world.store.head()
    world.decide(0)
    anchors.record(world.store, anchors.HEAD, head, actor=worlds.OWEN, to={"person": "Ann"})
    other = make_world("other.db")
    other.open(2, campaign="c-2026-0002")
    with pytest.raises(RefusedError):
        anchors.record(other.store, anchors.HEAD, head, actor=worlds.OWEN, to={"person": "Ann"})


def test_every_byte_of_an_anchors_files_counts(
    stamped: Any, worlds: Any, tmp_path: Path, put: Any
) -> None:
    export_pack(stamped.store, stamped.campaign, tmp_path / "pack", stamped.clock, worlds.OWEN)
    pack = containers.read(tmp_path / "pack")
    mine = [path for path in pack if path.startswith("anchors/")]
    assert {Path(path).suffix for path in mine} == {".json", ".checkpoint", ".tsr"}
    for path in mine:
        data = bytearray(pack[path])
        data[len(data) // 2] ^= 1
        assert verify(put({**pack, path: bytes(data)})).exit_code == 1


# AWS.


def test_a_locked_object_is_read_back_and_never_replaced(moto: str) -> None:
    client = boto3.client("s3")
    client.create_bucket(Bucket="evidence", ObjectLockEnabledForBucket=True)
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    locked = places.lock("evidence", "recert/1", b"head\n", until=until)
    assert (locked.mode, locked.key) == ("COMPLIANCE", "recert/1")
    assert locked.version_id
    content, mode, kept = places.fetch("evidence", "recert/1", locked.version_id)
    assert (content, mode) == (b"head\n", "COMPLIANCE")
    assert kept == locked.retain_until
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket="evidence", Key="recert/1", VersionId=locked.version_id)
    with pytest.raises(RefusedError, match="exists already"):
        places.lock("evidence", "recert/1", b"another\n", until=until)


def test_a_bucket_without_a_lock_or_none_at_all_is_a_sentence(moto: str) -> None:
    boto3.client("s3").create_bucket(Bucket="plain")
    until = datetime.now(UTC) + timedelta(days=30)
    for bucket in ("plain", "nowhere"):
        with pytest.raises(AwsError, match=f"s3://{bucket}"):
            places.lock(bucket, "x", b"head\n", until=until)


def test_the_head_goes_out_in_the_user_agent(monkeypatch: pytest.MonkeyPatch, world: Any) -> None:
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.headers["User-Agent"])
            self.rfile.read(int(self.headers["Content-Length"]))
            body = (
                b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
                b"<GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn>"
                b"<UserId>A</UserId><Account>111122223333</Account></GetCallerIdentityResult>"
                b"<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
                b"</GetCallerIdentityResponse>"
            )
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    world.open(1)
    head = world.store.head()
    text = anchors.user_agent(world.store.store_id, head)
    told = places.tell(text)
    server.shutdown()
    server.server_close()
    assert f"md/ledger#{world.store.store_id} md/head#{head.size}.{head.hash}" in heard[0]
    assert len(heard[0]) < 1024
    assert (told.account, told.request_id) == ("111122223333", "r-1")
    assert told.at is not None


def test_nothing_of_an_anchor_is_recorded_where_aws_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with pytest.raises(AwsError, match="AWS did not answer"):
        places.tell("md/x#1")


def test_an_anchors_entry_is_json(stamped: Any) -> None:
    with stamped.store.read() as session:
        from recert.evidence.pack import stored_ledger  # noqa: PLC0415 - next to its one use

        (anchor,) = stored_ledger(session).projection.anchors
    assert json.loads(json.dumps(anchor)) == anchor
