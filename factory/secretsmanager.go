package factory

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/robosystems/kuzuclient/transport"
)

const (
	// secretTTL is for how long a key is used before it is read again.
	secretTTL = time.Hour
	// secretPause is between two readings because of a refused key: a fleet that
	// refuses everything must not become a storm on Secrets Manager.
	secretPause = 10 * time.Second
	secretField = "KUZU_API_KEY" //nolint:gosec // the name of a field
)

// SecretsManagerKey reads the API key from AWS Secrets Manager and keeps it for an
// hour. A key that a server refused is read again at once, so that it can be
// rotated without a restart. It is safe for concurrent use.
type SecretsManagerKey struct {
	client *secretsmanager.Client
	name   string

	turn    chan struct{} // held by who reads
	mu      sync.Mutex
	key     Secret
	read    time.Time // when key was
	refused time.Time // when it was last read because of a refusal
}

// NewSecretsManagerKey returns a provider of the field KUZU_API_KEY of a secret,
// such as robosystems/prod/kuzu.
func NewSecretsManagerKey(cfg aws.Config, name string) *SecretsManagerKey {
	return &SecretsManagerKey{client: secretsmanager.NewFromConfig(cfg), name: name, turn: make(chan struct{}, 1)}
}

// Key returns the key. If Secrets Manager fails when it is time to read it again,
// the old one serves on.
func (s *SecretsManagerKey) Key(ctx context.Context) (string, error) {
	if key, fresh := s.held(); fresh {
		return string(key), nil
	}
	return s.renew(ctx, func() (Secret, bool) { return s.held() }, false)
}

// Refresh returns the key after a server has refused one.
func (s *SecretsManagerKey) Refresh(ctx context.Context, refused string) (string, error) {
	return s.renew(ctx, func() (Secret, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.key, s.key != "" && (string(s.key) != refused || time.Since(s.refused) < secretPause)
	}, true)
}

func (s *SecretsManagerKey) held() (key Secret, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key, s.key != "" && time.Since(s.read) < secretTTL
}

// renew reads the key unless, by the time that it is this caller's turn, another
// one has done so.
func (s *SecretsManagerKey) renew(ctx context.Context, enough func() (Secret, bool), refused bool) (string, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return "", transport.SendError(ctx, ctx.Err())
	}
	defer func() { <-s.turn }()
	if key, ok := enough(); ok {
		return string(key), nil
	}
	key, err := s.fetch(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if refused {
		s.refused = now
	}
	switch {
	case err == nil:
		s.key, s.read = key, now
	case s.key == "" || ctx.Err() != nil:
		return "", err
	default:
		s.read = now.Add(secretPause - secretTTL) // try again soon
	}
	return string(s.key), nil
}

func (s *SecretsManagerKey) fetch(ctx context.Context) (Secret, error) {
	fields, err := s.fields(ctx)
	if err != nil {
		return "", err
	}
	key, _ := fields[secretField].(string)
	if key == "" || !printable(key) {
		return "", s.fault("its field " + secretField + " is missing, empty or not printable")
	}
	return Secret(key), nil
}

// GeneratedAt reads from the secret when its key was made, in UTC.
func (s *SecretsManagerKey) GeneratedAt(ctx context.Context) (time.Time, error) {
	fields, err := s.fields(ctx)
	if err != nil {
		return time.Time{}, err
	}
	text, _ := fields["GENERATED_AT"].(string)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateTime, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, s.fault("its field GENERATED_AT is missing or no time of ISO 8601")
}

func (s *SecretsManagerKey) fields(ctx context.Context) (map[string]any, error) {
	answer, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.name})
	if err != nil {
		return nil, awsError(ctx, "secret "+s.name, err)
	}
	var fields map[string]any
	if json.Unmarshal([]byte(aws.ToString(answer.SecretString)), &fields) != nil {
		return nil, s.fault("it is not a JSON object") // the parser's own error quotes it
	}
	return fields, nil
}

func (s *SecretsManagerKey) fault(text string) error {
	return &transport.Error{Kind: transport.KindConfiguration, Message: "secret " + s.name, Err: errors.New(text)}
}
