// Walks through a running server: KUZU_URL says where.
import assert from "node:assert/strict";
import { test } from "node:test";
import { walk } from "../src/walk.js";

test("walk", async () => {
  const said: string[] = [];
  await walk(process.env["KUZU_URL"] ?? assert.fail("KUZU_URL is not set"), "typescript", (line) => said.push(line));
  assert.deepEqual(said, [
    "created typescript",
    "Ada is 20100214153210447",
    "loaded 2 people",
    "streamed Grace, Edsger, Ada",
    "a typing error: syntax",
    "a conversion: execution",
    "a forbidden word: forbidden",
    "no such graph: not found",
    "no such task: not found",
    "the same again: conflict",
    "a broken request: invalid request",
    "a stream of nothing: syntax",
    "deleted typescript",
  ]);
});
