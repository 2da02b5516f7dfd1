package factory

import (
	"context"
	"crypto/tls"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/robosystems/kuzuclient/resilience"
)

// redisPatience is what Redis may cost a call. It is a cache: the registry knows
// everything that it does.
const redisPatience = 50 * time.Millisecond

// redisRest is for how long a Redis that fails is left alone. Trying it costs one
// call its patience.
const redisRest = 2 * time.Second

// store is Redis, and a breaker that remembers when it is away.
type store struct {
	client  *redis.Client
	breaker *resilience.CircuitBreaker
	told    func(took time.Duration, err error) // of each command
}

// newStore connects to nothing.
func newStore(c *Config) (*store, error) {
	options, err := redisOptions(c)
	if err != nil {
		return nil, err
	}
	breaker := resilience.Breaker("redis", resilience.BreakerSettings{
		FailureThreshold: 3, SuccessThreshold: 1, HalfOpenRequests: 1, OpenTimeout: redisRest,
		Failure: func(err error) bool { return !errors.Is(err, redis.Nil) },
	})
	return &store{client: redis.NewClient(options), breaker: breaker}, breaker.Err()
}

func redisOptions(c *Config) (*redis.Options, error) {
	options, err := redis.ParseURL(string(c.RedisURL))
	if err != nil {
		return nil, err // checked with the configuration
	}
	if u, err := url.Parse(string(c.RedisURL)); err == nil && strings.Trim(u.Path, "/") == "" && !u.Query().Has("db") {
		options.DB = redisDatabase
	}
	if options.Password == "" && c.RedisToken != "" {
		options.Password = string(c.RedisToken)
		if options.TLSConfig == nil && deployed(c.Environment) {
			options.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
	}
	if parsed := options.TLSConfig; parsed != nil {
		options.TLSConfig = c.tls()
		options.TLSConfig.ServerName = parsed.ServerName // "": the address
		options.TLSConfig.InsecureSkipVerify = options.TLSConfig.InsecureSkipVerify || parsed.InsecureSkipVerify
	}
	// The context of a call is what bounds it, also while it is under way. A
	// connection may take longer to come about than a call can wait for it.
	options.ContextTimeoutEnabled = true
	options.DialTimeout = time.Second
	options.ReadTimeout, options.WriteTimeout = redisPatience, redisPatience
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.Dialer = dialRedis(options.DialTimeout, options.TLSConfig)
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return options, nil
}

// get returns what a key holds; found is false if there is no such key.
func (s *store) get(ctx context.Context, key string) (value string, found bool, err error) {
	err = s.do(ctx, func(ctx context.Context) error {
		value, err = s.client.Get(ctx, key).Result()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	return value, err == nil, err
}

func (s *store) set(ctx context.Context, key, value string, ttl time.Duration) error {
	return s.do(ctx, func(ctx context.Context) error { return s.client.Set(ctx, key, value, ttl).Err() })
}

func (s *store) delete(ctx context.Context, key string) error {
	return s.do(ctx, func(ctx context.Context) error { return s.client.Del(ctx, key).Err() })
}

func (s *store) publish(ctx context.Context, channel, message string) error {
	return s.do(ctx, func(ctx context.Context) error { return s.client.Publish(ctx, channel, message).Err() })
}

// keys returns the keys that match a pattern, at most limit of them.
func (s *store) keys(ctx context.Context, pattern string, limit int) ([]string, error) {
	var keys []string
	err := s.do(ctx, func(ctx context.Context) error {
		for cursor := uint64(0); ; {
			page, next, err := s.client.Scan(ctx, cursor, pattern, 1000).Result()
			if err != nil {
				return err
			}
			keys = append(keys, page...)
			if cursor = next; cursor == 0 || len(keys) >= limit {
				return nil
			}
		}
	})
	return keys, err
}

func (s *store) do(ctx context.Context, f func(context.Context) error) error {
	done, err := s.breaker.Acquire(ctx)
	if err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	began := time.Now()
	err = f(within)
	done(err)
	if errors.Is(err, redis.Nil) {
		s.told(time.Since(began), nil)
	} else {
		s.told(time.Since(began), err)
	}
	return err
}

// subscribe hears messages on a channel until the context ends.
func (s *store) subscribe(ctx context.Context, channel string, hear func(message string)) {
	subscription := s.client.Subscribe(ctx, channel)
	defer subscription.Close()
	stop := context.AfterFunc(ctx, func() { subscription.Close() })
	defer stop()
	for ctx.Err() == nil {
		received, err := subscription.ReceiveTimeout(ctx, 30*time.Second)
		if message, ok := received.(*redis.Message); ok && err == nil {
			hear(message.Payload)
			continue
		}
		if err == nil {
			continue // the subscription stands, or it is still alive
		}
		// Silence is asked whether it is a broken connection; the next round
		// connects anew if it is.
		if subscription.Ping(ctx) != nil {
			wait(ctx, time.Second)
		}
	}
}

// wait returns after a time, or when the context ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
