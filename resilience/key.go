package resilience

import "context"

type keyKey struct{}

// WithKey returns a context that carries a key: whose call this is, such as a
// user, a graph or an endpoint. Policies that tell callers apart take it from
// there through [KeyFromContext].
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyKey{}, key)
}

// KeyFromContext returns the key of [WithKey], or "" without one. It serves as
// the Key in settings.
func KeyFromContext(ctx context.Context) string {
	key, _ := ctx.Value(keyKey{}).(string)
	return key
}
