"""The codes by which AWS says why it did not do something."""

from botocore.exceptions import ClientError


def code_of(error: Exception) -> str:
    """Return the code of AWS's answer, or the name of the error where AWS gave none."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code") or "Unknown")
    return type(error).__name__
