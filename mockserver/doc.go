// Package mockserver is the server side of the Kuzu API: an [net/http.Handler] for Go
// tests, and the body of the kuzu-mock command.
//
// # Engines
//
// A server answers Cypher through an [Engine]. [Scripted] is pure Go: it keeps
// databases, tables and loaded files, and answers the statements it was told
// about. The sub-package kuzuengine is the embedded Kuzu engine and answers
// everything; it needs cgo.
//
// # Values
//
// A value of a row is nil, bool, any sized integer, float32, float64, string,
// []byte (BLOB), [time.Duration] (INTERVAL, a month being 30 days), *big.Int
// (INT128), []any (LIST, ARRAY), or a [Decimal], [UUID], [Date], [Timestamp],
// [Struct], [Map], [InternalID], [Node], [Rel] or [Path]. A UNION is the value
// of its active member.
//
// # Use in a test
//
//	srv, err := mockserver.New(mockserver.Config{
//		Engine:   mockserver.NewScripted(),
//		Reporter: t, // an answer that breaks the API document fails the test
//	})
//	...
//	defer srv.Close()
//	web := httptest.NewServer(srv)
//	defer web.Close()
//
// [Server.Serve] serves a listener instead, and shows what only connections
// can: that an idle one is closed, and what is answered to what is not HTTP.
//
//	err := srv.Serve(ctx, listener) // until ctx ends
//
// # Checks
//
// Requests are held against the API document, and so is what the server answers:
// status and media type, a JSON body as a whole, NDJSON line by line, events one
// by one. Neither is held back beyond that. An answer that breaks the document
// becomes a 500 that says why, or loses its connection if it has begun, and is
// told to Config.Reporter, which a test's t is. Config.Validation switches
// either check off.
//
// # State
//
// What requests create, later ones find, and deletion takes away.
// [Server.LoadFixtures] makes databases from files, [Server.Reset] makes the
// server as it was when it was new, and Config.TimeScale lets its time run
// faster. A directory fixtures/people with the files schema.cypher and
// Person.csv becomes the database people; one that exists stays as it is.
//
//	err := srv.LoadFixtures(ctx, "testdata/fixtures")
//
// # Rules
//
// A [Rule] answers the requests that it matches, or breaks their answers: see
// [Server.AddRules], and [Server.Script] for tests that share a server. The
// first query is refused, and the second one carried out, but its answer lost:
//
//	script := srv.Script(t,
//		mockserver.Rule{
//			Match:   mockserver.Match{Operation: "queryDatabase", Graph: "g"},
//			Times:   1,
//			Replies: []mockserver.Reply{{Example: "default", Status: 503}},
//		},
//		mockserver.Rule{
//			Match: mockserver.Match{Operation: "queryDatabase", Graph: "g"},
//			Skip:  1, // the one that is refused
//			Times: 1,
//			Fault: &mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders, Carry: true},
//		},
//	)
//	web := httptest.NewServer(script)
//	...
//	script.Ran("CREATE (:Person {id: 1})", 1)
//
// What was asked is in [Server.Requests]. A client that sends "Prefer: code=404,
// example=name" gets that example of the API document. The admin API below
// /__mock/, see Config.Admin, offers all of it to other languages. A server
// without rules and records pays one atomic load for them.
//
// # Files
//
// Ingestion and copy read files below Config.DataRoot: a bucket is a directory
// there, also for addresses such as s3://bucket/key.
//
// # What differs from the deployed server
//
// Streams end with a chunk marked as the last, or with an error chunk, and can
// carry every type; plain results come whole; long statements are interrupted;
// record counts of tasks are real; ingest exists.
//
//	err := srv.SetQuirks(mockserver.QuirkNoLastChunk | mockserver.QuirkFreeze)
//	err = srv.SetQuirks(mockserver.QuirksDeployed) // all of them
//
// [Quirks] bring the deployed
// server's oddities back, one by one or all; docs/quirks.md has the table of
// them, with what is promised anyway. Some need [Server.Serve], which is what
// kuzu-mock runs, because they show on connections.
//
// # Load
//
// A server refuses queries above the thresholds of its [Admission]. The load
// that it holds against them is what [Server.SetLoad] says, and the queries at
// work.
//
// # Backups
//
// A backup is a ZIP archive with the database in one file, as its engine keeps
// it, and metadata.json. A download is made while it is sent. A backup task
// keeps its archive until the server is closed and names it as backup_path in
// its result; a restore takes that name, the s3:// address of an archive below
// Config.DataRoot, or an upload. What is wrong with an archive at first sight
// is answered with 422, the rest fails the task; either way the database stays
// what it was. A database that is replaced is kept as a backup before, unless
// create_system_backup says otherwise: system_backup_path in the task's result.
// The 10 MiB for bodies do not hold for the upload of an archive.
package mockserver
