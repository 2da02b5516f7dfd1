// Package kuzuengine is the embedded Kuzu database engine behind
// [mockserver.Engine].
//
//	engine, err := kuzuengine.New(kuzuengine.Config{})
//	...
//	defer engine.Close()
//	server, err := mockserver.New(mockserver.Config{Engine: engine})
//
// # Without cgo
//
// The engine comes as a shared library inside the module
// github.com/kuzudb/go-kuzu, where programs find it in the module cache of the
// machine that built them. It needs cgo on Linux or macOS. Anywhere else New
// returns [ErrNoCgo], so a program can choose another engine at run time without
// build constraints.
//
// # Databases
//
// A database is one file, <Dir>/<name>.kuzu, with a log beside it. It is opened
// by the first statement and stays open. Reads of one database run beside each
// other; a write runs alone, and whoever comes later waits behind it. The gate
// is left when the result is complete, which is before its first row is read:
// a reader that takes its time with the rows holds up nobody but Drop.
//
// Every statement has a connection of its own. A transaction that a text begins
// and does not commit is rolled back at its end, options set by CALL last no
// longer, and SHOW_WARNINGS() knows of no earlier COPY.
//
// # Backups
//
// A backup is the database's file, copied at a moment when the log is merged
// into it: writers wait for the copy, readers do not, and nobody waits for who
// reads the copy. It is a file like any other of its Kuzu version, and the other
// way round. What is restored is received beside the databases and opened there
// before it takes the place of the old file, which happens between two
// statements; a result that is still open keeps the old one. A database may be
// as large as Config.MaxDatabaseBytes; memory is not used for it.
//
// # Errors
//
// An error of a statement has the engine's text, word for word. A canceled
// statement, also one that has not begun, fails with "Interrupted." and wraps
// the cause of its context. If several statements of a text fail, or one that
// is not the first, the first failure is the error.
//
// # Its own view of the library
//
// The Go binding of that module loses what this package has to give: dates
// outside 1678 to 2262, bytes of a BLOB or a string after its first NUL, the
// active member of a UNION, the order of STRUCT fields, the difference between
// TIMESTAMP and TIMESTAMP_TZ, and the types of parameters while a statement is
// compiled. Statements therefore run through the library's C interface, which
// capi.h describes; the binding's module brings the library and how to link it.
// New refuses a library of another version.
//
// # Parameters
//
// Types are those of the deployed server: an integer gets the smallest of INT8,
// UINT8, INT16 ... that holds it, so that $a + $b overflows at 127; a list the
// smallest common type of its elements; an object becomes a STRUCT, or a MAP if
// it has exactly the fields key and value, in this order, with lists of equal
// length. Where the deployed server would lose data the statement fails
// instead: a list of strings and numbers, a list of objects with different
// fields. Beyond 64 levels of nesting it fails too.
//
// # Known limits of the binding
//
//   - U+0000 cannot be passed, neither in a statement nor in a parameter, and
//     nor can an empty object. In results it is exact.
//   - A list or object that holds only NULL has no type; most uses of it fail
//     in the engine, as on the deployed server.
//   - An INTERVAL beyond 292 years does not fit [time.Duration]: reading it
//     fails.
//   - Statements nested deeper than 100 brackets or 12 CASE, with chains of
//     more than 4,000 operators or 1,000 clauses, or with more than 50 signs in
//     a row are refused: the engine would overflow its stack, or compile them
//     for minutes.
//   - An interrupt has no effect while a statement is compiled and inside the
//     construction of one huge list, as by range(1, 1000000000).
//   - The engine dies of some statements, such as keys(NULL), 1 IN NULL or a
//     NULL parameter in such places. A death in the thread that compiles the
//     statement is caught and fails only the statement, as is a C++ exception that
//     nobody else catches; the database is opened anew. A death in one of the
//     engine's own threads ends the process, as does running out of memory
//     outside the buffer pool.
//   - A file that is restored has to have the right head and a catalog that can
//     be read. Wrong bytes in its tables are found by nobody, and a statement
//     that meets them may die in one of the engine's own threads. The checksum
//     of the archive that the server puts around it guards against accidents.
//   - The reason why a database cannot be opened is not told.
//   - The lock that keeps other processes out of a file is lost if a result is
//     closed later than a write has failed.
package kuzuengine
