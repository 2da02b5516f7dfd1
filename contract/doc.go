// Package contract is a suite that any server of the Kuzu API can be held
// against, the mock or a live one. [Check] sends every operation of the API
// document what makes it answer each of its statuses, as far as the [Target]
// can, and holds each answer against the document: status, media type, body,
// streams line by line and event by event. [Run] does so within a Go test.
//
// # What it does to the server
//
// The suite makes databases whose names begin with a prefix of its own, touches
// no others, and removes them when it ends.
package contract
