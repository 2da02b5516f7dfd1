package fleet

import (
	"context"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// redis is the cache that services share.
type redis struct {
	*miniredis.Miniredis
	address string // also while nobody listens there
	mu      sync.Mutex
	slow    context.CancelFunc // ends the waiting; nil if nothing waits
}

func (f *Fleet) startRedis(context.Context, context.Context) error {
	f.redis = &redis{Miniredis: miniredis.NewMiniRedis()}
	f.redis.ClockTTL(true)
	f.ends = append(f.ends, func() error { f.StopRedis(); return nil })
	if err := f.redis.Start(); err != nil {
		return err
	}
	f.redis.address = f.redis.Addr()
	return nil
}

// StopRedis makes Redis refuse connections. It keeps what it holds.
func (f *Fleet) StopRedis() {
	f.redis.mu.Lock()
	defer f.redis.mu.Unlock()
	f.redis.stop()
}

// StartRedis ends what StopRedis or SlowRedis did. It fails if another program
// has taken the address meanwhile.
func (f *Fleet) StartRedis() error {
	f.redis.mu.Lock()
	defer f.redis.mu.Unlock()
	f.redis.stop()
	return f.redis.Restart()
}

// SlowRedis makes a Redis that runs wait before every command.
func (f *Fleet) SlowRedis(by time.Duration) {
	f.redis.mu.Lock()
	defer f.redis.mu.Unlock()
	f.redis.hurry()
	ctx, cancel := context.WithCancel(context.Background())
	f.redis.slow = cancel
	f.redis.Server().SetPreHook(func(*server.Peer, string, ...string) bool {
		timer := time.NewTimer(by)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		return false
	})
}

// stop ends all connections; commands that wait are not waited for.
func (r *redis) stop() {
	r.hurry()
	r.Close()
}

func (r *redis) hurry() {
	if r.slow != nil {
		r.slow()
		r.slow = nil
	}
}

// RedisKey returns what a key holds in the database of the fleet's clients, ""
// for nothing.
func (f *Fleet) RedisKey(key string) string {
	value, err := f.redis.DB(redisDatabase).Get(key)
	if err != nil {
		return ""
	}
	return value
}

// SetRedisKey has a key hold a text.
func (f *Fleet) SetRedisKey(key, value string) error {
	return f.redis.DB(redisDatabase).Set(key, value)
}

// AgeRedis has everything in Redis be older by a duration: what would have expired
// by then is gone.
func (f *Fleet) AgeRedis(by time.Duration) { f.redis.FastForward(by) }

// redisDatabase is where the deployed services keep what concerns Kuzu.
const redisDatabase = 8
