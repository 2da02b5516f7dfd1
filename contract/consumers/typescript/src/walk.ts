// A walk through the API: node dist/src/walk.js http://localhost:8001
//
// Creates a graph, asks it with parameters, streams a result, loads a file, follows
// the task, and shows how each kind of failure looks. The server needs a bucket
// called `walk` with a file People.csv in it.
import { fileURLToPath } from "node:url";
import { connect, type Kuzu, must, type Row } from "./client.js";
import { KuzuError } from "./errors.js";
import { stream, waitFor } from "./stream.js";

const schema = "CREATE NODE TABLE People(id INT64, name STRING, PRIMARY KEY(id))";

async function query(kuzu: Kuzu, graph: string, cypher: string, parameters: Record<string, unknown> = {}): Promise<Row[]> {
  const params = { path: { graph_id: graph } };
  const body = { database: graph, cypher, parameters };
  const result = await must(kuzu.POST("/databases/{graph_id}/query", { params, body }));
  if ("error" in result) throw new KuzuError("protocol", "that is a line of a stream"); // which was not asked for
  return result.data;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export async function walk(url: string, graph: string, say: (line: string) => void): Promise<void> {
  const kuzu = connect(url);
  const create = (id: string) =>
    kuzu.POST("/databases", { body: { graph_id: id, schema_type: "custom", custom_schema_ddl: schema } });

  await create(graph);
  say(`created ${graph}`);
  try {
    // An integer beyond 2^53 comes back as a bigint, with all its digits.
    const add = "CREATE (:People {id: CAST($id AS INT64), name: $name})";
    await query(kuzu, graph, add, { id: "20100214153210447", name: "Ada" });
    const [ada] = await query(kuzu, graph, "MATCH (p:People) WHERE p.name = $name RETURN p.id AS id", { name: "Ada" });
    say(`Ada is ${ada?.["id"]}`);

    const params = { path: { graph_id: graph } };
    const task = await must(kuzu.POST("/databases/{graph_id}/ingest", { params, body: { bucket: "walk", files: ["People.csv"] } }));
    if (!("task_id" in task)) throw new KuzuError("protocol", "a task was asked for");
    say(`loaded ${(await waitFor(kuzu, task.task_id))?.records_loaded} people`);

    const people = await all(stream(kuzu, graph, "MATCH (p:People) RETURN p.name AS name ORDER BY p.id"));
    say(`streamed ${people.map((row) => row["name"]).join(", ")}`);

    const attempts: [string, () => Promise<unknown>][] = [
      ["a typing error", () => query(kuzu, graph, "MATCHE (n) RETURN n")],
      ["a conversion", () => query(kuzu, graph, "RETURN CAST('a' AS INT64) AS n")],
      ["a forbidden word", () => query(kuzu, graph, "RETURN 'immigrant' AS word")],
      ["no such graph", () => query(kuzu, "nowhere", "RETURN 1 AS n")],
      ["no such task", () => kuzu.GET("/tasks/{task_id}/status", { params: { path: { task_id: "ingest_none" } } })],
      ["the same again", () => create(graph)],
      ["a broken request", () => create("a/b")],
      ["a stream of nothing", () => all(stream(kuzu, graph, "MATCH (n:Nobody) RETURN n"))],
    ];
    for (const [title, attempt] of attempts) {
      const outcome = await attempt().catch((error: unknown) => error);
      if (!(outcome instanceof KuzuError)) throw outcome;
      say(`${title}: ${outcome.kind}`);
    }
  } finally {
    await kuzu.DELETE("/databases/{graph_id}", { params: { path: { graph_id: graph } } });
  }
  say(`deleted ${graph}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await walk(process.argv[2] ?? "http://localhost:8001", "walk", console.log);
}
