package transport_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/robosystems/kuzuclient/transport"
)

// event is a transport.Event that stays valid.
type event struct{ name, data string }

// readEvents reads to the end, which is nil for io.EOF.
func readEvents(r io.Reader) (events []event, end error) {
	reader := transport.NewEventReader(r)
	for {
		e, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return events, err
		}
		events = append(events, event{e.Name, string(e.Data)})
	}
}

func TestEventReader(t *testing.T) {
	one := []event{{"progress", "{}"}}
	for _, test := range []struct {
		name, stream string
		want         []event
	}{
		{"nothing", "", nil},
		{"as deployed", "event: progress\r\ndata: {}\r\n\r\n", one},
		{"line feeds", "event: progress\ndata: {}\n\n", one},
		{"carriage returns", "event: progress\rdata: {}\r\r", one},
		{"all of them", "event: progress\rdata: {}\n\r\n", one},
		{"no blank after the colon", "event:progress\ndata:{}\n\n", one},
		{"byte order mark", "\ufeffevent: progress\ndata: {}\n\n", one},
		{"byte order mark later", "event: progress\ndata: {}\n\n\ufeffdata: x\n\n", one},
		{"comments", ": ping - 2025-09-20\r\n\r\n:\n: a\nevent: progress\n:b\ndata: {}\n\n", one},
		{"data before event", "data: {}\nevent: progress\n\n", one},
		{"other fields", "id: 7\nretry: 10\nevent: progress\nwhat: x\ndata: {}\n\n", one},
		{"blank lines between", "\n\n\nevent: progress\ndata: {}\n\n\n\n", one},
		{"no name", "data: {}\n\n", []event{{"message", "{}"}}},
		{"several lines of data", "data: a\ndata:  b\ndata:\ndata: c\n\n", []event{{"message", "a\n b\n\nc"}}},
		{"empty data", "data:\n\n", []event{{"message", ""}}},
		{"data without a colon", "data\ndata\n\n", []event{{"message", "\n"}}},
		{"a colon in the data", "data: a: b\n\n", []event{{"message", "a: b"}}},
		{"no data, so no event, and the name is not kept", "event: progress\n\ndata: x\n\n", []event{{"message", "x"}}},
		{"the last name counts", "event: a\nevent: b\ndata: x\n\n", []event{{"b", "x"}}},
		{"two events", "event: a\r\ndata: 1\r\n\r\nevent: b\r\ndata: 2\r\n\r\n", []event{{"a", "1"}, {"b", "2"}}},
		{"broken off in an event", "data: 1\n\nevent: b\ndata: 2\n", []event{{"message", "1"}}},
		{"broken off in a line", "data: 1\n\nevent: b\ndata: 2", []event{{"message", "1"}}},
		{"field names mind the case", "Data: x\n\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readEvents(strings.NewReader(test.stream))
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %q, %v", got, err)
			}
			got, err = readEvents(iotest.OneByteReader(strings.NewReader(test.stream)))
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("byte by byte: got %q, %v", got, err)
			}
		})
	}
}

// TestEventsAreNotHeldBack: an event is there when its last line has ended, not
// when the next event begins.
func TestEventsAreNotHeldBack(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r"} {
		r, w := io.Pipe()
		reader := transport.NewEventReader(r)
		go func() { _, _ = io.WriteString(w, "data: 1"+end+end) }() // and no more
		if e, err := reader.Next(); err != nil || string(e.Data) != "1" {
			t.Errorf("lines ending in %q: got %q, %v", end, e.Data, err)
		}
		_ = w.Close()
		if e, err := reader.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("lines ending in %q: got %q, %v after the end", end, e.Data, err)
		}
	}
}

func TestEventReaderIsBounded(t *testing.T) {
	const most = 1 << 20
	line := "data: " + strings.Repeat("x", most-100) + "\n"
	if got, err := readEvents(strings.NewReader(line + "\n")); err != nil || len(got) != 1 {
		t.Errorf("a line of %d bytes: %d events, %v", len(line), len(got), err)
	}
	for name, stream := range map[string]string{
		"line": "data: " + strings.Repeat("x", most) + "\n\n",
		// A comment counts: what does not end must not be kept.
		"comment": ": " + strings.Repeat("x", most) + "\n\n",
		"event":   line + line + "\n",
	} {
		read := &counter{Reader: io.MultiReader(strings.NewReader(stream), neverEnding{})}
		if got, err := readEvents(read); err == nil || len(got) != 0 || !strings.Contains(err.Error(), "1048576 bytes") {
			t.Errorf("long %s: %d events, %v", name, len(got), err)
		}
		if read.n > 4*most {
			t.Errorf("long %s: %d bytes were read", name, read.n)
		}
	}
}

func TestEventReaderReportsBrokenStreams(t *testing.T) {
	cause := errors.New("connection reset")
	reader := transport.NewEventReader(io.MultiReader(strings.NewReader("data: 1\n\ndata: 2\n"), iotest.ErrReader(cause)))
	if e, err := reader.Next(); err != nil || string(e.Data) != "1" {
		t.Fatalf("got %q, %v", e.Data, err)
	}
	for range 2 { // and it stays so
		if e, err := reader.Next(); !errors.Is(err, cause) {
			t.Errorf("got %q, %v", e.Data, err)
		}
	}
}

// FuzzEventReader holds that it makes no difference where the stream is cut into
// pieces, and that an event is as the format allows.
func FuzzEventReader(f *testing.F) {
	for _, seed := range []string{
		"event: progress\r\ndata: {}\r\n\r\n", "\ufeffdata\rdata: a\r\r", ": x\n\ndata:1\ndata\n\n", "\r\n\r\r\n\n", "event: a\n\ndata: b", "data: \xff\x00\n\n",
	} {
		f.Add([]byte(seed), uint(3))
	}
	f.Fuzz(func(t *testing.T, stream []byte, at uint) {
		whole, err := readEvents(bytes.NewReader(stream))
		if err != nil && len(stream) < 1<<20 {
			t.Fatalf("a stream in memory broke: %v", err)
		}
		cut := int(at % uint(len(stream)+1))
		for name, r := range map[string]io.Reader{
			"byte by byte": iotest.OneByteReader(bytes.NewReader(stream)),
			"in halves":    iotest.HalfReader(bytes.NewReader(stream)),
			"cut in two":   io.MultiReader(bytes.NewReader(stream[:cut]), bytes.NewReader(stream[cut:])),
			"with its end": iotest.DataErrReader(bytes.NewReader(stream)),
		} {
			if got, _ := readEvents(r); !slices.Equal(got, whole) {
				t.Errorf("%s: got %q, want %q", name, got, whole)
			}
		}
		for _, e := range whole {
			if e.name == "" || strings.ContainsAny(e.name, "\r\n") || strings.Contains(e.data, "\r") {
				t.Errorf("event %q", e)
			}
		}
		unix := bytes.ReplaceAll(bytes.ReplaceAll(stream, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
		if got, _ := readEvents(bytes.NewReader(unix)); !slices.Equal(got, whole) {
			t.Errorf("with line feeds: got %q, want %q", got, whole)
		}
	})
}

// neverEnding is a line that goes on for ever.
type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
