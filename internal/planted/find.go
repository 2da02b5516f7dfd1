package planted

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// search looks through streams of text.
type search struct {
	mu    sync.Mutex
	found []string // guarded by mu; where, and what came before
}

func newSearch() *search { return new(search) }

// needles are what is searched for: either half of the key, for a text that is
// cut shows one, as it is and as it is often encoded.
var needles = func() (list [][]byte) {
	for _, half := range []string{Key[:len(Key)/2], Key[len(Key)/2:]} {
		list = append(list, []byte(half), []byte(strings.ToUpper(half)), []byte(hex.EncodeToString([]byte(half))),
			[]byte(strings.Trim(fmt.Sprintf("%d", []byte(half)), "[]")),                                      // as %v prints bytes
			[]byte(strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", []byte(half)), "[]byte{"), "}"))) // and %#v
		// What surrounds it shifts an encoding by one or two bytes; those that it
		// shares with its surroundings are left out.
		for shift := range 3 {
			shifted := append(make([]byte, shift), half...)
			text := base64.RawStdEncoding.EncodeToString(shifted[:len(shifted)/3*3])
			list = append(list, []byte(text[[]int{0, 2, 3}[shift]:]))
		}
	}
	return list
}()

// longest is the length of the longest needle.
var longest = func() (n int) {
	for _, needle := range needles {
		n = max(n, len(needle))
	}
	return n
}()

// before is how much of the text before a find is reported, in bytes.
const before = 300

// stream is text in which a needle may be spread over several writes.
type stream struct {
	*search
	name string

	mu   sync.Mutex
	tail []byte // guarded by mu; of what was written before
}

func (s *search) stream(name string) *stream { return &stream{search: s, name: name} }

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := slices.Concat(s.tail, p)
	for _, needle := range needles {
		if at := bytes.Index(text, needle); at >= 0 {
			s.tell(s.name, text[max(0, at-before):at])
			text = text[at+len(needle):] // one find is not told twice
			break
		}
	}
	s.tail = append([]byte(nil), text[max(0, len(text)-longest+1-before):]...)
	return len(p), nil
}

// tell keeps a find.
func (s *search) tell(where string, text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found = append(s.found, fmt.Sprintf("the planted API key came to light in %s, after:\n%s\n", where, text))
}

// report says what was found, without the key, "" if nothing was.
func (s *search) report() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := strings.Join(s.found[:min(len(s.found), 10)], "")
	if more := len(s.found) - 10; more > 0 {
		text += fmt.Sprintf("and %d more times\n", more)
	}
	return text
}

// Search looks for the key in a text, of which each is given every line, and says
// where it is; "" if it is not in there.
func Search(text io.Reader, each func(line string)) (report string, err error) {
	s := newSearch()
	out := s.stream("the output")
	in := bufio.NewReader(text)
	for err == nil {
		var line string
		line, err = in.ReadString('\n')
		_, _ = io.WriteString(out, line)
		each(line)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return s.report(), err
}
