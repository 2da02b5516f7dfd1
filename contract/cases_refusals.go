package contract

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/gen"
)

// operations are those that the target has.
func (s *session) operations() []gen.Operation {
	return slices.DeleteFunc(gen.Operations(), func(op gen.Operation) bool {
		return op == gen.OpIngestFiles && !s.target.Can.Has(Ingests)
	})
}

// readOnly asks a replica for what it refuses.
func (s *session) readOnly(ctx context.Context, server string) {
	ddl := map[string]any{"type": "ddl", "ddl": schemaDDL}
	archive, media := upload([]byte("PK"), false)
	for _, c := range []struct {
		op gen.Operation
		request
	}{
		{gen.OpCreateDatabase, request{body: map[string]any{"graph_id": s.graph}}},
		{gen.OpDeleteDatabase, request{}},
		{gen.OpInstallSchema, request{body: ddl}},
		{gen.OpCopyFiles, request{body: map[string]any{"s3_pattern": "s3://b/x.csv", "table_name": "contract"}}},
		{gen.OpIngestFiles, request{body: map[string]any{"bucket": "b", "files": []string{ingestFile}}}},
		{gen.OpCreateBackup, request{body: map[string]any{}}},
		{gen.OpDownloadBackup, request{}},
		{gen.OpRestoreDatabase, request{query: "backup_path=x", body: archive, media: media}},
	} {
		if c.op == gen.OpIngestFiles && !s.target.Can.Has(Ingests) {
			continue
		}
		c.server, c.about, c.want = server, "on a read-only server", []int{403}
		s.send(ctx, c.op, c.request)
	}
	s.send(ctx, gen.OpListDatabases, request{server: server, about: "list on a read-only server", want: []int{200}})
}

// others asks the further servers for what only they answer.
func (s *session) others(ctx context.Context) {
	if s.target.ReadOnly != "" {
		s.readOnly(ctx, s.target.ReadOnly)
	}
	if s.target.Full != "" {
		body := map[string]any{"graph_id": s.graph}
		s.send(ctx, gen.OpCreateDatabase, request{server: s.target.Full, about: "create where there is no room", body: body, want: []int{507}})
	}
	if s.target.Busy != "" {
		body := map[string]any{"database": s.graph, "cypher": returnDigits}
		s.send(ctx, gen.OpQueryDatabase, request{server: s.target.Busy, about: "query under load", body: body, want: []int{503}})
		s.send(ctx, gen.OpQueryDatabase, request{server: s.target.Busy, about: "stream under load", query: "streaming=true", body: body, want: []int{503}})
	}
}

// tooLarge is beyond what any path takes by default.
const tooLarge = 10<<20 + 1

// refusals asks every operation with a body that is too large and without a key.
func (s *session) refusals(ctx context.Context) {
	large := bytes.Repeat([]byte(" "), tooLarge)
	for _, op := range s.operations() {
		s.send(ctx, op, request{about: "a body that is too large", body: large, expect: true, want: []int{413}})
		if s.document.protected(op.ID) && s.target.Key != "" {
			s.send(ctx, op, request{about: "no key", noKey: true, want: []int{401}})
		}
	}
}

// protected reports whether an operation needs a key.
func (d *document) protected(operation string) bool {
	security := d.operations[operation].Security
	return security == nil || len(*security) > 0
}

// wrongKeys sends every operation a key beyond ASCII, with which the deployed
// server cannot deal.
func (s *session) wrongKeys(ctx context.Context) {
	if !s.target.Can.Has(LocksOut) || s.target.Key == "" {
		return
	}
	for _, op := range s.operations() {
		if s.document.protected(op.ID) {
			s.send(ctx, op, request{about: "a key beyond ASCII", key: "schl\u00fcssel", want: []int{401, 500}})
		}
	}
}

// examples asks for what could not be brought about.
func (s *session) examples(ctx context.Context) {
	if !s.target.Can.Has(ShowsExamples) {
		return
	}
	for _, op := range s.operations() {
		for cell, how := range s.report.Covered {
			if cell.Operation != op.ID || how != Never {
				continue
			}
			r := request{
				about:  fmt.Sprintf("the example of %d as %s", cell.Status, cell.Media),
				prefer: fmt.Sprintf("code=%d", cell.Status), accept: cell.Media, want: []int{cell.Status},
			}
			if body := s.document.operations[op.ID].RequestBody; body != nil {
				r.body, r.media = s.document.sample(op.ID)
			}
			s.send(ctx, op, r)
		}
	}
}

// sample returns a request body of the document, which a server has to accept
// before it shows an example.
func (d *document) sample(operation string) (body any, media string) {
	for media, content := range d.operations[operation].RequestBody.Value.Content {
		if strings.HasPrefix(media, "multipart/") {
			return upload([]byte("PK"), false)
		}
		return content.Example, media
	}
	return nil, ""
}

// lockoutAttempts is how many wrong keys lock an address out.
const lockoutAttempts = 10

// lockout comes last, for nothing works after it.
func (s *session) lockout(ctx context.Context) {
	if !s.target.Can.Has(LocksOut) || s.target.Key == "" {
		return
	}
	s.clean(ctx)
	for range lockoutAttempts {
		s.send(ctx, gen.OpListDatabases, request{about: "a wrong key", key: "wrong-" + time.Now().Format("150405"), want: []int{401}})
	}
	for _, op := range s.operations() {
		if s.document.protected(op.ID) {
			s.send(ctx, op, request{about: "the right key after ten wrong ones", want: []int{429}})
		}
	}
}
