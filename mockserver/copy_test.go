package mockserver_test

import (
	"strings"
	"testing"
)

func TestCopy(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		a.write("b/people/1.csv", "1|Ann|20100214153210447\n")
		a.write("b/people/2.csv", "2|Bob|2\n3||3\n2|Twice|4\n")
		r := a.post("/databases/g/copy", `{"s3_pattern":"s3://b/people/*.csv","table_name":"Person","s3_credentials":{"region":"us-east-1","other":1}}`)
		r.is(200, `{"message":"Background ingestion started for Person","sse_url":"/tasks/ingest_g_Person_<hex>/monitor","status":"started","task_id":"ingest_g_Person_<hex>"}`)
		task := into[started](r)
		a.finished(task)
		a.get("/tasks/"+task.ID+"/status").is(200, `{"completed_at":"<utc>","created_at":"<utc>","error":null,"graph_id":"g","last_heartbeat":<n>,"progress_percent":100,"records_processed":3,`+
			`"result":{"duration_seconds":<n>,"query":"COPY Person FROM \"s3://b/people/*.csv\" (IGNORE_ERRORS=TRUE)","records_loaded":3},`+
			`"s3_pattern":"s3://b/people/*.csv","started_at":"<utc>","status":"completed","table_name":"Person","task_id":"ingest_g_Person_<hex>"}`)
		a.query("g", people, "").is(200, "{"+threePeople+"}")
	})
}

// The answer promises a task; what is wrong turns out there.
func TestCopyFailure(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		a.write("b/people.csv", peopleCSV+"2|Twice|4\n")
		a.write("outside.csv", peopleCSV)
		for _, tt := range []struct{ database, pattern, table, words string }{
			{"g", "s3://b/people.csv", "Person", "Copy exception: Found duplicated primary key value 2, which violates the uniqueness constraint of the primary key column."},
			{"g", "s3://b/none*.csv", "Person", "Binder exception: No file found that matches the pattern: s3://b/none*.csv."},
			{"g", "s3://b/people.csv", "Nope", "Binder exception: Table Nope does not exist."},
			{"g", "s3://b/people.csv", "Person; DROP TABLE Person", "Binder exception: Table Person; DROP TABLE Person does not exist."},
			{"g", "s3://b/people.csv", "", "Binder exception: Table  does not exist."},
			{"g", "b/people.csv", "Person", "pattern b/people.csv: give an address s3://bucket/key"},
			{"g", "s3://b/../outside.csv", "Person", "file b/../outside.csv lies outside its bucket"},
			{"g", `s3://b/x".csv`, "Person", `file "b/x\".csv": quotes, backslashes and line ends are not allowed in names`},
			{"none", "s3://b/people.csv", "Person", "Database none not found"},
			{"a.b", "s3://b/people.csv", "Person", "Database a.b not found"},
		} {
			r := a.post("/databases/"+tt.database+"/copy", `{"s3_pattern":`+quote(tt.pattern)+`,"table_name":`+quote(tt.table)+`,"ignore_errors":false}`)
			task := into[started](r)
			if want := "ingest_" + tt.database + "_" + tt.table + "_"; !strings.HasPrefix(task.ID, want) {
				t.Errorf("the id is %s, want %s...", task.ID, want)
			}
			tasks := into[[]taskRecord](a.get("/tasks"))
			if tasks[0].ID != task.ID {
				t.Errorf("the newest task is %s, want %s", tasks[0].ID, task.ID)
			}
			if tt.table == "Person; DROP TABLE Person" {
				task.ID = strings.NewReplacer(" ", "%20", ";", "%3B").Replace(task.ID)
			}
			if got := a.finished(task); got.Status != "failed" || got.Error != tt.words || got.Percent != 0 {
				t.Errorf("%s: got %+v\nwant %s", tt.pattern, got, tt.words)
			}
		}
		a.query("g", people, "").is(200, `{"columns":["id","name","since"],"data":[],"database":"g","execution_time_ms":<n>,"row_count":0}`)
	})
}
