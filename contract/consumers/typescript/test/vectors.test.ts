// Holds the consumer to contract/vectors, which all languages share.
import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { test } from "node:test";
import { connect, type Row } from "../src/client.js";
import { errorOf, KuzuError } from "../src/errors.js";
import { eventsOf, rowsOf, stream } from "../src/stream.js";

interface Vector { name: string }
interface Stream extends Vector { file: string; rows: number; ends: string; columns?: string[]; last?: Record<string, { type: string; value: string }> }
interface Failure extends Vector { status: number; content_type: string; body: string; kind: string; message: string | null; retry_after: number }
interface Events extends Vector { file: string; events: string[]; ends: string; records_loaded?: number; error?: string }
interface Value extends Vector { plain: string | null; stream: string | null; becomes: Written }
interface Answer extends Vector { operation: string; body: string; kind: string | null; message: string | null }
interface Written { type: string; value?: unknown }
interface Request_ extends Vector { method: string; path: string; body: Record<string, unknown> | null }

const vectors = new URL("../../../../vectors/", import.meta.url);
const index: { streams: Stream[]; errors: Failure[]; events: Events[]; requests: Request_[]; values: Value[]; responses: Answer[] } = JSON.parse(
  readFileSync(new URL("index.json", vectors), "utf8"),
);

// A body in pieces of 7 bytes, as a network might deliver it.
const body = (file: string) => createReadStream(new URL(file, vectors), { highWaterMark: 7 });

// A value that the vectors write as a type and a text, a list or members.
function valueOf({ type, value }: Written): unknown {
  switch (type) {
    case "integer": return Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value as string);
    case "float": return Number(value);
    case "bool": return value === "true";
    case "null": return null;
    case "list": return (value as Written[]).map(valueOf);
    case "object": return Object.fromEntries(Object.entries(value as Record<string, Written>).map(([name, item]) => [name, valueOf(item)]));
    default: return value;
  }
}

for (const vector of index.streams) {
  test(`stream ${vector.name}`, async () => {
    const rows: Row[] = [];
    let ends = "complete";
    try {
      for await (const row of rowsOf(body(vector.file))) rows.push(row);
    } catch (error) {
      assert(error instanceof KuzuError);
      ends = error.kind;
    }
    assert.deepEqual({ rows: rows.length, ends }, { rows: vector.rows, ends: vector.ends });
    if (rows[0]) assert.deepEqual(Object.keys(rows[0]), vector.columns);
    for (const [name, want] of Object.entries(vector.last ?? {})) assert.deepEqual(rows.at(-1)?.[name], valueOf(want));
  });
}

// A client of a server that answers everything with one JSON text.
const answering = (text: string) =>
  connect("http://server", "", async () => new Response(text, { headers: { "content-type": "application/json" } }));

for (const vector of index.values) {
  test(`value ${vector.name}`, async () => {
    const want = valueOf(vector.becomes);
    if (vector.plain !== null) {
      const text = `{"data":[{"v":${vector.plain}}],"columns":["v"],"execution_time_ms":1,"row_count":1,"database":"vectors"}`;
      const params = { path: { graph_id: "vectors" } };
      const body = { database: "vectors", cypher: "RETURN 1 AS v" };
      const { data } = await answering(text).POST("/databases/{graph_id}/query", { params, body });
      assert(data && "data" in data);
      assert.deepEqual(data.data[0]?.["v"], want);
    }
    if (vector.stream !== null) {
      const line = `{"chunk_index": 0, "data": [{"v": ${vector.stream}}], "columns": ["v"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1}\n`;
      const { value: row } = await rowsOf(Readable.from([Buffer.from(line)])).next();
      assert.deepEqual((row as Row)["v"], want);
    }
  });
}

for (const vector of index.responses) {
  test(`response ${vector.name}`, async () => {
    const kuzu = answering(vector.body);
    const params = { path: { graph_id: "vectors" } };
    const calls: Record<string, () => Promise<unknown>> = {
      installSchema: () => kuzu.POST("/databases/{graph_id}/schema", { params, body: { type: "ddl" } }),
      createDatabase: () => kuzu.POST("/databases", { body: { graph_id: "vectors" } }),
      restoreDatabase: () => kuzu.POST("/databases/{graph_id}/restore", { params }),
    };
    const call = calls[vector.operation] ?? assert.fail(vector.operation);
    const error = await call().then(() => undefined, (reason: unknown) => reason);
    assert.equal(error instanceof KuzuError ? error.kind : (error ?? null), vector.kind);
    if (error instanceof KuzuError && vector.message !== null) assert.equal(error.message, vector.message);
  });
}

for (const vector of index.errors) {
  test(`error ${vector.name}`, () => {
    const error = errorOf(vector.status, vector.content_type, vector.body);
    assert.equal(error.kind, vector.kind);
    assert.equal(error.retryAfter, vector.retry_after);
    if (vector.message !== null) assert.equal(error.message, vector.message);
  });
}

for (const vector of index.events) {
  test(`events ${vector.name}`, async () => {
    const names: string[] = [];
    let ends = "unsettled";
    for await (const { event, data } of eventsOf(body(vector.file))) {
      names.push(event);
      if (event === "completed") assert.equal(data.result?.records_loaded, vector.records_loaded);
      if (event === "failed") assert.equal(data.error, vector.error);
      if (event === "completed" || event === "failed") ends = event;
    }
    assert.deepEqual({ names, ends }, { names: vector.events, ends: vector.ends });
  });
}

for (const vector of index.requests) {
  test(`request ${vector.name}`, async () => {
    const sent: Request[] = [];
    const kuzu = connect("http://server", "key", async (request) => {
      sent.push(request.clone());
      return Response.json({});
    });
    const params = { path: { graph_id: "vectors" } };
    const calls: Record<string, (body: never) => Promise<unknown>> = {
      query: (body) => kuzu.POST("/databases/{graph_id}/query", { params, body }),
      stream: (body: { cypher: string }) => stream(kuzu, "vectors", body.cypher).next().catch(() => {}),
      create: (body) => kuzu.POST("/databases", { body }),
      ingest: (body) => kuzu.POST("/databases/{graph_id}/ingest", { params, body }),
      delete: () => kuzu.DELETE("/databases/{graph_id}", { params }),
    };
    await calls[vector.name]?.(vector.body as never);
    const [request] = sent;
    assert(request);
    assert.equal(request.method, vector.method);
    assert.equal(request.url, "http://server" + vector.path);
    assert.equal(request.headers.get("x-kuzu-api-key"), "key");
    assert.deepEqual(vector.body && (await request.json()), vector.body);
  });
}

// Never called: the compiler fails if it accepts a wrong name.
export async function misnamed(kuzu: ReturnType<typeof connect>): Promise<unknown> {
  // @ts-expect-error: it is graph_id
  await kuzu.POST("/databases", { body: { graphid: "a" } });
  const { data } = await kuzu.GET("/databases");
  // @ts-expect-error: it is total_databases
  return data?.totalDatabases;
}
