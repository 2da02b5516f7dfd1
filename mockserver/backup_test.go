package mockserver_test

import (
	"strings"
	"testing"
)

// Backup and restore are announced, and never carried out.
func TestBackup(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		r := a.post("/databases/g/backup", `{"compression":false,"include_metadata":"no","unknown":1}`)
		r.is(200, `{"backup_format":"full_dump","database":"g","estimated_completion_time":null,"message":"Backup task started for database g","monitor_url":"/tasks/backup_backup_<hex>/monitor","status":"initiated","task_id":"backup_backup_<hex>"}`)
		a.get("/tasks/"+into[started](r).ID+"/status").is(200, `{"completed_at":"<utc>","created_at":"<utc>","error":"Backup functionality not yet implemented","last_heartbeat":<n>,`+
			`"metadata":{"backup_format":"full_dump","compression":false,"database":"g","encryption":false},"progress_percent":0,"result":null,"started_at":null,"status":"failed","task_id":"backup_backup_<hex>","task_type":"backup"}`)
		a.post("/databases/none/backup", `{}`).detail(404, "Database none not found")
		a.post("/databases/none/backup", ``).is(422, `{"detail":[{"input":null,"loc":["body"],"msg":"Field required","type":"missing"}]}`)

		a.post("/databases/g/backup-download", ``).is(500, "Internal Server Error")
		a.post("/databases/none/backup-download", ``).detail(404, "Database none not found")
	})
}

func TestRestore(t *testing.T) {
	a := start(t, scripted(t))
	a.create("g", "")
	a.post("/databases/new/restore?backup_path=s3://b/g.zip", ``).
		is(200, `{"details":"Restore requires coordination with backup manager and S3 adapter","message":"Database restore functionality is not yet implemented","monitor_url":null,"status":"not_implemented"}`)
	a.post("/databases/new/restore?backup_path=", `{not JSON`).
		is(200, `{"details":"Restore requires coordination with backup manager and S3 adapter","message":"Database restore functionality is not yet implemented","monitor_url":null,"status":"not_implemented"}`)
	a.post("/databases/g/restore?backup_path=x", ``).detail(409, "Database g already exists")
	// An upload is what the other kind of server takes.
	r := a.do("POST", "/databases/new/restore", strings.Repeat("x", 100), "Content-Type: multipart/form-data; boundary=x")
	r.is(422, `{"detail":[{"input":null,"loc":["query","backup_path"],"msg":"Field required","type":"missing"}]}`)
	a.get("/databases/new").detail(404, "Database new not found")
}
