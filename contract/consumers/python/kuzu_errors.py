"""What can go wrong, in words that a program can act on.

The API answers failures with `detail` as a string, a list or an object, as plain
text, or, on /health, without `detail`, and some behind a status of success.
`refuse_bad_answers` is a hook for httpx that turns all of them into one `KuzuError`
before the generated code sees them.
"""

from __future__ import annotations

import json
from typing import Any

import httpx


class KuzuError(Exception):
    """A failed call. `kind` says what to do about it, `message` what happened."""

    def __init__(self, kind: str, message: str, status: int = 0, retry_after: float = 0) -> None:
        super().__init__(f"{kind} ({status}): {message}" if status else f"{kind}: {message}")
        self.kind, self.message, self.status, self.retry_after = kind, message, status, retry_after


# Servers put these words somewhere into the text of a failed statement.
_SYNTAX = ("Parser exception", "Binder exception", "Catalog exception")
_TIMEOUT = ("Unexpected error: 408:", "Interrupted.")

_BY_STATUS = {
    400: "invalid request",
    401: "unauthorized",
    403: "forbidden",
    404: "not found",
    405: "unsupported",
    408: "timeout",
    409: "conflict",
    413: "too large",
    422: "invalid request",
    429: "throttled",
    502: "unavailable",
    503: "unavailable",
    504: "unavailable",
    507: "capacity",
}


def statement_kind(message: str, otherwise: str) -> str:
    """The kind of a failure that the engine put into words."""
    if any(text in message for text in _SYNTAX):
        return "syntax"
    if any(text in message for text in _TIMEOUT):
        return "timeout"
    return otherwise


def error_of(status: int, content_type: str, body: bytes) -> KuzuError:
    """The error that an answer with a status of 300 or more stands for."""
    detail: Any = None
    if content_type.startswith("application/json"):
        try:
            detail = json.loads(body)
        except ValueError:
            pass
    if isinstance(detail, dict):
        detail = detail.get("detail", detail.get("error", detail))

    kind, retry_after = _BY_STATUS.get(status, "server" if status >= 500 else "protocol"), 0.0
    if isinstance(detail, str):
        message = detail
    elif isinstance(detail, list):  # faults of the request, one entry each
        message = "; ".join(".".join(map(str, fault["loc"])) + ": " + fault["msg"] for fault in detail)
    elif isinstance(detail, dict):  # no room for more work now
        message, retry_after = str(detail.get("reason", detail)), float(detail.get("retry_after", 0))
    else:
        message = body[:200].decode(errors="replace").strip() or "the answer is empty"

    if status in (400, 422, 500):
        kind = statement_kind(message, kind)
        if message.startswith("Query execution error:") and kind == "server":
            kind = "execution"
    elif status == 404 and message == "Not Found":
        kind = "unsupported"  # no such path, which is not the same as no such graph
    elif status == 429 and "authentication" in message:
        kind = "locked out"
    return KuzuError(kind, message, status, retry_after)


def hidden_error_of(body: bytes) -> KuzuError | None:
    """The failure that an answer holds in spite of a status of success."""
    answer: Any = json.loads(body)
    if isinstance(answer, dict):
        if answer.get("success") is False:
            otherwise = "invalid request" if "failed: 400: " in answer["message"] else "execution"
            return KuzuError(statement_kind(answer["message"], otherwise), answer["message"])
        if answer.get("schema_applied") is False:
            return KuzuError("execution", "the database was created, but not all of its schema")
        if answer.get("status") == "not_implemented":
            return KuzuError("unsupported", answer["message"])
    return None


def refuse_bad_answers(response: httpx.Response) -> None:
    """For httpx: event_hooks={"response": [refuse_bad_answers]}."""
    content_type = response.headers.get("content-type", "")
    if response.status_code >= 300:
        raise error_of(response.status_code, content_type, response.read())
    if content_type.startswith("application/json"):
        error = hidden_error_of(response.read())
        if error:
            raise error
