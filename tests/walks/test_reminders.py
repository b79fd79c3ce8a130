"""Reminders on the demo: real servers on loopback take them, and the ledger says what went where."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from loading import load

Walk = Any
OWNER = {"RECERT_USER": "agnes.lindholm"}
WHO = "maria.sanchez"


box = load(Path(__file__).with_name("mailbox.py"))


@pytest.fixture
def mail() -> Iterator[Any]:
    with box.running(box.MailServer()) as server:
        yield server


@pytest.fixture
def web() -> Iterator[Any]:
    with box.running(box.WebServer()) as server:
        yield server


class Desk:
    """A campaign's owner with a configuration."""

    def __init__(self, walk: Walk, folder: Path) -> None:
        self.walk = walk
        self.config = folder / "recert.toml"
        self.campaign = str(walk.active()["id"])
        for person in (WHO, "agnes.lindholm", "jonas.keller"):
            walk.json("people", "set", person, "--email", f"{person}@example.com", **OWNER)

    def configure(self, text: str) -> None:
        self.config.write_text(text)

    def remind(self, *args: str, code: int = 0, **environ: str) -> Any:
        done = self.walk(
            "--config", self.config, "campaign", "remind", self.campaign, "--json", *args,
            **{**OWNER, **environ},
        )  # fmt: skip
        assert done.code == code, done.err
        assert "Traceback" not in done.err
        return done.json()

    def finish(self, person: str) -> None:
        items = self.walk.json("items", self.campaign, "--mine", "--open", RECERT_USER=person)
        for item in items["items"]:
            self.walk.json(
                "decide", self.campaign, item["id"], "--abstain", "--rationale", "no",
                RECERT_USER=person,
            )  # fmt: skip
        self.walk.json("sign", self.campaign, "--yes", RECERT_USER=person)


def smtp(server: Any, more: str = "") -> str:
    return (
        f'[reminders.smtp]\nhost = "127.0.0.1"\nport = {server.port}\n'
        f'from = "recert@example.com"\nsecurity = "none"\n{more}\n'
    )


def password(text: str) -> dict[str, str]:
    return {"RECERT_SMTP_PASSWORD": text}


@pytest.fixture
def desk(walk: Walk, tmp_path: Path) -> Desk:
    return Desk(walk, tmp_path)


def test_whoever_has_work_left_gets_one_mail_in_each_window(desk: Desk, mail: Any) -> None:
    desk.configure(smtp(mail))
    dry = desk.remind("--dry-run")
    assert (mail.mails, {one["result"] for one in dry["sendings"]}) == ([], {"due"})
    left = {one["person"]: one for one in dry["recipients"]}
    sent = desk.remind()
    assert {one["recipient"] for one in sent["sendings"]} == set(left)
    assert {one["result"] for one in sent["sendings"]} == {"sent"}
    to_maria = next(one for one in mail.mails if one["To"] == f"{WHO}@example.com")
    text = to_maria.get_content()
    assert f"{left[WHO]['pending']} items to decide" in to_maria["Subject"].replace("\n", "")
    assert "[SYNTHETIC]" in to_maria["Subject"]
    assert f"recert items {desk.campaign}" in text
    # Counts and a link, no permission and no ARN.
    assert "arn:" not in text
    assert not any(word in text for word in ("s3:", "iam:", "lambda:"))

    count = len(mail.mails)
    again = desk.remind()
    assert len(mail.mails) == count
    assert next(one for one in again["sendings"] if one["recipient"] == WHO)["result"] == (
        "sent_before"
    )
    told = ledger(desk.walk)
    mine = [one["body"] for one in told if one["body"]["recipient"] == WHO]
    assert [(one["channel"], one["number"], one["result"], one["level"]) for one in mine] == [
        ("smtp", 1, "sent", 0)
    ]


def ledger(walk: Walk) -> list[dict[str, Any]]:
    connection = sqlite3.connect(walk.store)
    try:
        found = [json.loads(one) for (one,) in connection.execute("SELECT entry FROM ledger")]
    finally:
        connection.close()
    return [one for one in found if one["type"] == "reminder.sent"]


def test_reminders_stop_when_the_work_is_done(desk: Desk, web: Any) -> None:
    desk.configure('[reminders]\nevery_days = 1\n[reminders.webhook]\nformat = "json"\n')
    before = desk.remind("--dry-run")
    assert WHO in {one["person"] for one in before["recipients"]}
    desk.finish(WHO)
    after = desk.remind("--dry-run")
    assert {one["person"] for one in before["recipients"]} - {
        one["person"] for one in after["recipients"]
    } == {WHO}
    desk.remind(RECERT_WEBHOOK_URL=web.url)
    assert {post["recipient"] for _, post in web.posts} == {
        one["person"] for one in after["recipients"]
    }
    for person in {one["person"] for one in after["recipients"]}:
        desk.finish(person)
    count = len(web.posts)
    assert desk.remind(RECERT_WEBHOOK_URL=web.url)["recipients"] == []
    assert len(web.posts) == count


def test_a_channel_that_fails_blocks_no_other_and_its_secret_stays_secret(
    desk: Desk, mail: Any, web: Any
) -> None:
    desk.configure(f"[reminders.webhook]\n{smtp(mail)}")
    web.answer = 500
    secret = f"{web.url}/services/T0/B0/hushhush"
    sent = desk.remind(code=3, RECERT_WEBHOOK_URL=secret)
    results = {
        (one["channel"], one["result"]) for one in sent["sendings"] if one["recipient"] == WHO
    }
    assert results == {("smtp", "sent"), ("webhook", "failed")}
    assert web.posts[0][0] == "/services/T0/B0/hushhush"
    assert "hushhush" not in json.dumps(sent)
    assert b"hushhush" not in desk.walk.store.read_bytes()
    count = len(mail.mails)
    # What failed is tried again in the same window, what was sent is not.
    web.answer = 200
    desk.remind(RECERT_WEBHOOK_URL=secret)
    assert len(mail.mails) == count
    again = [one["body"] for one in ledger(desk.walk) if one["body"]["channel"] == "webhook"]
    assert {"failed", "sent"} == {one["result"] for one in again if one["recipient"] == WHO}


def test_a_slack_message_escapes_what_slack_would_take_for_marks(desk: Desk, web: Any) -> None:
    desk.walk.json(
        "people", "set", WHO, "--name", "<!channel> & <@U1>", RECERT_USER="agnes.lindholm"
    )
    desk.configure("[reminders.webhook]\n")
    desk.remind(RECERT_WEBHOOK_URL=web.url)
    texts = [post["text"] for _, post in web.posts]
    assert any("&lt;!channel&gt; &amp; &lt;@U1&gt;" in text for text in texts)
    assert not any("<" in text for text in texts)


def test_a_webhook_that_sends_elsewhere_is_not_followed(desk: Desk, web: Any) -> None:
    desk.configure("[reminders.webhook]\n")
    web.answer, web.location = 302, f"{web.url}/elsewhere"
    desk.remind(code=3, RECERT_WEBHOOK_URL=f"{web.url}/here")
    assert {path for path, _ in web.posts} == {"/here"}
    for wrong in ("", "ftp://127.0.0.1/x", "http://example.com/x", "nonsense"):
        sent = desk.remind(code=3, RECERT_WEBHOOK_URL=wrong)
        assert all("RECERT_WEBHOOK_URL" in one["detail"] for one in sent["sendings"])


def test_mail_is_encrypted_and_a_password_comes_from_the_environment(
    desk: Desk, tmp_path: Path
) -> None:
    context, trusted = box.certificate(tmp_path)
    login = "\0robot\0hush-hush"
    with box.running(box.MailServer(context, login)) as server:
        desk.configure(smtp(server, 'username = "robot"').replace('"none"', '"starttls"'))
        unset = desk.remind(code=3)
        assert "RECERT_SMTP_PASSWORD is not set" in json.dumps(unset["sendings"])
        untrusted = desk.remind(code=3, **password("hush-hush"))
        assert server.mails == []
        assert {one["result"] for one in untrusted["sendings"]} == {"failed"}
        trust = {"SSL_CERT_FILE": str(trusted)}
        wrong = desk.remind(code=3, **password("wrong-one"), **trust)
        assert "it answered 535" in json.dumps(wrong["sendings"])
        desk.remind(**password("hush-hush"), **trust)
        assert server.encrypted
        assert all(server.encrypted)
    for secret in (b"hush-hush", b"wrong-one"):
        assert secret not in desk.walk.store.read_bytes()


def test_somebody_without_an_address_is_said_and_recorded(desk: Desk, mail: Any) -> None:
    desk.configure(smtp(mail))
    desk.walk.json("people", "set", WHO, "--email", "", **OWNER)
    sent = desk.remind(code=3)
    mine = next(one for one in sent["sendings"] if one["recipient"] == WHO)
    assert (mine["result"], "No address is known" in mine["detail"]) == ("failed", True)
    assert WHO in {one["body"]["recipient"] for one in ledger(desk.walk)}
    wrong = desk.walk("people", "set", WHO, "--email", "a@b\nBcc: c@d", **OWNER)
    assert wrong.code == 2


def test_a_server_that_is_not_there_or_refuses_is_said_and_recorded(desk: Desk, mail: Any) -> None:
    desk.configure(smtp(mail))
    mail.refuse = "550"
    sent = desk.remind(code=3)
    mine = next(one for one in sent["sendings"] if one["recipient"] == WHO)
    assert (mine["result"], "refused" in mine["detail"]) == ("failed", True)
    desk.configure(smtp(mail).replace(f"port = {mail.port}", "port = 1"))
    gone = desk.remind(code=3)
    assert "127.0.0.1 did not take the mail" in json.dumps(gone["sendings"])


def test_sns_publishes_to_the_topic_and_a_lost_topic_is_a_failure(desk: Desk, moto: str) -> None:
    sns = boto3.client("sns", region_name="us-east-1")
    sqs = boto3.client("sqs", region_name="us-east-1")
    topic = sns.create_topic(Name="reviews")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    desk.configure(f'[reminders.sns]\ntopic_arn = "{topic}"\n')
    sent = desk.remind()
    found = []
    while got := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for one in got:
            found.append(json.loads(one["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
    assert len(found) == len(sent["sendings"])
    people = {one["MessageAttributes"]["recipient"]["Value"] for one in found}
    assert people == {one["recipient"] for one in sent["sendings"]}
    assert all("arn:" not in one["Message"] for one in found)
    desk.configure(f'[reminders.sns]\ntopic_arn = "{topic}-gone"\n')
    lost = desk.remind("--channel", "sns")
    assert {one["result"] for one in lost["sendings"]} == {"sent_before"}


def test_reminders_are_the_owners_and_need_a_channel(desk: Desk) -> None:
    desk.configure("")
    other = desk.walk(
        "--config", desk.config, "campaign", "remind", desk.campaign, "--dry-run",
        RECERT_USER="tom.becker",
    )  # fmt: skip
    assert other.code == 1
    none = desk.walk("--config", desk.config, "campaign", "remind", desk.campaign, **OWNER)
    assert none.code == 2
    assert "No channel is configured" in none.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[reminders.smtp]\nhost = "h"\nfrom = "f"\npassword = "hush"\n', "RECERT_SMTP_PASSWORD"),
        ('[reminders.webhook]\nurl = "https://hooks/x"\n', "RECERT_WEBHOOK_URL"),
        ('[reminders.smtp]\nfrom = "f"\n', "host must be a text"),
        ('[reminders.smtp]\nhost = "h"\nfrom = "f"\nsecurity = "ssl"\n', "starttls, tls, none"),
        ('[reminders.smtp]\nhost = "h"\nfrom = "f"\nport = "x"\n', "port must be a number"),
        ('[reminders.sns]\ntopic_arn = "x"\n', "no ARN of a topic"),
        ('[reminders.webhook]\nformat = "teams"\n', "slack or json"),
        ("[reminders]\nevery_days = 0\n", "every_days"),
        ("[reminders]\nescalate_after = [5, 1]\n", "rising"),
        ('[reminders]\ndetail = "all"\n', "counts, titles"),
        ("[reminders]\nevry_days = 1\n", "no setting 'evry_days'"),
        ("[reminders]\nsmtp = 1\n", "must be a table"),
    ],
)
def test_a_configuration_that_cannot_hold_is_refused(desk: Desk, text: str, says: str) -> None:
    desk.configure(text)
    done = desk.walk(
        "--config", desk.config, "campaign", "remind", desk.campaign, "--dry-run", **OWNER
    )
    assert done.code == 2
    assert says in done.err
    assert "hush" not in done.err
