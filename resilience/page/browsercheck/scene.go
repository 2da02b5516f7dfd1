package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// A scene is a tracker with services in all states, made by real policies
// around functions that fail as they are told.
type scene struct {
	tracker *resilience.Tracker
	down    atomic.Bool // the service named fragile
	reads   *resilience.CircuitBreaker
}

const fragile = "shared_master"

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

func newScene(ctx context.Context) (*scene, error) {
	s := &scene{tracker: resilience.NewTracker(), reads: resilience.Breaker("db_read", resilience.MiddlewareBreaker())}
	budget := resilience.DefaultBudget()
	budget.Name = "per endpoint"
	retry := resilience.RetrySettings{
		Name: "query", MaxAttempts: 3, Strategy: resilience.Constant{Wait: time.Millisecond}, Budget: resilience.NewBudget(budget),
	}
	retrier := resilience.Retry(retry)
	writes := resilience.Breaker("db_write", resilience.ClientBreaker())

	services := []struct {
		name   string
		rounds int
		check  func(ctx context.Context, round int) error
	}{
		{"graph_api", 120, steady(4*time.Millisecond, nil)},
		{fragile, 120, func(ctx context.Context, round int) error {
			if s.down.Load() {
				return errRefused
			}
			return steady(2*time.Millisecond, nil)(ctx, round)
		}},
		{"replica_alb", 60, steady(6*time.Millisecond, func(round int) error {
			if round%3 == 0 {
				return errors.New("503: admission control: memory above 85 %")
			}
			return nil
		})},
		{"writer-07 (bulk copy)", 40, func(ctx context.Context, round int) error {
			if round > 36 {
				return context.DeadlineExceeded // as a node that copies answers nothing
			}
			return steady(3*time.Millisecond, nil)(ctx, round)
		}},
		{"quickbooks_api", 50, steady(5*time.Millisecond, func(round int) error {
			if round > 45 {
				return errRefused
			}
			return nil
		})},
	}
	var wg sync.WaitGroup
	for _, service := range services {
		round := 0
		settings := resilience.MiddlewareHealth(func(ctx context.Context) error {
			round++ // checks of one service are not made twice at a time here
			return service.check(ctx, round)
		})
		settings.Interval = 24 * time.Hour // they are made below
		switch service.name {
		case "graph_api":
			settings.Breakers = []*resilience.CircuitBreaker{s.reads, writes}
			settings.Retriers, settings.Budgets = []*resilience.Retrier{retrier}, []*resilience.Budget{retry.Budget}
		case "quickbooks_api":
			settings.Breakers = []*resilience.CircuitBreaker{resilience.Breaker("quickbooks_api", resilience.MiddlewareBreaker())}
			settings.Breakers[0].ForceOpen()
		}
		if err := s.tracker.Register(service.name, settings); err != nil {
			return nil, err
		}
		wg.Go(func() {
			for range service.rounds {
				_ = s.tracker.Check(ctx, service.name) // failures are part of the scene
			}
		})
	}
	if err := s.tracker.Register("sec (not asked yet)", resilience.MiddlewareHealth(nil)); err != nil {
		return nil, err
	}
	wg.Wait()
	return s, s.traffic(ctx, retrier, writes)
}

// traffic gives graph_api calls of which some fail.
func (s *scene) traffic(ctx context.Context, retrier *resilience.Retrier, writes *resilience.CircuitBreaker) error {
	chain, err := resilience.Compose(s.tracker.Observe("graph_api"), retrier, s.reads)
	if err != nil {
		return err
	}
	for i := range 400 {
		failures := 0
		_, err := resilience.Do(ctx, chain, func(context.Context) (int, error) {
			if i%20 == 0 && failures == 0 {
				failures++
				return 0, fmt.Errorf("query %d: connection reset by peer", i)
			}
			return i, nil
		})
		if err != nil {
			return err
		}
	}
	s.reads.ForceOpen() // by hand, and back
	s.reads.Release()
	for range 3 {
		_, _ = resilience.Do(ctx, writes, func(context.Context) (int, error) { return 0, errRefused })
		_, _ = resilience.Do(ctx, writes, func(context.Context) (int, error) { return 0, nil })
	}
	return nil
}

// steady takes about d and ends in what outcome says, or well.
func steady(d time.Duration, outcome func(round int) error) func(context.Context, int) error {
	return func(ctx context.Context, round int) error {
		select {
		case <-time.After(d/2 + rand.N(d)):
		case <-ctx.Done():
			return ctx.Err()
		}
		if outcome == nil {
			return nil
		}
		return outcome(round)
	}
}

// breakDown makes the fragile service fail until its state is down.
func (s *scene) breakDown(ctx context.Context) {
	s.down.Store(true)
	for range 3 {
		_ = s.tracker.Check(ctx, fragile) // that it fails is the point
	}
}
