// Reading what comes bit by bit: results in NDJSON, and tasks as server-sent events.
import { type Kuzu, must, type Row } from "./client.js";
import { KuzuError, statementKind } from "./errors.js";
import { parseExact } from "./exact.js";
import type { components } from "./kuzu-api.js";

type Bytes = AsyncIterable<Uint8Array>;
type Chunk = components["schemas"]["QueryStreamLine"];
type TaskEvent = components["schemas"]["TaskEvent"];
type TaskResult = components["schemas"]["TaskResult"];

async function* linesOf(bytes: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of bytes) {
    const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  if (rest) yield rest;
}

function chunkOf(line: string, index: number, count: number): Chunk {
  try {
    return parseExact(line) as Chunk;
  } catch {
    throw new KuzuError("truncated", `line ${index + 1} is broken after ${count} rows`);
  }
}

// The rows of a streamed result, in order. Only a chunk that says it is the last
// one proves that nothing is missing: a stream that ends without it, and be it
// cleanly, throws after its rows.
export async function* rowsOf(bytes: Bytes): AsyncGenerator<Row> {
  let count = 0;
  let index = 0;
  for await (const line of linesOf(bytes)) {
    const chunk = chunkOf(line, index, count);
    if ("error" in chunk) throw new KuzuError(statementKind(chunk.error, "execution"), chunk.error);
    count += chunk.data.length;
    if (chunk.chunk_index !== index || chunk.total_rows_sent !== count) {
      throw new KuzuError("protocol", `the counts of line ${index + 1} do not agree`);
    }
    yield* chunk.data;
    if (chunk.is_last_chunk) return;
    index++;
  }
  if (index === 0) throw new KuzuError("protocol", "the stream is empty: no such graph, or a type that cannot be streamed");
  throw new KuzuError("truncated", `the stream ended after ${count} rows without its last chunk`);
}

// Runs a statement and yields its rows as they arrive.
export async function* stream(kuzu: Kuzu, graph: string, cypher: string): AsyncGenerator<Row> {
  const answer = await kuzu.POST("/databases/{graph_id}/query", {
    params: { path: { graph_id: graph }, query: { streaming: true } },
    body: { database: graph, cypher },
    parseAs: "stream",
  });
  if (answer.data) yield* rowsOf(answer.data);
}

// The events of an event stream; comments are pings.
export async function* eventsOf(bytes: Bytes): AsyncGenerator<TaskEvent> {
  let event = "message";
  let data = "";
  for await (const line of linesOf(bytes)) {
    if (line === "") {
      if (data) yield { event, data: parseExact(data) } as TaskEvent;
      event = "message";
      data = "";
    } else if (line.startsWith("event:")) {
      event = line.slice(6).trim();
    } else if (line.startsWith("data:")) {
      data += line.slice(5).trim();
    }
  }
}

// Follows a task to its end and returns what it achieved.
export async function waitFor(kuzu: Kuzu, taskId: string): Promise<TaskResult> {
  const params = { path: { task_id: taskId } };
  for (;;) {
    const monitor = await kuzu.GET("/tasks/{task_id}/monitor", { params, parseAs: "stream" });
    for await (const { event, data } of eventsOf(monitor.data as Bytes)) {
      if (event === "completed") return data.result ?? null;
      if (event === "failed") throw new KuzuError("execution", data.error ?? "the task failed");
    }
    // The stream ended without either: the record decides.
    const task = await must(kuzu.GET("/tasks/{task_id}/status", { params }));
    if (task.status === "completed") return task.result ?? null;
    if (task.status === "failed") throw new KuzuError("execution", task.error ?? "the task failed");
  }
}
