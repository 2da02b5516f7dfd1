package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
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
	// servers that ask for one; both "" for none.
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
		pair, err := tls.LoadX509KeyPair(s.CertificateFile, s.KeyFile)
		if err != nil {
			faults = append(faults, inSetting("Base.TLS.CertificateFile and Base.TLS.KeyFile", err))
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, errors.Join(faults...)
}
