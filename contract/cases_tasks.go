package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"strconv"

	"github.com/robosystems/kuzuclient/gen"
)

// ingestFile is what the target's bucket has to hold.
const ingestFile = "contract.csv"

func (s *session) ingestion(ctx context.Context) {
	op := gen.OpIngestFiles
	copying := func(about string, body map[string]any, want int) answer {
		return s.send(ctx, gen.OpCopyFiles, request{about: about, body: body, want: []int{want}})
	}
	copying("copy without a table", map[string]any{"s3_pattern": "s3://nowhere/x.csv"}, 422)
	got := copying("copy what does not exist", map[string]any{"s3_pattern": "s3://nowhere/x.csv", "table_name": "contract"}, 200)
	s.follow(ctx, got, "failed")
	if s.target.Bucket == "" || !s.target.Can.Has(Ingests) {
		return
	}
	load := map[string]any{"bucket": s.target.Bucket, "files": []string{ingestFile}}
	with := func(name string, value any) map[string]any {
		body := map[string]any{name: value}
		for key, of := range load {
			if key != name {
				body[key] = of
			}
		}
		return body
	}
	if got := s.send(ctx, op, request{about: "ingest now", body: with("mode", "sync"), want: []int{200}}); got.field("records_loaded") != 2.0 {
		s.find(op, request{about: "ingest now"}, got, "/records_loaded", fmt.Sprintf("it is %v and should be 2", got.field("records_loaded")))
	}
	for _, c := range []request{
		{about: "ingest a file that does not exist", body: with("files", []string{"none.csv"}), want: []int{400}},
		{about: "ingest without a file's name", body: with("files", []string{}), want: []int{422}},
		{about: "ingest into none", graph: s.graph + "n", body: load, want: []int{404}},
	} {
		s.send(ctx, op, c)
	}
	s.create(ctx, s.graph+"i", schemaDDL)
	s.follow(ctx, s.send(ctx, op, request{about: "ingest in the background", graph: s.graph + "i", body: load, want: []int{200}}), "completed")
}

// follow watches a task to its end by its events, and then looks at its record.
func (s *session) follow(ctx context.Context, started answer, end string) {
	id, _ := started.field("task_id").(string)
	if id == "" {
		return // has been found to be wrong already
	}
	r := request{about: "watch a task to its end", task: id, want: []int{200}}
	got := s.send(ctx, gen.OpMonitorTask, r)
	if !bytes.HasPrefix(got.body, []byte("event: connected\r\n")) {
		s.find(gen.OpMonitorTask, r, got, "event 1", "it is not `connected`")
	}
	if !bytes.Contains(got.body, []byte("event: "+end+"\r\n")) {
		s.find(gen.OpMonitorTask, r, got, "", fmt.Sprintf("there is no event `%s` in %.300q", end, got.body))
	}
	r = request{about: "describe a task", task: id, want: []int{200}}
	if got := s.send(ctx, gen.OpGetTask, r); got.field("status") != end {
		s.find(gen.OpGetTask, r, got, "/status", fmt.Sprintf("it is %v and should be %s", got.field("status"), end))
	}
}

func (s *session) tasks(ctx context.Context) {
	s.send(ctx, gen.OpGetTaskStats, request{about: "count", want: []int{200}})
	s.send(ctx, gen.OpListTasks, request{about: "list", query: "limit=10", want: []int{200}})
	r := request{about: "list by status", query: "status=failed&task_type=ingest", want: []int{200}}
	got := s.send(ctx, gen.OpListTasks, r)
	var list []struct {
		Status string `json:"status"`
	}
	if err := json.Unmarshal(got.body, &list); err == nil {
		for i, task := range list {
			if task.Status != "failed" {
				s.find(gen.OpListTasks, r, got, fmt.Sprintf("/%d/status", i), "it is "+task.Status)
			}
		}
	}
	s.send(ctx, gen.OpListTasks, request{about: "list none", query: "limit=0", want: []int{422}})
	s.send(ctx, gen.OpListTasks, request{about: "list so many", query: "limit=many", want: []int{422}})
	s.send(ctx, gen.OpGetTask, request{about: "describe one that does not exist", want: []int{404}})
	s.send(ctx, gen.OpMonitorTask, request{about: "watch one that does not exist", want: []int{200}})
}

func (s *session) backups(ctx context.Context) {
	s.send(ctx, gen.OpCreateBackup, request{about: "back up none", graph: s.graph + "n", body: map[string]any{}, want: []int{404}})
	s.send(ctx, gen.OpCreateBackup, request{about: "back up in no known format", body: map[string]any{"backup_format": "x"}, want: []int{422}})
	s.send(ctx, gen.OpDownloadBackup, request{about: "download none", graph: s.graph + "n", want: []int{404}})
	if !s.target.Can.Has(BacksUp) {
		s.backupsInName(ctx)
		return
	}
	started := s.send(ctx, gen.OpCreateBackup, request{about: "back up", body: map[string]any{}, want: []int{200}})
	s.follow(ctx, started, "completed")
	archive := s.send(ctx, gen.OpDownloadBackup, request{about: "download", want: []int{200}})
	if !bytes.HasPrefix(archive.body, []byte("PK")) {
		s.find(gen.OpDownloadBackup, request{about: "download"}, archive, "", "it is no ZIP archive")
	}
	restored := s.graph + "r"
	body, media := upload(archive.body, false)
	s.follow(ctx, s.send(ctx, gen.OpRestoreDatabase, request{about: "restore", graph: restored, body: body, media: media, want: []int{200}}), "completed")
	s.send(ctx, gen.OpGetDatabase, request{about: "describe what was restored", graph: restored, want: []int{200}})
	s.send(ctx, gen.OpRestoreDatabase, request{about: "restore over what is there", graph: restored, body: body, media: media, want: []int{409}})
	s.send(ctx, gen.OpRestoreDatabase, request{about: "restore nothing", graph: restored, body: []byte("--x--\r\n"), media: "multipart/form-data; boundary=x", want: []int{422}})
}

// backupsInName asks a server that has the operations and cannot do what they say.
func (s *session) backupsInName(ctx context.Context) {
	started := s.send(ctx, gen.OpCreateBackup, request{about: "back up in vain", body: map[string]any{}, want: []int{200}})
	s.follow(ctx, started, "failed")
	s.send(ctx, gen.OpDownloadBackup, request{about: "download in vain", want: []int{500}})
	const path = "backup_path=s3://nowhere/contract.zip"
	r := request{about: "restore in vain", graph: s.graph + "r", query: path, want: []int{200}}
	if got := s.send(ctx, gen.OpRestoreDatabase, r); got.field("status") != "not_implemented" {
		s.find(gen.OpRestoreDatabase, r, got, "/status", fmt.Sprintf("it is %v and should be not_implemented", got.field("status")))
	}
	s.send(ctx, gen.OpRestoreDatabase, request{about: "restore over what is there", query: path, want: []int{409}})
	s.send(ctx, gen.OpRestoreDatabase, request{about: "restore nothing", graph: s.graph + "r", want: []int{422}})
}

// upload puts an archive into a form.
func upload(archive []byte, overwrite bool) (body []byte, media string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	file, _ := form.CreateFormFile("backup_data", "backup.zip") // a buffer takes everything
	_, _ = file.Write(archive)
	_ = form.WriteField("force_overwrite", strconv.FormatBool(overwrite))
	_ = form.Close()
	return b.Bytes(), form.FormDataContentType()
}
