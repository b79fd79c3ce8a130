"""One call at a time: paced, counted, redacted; a refusal becomes a gap and never an exception."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from recert.aws.codes import code_of
from recert.aws.interface import AwsSource
from recert.aws.keyring import Keyring
from recert.aws.matching import Place
from recert.aws.models import paginator
from recert.aws.read import Read
from recert.aws.redaction import redact
from recert.aws.replay import NotRecordedError
from recert.aws.resume import Spool
from recert.aws.tally import Tally
from recert.errors import AwsError
from recert.estate.estate import Gap

_MOST_PAGES = 100_000
_LOOP, _CUT = "RepeatedPages", "TruncatedPages"
"""A token that came before, and an answer that promises more and says not where: neither is AWS's code."""
GONE = "ResourceNotFoundException"
_VANISHED = "nothing more: it vanished during the reading"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: an output, or the code of the error. `absent`: AWS says that there is nothing."""

    output: dict[str, Any] | None = None
    error: str = ""
    absent: bool = False

    @property
    def known(self) -> bool:
        """Tell whether AWS answered, be it that there is nothing."""
        return self.output is not None or self.absent


@dataclass(slots=True)
class Listing:
    """The items of every page of a listing; `complete` is False where a page could not be read."""

    items: list[Any] = field(default_factory=list)
    complete: bool = True
    error: str = ""


class Reader:
    """Calls AWS, or a recording of it, for one account and region."""

    def __init__(
        self,
        source: AwsSource,
        place: Place,
        tally: Tally,
        keyring: Keyring,
        spool: Spool | None = None,
    ) -> None:
        self.source = source
        self.place = place
        self.tally = tally
        self.keyring = keyring
        self.spool = spool

    def at(self, place: Place) -> "Reader":
        """Return a reader for another account or region."""
        if place == self.place:
            return self
        return Reader(self.source, place, self.tally, self.keyring, self.spool)

    def call(
        self,
        read: Read,
        *,
        subject: str = "",
        quiet: bool = False,
        listed: bool = False,
        params: Mapping[str, Any] | None = None,
        page_of: str = "",
        **named: Any,
    ) -> Answer:
        """Make one call; what fails is a gap about `subject`, unless `quiet` leaves that to the caller.

        `listed` says that the thing was listed before, so that its absence means that it was
        deleted meanwhile. What an interrupted reading had read is not asked for again; `page_of`
        names the listing of which the answer is one page.
        """
        asked = {**(params or {}), **named}
        known = self.recall(read, asked)
        if known is not None:
            return known
        try:
            client = self.source.client(read.service, self.place)
            self.source.pace(read, self.place)
            self.tally.count(read)
            output = getattr(client, xform_name(read.operation))(**asked)
        except ClientError as error:
            code = code_of(error)
            self.tally.retried(_retries(error.response))
            self.tally.log.refused(read, self.place, asked, code)
            if code in read.absent:
                self._keep(read, asked, None, {}, page_of)
                return Answer(absent=True)
            if listed and code == GONE:
                self.gap(read, code, subject, _VANISHED)
                return Answer(error=code)
        except NotRecordedError as error:
            code = error.code
            self.tally.log.refused(read, self.place, asked, code)
        except (BotoCoreError, ResponseParserError, AwsError) as error:
            code = code_of(error)
            self.tally.log.refused(read, self.place, asked, code)
        else:
            return self._answered(read, asked, output, page_of)
        return self._missed(read, code, subject, quiet=quiet)

    def _answered(
        self, read: Read, asked: Mapping[str, Any], output: dict[str, Any], page_of: str
    ) -> Answer:
        self.tally.retried(_retries(output))
        metadata = output.pop("ResponseMetadata", None) or {}
        replayed = self.source.replayed
        kept = redact(read.service, output, self.keyring, marked=replayed)
        # A recording has no request ids of its own; those that replay makes up are no evidence.
        self.tally.log.answered(read, self.place, asked, kept, {} if replayed else metadata)
        self._keep(read, asked, kept, metadata, page_of)
        return Answer(kept)

    def recall(self, read: Read, asked: Mapping[str, Any]) -> Answer | None:
        """Return the answer that an interrupted reading had got, None where there is none."""
        if self.spool is None:
            return None
        found = self.spool.find(self.place, read.name, asked)
        if found is None:
            return None
        self.tally.check()
        output, metadata = found
        if output is None:
            return Answer(absent=True)
        self.tally.log.answered(read, self.place, asked, output, metadata)
        return Answer(output)

    def remember(self, read: Read, asked: Mapping[str, Any], output: Mapping[str, Any]) -> None:
        """Keep what several calls brought under one name, for the reading after an interruption."""
        self._keep(read, asked, output, {}, "", whole=True)

    def _keep(
        self,
        read: Read,
        asked: Mapping[str, Any],
        output: Mapping[str, Any] | None,
        metadata: Mapping[str, Any],
        page_of: str,
        *,
        whole: bool = False,
    ) -> None:
        if self.spool is not None and (whole or read.resumable):
            self.spool.keep(
                self.place, read.name, asked, output, metadata=metadata, listing=page_of
            )

    def _missed(self, read: Read, code: str, subject: str, *, quiet: bool) -> Answer:
        if not quiet:
            self.gap(read, code, subject)
        return Answer(error=code)

    def gap(self, read: Read, code: str, subject: str = "", effect: str = "") -> None:
        """Record that something could not be read."""
        self.tally.miss(
            Gap(
                account=self.place.account,
                region=self.place.region,
                service=read.service,
                operation=read.operation,
                error=code,
                effect=effect or read.effect,
                subject=subject,
                column=read.column,
            )
        )

    def pages(
        self,
        read: Read,
        *,
        subject: str = "",
        quiet: bool = False,
        params: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> Iterator[Answer]:
        """Yield the pages of a listing; the last answer has an error where a page could not be read.

        A token that was seen before ends the listing: it would go round for ever.
        """
        asked: dict[str, Any] = {**(params or {}), **named}
        settings = paginator(read.service, read.operation)
        given, taken = str(settings["input_token"]), str(settings["output_token"])
        size = settings.get("limit_key")
        if read.page_size is not None and isinstance(size, str):
            asked[size] = read.page_size
        more = settings.get("more_results")
        seen: set[str] = set()
        whole = self.spool.name(self.place, read.name, asked) if self.spool is not None else ""
        for _ in range(_MOST_PAGES):
            answer = self.call(read, subject=subject, quiet=quiet, params=asked, page_of=whole)
            yield answer
            output = answer.output or {}
            goes_on = bool(output.get(more)) if isinstance(more, str) else bool(output.get(taken))
            if not goes_on:
                if self.spool is not None and answer.known:
                    self.spool.close(whole)
                return
            token = output.get(taken)
            if not token:
                yield self._missed(read, _CUT, subject, quiet=quiet)
                return
            if token in seen:
                break
            seen.add(token)
            asked[given] = token
        yield self._missed(read, _LOOP, subject, quiet=quiet)

    def listing(
        self, read: Read, key: str, *, subject: str = "", quiet: bool = False, **params: Any
    ) -> Listing:
        """Return the items of every page under `key`."""
        found = Listing()
        for answer in self.pages(read, subject=subject, quiet=quiet, **params):
            if answer.output is not None:
                found.items.extend(answer.output.get(key) or ())
            elif not answer.absent:
                found.complete, found.error = False, answer.error
        return found


def _retries(output: Any) -> int:
    return int((output.get("ResponseMetadata") or {}).get("RetryAttempts") or 0)
