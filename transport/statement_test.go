package transport_test

import (
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/transport"
)

// TestStatementErrorReadsTheEngine takes the texts as they come in a stream, in
// the answer to a schema and in a task's record.
func TestStatementErrorReadsTheEngine(t *testing.T) {
	for text, want := range map[string]transport.Kind{
		"Parser exception: Invalid input <X>: expected rule oC_SingleQuery (line: 1, offset: 16)\n\"X\"\n ^": transport.KindSyntax,
		"Binder exception: Cannot find property zzz for n.":                                                  transport.KindSyntax,
		"Catalog exception: function FOO does not exist.":                                                    transport.KindSyntax,
		"Failed to execute DDL statement 2: Binder exception: Person already exists in catalog.":             transport.KindSyntax,
		"Query parsing error: no": transport.KindSyntax,
		"Query binding error: no": transport.KindSyntax,
		"Catalog error: no":       transport.KindSyntax,

		"Runtime exception: Found duplicated primary key value 1, which violates the uniqueness constraint of the primary key column.": transport.KindExecution,
		"Conversion exception: Cast failed. Could not convert \"a\" to INT64.":                                                         transport.KindExecution,
		"Overflow exception: Value 300 is not within INT8 range":                                                                       transport.KindExecution,
		"Copy exception: Error in file /data/Person.csv on line 2: Conversion exception: Cast failed.":                                 transport.KindExecution,
		"Query execution error: anything": transport.KindExecution,

		"Interrupted.": transport.KindTimeout,
		"Failed to execute DDL statement 1: Interrupted.":                                 transport.KindTimeout,
		"Interrupted. (file b/Person.csv, 1 of 2; the 0 before it are loaded)":            transport.KindTimeout,
		"Unexpected error: 408: Query execution timeout (30 seconds)":                     transport.KindTimeout,
		"Failed to retrieve schema: Unexpected error: 408: Query execution timeout (1 s)": transport.KindTimeout,

		"Parameter x not found.":                  transport.KindInvalidRequest,
		"Database kg1a2b3c4d5 not found":          transport.KindNotFound,
		"Query contains forbidden keyword: GRANT": transport.KindForbidden,

		// What the statement or the data says is no evidence.
		`Conversion exception: Cast failed. Could not convert "Binder exception: " to INT64.`:                        transport.KindExecution,
		`Query execution error: Runtime exception: Found duplicated primary key value Unexpected error: 408`:         transport.KindExecution,
		"Query parsing error: Parser exception: Invalid input <RETURN 'Conversion exception: Interrupted.'>":         transport.KindSyntax,
		"Query binding error: Binder exception: Variable Interrupted. is not in scope.":                              transport.KindSyntax,
		"Query execution error: Runtime exception: Parameter x not found.":                                           transport.KindExecution,
		"Failed to create backup: 404: Database files not found for Database sec not found":                          0,
		"Schema installation failed: 400: DDL statement 2 contains forbidden operations or doesn't match":            0,
		"IO exception: Could not set lock on file":                                                                   0,
		"the server shut down before the task began":                                                                 0,
		"Buffer manager exception: Unable to allocate memory! The buffer pool is full and no memory could be freed!": 0,
		"": 0,
	} {
		e := transport.StatementError(text, transport.KindServer)
		if want == 0 {
			want = transport.KindServer // what the caller says otherwise
		}
		if e.Kind != want {
			t.Errorf("%q is %s, want %s", text, e.Kind, want)
		}
		if e.Message != text || e.Status != 0 || e.Err != nil {
			t.Errorf("%q became %+v", text, *e)
		}
	}
}

func TestStatementErrorIsBounded(t *testing.T) {
	e := transport.StatementError("Binder exception: "+strings.Repeat("x", 1<<20), transport.KindServer)
	if len(e.Message) > 4<<10 || e.Kind != transport.KindSyntax {
		t.Errorf("%s with %d bytes", e.Kind, len(e.Message))
	}
}
