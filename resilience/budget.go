package resilience

import (
	"fmt"
	"sync"
	"time"
)

// BudgetSettings set up a [Budget]. Start from [DefaultBudget].
type BudgetSettings struct {
	// Name is for errors, events and the page; it may be empty.
	Name string
	// Share is how many retries each success pays for; 0 to 1.
	Share float64
	// PerSecond is how many retries come for free each second, for services
	// that are called too rarely to earn any; 0 to 1000.
	PerSecond float64
	// Burst is how many retries can be saved up, and how many a new key begins
	// with; 1 to 1,000,000.
	Burst int
	// MaxKeys bounds the buckets held; the one used least recently makes room.
	MaxKeys int
}

// DefaultBudget returns a budget by which retries add at most 20 % to the calls
// that succeed, plus one a second, plus 10 at once; for up to 1024 keys. The
// seeds have no budget.
func DefaultBudget() BudgetSettings {
	return BudgetSettings{Share: 0.2, PerSecond: 1, Burst: 10, MaxKeys: 1024}
}

func (s *BudgetSettings) check() error {
	p := problems{of: named("budget", s.Name)}
	p.number("Share", s.Share, 0, 1)
	p.number("PerSecond", s.PerSecond, 0, 1000)
	p.count("Burst", s.Burst, 1)
	p.count("MaxKeys", s.MaxKeys, 1)
	if s.Share == 0 && s.PerSecond == 0 {
		p.addf("it would never be refilled: set Share or PerSecond")
	}
	return p.err()
}

// A Budget keeps retries from adding to the load of a service that is failing
// under it: a token bucket per key, of which each retry takes one token. In any
// stretch of time a key gets at most Burst + PerSecond x seconds + Share x
// successes retries. Several retriers may share one.
type Budget struct {
	settings BudgetSettings
	err      error
	bell     bell[Event]

	mu      sync.Mutex // guards all below
	buckets *lru[string, *tokens]
	granted uint64
	refused uint64
}

type tokens struct {
	left  float64
	at    time.Time // when PerSecond was last added
	empty bool      // and it has been told
}

// NewBudget returns a budget with full buckets.
func NewBudget(settings BudgetSettings) *Budget {
	return &Budget{settings: settings, err: settings.check(), buckets: newLRU[string, *tokens](settings.MaxKeys)}
}

// Name returns the name in the settings.
func (b *Budget) Name() string { return b.settings.Name }

// Err returns what is wrong with the settings. A budget with wrong settings
// grants nothing.
func (b *Budget) Err() error { return b.err }

// Notify has hear called with a [BudgetEmpty] event when a key's bucket runs
// out, and for that key not again before it granted another retry, until stop
// is called.
func (b *Budget) Notify(hear func(Event)) (stop func()) { return b.bell.notify(hear) }

// Withdraw asks for one retry.
func (b *Budget) Withdraw(key string) bool {
	if b.err != nil {
		return false
	}
	b.mu.Lock()
	t := b.bucket(key)
	b.refill(t)
	if t.left >= 1 {
		t.left--
		t.empty = false
		b.granted++
		b.mu.Unlock()
		return true
	}
	b.refused++
	news := !t.empty
	t.empty = true
	b.mu.Unlock()
	if news {
		b.bell.push(Event{Kind: BudgetEmpty, Source: b.settings.Name, Key: key, At: time.Now(),
			Detail: fmt.Sprintf("no retries left: %v for each success and %v a second come in", b.settings.Share, b.settings.PerSecond)})
		b.bell.ring()
	}
	return false
}

// Deposit pays in for a success.
func (b *Budget) Deposit(key string) {
	if b.err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.bucket(key)
	t.left = min(t.left+b.settings.Share, float64(b.settings.Burst))
}

// bucket requires the lock.
func (b *Budget) bucket(key string) *tokens {
	t, ok := b.buckets.get(key)
	if !ok {
		t = &tokens{left: float64(b.settings.Burst), at: time.Now()}
		b.buckets.put(key, t)
	}
	return t
}

// refill adds what came in with time.
func (b *Budget) refill(t *tokens) {
	now := time.Now()
	t.left = min(t.left+now.Sub(t.at).Seconds()*b.settings.PerSecond, float64(b.settings.Burst))
	t.at = now
}

// BudgetCounts are the figures of a [Budget] since it was made.
type BudgetCounts struct {
	Granted, Refused uint64 // retries
	Keys             int    // buckets held
	// Left is what the emptiest bucket holds, and Burst what each may.
	Left  float64
	Burst int // see Left
}

// Counts returns the budget's figures as of now.
func (b *Budget) Counts() BudgetCounts {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := BudgetCounts{Granted: b.granted, Refused: b.refused, Keys: b.buckets.len(), Left: float64(b.settings.Burst), Burst: b.settings.Burst}
	now := time.Now()
	for t := range b.buckets.values() {
		c.Left = min(c.Left, t.left+now.Sub(t.at).Seconds()*b.settings.PerSecond)
	}
	return c
}
