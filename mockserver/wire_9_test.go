package mockserver_test

import "testing"

// TestWire9 holds section 9.3: the events of a task, byte for byte, and what the
// deployed server does not tell.
func TestWire9(t *testing.T) {
	const (
		head      = `"task_id": "ingest_g_Person_<hex>", "task_type": "ingestion", `
		connected = head + `"timestamp": "<utc>", "message": "Connected to ingestion task monitor"`
		backup    = `"task_id": "backup_backup_<hex>", "task_type": "backup", `
		what      = `"metadata": {"backup_format": "full_dump", "compression": true, "database": "g", "encryption": false}`
	)
	progress := func(status, percent, records, estimated, table string) string {
		return event("progress", head+`"status": "`+status+`", "progress_percent": `+percent+`, "records_processed": `+records+
			`, "estimated_records": `+estimated+`, "started_at": "<utc>", "message": "Processing `+table+`...", "metadata": {}`)
	}
	completed := func(records, message string) string {
		return event("completed", head+`"status": "completed", "result": {"duration_seconds": <n>, "query": "COPY Person FROM \"s3://b/Person.csv\" (IGNORE_ERRORS=TRUE)", "records_loaded": `+records+
			`}, "duration_seconds": <n>, "message": "`+message+`", "metadata": {}`)
	}
	const duplicate = `"error": "Copy exception: Found duplicated primary key value 2, which violates the uniqueness constraint of the primary key column.", `
	broken := func(table string) string {
		return event("failed", head+`"status": "failed", `+duplicate+`"message": "Failed to ingest data into `+table+`", "metadata": {}`)
	}
	type events struct{ clean, deployed string }
	eachServer(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		a.write("b/Person.csv", peopleCSV)
		follow := func(row, operation, body string, want events) {
			t.Helper()
			task := into[started](a.post("/databases/g/"+operation, body))
			a.finished(task)
			r := a.get("/tasks/" + task.ID + "/monitor")
			expected := want.clean
			if a.quirks != 0 {
				expected = want.deployed
			}
			if got := r.stable(); r.status != 200 || !like(got, expected) {
				t.Errorf("9.3 %s, quirks %q:\ngot  %s\nwant %s", row, a.quirks, got, expected)
			}
			for name, value := range map[string]string{
				"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "Connection": "keep-alive", "X-Accel-Buffering": "no",
			} {
				if got := r.header.Get(name); got != value {
					t.Errorf("9.3 %s: %s is %q", row, name, got)
				}
			}
		}
		follow("completed", "copy", `{"s3_pattern":"s3://b/Person.csv","table_name":"Person"}`, events{
			clean: event("connected", connected) + progress("completed", "100", "3", "0", "Person") +
				completed("3", "Successfully ingested 3 records into Person"),
			deployed: event("connected", connected) + progress("completed", "100", "0", "1000000", "table") +
				completed("0", "Successfully completed ingestion for table"),
		})
		follow("completed without records", "copy", `{"s3_pattern":"s3://b/Person.csv","table_name":"Person"}`, events{
			clean: event("connected", connected) + progress("completed", "100", "0", "0", "Person") +
				completed("0", "Successfully completed ingestion for Person"),
			deployed: event("connected", connected) + progress("completed", "100", "0", "1000000", "table") +
				completed("0", "Successfully completed ingestion for table"),
		})
		a.write("b/Bob.csv", "2|Bob|2\n")
		follow("failed", "copy", `{"s3_pattern":"s3://b/Bob.csv","table_name":"Person","ignore_errors":false}`, events{
			clean:    event("connected", connected) + progress("failed", "0", "0", "0", "Person") + broken("Person"),
			deployed: event("connected", connected) + progress("failed", "0", "0", "1000000", "table") + broken("table"),
		})
		follow("backup", "backup", `{}`, events{
			clean: event("connected", backup+`"timestamp": "<utc>", "message": "Connected to backup task monitor"`) + "…event: completed\r\n…",
			deployed: event("connected", backup+`"timestamp": "<utc>", "message": "Connected to backup task monitor"`) +
				event("progress", backup+`"status": "failed", "progress_percent": 0, "records_processed": 0, "estimated_records": 0, "started_at": null, "message": "Backing up g...", `+what) +
				event("failed", backup+`"status": "failed", "error": "Backup functionality not yet implemented", "message": "Failed to back up g", `+what),
		})
		for id, kind := range map[string]string{"x": "ingestion", "backup_backup_x": "backup", "restore_restore_x": "restore", "copy_x": "ingestion"} {
			a.get("/tasks/"+id+"/monitor").is(200,
				event("connected", `"task_id": "`+id+`", "task_type": "`+kind+`", "timestamp": "<utc>", "message": "Connected to `+kind+` task monitor"`)+
					event("error", `"error": "Task `+id+` not found", "task_type": "`+kind+`"`))
		}
	})
}
