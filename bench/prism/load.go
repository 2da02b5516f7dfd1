package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const connections = 32

// side is one of a pair.
type side struct {
	ctx     context.Context //nolint:containedctx // table.Paired calls without one
	address string
	length  time.Duration
}

// measure asks on all connections and returns requests a second. The client
// speaks only as much HTTP as it needs: on a small machine it takes its cycles
// from the server that it measures.
func (s side) measure() (float64, error) {
	var group sync.WaitGroup
	var total atomic.Int64
	faults := make([]error, connections)
	began := time.Now()
	for i := range connections {
		group.Go(func() {
			n, err := s.ask(began.Add(s.length))
			total.Add(n)
			faults[i] = err
		})
	}
	group.Wait()
	return float64(total.Load()) / time.Since(began).Seconds(), errors.Join(faults...)
}

// ask sends one query after the other on one connection.
func (s side) ask(until time.Time) (answered int64, err error) {
	conn, err := new(net.Dialer).DialContext(s.ctx, "tcp", s.address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	request := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Kuzu-API-Key: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, s.address, key, len(query), query)
	in := bufio.NewReaderSize(conn, 16<<10)
	for ; time.Now().Before(until); answered++ {
		if _, err := conn.Write(request); err != nil {
			return answered, err
		}
		if err := readAnswer(in); err != nil {
			return answered, err
		}
	}
	return answered, nil
}

// readAnswer reads an answer that has to be a 200 with a declared length.
func readAnswer(in *bufio.Reader) error {
	status, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("it answers %q", status)
	}
	length := -1
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("the answer has no length")
	}
	_, err = io.CopyN(io.Discard, in, int64(length))
	return err
}
