// A generated client whose numbers are exact and whose failures are KuzuErrors.
import createClient, { type Client } from "openapi-fetch";
import { errorOf, hiddenErrorOf, KuzuError } from "./errors.js";
import { parseExact, writeExact } from "./exact.js";
import type { components, paths } from "./kuzu-api.js";

export type Kuzu = Client<paths>;
export type Row = components["schemas"]["Row"];

export function connect(baseUrl: string, key = "", fetch: (request: Request) => Promise<Response> = globalThis.fetch): Kuzu {
  const client = createClient<paths>({
    baseUrl,
    fetch,
    ...(key ? { headers: { "X-Kuzu-API-Key": key } } : {}),
    bodySerializer: writeExact,
    redirect: "manual", // a redirect could take the key elsewhere
  });
  client.use({
    async onResponse({ response }) {
      const type = response.headers.get("content-type") ?? "";
      if (!response.ok) throw errorOf(response.status, type, await response.text());
      if (!type.startsWith("application/json")) return response;
      // The library reads through json() only if the length is known.
      const exact = new Response(response.body, response);
      exact.headers.set("content-length", "1");
      exact.json = async () => {
        const answer = parseExact(await exact.text());
        const error = hiddenErrorOf(answer);
        if (error) throw error;
        return answer;
      };
      return exact;
    },
  });
  return client;
}

// The data of an answer, which is there unless the request has thrown.
export async function must<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new KuzuError("protocol", "the answer is empty");
  return data;
}
