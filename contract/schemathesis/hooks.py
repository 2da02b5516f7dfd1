"""What Schemathesis has to be told about the API document, and one check of our own."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from schemathesis.core.failures import Failure

# A database that no case deletes, so that many cases get past "not found".
STEADY = "steady"

# The deployed server takes these for booleans in request bodies, whatever their case.
SPELLINGS = [0, 1, "0", "1", "true", "false", "t", "f", "yes", "no", "y", "n", "on", "off"]


@schemathesis.deserializer("application/x-ndjson")
def lines(_: Any, response: Any) -> Any:
    return [json.loads(line) for line in response.content.splitlines()]


@schemathesis.deserializer("text/event-stream")
def events(_: Any, response: Any) -> Any:
    """The document describes an event with its data parsed."""
    found = []
    for block in response.content.decode().split("\r\n\r\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\r\n") if line and not line.startswith(":"))
        if fields:
            found.append({"event": fields["event"], "data": json.loads(fields["data"])})
    return found


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    answer = raw_schema["paths"]["/databases/{graph_id}/query"]["post"]["responses"]["200"]["content"]
    # OpenAPI 3.0 has no word for a stream: the document describes a line.
    stream = answer["application/x-ndjson"]
    stream["schema"] = {"type": "array", "minItems": 1, "items": stream["schema"]}
    for name, schema in raw_schema["components"]["schemas"].items():
        if name.endswith(("Request", "Upload")):
            for member in schema["properties"].values():
                if member.get("type") == "boolean":
                    del member["type"]
                    member["anyOf"] = [{"type": "boolean"}, {"enum": SPELLINGS}]


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    return not (case.method == "DELETE" and (case.path_parameters or {}).get("graph_id") == STEADY)


class Crash(Failure):
    """A failure that the server did not foresee."""

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(operation=operation, title="Crash", message=message)


@schemathesis.check
def no_crash(context: Any, response: Any, case: Any) -> None:
    """Statements fail with 500 in JSON; 500 in plain text is a fault of the server."""
    media = (response.headers.get("content-type") or ["-"])[0]
    if response.status_code >= 500 and not media.startswith("application/json"):
        raise Crash(case.operation.label, f"{response.status_code} {media}: {response.content[:200]!r}")
