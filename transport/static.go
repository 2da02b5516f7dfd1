package transport

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Static is a resolver that always knows the same servers, in the order in which
// they are to be tried.
type Static struct{ endpoints []Endpoint }

// NewStatic returns a resolver for servers at fixed addresses such as
// "http://localhost:8001". Its error, of [KindConfiguration], names everything
// that is wrong with them.
func NewStatic(baseURLs ...string) (*Static, error) {
	s := &Static{}
	var faults []error
	if len(baseURLs) == 0 {
		faults = append(faults, errors.New("base URL: there is none; give something like http://localhost:8001"))
	}
	for _, raw := range baseURLs {
		u, err := ParseBaseURL(raw)
		faults = append(faults, err)
		s.endpoints = append(s.endpoints, Endpoint{URL: u, Direct: true})
	}
	if err := errors.Join(faults...); err != nil {
		return nil, &Error{Kind: KindConfiguration, Err: err}
	}
	return s, nil
}

// Resolve returns the first server that was not tried yet, or else the one that
// was tried longest ago.
func (s *Static) Resolve(_ context.Context, _ Call, tried []Endpoint) (Endpoint, error) {
	if len(tried) == 0 {
		return s.endpoints[0], nil
	}
	best, age := s.endpoints[0], -1
	for _, endpoint := range s.endpoints {
		latest := -1
		for i := len(tried) - 1; i >= 0 && latest < 0; i-- {
			if tried[i].same(endpoint) {
				latest = i
			}
		}
		if latest < 0 {
			return endpoint, nil
		}
		if age < 0 || latest < age {
			best, age = endpoint, latest
		}
	}
	return best, nil
}

// Report does nothing: there is nothing to learn.
func (*Static) Report(Call, Endpoint, Outcome, time.Duration) {}

// asAsked is a resolver that goes where the request of the call says.
type asAsked struct{}

// Resolve names the server in the request's URL.
func (asAsked) Resolve(ctx context.Context, _ Call, _ []Endpoint) (Endpoint, error) {
	u := tripOf(ctx).asked.URL
	if u.Host == "" {
		return Endpoint{}, Errorf(KindRouting, "the request names no server: its URL lacks a host, and the chain was made for no resolver")
	}
	return Endpoint{URL: u, Direct: true}, nil
}

// Report does nothing: there is nothing to learn.
func (asAsked) Report(Call, Endpoint, Outcome, time.Duration) {}

// ParseBaseURL accepts scheme://host[:port] and nothing else, since everything
// else would be lost or leak. The error quotes nothing that may be secret.
func ParseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		// The parser's own error quotes the URL, which may hold a password.
		return nil, errors.New("base URL: it does not parse; give something like http://localhost:8001")
	case !slices.Contains([]string{"http", "https"}, u.Scheme):
		return nil, fmt.Errorf("base URL: its scheme is %q; it must be http or https, as in http://localhost:8001", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("base URL: it has no host; give something like http://localhost:8001")
	case u.User != nil:
		return nil, errors.New("base URL: it holds a user name or password; the key is given apart from it")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("base URL: it has a path, query or fragment; give scheme, host and port only")
	}
	if port := u.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, fmt.Errorf("base URL: its port is %s; it may be at most 65535", port)
		}
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}
