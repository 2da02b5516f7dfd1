// JSON as the API means it: INT64 with all its digits, and the tokens NaN and
// Infinity that some servers put into streams. JSON.parse can do neither.
import { isSafeNumber, parse, stringify } from "lossless-json";

const strings = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
const mark = "\u0000float:"; // no text of a graph begins with NUL and this

// A number is a bigint if it is an integer that a number would round.
function number(text: string): number | bigint {
  return /^-?\d+$/.test(text) && !isSafeNumber(text) ? BigInt(text) : Number(text);
}

export function parseExact(text: string): unknown {
  const wanted = /\b(?:NaN|Infinity)\b/.test(text)
    ? text.replace(strings, (token) => (token.startsWith('"') ? token : JSON.stringify(mark + token)))
    : text;
  const revive = (_: string, value: unknown) =>
    typeof value === "string" && value.startsWith(mark) ? Number(value.slice(mark.length)) : value;
  return parse(wanted, wanted === text ? undefined : revive, number);
}

// Writes bigints as plain numbers.
export function writeExact(value: unknown): string {
  return stringify(value) ?? "null";
}
