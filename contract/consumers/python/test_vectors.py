"""Holds the consumer to contract/vectors, which all languages share."""

from __future__ import annotations

import json
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from kuzu_api import Client
from kuzu_api.api.backup import restore_database
from kuzu_api.api.databases import create_database, delete_database
from kuzu_api.api.ingestion import ingest_files
from kuzu_api.api.schema import install_schema
from kuzu_api.models import CreateDatabaseRequest, IngestRequest, InstallSchemaRequest
from kuzu_errors import KuzuError, error_of, refuse_bad_answers
from kuzu_stream import events_of, rows_of, stream
from walk import connect, query

VECTORS = Path(__file__).parents[2] / "vectors"
INDEX = json.loads((VECTORS / "index.json").read_text("utf-8"))


def lines(file: str) -> list[str]:
    """The lines of a body, as httpx hands them out."""
    return list(httpx.Response(200, content=(VECTORS / file).read_bytes()).iter_lines())


def value_of(vector: dict[str, Any]) -> Any:
    """A value that the vectors write as a type and a text, a list or members."""
    content: Any = vector.get("value")
    if vector["type"] == "list":
        return [value_of(item) for item in content]
    if vector["type"] == "object":
        return {name: value_of(member) for name, member in content.items()}
    return READERS[vector["type"]](content)


def answering(content: str) -> Client:
    """A client of a server that answers everything with one JSON text."""
    answer = httpx.Response(200, headers={"content-type": "application/json"}, content=content)
    client = connect("http://server")
    hooks: Any = {"response": [refuse_bad_answers]}
    web = httpx.Client(base_url="http://server", transport=httpx.MockTransport(lambda _: answer), event_hooks=hooks)
    client.set_httpx_client(web)
    return client


READERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "float": float,
    "text": str,
    "bool": lambda text: text == "true",
    "null": lambda _: None,
}


class Vectors(unittest.TestCase):
    def test_streams(self) -> None:
        for vector in INDEX["streams"]:
            with self.subTest(vector["name"]):
                rows, ends = [], "complete"
                try:
                    for row in rows_of(lines(vector["file"])):
                        rows.append(row)
                except KuzuError as error:
                    ends = error.kind
                self.assertEqual((vector["rows"], vector["ends"]), (len(rows), ends))
                if rows:
                    self.assertEqual(vector["columns"], list(rows[0]))
                if "last" in vector:
                    for name, want in vector["last"].items():
                        # repr tells 1 from 1.0, and NaN from nothing but itself.
                        self.assertEqual(repr(READERS[want["type"]](want["value"])), repr(rows[-1][name]))

    def test_values(self) -> None:
        for vector in INDEX["values"]:
            want = repr(value_of(vector["becomes"]))
            with self.subTest(vector["name"]):
                if vector["plain"] is not None:
                    body = '{"data":[{"v":%s}],"columns":["v"],"execution_time_ms":1,"row_count":1,"database":"vectors"}'
                    row = query(answering(body % vector["plain"]), "vectors", "RETURN 1 AS v").data[0]
                    self.assertEqual(want, repr(row["v"]))
                if vector["stream"] is not None:
                    line = '{"chunk_index": 0, "data": [{"v": %s}], "columns": ["v"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1}'
                    self.assertEqual(want, repr(list(rows_of([line % vector["stream"]]))[0]["v"]))

    def test_responses(self) -> None:
        calls: dict[str, Callable[[Client], object]] = {
            "installSchema": lambda c: install_schema.sync("vectors", client=c, body=InstallSchemaRequest("ddl")),
            "createDatabase": lambda c: create_database.sync(client=c, body=CreateDatabaseRequest("vectors")),
            "restoreDatabase": lambda c: restore_database.sync("vectors", client=c, backup_path="s3://b/a.zip"),
        }
        for vector in INDEX["responses"]:
            with self.subTest(vector["name"]):
                kind, message = None, vector["message"]
                try:
                    calls[vector["operation"]](answering(vector["body"]))
                except KuzuError as error:
                    kind, message = error.kind, error.message
                self.assertEqual(vector["kind"], kind)
                if vector["message"] is not None:
                    self.assertEqual(vector["message"], message)

    def test_errors(self) -> None:
        for vector in INDEX["errors"]:
            with self.subTest(vector["name"]):
                error = error_of(vector["status"], vector["content_type"], vector["body"].encode())
                self.assertEqual((vector["kind"], vector["retry_after"]), (error.kind, error.retry_after))
                if vector["message"] is not None:
                    self.assertEqual(vector["message"], error.message)

    def test_events(self) -> None:
        for vector in INDEX["events"]:
            with self.subTest(vector["name"]):
                events = list(events_of(lines(vector["file"])))
                self.assertEqual(vector["events"], [name for name, _ in events])
                last, data = events[-1]
                self.assertEqual(vector["ends"], last if last in ("completed", "failed") else "unsettled")
                if "records_loaded" in vector:
                    self.assertEqual(vector["records_loaded"], data["result"]["records_loaded"])
                if "error" in vector:
                    self.assertEqual(vector["error"], data["error"])

    def test_requests(self) -> None:
        sent: list[httpx.Request] = []
        answers: dict[str, Any] = {
            "query": {"data": [], "columns": [], "execution_time_ms": 1, "row_count": 0, "database": "vectors"},
            "create": {"status": "success", "graph_id": "vectors", "database_path": "/", "schema_applied": True, "execution_time_ms": 1},
            "ingest": {"task_id": "t", "status": "pending", "monitor_url": "/"},
            "delete": {"status": "success", "message": "gone"},
        }
        calls: dict[str, Callable[[Any, Any], object]] = {
            "query": lambda c, b: query(c, "vectors", b["cypher"], **b["parameters"]),
            "stream": lambda c, b: list(stream(c.get_httpx_client(), "vectors", b["cypher"])),
            "create": lambda c, b: create_database.sync(client=c, body=CreateDatabaseRequest.from_dict(b)),
            "ingest": lambda c, b: ingest_files.sync("vectors", client=c, body=IngestRequest.from_dict(b)),
            "delete": lambda c, b: delete_database.sync("vectors", client=c),
        }
        for vector in INDEX["requests"]:
            with self.subTest(vector["name"]):

                def answer(request: httpx.Request, name: str = vector["name"]) -> httpx.Response:
                    sent.append(request)
                    if name == "stream":
                        return httpx.Response(200, content=(VECTORS / "streams/rows-1.ndjson").read_bytes())
                    return httpx.Response(200, json=answers[name])

                client = connect("http://server")
                client.set_httpx_client(httpx.Client(base_url="http://server", transport=httpx.MockTransport(answer)))
                calls[vector["name"]](client, vector["body"])
                request = sent.pop()
                path, body = urlsplit(vector["path"]), json.loads(request.content or "null")
                self.assertEqual((vector["method"], path.path), (request.method, request.url.path))
                self.assertEqual("streaming=true" in path.query, request.url.params.get("streaming", "").lower() == "true")
                for name, value in (vector["body"] or {}).items():
                    self.assertEqual(value, body[name])


def misnamed() -> None:
    """Never called: the type check fails if it accepts a wrong name."""
    CreateDatabaseRequest(graphid="a")  # type: ignore[call-arg]
    CreateDatabaseRequest(graph_id="a").graphid  # type: ignore[attr-defined]


if __name__ == "__main__":
    unittest.main()
