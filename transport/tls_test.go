package transport_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/internal/operations"
	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/transport"
)

// authority signs certificates.
type authority struct {
	tls.Certificate
	pool *x509.CertPool
	file string // with its own certificate, in PEM
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	a.Certificate = a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	a.pool.AddCert(a.Leaf)
	a.file, _ = files(t, a.Certificate)
	return a
}

// sign makes a certificate that is valid from a minute ago until an hour from
// now, if nothing else is said.
func (a *authority) sign(t testing.TB, template *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Minute), time.Now().Add(time.Hour)
	}
	parent, signer := a.Leaf, a.PrivateKey
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// loopback is the certificate of a server at 127.0.0.1.
func (a *authority) loopback(t testing.TB) tls.Certificate {
	return a.sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
}

// client is the certificate of a client of this name.
func (a *authority) client(t testing.TB, name string) tls.Certificate {
	return a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// files writes a certificate and its key.
func files(t testing.TB, c tls.Certificate) (certificate, key string) {
	t.Helper()
	dir := t.TempDir()
	certificate, key = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	replace(t, c, certificate, key)
	return certificate, key
}

func replace(t testing.TB, c tls.Certificate, certificate, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: c.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// secure starts a server that says which protocol it was asked in, and by whom.
func secure(t testing.TB, config *tls.Config) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Protocol", r.Proto)
		if known := r.TLS.PeerCertificates; len(known) > 0 {
			w.Header().Set("X-Client", known[0].Subject.CommonName)
		}
		works(w, r)
	}))
	server.EnableHTTP2 = true
	server.TLS = config
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// TestTLS: whom we trust and who we are. What is refused is not repeated, for it
// would be refused again, and the error names the setting that may help.
func TestTLS(t *testing.T) {
	known, strange := newAuthority(t), newAuthority(t)
	ours := known.client(t, "reports")
	certificate, key := files(t, ours)
	strangeCertificate, strangeKey := files(t, strange.client(t, "thief"))
	ordinary := &tls.Config{Certificates: []tls.Certificate{known.loopback(t)}}
	named := &tls.Config{Certificates: []tls.Certificate{known.sign(t, &x509.Certificate{DNSNames: []string{"graphs.example"}})}}
	expired := &tls.Config{Certificates: []tls.Certificate{known.sign(t, &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour),
	})}}
	old := &tls.Config{Certificates: ordinary.Certificates, MaxVersion: tls.VersionTLS11}
	mutual := &tls.Config{Certificates: ordinary.Certificates, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: known.pool}
	mutual12 := mutual.Clone()
	mutual12.MaxVersion = tls.VersionTLS12
	for _, test := range []struct {
		name     string
		server   *tls.Config
		settings transport.TLSSettings
		want     string // in the error, "" for none
		client   string // as whom the server knows us
	}{
		{"roots from a file", ordinary, transport.TLSSettings{RootsFile: known.file}, "", ""},
		{"roots in code", ordinary, transport.TLSSettings{Config: &tls.Config{RootCAs: known.pool}}, "", ""},
		{"roots of the system", ordinary, transport.TLSSettings{}, "TLS.RootsFile", ""},
		{"other roots", ordinary, transport.TLSSettings{RootsFile: strange.file}, "TLS.RootsFile", ""},
		{"no questions asked", ordinary, transport.TLSSettings{SkipVerify: true}, "", ""},
		{"another name", named, transport.TLSSettings{RootsFile: known.file}, "TLS.Config.ServerName", ""},
		{"another name, as expected", named, transport.TLSSettings{RootsFile: known.file, Config: &tls.Config{ServerName: "graphs.example"}}, "", ""},
		{"expired", expired, transport.TLSSettings{RootsFile: known.file}, "expired", ""},
		{"TLS 1.1", old, transport.TLSSettings{RootsFile: known.file}, "the oldest is 1.2", ""},
		{"TLS 1.1 on request", old, transport.TLSSettings{RootsFile: known.file, Config: &tls.Config{MinVersion: tls.VersionTLS10}}, "the oldest is 1.2", ""},
		{"our certificate", mutual, transport.TLSSettings{RootsFile: known.file, CertificateFile: certificate, KeyFile: key}, "", "reports"},
		{"our certificate, in TLS 1.2", mutual12, transport.TLSSettings{RootsFile: known.file, CertificateFile: certificate, KeyFile: key}, "", "reports"},
		{"our certificate, in code", mutual, transport.TLSSettings{RootsFile: known.file, Config: &tls.Config{Certificates: []tls.Certificate{ours}}}, "", "reports"},
		// In TLS 1.3 the refusal comes when the request is under way, and the reset
		// after it may come first.
		{"no certificate of ours", mutual12, transport.TLSSettings{RootsFile: known.file}, "TLS.CertificateFile", ""},
		{"a certificate that they do not know", mutual12, transport.TLSSettings{RootsFile: known.file, CertificateFile: strangeCertificate, KeyFile: strangeKey}, "TLS.CertificateFile", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := secure(t, test.server.Clone())
			c := chain(t, func(s *transport.ChainSettings) { s.Base.TLS, s.Retry.Delay = test.settings, 0 })
			resp, err := get(t.Context(), c.For(static(t, server.URL)))
			if test.want == "" {
				if err != nil || resp.Header.Get("X-Protocol") != "HTTP/2.0" || resp.Header.Get("X-Client") != test.client {
					t.Errorf("got %v, %v", resp, err)
				}
				return
			}
			planted.Note(err)
			if e := transport.SendError(t.Context(), err); !errors.Is(err, transport.ErrUnavailable) || len(e.Attempts) != 1 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestUnverifiedIsWarnedOf once, whatever is called then.
func TestUnverifiedIsWarnedOf(t *testing.T) {
	var log bytes.Buffer
	authority := newAuthority(t)
	c := chain(t, func(s *transport.ChainSettings) {
		s.Base.TLS.SkipVerify = true
		s.Observe.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	for range 2 {
		server := secure(t, &tls.Config{Certificates: []tls.Certificate{authority.loopback(t)}})
		for range 2 {
			if _, err := get(t.Context(), c.For(static(t, server.URL))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if text := log.String(); strings.Count(text, "level=WARN") != 1 || !strings.Contains(text, "VERIFY_SSL") {
		t.Errorf("logged %s", text)
	}
}

// TestOurCertificateIsReplaced while the chain is in use. Files that do not fit
// together leave the certificate that there was.
func TestOurCertificateIsReplaced(t *testing.T) {
	authority := newAuthority(t)
	server := secure(t, &tls.Config{Certificates: []tls.Certificate{authority.loopback(t)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: authority.pool})
	certificate, key := files(t, authority.client(t, "first"))
	c := chain(t, base(func(b *transport.BaseSettings) {
		b.TLS = transport.TLSSettings{RootsFile: authority.file, CertificateFile: certificate, KeyFile: key}
		b.MaxIdleConnsPerHost = 0 // each call has its own connection
	}))
	expect := func(name string) {
		t.Helper()
		resp, err := get(t.Context(), c.For(static(t, server.URL)))
		if err != nil || resp.Header.Get("X-Client") != name {
			t.Errorf("got %v, %v, want %s", resp, err, name)
		}
	}
	expect("first")
	replace(t, authority.client(t, "second"), certificate, key)
	expect("second")
	replace(t, authority.client(t, "third"), certificate, filepath.Join(t.TempDir(), "elsewhere"))
	expect("second")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	expect("second")
}

// TestWrongTLSFiles are refused when the chain is made.
func TestWrongTLSFiles(t *testing.T) {
	authority := newAuthority(t)
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	certificate, key := files(t, authority.client(t, "reports"))
	_, other := files(t, authority.client(t, "other"))
	for _, test := range []struct {
		name     string
		settings transport.TLSSettings
		want     []string
	}{
		{"missing", transport.TLSSettings{RootsFile: "/no/such/roots", CertificateFile: "/no/such/certificate", KeyFile: key},
			[]string{"Base.TLS.RootsFile: open /no/such/roots", "Base.TLS.CertificateFile and Base.TLS.KeyFile: open /no/such/certificate"}},
		{"junk", transport.TLSSettings{RootsFile: junk, CertificateFile: junk, KeyFile: junk},
			[]string{"Base.TLS.RootsFile: " + junk + " holds no certificate in PEM", "Base.TLS.CertificateFile and Base.TLS.KeyFile: "}},
		{"key of another", transport.TLSSettings{CertificateFile: certificate, KeyFile: other}, []string{"Base.TLS.CertificateFile and Base.TLS.KeyFile: ", "does not match"}},
		{"half", transport.TLSSettings{CertificateFile: certificate}, []string{"Base.TLS.CertificateFile and Base.TLS.KeyFile: one of them is empty"}},
	} {
		s := transport.DefaultChainSettings(operations.Table())
		s.Base.TLS = test.settings
		_, err := transport.NewChain(s)
		for _, want := range test.want {
			if !errors.Is(err, transport.ErrConfiguration) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, which lacks %q", test.name, err, want)
			}
		}
	}
}
