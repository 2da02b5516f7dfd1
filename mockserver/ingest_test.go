package mockserver_test

import (
	"fmt"
	"strings"
	"testing"
)

const (
	peopleCSV = "id|name|since\n1|Ann|20100214153210447\n2|Bob|2\n3||3\n"
	knowsCSV  = "a|b|since\n1|2|10\n2|3|20100214153210447\n"
)

// Rows that the files above give.
const (
	threePeople = `"columns":["id","name","since"],"data":[{"id":1,"name":"Ann","since":20100214153210447},{"id":2,"name":"Bob","since":2},{"id":3,"name":null,"since":3}],"database":"g","execution_time_ms":<n>,"row_count":3`
	twoFriends  = `"columns":["a","b","since"],"data":[{"a":1,"b":2,"since":10},{"a":2,"b":3,"since":20100214153210447}],"database":"g","execution_time_ms":<n>,"row_count":2`
)

func TestIngest(t *testing.T) {
	files := map[string]string{
		"b/Person.csv":          peopleCSV,
		"b/Knows.csv":           knowsCSV,
		"b/commas/Person.csv":   strings.ReplaceAll(peopleCSV, "|", ","),
		"b/commas/Knows.csv":    strings.ReplaceAll(knowsCSV, "|", ","),
		"b/headless/Person.csv": strings.TrimPrefix(peopleCSV, "id|name|since\n"),
		"b/everyone.csv":        peopleCSV,
		"b/part/1.csv":          "1|Ann|20100214153210447\n",
		"b/part/2.csv":          "2|Bob|2\n3||3\n",
		"b/faulty/Person.csv":   peopleCSV + "2|Twice|4\nx|NoNumber|5\n|NoKey|6\n",
		"b/faulty/Knows.csv":    knowsCSV + "1|99|11\n",
		"other/Person.csv":      peopleCSV,
	}
	tests := map[string]struct {
		fields  string
		files   int
		records int
		friends bool
	}{
		"one file":              {`"bucket":"b","files":["Person.csv"]`, 1, 3, false},
		"nodes before rels":     {`"bucket":"b","files":["Knows.csv","Person.csv"]`, 2, 5, true},
		"commas":                {`"bucket":"b","files":["commas/Knows.csv","commas/Person.csv"]`, 2, 5, true},
		"no header":             {`"bucket":"b","files":["headless/Person.csv"]`, 1, 3, false},
		"file_path":             {`"bucket":"b","file_path":"Person.csv"`, 1, 3, false},
		"file_path and files":   {`"bucket":"b","file_path":"Person.csv","files":["Knows.csv"]`, 2, 5, true},
		"table_name":            {`"bucket":"b","files":["everyone.csv"],"table_name":"Person"`, 1, 3, false},
		"many files, one table": {`"bucket":"b","files":["part/1.csv","part/2.csv"],"table_name":"Person"`, 2, 3, false},
		"address":               {`"files":["s3://other/Person.csv"]`, 1, 3, false},
		"address beats bucket":  {`"bucket":"b","files":["s3://other/Person.csv","Knows.csv"]`, 2, 5, true},
		"roundabout name":       {`"bucket":"b","files":["commas/../Person.csv"]`, 1, 3, false},
		"ignore_errors":         {`"bucket":"b","files":["faulty/Person.csv","faulty/Knows.csv"],"ignore_errors":true`, 2, 5, true},
	}
	eachEngine(t, func(t *testing.T, a *api) {
		for name, content := range files {
			a.write(name, content)
		}
		for name, tt := range tests {
			for _, mode := range []string{"sync", "async"} {
				t.Run(name+", "+mode, func(t *testing.T) {
					a := a.in(t)
					a.create("g", socialDDL)
					defer a.do("DELETE", "/databases/g", "")
					r := a.post("/databases/g/ingest", `{"mode":"`+mode+`",`+tt.fields+`}`)
					if mode == "sync" {
						r.is(200, fmt.Sprintf(`{"execution_time_ms":<n>,"files_processed":%d,"records_loaded":%d,"status":"completed"}`, tt.files, tt.records))
					} else {
						r.is(200, `{"monitor_url":"/tasks/ingest_g_Person_<hex>/monitor","status":"pending","task_id":"ingest_g_Person_<hex>"}`)
						task := a.finished(into[started](r))
						if task.Status != "completed" || task.Percent != 100 || task.Records != tt.records || task.Result.Records != tt.records {
							t.Errorf("got %+v", task)
						}
					}
					a.query("g", people, "").is(200, "{"+threePeople+"}")
					if tt.friends {
						a.query("g", friends, "").is(200, "{"+twoFriends+"}")
					}
				})
			}
		}
	})
}

// started is what both kinds of loading answer with.
type started struct {
	ID  string `json:"task_id"`
	URL string `json:"monitor_url"`
}

// taskRecord is the part of a record that tests look at.
type taskRecord struct {
	ID      string `json:"task_id"`
	Status  string
	Percent int `json:"progress_percent"`
	Records int `json:"records_processed"`
	Error   string
	Result  struct {
		Records int `json:"records_loaded"`
		Query   string
		Backup  string `json:"backup_path"`
		Former  string `json:"system_backup_path"`
	}
	Metadata map[string]any
}

// finished waits for the end of a task, which is the end of its event stream.
func (a *api) finished(task started) taskRecord {
	a.Helper()
	a.get("/tasks/" + task.ID + "/monitor")
	return into[taskRecord](a.get("/tasks/" + task.ID + "/status"))
}

// A file is loaded wholly or not at all, and those before it stay.
func TestIngestFailure(t *testing.T) {
	const words = "Copy exception: Found duplicated primary key value 2, which violates the uniqueness constraint of the primary key column." +
		" (file s3://b/more/Person.csv, 2 of 3; those before it stay loaded)"
	eachEngine(t, func(t *testing.T, a *api) {
		a.write("b/Person.csv", peopleCSV)
		a.write("b/more/Person.csv", "4|Dee|4\n2|Again|5\n")
		a.write("b/Knows.csv", knowsCSV)
		const body = `{"mode":"%s","bucket":"b","files":["Person.csv","Knows.csv","more/Person.csv"]}`
		a.create("g", socialDDL)
		a.post("/databases/g/ingest", fmt.Sprintf(body, "sync")).detail(500, "Query execution error: "+words)
		a.query("g", people, "").is(200, "{"+threePeople+"}")
		a.query("g", friends, "").is(200, `{"columns":["a","b","since"],"data":[],"database":"g","execution_time_ms":<n>,"row_count":0}`)

		a.do("DELETE", "/databases/g", "")
		a.create("g", socialDDL)
		task := a.finished(into[started](a.post("/databases/g/ingest", fmt.Sprintf(body, "async"))))
		if task.Status != "failed" || task.Error != words || task.Percent == 100 || task.Records != 3 {
			t.Errorf("got %+v", task)
		}
		a.query("g", people, "").is(200, "{"+threePeople+"}")
	})
}
