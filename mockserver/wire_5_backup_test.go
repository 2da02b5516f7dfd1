package mockserver_test

import "testing"

// TestWire5Backup holds sections 5.11 to 5.13: what backups, restores and
// downloads look at, in which order, and what they answer at once. What becomes
// of them is in backup_test.go.
func TestWire5Backup(t *testing.T) {
	const (
		backup = "POST /databases/g/backup"
		path   = `422 {"detail":[{"input":null,"loc":["query","backup_path"],"msg":"Field required","type":"missing"}]}`
		data   = `422 {"detail":[{"input":null,"loc":["body","backup_data"],"msg":"Field required","type":"missing"}]}`
		begun  = `200 {"backup_format":"full_dump","database":"g","estimated_completion_time":null,"message":"Backup task started for database g",` +
			`"monitor_url":"/tasks/backup_backup_<hex>/monitor","status":"initiated","task_id":"backup_backup_<hex>"}`
		nothing = `200 {"details":"Restore requires coordination with backup manager and S3 adapter","message":"Database restore functionality is not yet implemented","monitor_url":null,"status":"not_implemented"}`
	)
	form := []string{"Content-Type: multipart/form-data; boundary=x"}
	hold(t, []fact{
		{row: "5.11 body", ask: backup, answer: `422 {"detail":[{"input":null,"loc":["body"],"msg":"Field required","type":"missing"}]}`},
		{row: "5.11 422 before 404", ask: "POST /databases/none/backup", body: `{"backup_format":"incremental"}`, answer: `422 {"detail":[{…"loc":["body","backup_format"],…`},
		{row: "5.11 every fault", ask: backup, body: `{"compression":"maybe","encryption":2}`, answer: `422 {"detail":[{…"loc":["body","compression"],…"loc":["body","encryption"],…`},
		{row: "5.11 none", ask: "POST /databases/none/backup", body: `{}`, answer: detail(404, "Database none not found")},
		{row: "5.11 begun", ask: backup, body: `{}`, answer: begun},
		{row: "5.11 all fields", ask: backup, body: `{"backup_format":"full_dump","include_metadata":false,"compression":"yes","encryption":0,"more":1}`, answer: begun},
		{row: "5.11 its task", ask: "GET /tasks?task_type=backup&limit=1", answer: `200 [{…"metadata":{"backup_format":"full_dump","compression":true,"database":"g","encryption":false},…"task_id":"backup_backup_<hex>","task_type":"backup"}]`},
		{row: "5.11 has failed", ask: "GET /tasks?task_type=backup&status=failed&limit=1", answer: "200 []", quirk: `200 [{…"error":"Backup functionality not yet implemented",…"progress_percent":0,"result":null,…`},

		{row: "5.12 nothing", ask: "POST /databases/g/restore", answer: data, quirk: path},
		{row: "5.12 not an upload", ask: "POST /databases/g/restore", body: `{}`, answer: data, quirk: path},
		{row: "5.12 an upload", ask: "POST /databases/g/restore", headers: form, body: "--x\r\nContent-Disposition: form-data; name=\"force_overwrite\"\r\n\r\nyes\r\n--x--\r\n", answer: data, quirk: path},
		{row: "5.12 a broken one", ask: "POST /databases/g/restore", headers: form, body: "--x\r\nContent-Disposition: form-data; name=\"force_overwrite\"\r\n\r\nye", answer: `422 {"detail":[{…"loc":["body"],"msg":"Value error, the upload breaks off: …`, quirk: path},
		{row: "5.12 there already", ask: "POST /databases/g/restore?backup_path=x", answer: `422 …"loc":["query","backup_path"],…give what a backup task names, or an address s3://bucket/key…`, quirk: detail(409, "Database g already exists")},
		{row: "5.12 by path", ask: "POST /databases/new/restore?backup_path=s3://b/none.zip", answer: `422 …"loc":["query","backup_path"],…file b/none.zip does not exist…`, quirk: nothing},
		{row: "5.12 body ignored", ask: "POST /databases/new/restore?backup_path=s3://b/none.zip", body: "{", answer: `422 …file b/none.zip does not exist…`, quirk: nothing},
		{row: "5.12 nothing made", ask: "GET /databases/new", answer: detail(404, "Database new not found")},

		{row: "5.13 none", ask: "POST /databases/none/backup-download", answer: detail(404, "Database none not found")},
		{row: "5.13 archive", ask: "POST /databases/g/backup-download", answer: "200 PK…", quirk: failed},
	}, func(a *api) { a.create("g", "") })
}

// TestWire5Metrics holds section 5.3.
func TestWire5Metrics(t *testing.T) {
	const system = `"system":{"cpu":{…"count":…},"disk":{…"mount_point":"/"},"memory":{…"used_gb":…},"timestamp":"<utc>"},"timestamp":"<utc>"}`
	hold(t, []fact{
		{row: "5.3 all keys", ask: "GET /metrics", answer: `200 {"admission_control":{"connections_per_db":{"g":0},"cpu_percent":0,"cpu_threshold":90,"memory_percent":0,"memory_threshold":85,"total_connections":0},` +
			`"cluster":{"node_id":"kuzu-writer-…","node_type":"writer","uptime_seconds":<n>},"databases":{"count":…,"ingestion":{"active_tasks":0,"processing_rate":0,"queue_depth":0},` +
			`"queries":{"queries_by_database":{},"reset_time":"<utc>","total_queries":0},` + system},
		{row: "5.3 directories", ask: "GET /metrics", answer: `200 …"databases":{"count":1,"databases":{"g":{"query_count":0,…}},…`, quirk: `200 …"databases":{"count":…,"databases":{".kuzu":{"query_count":0,"size_bytes":<n>,"size_gb":<n>},…"g":{"query_count":0,…`},
		{row: "5.3 a success", ask: queryG, body: queryBody("RETURN 1 AS a", ""), answer: "200 …"},
		{row: "5.3 a stream", ask: streamG, body: queryBody("RETURN 1 AS a", ""), answer: "200 …"},
		{row: "5.3 a failure", ask: queryG, body: queryBody("RETURN FOO(1)", ""), answer: "400 …"},
		{row: "5.3 a failed stream", ask: streamG, body: queryBody("RETURN FOO(1)", ""), answer: "200 …"},
		{row: "5.3 successes only", ask: "GET /metrics", answer: `200 …"g":{"query_count":2,…"queries":{"queries_by_database":{"g":2},"reset_time":"<utc>","total_queries":2},…`},
	}, func(a *api) { a.create("g", "") })
}
