package mockserver_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// A request with one file that cannot be used loads nothing.
func TestIngestRefused(t *testing.T) {
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "Person.csv"), []byte(peopleCSV), 0o600); err != nil {
		t.Fatal(err)
	}
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		a.write("b/Person.csv", peopleCSV)
		a.write("b/Nope.csv", peopleCSV)
		a.write("b/Person.txt", peopleCSV)
		a.write("b/dir.csv/Person.csv", peopleCSV)
		a.write("other/Person.csv", peopleCSV)
		link := func(target, name string) {
			t.Helper()
			if err := os.Symlink(target, filepath.Join(a.data, name)); err != nil {
				t.Fatal(err)
			}
		}
		link(filepath.Join(outside, "Person.csv"), "b/out.csv")
		link("../other/Person.csv", "b/sideways.csv")
		link(outside, "away")
		for _, tt := range []struct{ fields, words string }{
			{``, "no files; give files or file_path"},
			{`"bucket":"b"`, "no files; give files or file_path"},
			{`"files":["Person.csv"]`, "file Person.csv: give a bucket, or an address s3://bucket/key"},
			{`"file_path":"s3://"`, "file : give a bucket, or an address s3://bucket/key"},
			{`"bucket":"b","files":["Person.csv","none.csv"]`, "file b/none.csv does not exist"},
			{`"bucket":"none","files":["Person.csv"]`, "file none/Person.csv does not exist"},
			{`"bucket":"b","files":["../other/Person.csv"]`, "file b/../other/Person.csv lies outside its bucket"},
			{`"bucket":"b","files":["/Person.csv"]`, "file b//Person.csv lies outside its bucket"},
			{`"bucket":"..","files":["Person.csv"]`, "file ../Person.csv lies outside its bucket"},
			{`"bucket":".","files":["b/Person.csv"]`, "file ./b/Person.csv lies outside its bucket"},
			{`"bucket":"b/dir.csv","files":["Person.csv"]`, "file b/dir.csv/Person.csv lies outside its bucket"},
			{`"files":["s3://../Person.csv"]`, "file ../Person.csv lies outside its bucket"},
			{`"files":["s3://b"]`, "file b/ lies outside its bucket"},
			{`"bucket":"b","files":["out.csv"],"table_name":"Person"`, "file b/out.csv cannot be read: path escapes from parent"},
			{`"bucket":"b","files":["sideways.csv"],"table_name":"Person"`, "file b/sideways.csv cannot be read: path escapes from parent"},
			{`"bucket":"away","files":["Person.csv"]`, "file away/Person.csv cannot be read: path escapes from parent"},
			{`"bucket":"b","files":["Person.txt"]`, "file b/Person.txt: only .csv and .parquet files can be loaded"},
			{`"bucket":"b","files":["Person"]`, "file b/Person: only .csv and .parquet files can be loaded"},
			{`"bucket":"b","files":["dir.csv"],"table_name":"Person"`, "b/dir.csv is not a file"},
			{`"bucket":"b","files":["a\".csv"]`, `file "b/a\".csv": quotes, backslashes and line ends are not allowed in names`},
			{`"bucket":"b","files":["a\n.csv"]`, `file "b/a\n.csv": quotes, backslashes and line ends are not allowed in names`},
			{`"bucket":"b","files":["Person.csv","Nope.csv"]`, "file Nope.csv: there is no table Nope; create it, or name another in table_name"},
			{`"bucket":"b","files":["Person.csv"],"table_name":"person"`, "file Person.csv: there is no table person; create it, or name another in table_name"},
		} {
			for _, mode := range []string{"sync", "async"} {
				body := `{"mode":"` + mode + `"`
				if tt.fields != "" {
					body += "," + tt.fields
				}
				a.post("/databases/g/ingest", body+"}").detail(400, "Ingestion not possible: "+tt.words)
			}
		}
		a.get("/tasks").is(200, "[]")
		a.query("g", people, "").is(200, `{"columns":["id","name","since"],"data":[],"database":"g","execution_time_ms":<n>,"row_count":0}`)
		a.post("/databases/none/ingest", `{"bucket":"b","files":["Person.csv"]}`).detail(404, "Database none not found")
		a.post("/databases/a.b/ingest", `{"bucket":"b","files":["Person.csv"]}`).detail(404, "Database a.b not found")
	})
}

func TestIngestThroughLink(t *testing.T) {
	a := start(t, scripted(t))
	a.create("g", socialDDL)
	a.write("b/deep/people.csv", peopleCSV)
	if err := os.Symlink("deep/people.csv", filepath.Join(a.data, "b", "Person.csv")); err != nil {
		t.Fatal(err)
	}
	a.post("/databases/g/ingest", `{"mode":"sync","bucket":"b","files":["Person.csv"]}`).
		is(200, `{"execution_time_ms":<n>,"files_processed":1,"records_loaded":3,"status":"completed"}`)
}

func TestIngestWithoutRoot(t *testing.T) {
	a := start(t, scripted(t), func(cfg *mockserver.Config) { cfg.DataRoot = "" })
	a.create("g", socialDDL)
	a.post("/databases/g/ingest", `{"bucket":"b","files":["Person.csv"]}`).
		detail(400, "Ingestion not possible: file b/Person.csv: this server has no data root")
	a.post("/databases/g/copy", `{"s3_pattern":"s3://b/Person.csv","table_name":"Person"}`)
	task := a.finished(into[[]started](a.get("/tasks"))[0])
	if task.Error != "file b/Person.csv: this server has no data root" {
		t.Errorf("got %+v", task)
	}
}

// A data root that goes away does not show where it was.
func TestIngestRootGone(t *testing.T) {
	a := start(t, scripted(t))
	a.create("g", socialDDL)
	if err := os.Remove(a.data); err != nil {
		t.Fatal(err)
	}
	a.post("/databases/g/ingest", `{"bucket":"b","files":["Person.csv"]}`).
		detail(400, "Ingestion not possible: file b/Person.csv does not exist")
}
