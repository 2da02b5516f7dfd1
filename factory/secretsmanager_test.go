package factory_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// secretsVariable holds the address of a server of Secrets Manager's protocol
// under make integration.
const secretsVariable = "KUZU_TEST_SECRETS"

// secrets is Secrets Manager to a test.
type secrets struct {
	t   *testing.T
	cfg *aws.Config

	mu     sync.Mutex
	values map[string]string // of the stand-in
	reads  int
}

func newSecrets(t *testing.T) *secrets {
	s := &secrets{t: t, values: map[string]string{}}
	target := http.Handler(s)
	if url := os.Getenv(secretsVariable); url != "" {
		s.cfg = awsFor(url)
		s.values = nil
	} else {
		web := httptest.NewServer(target)
		t.Cleanup(web.Close)
		s.cfg = awsFor(web.URL)
	}
	s.cfg.HTTPClient = counting{s}
	return s
}

// put stores a secret.
func (s *secrets) put(name, value string) {
	s.t.Helper()
	if s.values != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.values[name] = value
		return
	}
	client := secretsmanager.NewFromConfig(*s.cfg)
	_, err := client.PutSecretValue(s.t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value})
	if err != nil {
		_, err = client.CreateSecret(s.t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value})
		s.t.Cleanup(func() {
			_, _ = client.DeleteSecret(s.t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &name, ForceDeleteWithoutRecovery: aws.Bool(true)})
		})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// ServeHTTP is the stand-in.
func (s *secrets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var about struct{ SecretId string } //nolint:revive // the protocol's name
	_ = json.NewDecoder(r.Body).Decode(&about)
	s.mu.Lock()
	value, found := s.values[about.SecretId]
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if !found {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."})
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"Name": about.SecretId, "SecretString": value})
}

// counting counts the readings.
type counting struct{ *secrets }

func (c counting) Do(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.Header.Get("X-Amz-Target"), ".GetSecretValue") {
		c.mu.Lock()
		c.reads++
		c.mu.Unlock()
	}
	return http.DefaultClient.Do(req)
}

// TestKeyRotates replaces the key while it is in use.
func TestKeyRotates(t *testing.T) {
	s := newSecrets(t)
	const name = "robosystems/rotation/kuzu"
	s.put(name, `{"KUZU_API_KEY":"kuzu_old","OTHER":1}`)
	keys := factory.NewSecretsManagerKey(*s.cfg, name)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if key, err := keys.Key(t.Context()); key != "kuzu_old" || err != nil {
				t.Errorf("got %q, %v", key, err)
			}
		})
	}
	all.Wait()
	if s.reads != 1 {
		t.Errorf("%d readings for 50 callers", s.reads)
	}
	s.put(name, `{"KUZU_API_KEY":"kuzu_new"}`)
	for range 3 {
		if key, err := keys.Refresh(t.Context(), "kuzu_old"); key != "kuzu_new" || err != nil {
			t.Errorf("after the refusal: %q, %v", key, err)
		}
	}
	for range 3 { // a server that refuses whatever comes is no reason for a storm
		if key, err := keys.Refresh(t.Context(), "kuzu_new"); key != "kuzu_new" || err != nil {
			t.Errorf("after another refusal: %q, %v", key, err)
		}
	}
	if s.reads != 2 {
		t.Errorf("%d readings, want 2", s.reads)
	}
}

// TestKeyRotatesUnderAFactory changes the key that servers ask for between two calls.
func TestKeyRotatesUnderAFactory(t *testing.T) {
	s := newSecrets(t)
	w := newWorld(t)
	w.cfg.APIKey = "kuzu_first"
	const name = "robosystems/fleet/kuzu"
	s.put(name, `{"KUZU_API_KEY":"kuzu_first"}`)
	old := w.writer("i-1", "standard", parent)
	f := w.factory(func(c *factory.Config) { c.Keys = factory.NewSecretsManagerKey(*s.cfg, name) })
	c, err := f.Client(t.Context(), parent, factory.Read)
	mustQuery(t, c, err)
	s.put(name, `{"KUZU_API_KEY":"kuzu_second"}`)
	old.Close()
	w.cfg.APIKey = "kuzu_second"
	w.writer("i-2", "standard", parent)
	mustQuery(t, c, nil)
}

// TestKeyThatCannotBeRead says what is wrong, and not what the secret holds.
func TestKeyThatCannotBeRead(t *testing.T) {
	s := newSecrets(t)
	for name, value := range map[string]string{
		"absent": "", "text": "hunter2", "array": `["hunter2"]`, "other": `{"OTHER_KEY":"hunter2"}`, "blank": `{"KUZU_API_KEY":"hunter2 x"}`,
	} {
		if value != "" {
			s.put("robosystems/"+name+"/kuzu", value)
		}
		_, err := factory.NewSecretsManagerKey(*s.cfg, "robosystems/"+name+"/kuzu").Key(t.Context())
		if !errors.Is(err, kuzu.ErrConfiguration) || !strings.Contains(err.Error(), "robosystems/"+name+"/kuzu") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
