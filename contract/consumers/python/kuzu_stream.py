"""Reading what the generated client cannot: results and tasks that arrive bit by bit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx

from kuzu_errors import KuzuError, statement_kind


def rows_of(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The rows of a streamed result, in order.

    Only a chunk that says it is the last one proves that nothing is missing. A
    stream that ends without it, and be it cleanly, is an error after its rows.
    Integers are exact; NaN and infinities are floats.
    """
    count, index = 0, 0
    for line in lines:
        try:
            chunk = json.loads(line)
        except ValueError:
            raise KuzuError("truncated", f"line {index + 1} is broken after {count} rows") from None
        if "error" in chunk:
            raise KuzuError(statement_kind(chunk["error"], "execution"), chunk["error"])
        count += len(chunk["data"])
        if chunk["chunk_index"] != index or chunk["total_rows_sent"] != count:
            raise KuzuError("protocol", f"the counts of line {index + 1} do not agree")
        yield from chunk["data"]
        if chunk["is_last_chunk"]:
            return
        index += 1
    if index == 0:
        raise KuzuError("protocol", "the stream is empty: no such graph, or a type that cannot be streamed")
    raise KuzuError("truncated", f"the stream ended after {count} rows without its last chunk")


def stream(client: httpx.Client, graph: str, cypher: str, parameters: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Runs a statement and yields its rows as they arrive."""
    body: dict[str, Any] = {"database": graph, "cypher": cypher}
    if parameters:
        body["parameters"] = parameters
    # The server computes before it sends, so the first row may take minutes.
    patience = httpx.Timeout(10, read=150)
    with client.stream("POST", f"/databases/{graph}/query?streaming=true", json=body, timeout=patience) as response:
        yield from rows_of(response.iter_lines())


def events_of(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of an event stream as (name, data); comments are pings."""
    name, data = "message", ""
    for line in lines:
        if line == "":
            if data:
                yield name, json.loads(data)
            name, data = "message", ""
        elif not line.startswith(":"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data += value


def wait_for(client: httpx.Client, task_id: str) -> dict[str, Any]:
    """Follows a task to its end and returns what it achieved."""
    while True:
        # No answer for minutes is normal: a server that loads data is busy.
        with client.stream("GET", f"/tasks/{task_id}/monitor", timeout=httpx.Timeout(10, read=None)) as response:
            for name, data in events_of(response.iter_lines()):
                if name == "completed":
                    return dict(data["result"] or {})
                if name == "failed":
                    raise KuzuError("execution", str(data["error"]))
        # The stream ended, or broke, without either: the record decides.
        record = client.get(f"/tasks/{task_id}/status").json()
        if record["status"] == "completed":
            return dict(record["result"] or {})
        if record["status"] == "failed":
            raise KuzuError("execution", str(record["error"]))
