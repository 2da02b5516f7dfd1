"""A walk through the API: python walk.py http://localhost:8001

Creates a graph, asks it with parameters, streams a result, loads a file, follows
the task, and shows how each kind of failure looks. The server needs a bucket
called `walk` with a file People.csv in it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import httpx

from kuzu_api import Client
from kuzu_api.api.databases import create_database, delete_database
from kuzu_api.api.ingestion import ingest_files
from kuzu_api.api.query import query_database
from kuzu_api.api.tasks import get_task
from kuzu_api.models import CreateDatabaseRequest, CreateDatabaseRequestSchemaType, IngestRequest, IngestTask
from kuzu_api.models import QueryParametersType0 as QueryParameters
from kuzu_api.models import QueryRequest, QueryResult
from kuzu_errors import KuzuError, refuse_bad_answers
from kuzu_stream import stream, wait_for

SCHEMA = "CREATE NODE TABLE People(id INT64, name STRING, PRIMARY KEY(id))"


def connect(url: str, key: str = "") -> Client:
    """A generated client whose failures are KuzuErrors."""
    headers = {"X-Kuzu-API-Key": key} if key else {}
    return Client(base_url=url, headers=headers, httpx_args={"event_hooks": {"response": [refuse_bad_answers]}})


def query(client: Client, graph: str, cypher: str, **parameters: object) -> QueryResult:
    """Runs a statement and returns all its rows at once."""
    request = QueryRequest(database=graph, cypher=cypher)
    if parameters:
        request.parameters = QueryParameters.from_dict(parameters)
    result = query_database.sync(graph, client=client, body=request)
    assert isinstance(result, QueryResult)  # everything else has been raised
    return result


def walk(url: str, graph: str, say: Callable[[str], None] = print) -> None:
    client = connect(url)
    web: httpx.Client = client.get_httpx_client()

    kind = CreateDatabaseRequestSchemaType.CUSTOM
    create_database.sync(client=client, body=CreateDatabaseRequest(graph_id=graph, schema_type=kind, custom_schema_ddl=SCHEMA))
    say(f"created {graph}")
    try:
        # Integers keep all their digits: Python's do not end at 2^53.
        query(client, graph, "CREATE (:People {id: CAST($id AS INT64), name: $name})", id="20100214153210447", name="Ada")
        row = query(client, graph, "MATCH (p:People) WHERE p.name = $name RETURN p.id AS id", name="Ada").data[0]
        say(f"Ada is {row['id']}")

        task = ingest_files.sync(graph, client=client, body=IngestRequest(bucket="walk", files=["People.csv"]))
        assert isinstance(task, IngestTask)
        say(f"loaded {wait_for(web, task.task_id)['records_loaded']} people")

        names = [row["name"] for row in stream(web, graph, "MATCH (p:People) RETURN p.name AS name ORDER BY p.id")]
        say(f"streamed {', '.join(names)}")

        attempts: dict[str, Callable[[], object]] = {
            "a typing error": lambda: query(client, graph, "MATCHE (n) RETURN n"),
            "a conversion": lambda: query(client, graph, "RETURN CAST('a' AS INT64) AS n"),
            "a forbidden word": lambda: query(client, graph, "RETURN 'immigrant' AS word"),
            "no such graph": lambda: query(client, "nowhere", "RETURN 1 AS n"),
            "no such task": lambda: get_task.sync("ingest_none", client=client),
            "the same again": lambda: create_database.sync(client=client, body=CreateDatabaseRequest(graph_id=graph)),
            "a broken request": lambda: create_database.sync(client=client, body=CreateDatabaseRequest(graph_id="a/b")),
            "a stream of nothing": lambda: list(stream(web, graph, "MATCH (n:Nobody) RETURN n")),
        }
        for title, attempt in attempts.items():
            try:
                attempt()
                raise SystemExit(f"{title}: no error")
            except KuzuError as error:
                say(f"{title}: {error.kind}")
    finally:
        delete_database.sync(graph, client=client)
    say(f"deleted {graph}")


if __name__ == "__main__":
    walk(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8001", "walk")
