package kuzu_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// jsonOperations are the operations that are answered with one JSON value.
func jsonOperations() map[string]func(context.Context, *kuzu.Client) error {
	ops := map[string]func(context.Context, *kuzu.Client) error{
		"listDatabases": func(ctx context.Context, c *kuzu.Client) error {
			_, err := c.Databases(ctx)
			return err
		},
		"getTask": func(ctx context.Context, c *kuzu.Client) error {
			_, err := c.Task(ctx, "t1")
			return err
		},
		"getTask wait": func(ctx context.Context, c *kuzu.Client) error {
			_, err := c.WaitTask(ctx, "t1", nil)
			return err
		},
		"listTasks": func(ctx context.Context, c *kuzu.Client) error {
			_, err := c.Tasks(ctx, kuzu.TaskFilter{})
			return err
		},
		"getTaskStats": func(ctx context.Context, c *kuzu.Client) error {
			_, err := c.TaskStats(ctx)
			return err
		},
		"getTask watch": func(ctx context.Context, c *kuzu.Client) error {
			for _, err := range c.WatchTask(ctx, "t1") {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"getInfo": func(ctx context.Context, c *kuzu.Client) error {
			_, err := c.Info(ctx)
			return err
		},
		"getMetrics": func(ctx context.Context, c *kuzu.Client) error {
			_, err := c.Metrics(ctx)
			return err
		},
		"getHealth": func(ctx context.Context, c *kuzu.Client) error {
			_, err := c.Health(ctx)
			return err
		},
	}
	for name, op := range onGraph {
		if !strings.Contains(name, "stream") {
			ops[name] = op
		}
	}
	return ops
}

// TestNoAnswerIsTakenForSuccess gives every operation answers that no server of
// this API gives. Silence, above all, is not success.
func TestNoAnswerIsTakenForSuccess(t *testing.T) {
	for name, test := range map[string]struct {
		status      int
		contentType string
		body        string
		kind        kuzu.Kind
		want        string
	}{
		"nothing":           {200, asJSON, "", kuzu.KindProtocol, "not the JSON that it should be"},
		"no content":        {204, "", "", kuzu.KindProtocol, `content type ""`},
		"null":              {200, asJSON, "null", 0, ""},
		"empty object":      {200, asJSON, "{}", 0, ""},
		"list":              {200, asJSON, "[1]", kuzu.KindProtocol, "not the JSON that it should be"},
		"half an object":    {200, asJSON, `{"status":"healthy"`, kuzu.KindProtocol, "not the JSON"},
		"two objects":       {200, asJSON, `{}{}`, kuzu.KindProtocol, "not the JSON"},
		"page of a proxy":   {200, "text/html", "<html>welcome</html>", kuzu.KindProtocol, `content type "text/html" instead of application/json; check that the address is that of a Kuzu API server`},
		"JSON, mistyped":    {200, "text/plain", "{}", kuzu.KindProtocol, `content type "text/plain"`},
		"stream":            {200, asNDJSON, "{}\n", kuzu.KindProtocol, "content type"},
		"redirect":          {308, "", "", kuzu.KindProtocol, "redirects are not followed"},
		"long content type": {200, strings.Repeat("x", 10_000), "", kuzu.KindProtocol, "content type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, says(test.status, test.contentType, test.body)).client(t)
			for operation, call := range jsonOperations() {
				if strings.HasPrefix(operation, "deleteDatabase") && test.kind == 0 {
					continue // 200 is the whole of this answer
				}
				err := call(t.Context(), c)
				e, ok := errors.AsType[*kuzu.Error](err)
				if !ok {
					t.Errorf("%s: %v", operation, err)
					continue
				}
				if e.Operation != strings.Fields(operation)[0] || e.Endpoint == "" {
					t.Errorf("%s: the error names %s at %s", operation, e.Operation, e.Endpoint)
				}
				if test.kind != 0 && e.Kind != test.kind || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%s: %v", operation, err)
				}
				if test.kind == 0 && e.Kind != kuzu.KindProtocol && !strings.HasPrefix(operation, "createDatabase") {
					t.Errorf("%s: %v", operation, err)
				}
				if len(err.Error()) > 1000 {
					t.Errorf("%s: the error has %d bytes", operation, len(err.Error()))
				}
			}
		})
	}
}

// TestRefusalsNameTheirPlace: every operation classifies a refusal and says
// which graph and server it is about.
func TestRefusalsNameTheirPlace(t *testing.T) {
	srv := serve(t, says(409, asJSON, `{"detail":"Database social already exists"}`))
	c := srv.client(t)
	for operation, call := range jsonOperations() {
		err := call(t.Context(), c)
		wantError(t, err, kuzu.KindConflict, "kuzu: "+strings.Fields(operation)[0], " at "+srv.URL+": conflict (409): Database social already exists")
		if _, about := onGraph[operation]; about {
			wantError(t, err, kuzu.KindConflict, `on graph "social"`)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	body := `{"data":[{"n":1}],"columns":["n"],"row_count":1}`
	srv := serve(t, says(200, asJSON, body))
	for limit, fits := range map[int64]bool{int64(len(body)): true, int64(len(body)) - 1: false, 1: false, math.MaxInt64: true} {
		result, err := srv.client(t, kuzu.WithMaxMessageBytes(limit)).Query(t.Context(), "RETURN 1", nil)
		if fits {
			if err != nil || len(result.Rows) != 1 {
				t.Errorf("limit %d: %+v, %v", limit, result, err)
			}
			continue
		}
		wantError(t, err, kuzu.KindTooLarge, "the answer is larger than", "bytes; ask for less, stream it, or raise WithMaxMessageBytes")
	}
}

func TestAnswersThatBreakOff(t *testing.T) {
	_, err := serve(t, cutOff(asJSON, `{"data":[{"n":1}`)).client(t).Query(t.Context(), "RETURN 1", nil)
	wantError(t, err, kuzu.KindUnavailable, "the answer broke off after 16 bytes", "unexpected EOF")
}

func TestNobodyListens(t *testing.T) {
	srv := serve(t, says(200, asJSON, "{}"))
	c := srv.client(t)
	srv.Close()
	for operation, call := range jsonOperations() {
		if operation == "getTask wait" || operation == "getTask watch" {
			continue // it would wait for the server to come back
		}
		wantError(t, call(t.Context(), c), kuzu.KindUnavailable, "connection refused")
	}
}
