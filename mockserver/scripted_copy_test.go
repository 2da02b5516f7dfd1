package mockserver_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// loaded returns what is in a table after a text was loaded, behind the engine's
// answer.
func loaded(t *testing.T, columns, content string) string {
	t.Helper()
	e := newScripted(t)
	e.Handle("rows", func(call mockserver.Call) (mockserver.Answer, error) {
		answer := mockserver.Answer{Columns: []string{"row"}}
		for _, row := range call.Tables["T"].Rows {
			answer.Rows = append(answer.Rows, []any{row})
		}
		return answer, nil
	})
	return load(t, e, "CREATE NODE TABLE T("+columns+")", "T", content) + "|" + run(t, e, "g", "rows")
}

func TestScriptedCopyCannotRead(t *testing.T) {
	e := newScripted(t)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "dir.csv"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x.parquet"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := e.Apply(t.Context(), "g", []string{"CREATE NODE TABLE T(id INT64 PRIMARY KEY)"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"x.parquet": "Copy exception: the scripted engine loads CSV files only",
		"dir.csv":   "Copy exception: read " + filepath.Join(dir, "dir.csv") + ": is a directory",
		"none.csv":  "Binder exception: No file found that matches the pattern: " + filepath.Join(dir, "none.csv") + ".",
		"[.csv":     "Binder exception: No file found that matches the pattern: " + filepath.Join(dir, "[.csv") + ".",
	} {
		if got := run(t, e, "g", `COPY T FROM "`+filepath.Join(dir, name)+`"`); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", name, got, want)
		}
	}
}

func TestScriptedCSV(t *testing.T) {
	const (
		one   = "1 tuples have been copied to the T table.|"
		two   = "2 tuples have been copied to the T table.|"
		zero  = "0 tuples have been copied to the T table.|"
		numbs = "id INT64 PRIMARY KEY, a STRING"
	)
	for _, tt := range []struct{ columns, content, want string }{
		{numbs, "1,x\n2,y\n", two + "[1 x] [2 y]"},
		{numbs, "1,x\r\n2,y", two + "[1 x] [2 y]"},
		{numbs, "1|x,y\n2|y\n", "Copy exception"}, // as many commas as bars: the comma wins
		{numbs, "id|a\n1|x,y\n2|\n", two + "[1 x,y] [2 <nil>]"},
		{numbs, "1;x\n", one + "[1 x]"},
		{numbs, "1\tx\n", one + "[1 x]"},
		{numbs, "1,\"a \"\"b\"\", c\"\n", one + `[1 a "b", c]`},
		{numbs, "1,\"a\nb\"\n", one + "[1 a\nb]"},
		{numbs, "id,a\n", zero},
		{numbs, "", zero},
		{numbs, "1,x\n2\n", "Copy exception: Error in file <file> on line 2: expected 2 values per row, but got 1."},
		{numbs, "1,x\nz,y\n", `Copy exception: Error in file <file> on line 2: Conversion exception: Cast failed. Could not convert "z" to INT64.`},
		{numbs, "1,x\n9223372036854775808,y\n", `Copy exception: Error in file <file> on line 2: Conversion exception: Cast failed. Could not convert "9223372036854775808" to INT64.`},
		{numbs, "1,x\n\"2,y\n", "Copy exception: Error in file <file> on line 2: "},
		{numbs, "1,x\n1,y\n", "Copy exception: Found duplicated primary key value 1, which violates the uniqueness constraint of the primary key column."},
		{numbs, "1,x\n,y\n", "Copy exception: Found NULL, which violates the non-null constraint of the primary key column."},
		{"id STRING PRIMARY KEY", "id\nx\n", two + "[id] [x]"}, // text only: a header cannot be told
		{"id STRING PRIMARY KEY, u UINT64, f DOUBLE, g FLOAT, b BOOL, i INTERVAL, d DATE, n INT128, s SERIAL", "k,18446744073709551615,1e3,0.5,True,3 days,2020-01-02,170141183460469231731687303715884105727,7\n",
			one + "[k 18446744073709551615 1000 0.5 true 3 days 2020-01-02 170141183460469231731687303715884105727 7]"},
		{"id STRING PRIMARY KEY, u UINT8", "k,1\nl,-1\n", `Copy exception: Error in file <file> on line 2: Conversion exception: Cast failed. Could not convert "-1" to UINT8.`},
	} {
		got := loaded(t, tt.columns, tt.content)
		if start, end, ok := strings.Cut(got, "/"); ok {
			got = start + "<file>" + end[strings.Index(end, ".csv")+4:]
		}
		if strings.HasPrefix(tt.want, "Copy exception") {
			if !strings.HasPrefix(got, tt.want) || !strings.HasSuffix(got, "|") { // all rows or none
				t.Errorf("%q\ngot  %s\nwant %s", tt.content, got, tt.want)
			}
		} else if got != tt.want {
			t.Errorf("%q\ngot  %s\nwant %s", tt.content, got, tt.want)
		}
	}
}
