package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
)

// TLSSettings say whom https:// connections trust, and who we are. The zero
// value trusts whom the system trusts. The oldest version spoken is 1.2.
type TLSSettings struct {
	// Config is what to start from, such as one with authorities that are in no
	// file; nil for nothing. It is copied, and the other settings go before it.
	Config *tls.Config
	// RootsFile holds the certificates, in PEM, of the authorities to trust
	// instead of those of the system; "" for the latter.
	RootsFile string
	// CertificateFile and KeyFile hold our certificate and its key, in PEM, for
	// servers that ask for one; both "" for none. They are read again for each
	// new connection, so that they can be replaced, while RootsFile is read once.
	CertificateFile, KeyFile string
	// SkipVerify trusts every server. It is warned of when the chain is made.
	SkipVerify bool
}

// config reads the files. Its error names every setting that is wrong.
func (s *TLSSettings) config() (*tls.Config, error) {
	config := &tls.Config{}
	if s.Config != nil {
		config = s.Config.Clone()
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	config.InsecureSkipVerify = config.InsecureSkipVerify || s.SkipVerify // if the settings say so, with a warning
	var faults []error
	if s.RootsFile != "" {
		pem, err := os.ReadFile(s.RootsFile)
		config.RootCAs = x509.NewCertPool()
		switch {
		case err != nil:
			faults = append(faults, inSetting("Base.TLS.RootsFile", err))
		case !config.RootCAs.AppendCertsFromPEM(pem):
			faults = append(faults, fmt.Errorf("%s: %s holds no certificate in PEM", "Base.TLS.RootsFile", s.RootsFile))
		}
	}
	switch {
	case (s.CertificateFile == "") != (s.KeyFile == ""):
		faults = append(faults, errors.New("Base.TLS.CertificateFile and Base.TLS.KeyFile: one of them is empty; give both or neither"))
	case s.CertificateFile != "":
		own := &ownCertificate{file: s.CertificateFile, keyFile: s.KeyFile}
		if err := own.read(); err != nil {
			faults = append(faults, inSetting("Base.TLS.CertificateFile and Base.TLS.KeyFile", err))
		}
		config.GetClientCertificate = own.get
	}
	return config, errors.Join(faults...)
}

// ownCertificate is ours, for servers that ask for one.
type ownCertificate struct {
	file, keyFile string
	last          atomic.Pointer[tls.Certificate] // that could be read
}

func (o *ownCertificate) read() error {
	pair, err := tls.LoadX509KeyPair(o.file, o.keyFile)
	if err == nil {
		o.last.Store(&pair)
	}
	return err
}

// get is called for each handshake in which the server asks. What cannot be read
// or does not fit together, as while the files are replaced, leaves the last one.
func (o *ownCertificate) get(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	_ = o.read()
	return o.last.Load(), nil
}

// tlsAdvice says what a handshake failed by that will fail again, and which
// setting may help; "" of any other error.
func tlsAdvice(err error) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the server's certificate is for another name or address; have one of those that it is for in the base URL, or set TLS.Config.ServerName"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "nobody whom we trust has signed the server's certificate; name its authority in TLS.RootsFile or TLS.Config.RootCAs"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate is not valid"
	}
	alert, ok := errors.AsType[*net.OpError](err)
	switch {
	case !ok || alert.Op != "remote error": // so are the alerts of TLS called
		return ""
	case strings.Contains(alert.Err.Error(), "protocol version"):
		return "the server speaks no version of TLS that we do; the oldest is 1.2, or TLS.Config.MinVersion"
	case strings.Contains(alert.Err.Error(), "certificate"), strings.Contains(alert.Err.Error(), "handshake failure"):
		return "the server refused the handshake; if it wants a certificate of ours, or another one, name that in TLS.CertificateFile and TLS.KeyFile, or in TLS.Config.Certificates"
	}
	return ""
}
