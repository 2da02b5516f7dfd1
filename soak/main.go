package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"
)

func main() {
	s := soak{out: os.Stdout}
	flag.IntVar(&s.calls, "calls", 10_000_000, "how many calls in all")
	flag.IntVar(&s.callers, "callers", 100, "how many of them at once")
	flag.Uint64Var(&s.seed, "seed", rand.Uint64(), "begins the random numbers that choose the calls")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := s.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// soak is one run.
type soak struct {
	calls, callers int
	seed           uint64
	out            io.Writer
	planted        func() // is called beside each call; nil but in tests
}

// rounds is how many samples are taken, each when nothing is under way.
const rounds = 40

var errRises = errors.New("it does not stay flat")

// run makes the calls and returns what is wrong: a wrong answer, or errRises.
func (s *soak) run(ctx context.Context) (err error) {
	if s.calls < 100*rounds || s.callers < 1 {
		return fmt.Errorf("%d calls by %d callers; there must be at least %d calls and one caller", s.calls, s.callers, 100*rounds)
	}
	w, err := newWorld(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	fmt.Fprintf(s.out, "%d calls by %d callers, seed %d\n", s.calls, s.callers, s.seed)
	began := time.Now()
	var samples []sample
	for round := range rounds {
		if err := s.round(ctx, w, round, s.calls/rounds); err != nil {
			return err
		}
		now := take(float64((round + 1) * (s.calls / rounds)))
		samples = append(samples, now)
		if (round+1)%(rounds/10) == 0 {
			fmt.Fprintf(s.out, "%9.0f calls: heap %5.1f MiB, %4.0f goroutines, %4.0f file descriptors; %.0f calls/s\n",
				now.calls, now.heap/(1<<20), now.goroutines, now.descriptors, now.calls/time.Since(began).Seconds())
		}
	}
	fmt.Fprintf(s.out, "%s%d changes of the fleet\n", w.counts(), w.changes)
	if flat := judge(s.out, samples); !flat {
		return errRises
	}
	return nil
}
