// What can go wrong, in words that a program can act on. The API answers failures
// with `detail` as a string, a list or an object, as plain text, or, on /health,
// without `detail`, and some behind a status of success; errorOf and hiddenErrorOf
// make one KuzuError of all of them.
import type { components } from "./kuzu-api.js";

export type Kind =
  | "syntax" | "execution" | "invalid request" | "unauthorized" | "forbidden" | "not found" | "conflict"
  | "too large" | "throttled" | "locked out" | "unavailable" | "timeout" | "capacity" | "unsupported"
  | "truncated" | "protocol" | "server";

export class KuzuError extends Error {
  constructor(
    readonly kind: Kind, // what to do about it
    message: string, // what happened
    readonly status = 0, // 0 if the status was that of a success
    readonly retryAfter = 0, // seconds that the server asks to wait
  ) {
    super(message);
    this.name = "KuzuError";
  }
}

const byStatus: Record<number, Kind> = {
  400: "invalid request", 401: "unauthorized", 403: "forbidden", 404: "not found", 405: "unsupported",
  408: "timeout", 409: "conflict", 413: "too large", 422: "invalid request", 429: "throttled",
  502: "unavailable", 503: "unavailable", 504: "unavailable", 507: "capacity",
};

// The kind of a failure that the engine put into words.
export function statementKind(message: string, otherwise: Kind): Kind {
  if (/(Parser|Binder|Catalog) exception/.test(message)) return "syntax";
  if (/Unexpected error: 408:|Interrupted\./.test(message)) return "timeout";
  return otherwise;
}

type Detail =
  | components["schemas"]["ErrorMessage"]["detail"]
  | components["schemas"]["ValidationError"]["detail"]
  | components["schemas"]["AdmissionError"]["detail"];

type Hidden = Partial<
  components["schemas"]["InstallSchemaResponse"] &
    Pick<components["schemas"]["CreateDatabaseResponse"], "schema_applied"> &
    Pick<components["schemas"]["RestoreResponse"], "status">
>;

// The error that an answer with a status of 300 or more stands for.
export function errorOf(status: number, contentType: string, body: string): KuzuError {
  let detail: Detail | undefined;
  if (contentType.startsWith("application/json")) {
    try {
      const answer: { detail?: Detail; error?: string } | null = JSON.parse(body);
      detail = answer?.detail ?? answer?.error;
    } catch {
      // Then the text speaks for itself.
    }
  }
  let kind: Kind = byStatus[status] ?? (status >= 500 ? "server" : "protocol");
  let message = body.slice(0, 200).trim() || "the answer is empty";
  let retryAfter = 0;
  if (typeof detail === "string") {
    message = detail;
  } else if (Array.isArray(detail)) {
    message = detail.map((fault) => `${fault.loc.join(".")}: ${fault.msg}`).join("; ");
  } else if (detail) {
    message = detail.reason;
    retryAfter = detail.retry_after;
  }
  if (status === 400 || status === 422 || status === 500) {
    kind = statementKind(message, kind);
    if (kind === "server" && message.startsWith("Query execution error:")) kind = "execution";
  } else if (status === 404 && message === "Not Found") {
    kind = "unsupported"; // no such path, which is not the same as no such graph
  } else if (status === 429 && message.includes("authentication")) {
    kind = "locked out";
  }
  return new KuzuError(kind, message, status, retryAfter);
}

// The failure that an answer holds in spite of a status of success.
export function hiddenErrorOf(answer: unknown): KuzuError | undefined {
  const { success, schema_applied, status, message = "" } = (answer ?? {}) as Hidden;
  if (success === false) {
    return new KuzuError(statementKind(message, message.includes("failed: 400: ") ? "invalid request" : "execution"), message);
  }
  if (schema_applied === false) return new KuzuError("execution", "the database was created, but not all of its schema");
  if (status === "not_implemented") return new KuzuError("unsupported", message);
  return undefined;
}
