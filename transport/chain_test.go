package transport_test

import (
	"net/http/httptest"
	"testing"

	"github.com/robosystems/kuzuclient/internal/operations"
	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/transport"
)

// chain makes a chain for the length of the test.
func chain(t testing.TB, change ...func(*transport.ChainSettings)) *transport.Chain {
	t.Helper()
	settings := transport.DefaultChainSettings(operations.Table())
	settings.Keys = transport.StaticKey(planted.Key)
	settings.Observe = transport.ObserveSettings{Logger: planted.Logger(), TracerProvider: planted.NewSpans(), Statements: true}
	for _, f := range change {
		f(&settings)
	}
	c, err := transport.NewChain(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestChainCarriesCallsOfTheClient(t *testing.T) {
	engine := mockserver.NewScripted()
	if err := engine.Create(t.Context(), "social"); err != nil {
		t.Fatal(err)
	}
	server, err := mockserver.New(mockserver.Config{Engine: engine, APIKey: planted.Key})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	web := httptest.NewServer(server)
	defer web.Close()
	resolver, err := transport.NewStatic(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := chain(t, func(s *transport.ChainSettings) { s.Keys = transport.StaticKey(planted.Key) })
	client, err := kuzu.New("http://nowhere.invalid", kuzu.WithGraph("social"), kuzu.WithTransport(c.For(resolver)))
	if err != nil {
		t.Fatal(err)
	}
	if result, err := client.Query(t.Context(), "RETURN 1", nil); err != nil || len(result.Rows) != 1 {
		t.Fatalf("got %v, %v", result, err)
	}
}
