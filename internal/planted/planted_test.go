package planted_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/robosystems/kuzuclient/internal/planted"
)

// leak names what the test binary is to leak, when it runs itself.
const leak = "PLANTED_LEAK"

func TestMain(m *testing.M) { os.Exit(planted.Main(m)) }

// settings prints its key in one way or another.
type settings struct{ Key string }

func (settings) String() string { return "settings" }

// loud prints its key to encoders alone.
type loud struct{ key string }

func (loud) String() string                 { return "loud" }
func (loud) GoString() string               { return "loud" }
func (loud) Format(s fmt.State, _ rune)     { _, _ = io.WriteString(s, "loud") }
func (l loud) MarshalText() ([]byte, error) { return []byte(l.key), nil }

// shy shows its key to slog alone.
type shy struct{ key string }

func (shy) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "shy") }
func (s shy) LogValue() slog.Value     { return slog.StringValue(s.key) }

// opaque is an error that hides what it wraps from all but errors.Unwrap.
type opaque struct{ causes []error }

func (opaque) Error() string                { return "opaque" }
func (opaque) Format(s fmt.State, _ rune)   { _, _ = io.WriteString(s, "opaque") }
func (o opaque) Unwrap() []error            { return o.causes }
func (opaque) MarshalText() ([]byte, error) { return nil, nil }

// leaks are the ways in which a key comes to light within a process.
var leaks = map[string]func(key string){
	"nothing":         func(string) {},
	"slog":            func(key string) { slog.Debug("sent", "header", key) },
	"log":             func(key string) { log.Printf("sent %s", key) },
	"a logger":        func(key string) { planted.Logger().Info(key) },
	"a span's name":   func(key string) { span(key).End() },
	"a span's start":  func(key string) { span("s", attribute.String("key", key)).End() },
	"a span's value":  func(key string) { s := span("s"); s.SetAttributes(attribute.String("key", key)); s.End() },
	"a span's status": func(key string) { s := span("s"); s.SetStatus(codes.Error, key); s.End() },
	"a span's event":  func(key string) { span("s").AddEvent("e", trace.WithAttributes(attribute.String("key", key))) },
	"a span's error":  func(key string) { span("s").RecordError(errors.New(key)) },
	"an error":        func(key string) { planted.Note(nil, errors.New("with "+key)) },
	"a wrapped error": func(key string) {
		planted.Note(fmt.Errorf("wrapped: %w", opaque{[]error{errors.New("no"), errors.New(key)}}))
	},
	"%+v":               func(key string) { planted.Note(struct{ inner settings }{settings{key}}) },
	"%#v":               func(key string) { planted.Note(settings{key}) },
	"JSON":              func(key string) { planted.Note(loud{key}) },
	"a value that logs": func(key string) { planted.Note(shy{key}) },
	"bytes":             func(key string) { planted.Note([]byte(key)) },
	"bytes, as %#v":     func(key string) { planted.Note(fmt.Sprintf("%#v", []byte(key))) },
	"hexadecimal":       func(key string) { planted.Note(fmt.Sprintf("%x", key)) },
	"base64":            func(key string) { planted.Note(base64.StdEncoding.EncodeToString([]byte("user:" + key))) },
	"the first half":    func(key string) { planted.Note(key[:len(key)/2] + "...") },
	"the second half":   func(key string) { planted.Note("..." + key[len(key)/2:]) },
	"a panic":           func(key string) { planted.Panic(func() { panic(errors.New(key)) }) },
	"two writes": func(key string) {
		out := planted.Stream("a stream")
		_, _ = io.WriteString(out, strings.Repeat("x", 1000)+key[:5])
		_, _ = io.WriteString(out, key[5:])
	},
	"the environment": func(string) { slog.Info("started", "environment", os.Environ()) },
}

func span(name string, attributes ...attribute.KeyValue) trace.Span {
	_, s := otel.Tracer("test").Start(context.Background(), name, trace.WithAttributes(attributes...))
	return s
}

// printed are the ways that only the output of the process shows.
var printed = map[string]func(key string){
	"stdout":    func(key string) { fmt.Println(key) },
	"stderr":    func(key string) { fmt.Fprintln(os.Stderr, key) },
	"println":   func(key string) { println(key) },
	"a crash":   func(key string) { go panic(key); select {} },
	"test log":  func(string) {}, // TestLeak does it
	"test name": func(string) {},
}

// TestLeak leaks what it is told to.
func TestLeak(t *testing.T) {
	way := os.Getenv(leak)
	switch {
	case leaks[way] != nil:
		leaks[way](planted.Key)
	case printed[way] != nil:
		printed[way](planted.Key)
	}
	if way == "test log" {
		t.Log(planted.Key)
	}
	if way == "test name" {
		t.Run(planted.Key, func(*testing.T) {})
	}
}

// run runs TestLeak in a process of its own.
func run(t *testing.T, way string) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLeak$", "-test.v")
	cmd.Env = append(os.Environ(), leak+"="+way)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestLeaksAreFound: each fails the tests, with a report that does not leak it
// once more.
func TestLeaksAreFound(t *testing.T) {
	for way := range leaks {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			output, err := run(t, way)
			leaked := way != "nothing"
			if (err != nil) != leaked || strings.Contains(output, "came to light") != leaked || strings.Contains(output, planted.Key) {
				t.Errorf("ended in %v, printed\n%s", err, strings.ReplaceAll(output, planted.Key, "[the key]"))
			}
		})
	}
}

// TestPrintedLeaksAreFound by a search of the output.
func TestPrintedLeaksAreFound(t *testing.T) {
	for way := range printed {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			output, _ := run(t, way)
			lines := 0
			report, err := planted.Search(strings.NewReader(output), func(string) { lines++ })
			if err != nil || !strings.Contains(report, "came to light in the output") || strings.Contains(report, planted.Key) || lines < 3 {
				t.Errorf("found %q, %v in %d lines", report, err, lines)
			}
		})
	}
	if output, err := run(t, "nothing"); err != nil {
		t.Errorf("without a leak: %v", err)
	} else if report, err := planted.Search(strings.NewReader(output), func(string) {}); report != "" || err != nil {
		t.Errorf("without a leak: found %q, %v", report, err)
	}
}

// TestManyLeaks are reported in part.
func TestManyLeaks(t *testing.T) {
	report, err := planted.Search(strings.NewReader(strings.Repeat("x "+planted.Key+"\n", 30)), func(string) {})
	if err != nil || strings.Count(report, "came to light") != 10 || !strings.Contains(report, "more times") {
		t.Errorf("got %q, %v", report, err)
	}
	if _, err := planted.Search(io.MultiReader(strings.NewReader("x"), broken{}), func(string) {}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a text that breaks off: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
