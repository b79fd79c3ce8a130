"""Text that a person hands in: it must be text, and not without end."""

from recert.errors import UsageError

LONGEST = 10_000


def require_text(value: str | None, what: str, *, longest: int = LONGEST) -> str:
    """Return a text without the space around it, empty for none; raises UsageError naming `what`.

    Bytes of a command line that are no UTF-8 reach us as lone surrogates, which nothing can store.
    """
    found = (value or "").strip()
    if len(found) > longest:
        raise UsageError(f"{what} has {len(found):,} characters.", f"Keep it below {longest:,}.")
    try:
        found.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError(f"{what} holds bytes that are no text.", "Write it in UTF-8.") from error
    if "\x00" in found:
        raise UsageError(f"{what} holds a NUL character.", "Leave it out.")
    return found
