package mockserver_test

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTaskRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		waits := a.ingest("hold", `,"pipeline_run_id":"run-1","priority":7`)
		<-time.After(time.Second)
		queued := a.ingest("1", "")
		const beat, from = "946684800", "2000-01-01T00:00:"
		status := func(task started) string {
			return hexIDs(a.get("/tasks/" + task.ID + "/status").body)
		}
		if got, want := status(waits), `{"completed_at":null,"created_at":"`+from+`00.000000+00:00","error":null,"graph_id":"g","last_heartbeat":`+beat+
			`,"metadata":{"pipeline_run_id":"run-1","priority":7},"progress_percent":0,"records_processed":0,"result":null,"s3_pattern":"s3://b/hold.csv","started_at":"`+from+
			`00.000000+00:00","status":"running","table_name":"Person","task_id":"ingest_g_Person_<hex>"}`; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if got, want := status(queued), `{"completed_at":null,"created_at":"`+from+`01.000000+00:00","error":null,"graph_id":"g","last_heartbeat":946684801`+
			`,"metadata":{"priority":5},"progress_percent":0,"records_processed":0,"result":null,"s3_pattern":"s3://b/1.csv","started_at":null`+
			`,"status":"pending","table_name":"Person","task_id":"ingest_g_Person_<hex>"}`; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		<-time.After(1500 * time.Millisecond)
		close(engine.release)
		a.finished(queued)
		if got, want := status(waits), `{"completed_at":"`+from+`02.500000+00:00","created_at":"`+from+`00.000000+00:00","error":null,"graph_id":"g","last_heartbeat":946684802.5`+
			`,"metadata":{"pipeline_run_id":"run-1","priority":7},"progress_percent":100,"records_processed":3,`+
			`"result":{"duration_seconds":2.5,"query":"COPY Person FROM \"s3://b/hold.csv\"","records_loaded":3},"s3_pattern":"s3://b/hold.csv","started_at":"`+from+
			`00.000000+00:00","status":"completed","table_name":"Person","task_id":"ingest_g_Person_<hex>"}`; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestTaskList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine, failingBackups)
		a.get("/tasks").is(200, "[]")
		a.get("/tasks/stats").is(200, `{"active_tasks":0,"completed_tasks":0,"failed_tasks":0,"pending_tasks":0,"tasks_by_status":{},"tasks_by_type":{},"total_tasks":0}`)
		a.create("g", socialDDL)
		names := map[string]string{}
		add := func(name, id string) {
			names[id] = name
			<-time.After(time.Millisecond)
		}
		add("done", a.ingest("first", "").ID)
		failed := a.ingest("second", "") // the people are there already
		a.finished(failed)
		add("failed", failed.ID)
		add("backup", into[started](a.post("/databases/g/backup", "{}")).ID)
		add("running", a.ingest("hold", "").ID)
		add("pending", a.ingest("third", "").ID)

		for query, want := range map[string]string{
			"":                                "pending running backup failed done",
			"?limit=2":                        "pending running",
			"?limit=1000":                     "pending running backup failed done",
			"?status=completed":               "done",
			"?status=failed":                  "backup failed",
			"?status=failed&limit=1":          "backup",
			"?status=running":                 "running",
			"?status=pending":                 "pending",
			"?status=RUNNING":                 "",
			"?status=":                        "",
			"?task_type=ingest":               "pending running failed done",
			"?task_type=ingest_g_P":           "pending running failed done",
			"?task_type=backup":               "backup",
			"?task_type=backup&status=failed": "backup",
			"?task_type=":                     "pending running backup failed done",
			"?task_type=gest":                 "",
			"?unknown=1":                      "pending running backup failed done",
			"?status=failed&status=running":   "running", // the last counts
		} {
			var got []string
			for _, task := range into[[]taskRecord](a.get("/tasks" + query)) {
				got = append(got, names[task.ID])
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: got %v, want %s", query, got, want)
			}
		}
		a.get("/tasks/stats").is(200, `{"active_tasks":1,"completed_tasks":1,"failed_tasks":2,"pending_tasks":1,"tasks_by_status":{"completed":1,"failed":2,"pending":1,"running":1},"tasks_by_type":{"backup":1,"ingestion":4},"total_tasks":5}`)
		a.get("/tasks/none/status").detail(404, "Task none not found")
	})
}

// A hundred are shown unless asked otherwise.
func TestTaskListDefaultLimit(t *testing.T) {
	a := start(t, scripted(t), failingBackups)
	a.create("g", "")
	for range 101 {
		a.post("/databases/g/backup", "{}")
	}
	if got := len(into[[]taskRecord](a.get("/tasks"))); got != 100 {
		t.Errorf("got %d", got)
	}
	if got := len(into[[]taskRecord](a.get("/tasks?limit=1000"))); got != 101 {
		t.Errorf("got %d", got)
	}
}

// The record of a task that has ended lives for 24 hours more.
func TestTaskExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine, failingBackups)
		a.create("g", socialDDL)
		task := a.ingest("hold", "")
		backup := into[started](a.post("/databases/g/backup", "{}"))
		<-time.After(24*time.Hour - 1)
		if got := into[taskRecord](a.get("/tasks/" + backup.ID + "/status")).Status; got != "failed" {
			t.Errorf("got %s", got)
		}
		<-time.After(1)
		a.get("/tasks/"+backup.ID+"/status").detail(404, "Task backup_backup_<hex> not found")
		if got := a.get("/tasks/" + backup.ID + "/monitor").body; !strings.HasSuffix(got, `data: {"error": "Task `+backup.ID+` not found", "task_type": "backup"}`+"\r\n\r\n") {
			t.Errorf("got %s", got)
		}
		<-time.After(24 * time.Hour)
		if got := into[[]taskRecord](a.get("/tasks")); len(got) != 1 || got[0].Status != "running" {
			t.Errorf("got %+v", got)
		}
		close(engine.release)
		a.finished(task)
		<-time.After(24 * time.Hour)
		a.get("/tasks").is(200, "[]")
	})
}

// Ids are those that the contract shows, and no two are alike.
func TestTaskIDs(t *testing.T) {
	a := start(t, scripted(t), failingBackups)
	a.create("g", socialDDL)
	var ids []string
	for range 5 {
		ids = append(ids, a.ingest("x", "").ID, into[started](a.post("/databases/g/backup", "{}")).ID)
	}
	pattern := regexp.MustCompile(`^(ingest_g_Person|backup_backup)_[0-9a-f]{8}$`)
	for _, id := range ids {
		if !pattern.MatchString(id) {
			t.Errorf("id is %s", id)
		}
	}
	slices.Sort(ids)
	if got := len(slices.Compact(ids)); got != 10 {
		t.Errorf("%d ids are different", got)
	}
}

// Many tasks at once, with readers, for the race detector.
func TestTasksTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := startInMemory(t, scripted(t))
		a.write("b/Person.csv", peopleCSV)
		const n = 8
		done := make(chan string)
		for i := range n {
			go func() {
				name := fmt.Sprint("g", i)
				a.create(name, socialDDL)
				task := into[started](a.post("/databases/"+name+"/ingest", `{"bucket":"b","files":["Person.csv"]}`))
				a.get("/tasks")
				done <- a.finished(task).Status
				a.get("/tasks/stats")
				resp := a.send(a.request(t.Context(), "DELETE", "/databases/"+name, ""))
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				done <- ""
			}()
		}
		for range 2 * n {
			if status := <-done; status != "" && status != "completed" {
				t.Errorf("got %s", status)
			}
		}
		a.get("/databases").is(200, `{"databases":[],"node_capacity":{"capacity_remaining":200,"current_databases":0,"max_databases":200,"utilization_percent":0},"total_databases":0,"total_size_bytes":<n>}`)
	})
}
