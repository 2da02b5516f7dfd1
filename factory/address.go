package factory

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// addressOf returns where an instance listens: its endpoint URL, which has the
// port, or else its private address with the default port. What is wrong with
// the first is a warning if the second will do.
func addressOf(endpointURL, privateIP string, allowPublic bool) (u *url.URL, warning string, err error) {
	var fault error
	if endpointURL != "" {
		if u, fault = checkEndpoint(endpointURL, allowPublic); fault == nil {
			return u, "", nil
		}
		fault = fmt.Errorf("endpoint_url: %w", fault)
	}
	if privateIP == "" {
		if fault == nil {
			fault = errors.New("it has no address")
		}
		return nil, "", fault
	}
	u, err = checkEndpoint("http://"+net.JoinHostPort(strings.Trim(privateIP, "[]"), defaultPort), allowPublic)
	if err != nil {
		return nil, "", errors.Join(fault, fmt.Errorf("private_ip: %w", err))
	}
	if fault != nil {
		warning = fault.Error() + "; its private_ip is used"
	}
	return u, warning, nil
}

// checkEndpoint reads an address that was discovered. Names are not resolved,
// for who controls one could point it anywhere.
func checkEndpoint(raw string, allowPublic bool) (*url.URL, error) {
	if !validAddress(raw) {
		return nil, fmt.Errorf("%.100q is not an address such as http://10.0.0.1:8001", raw)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": defaultPort, "https": "443"}[u.Scheme]
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 {
		return nil, fmt.Errorf("%.100q has no port that can be called", raw)
	}
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	ip = ip.Unmap()
	switch {
	case allowPublic:
	case err != nil && host != "localhost":
		return nil, fmt.Errorf("%.100q is a name and no private address; KUZU_CLIENT_ALLOW_PUBLIC_ADDRESSES permits it", host)
	case err == nil && (!ip.IsPrivate() && !ip.IsLoopback() || ip.Zone() != ""):
		return nil, fmt.Errorf("%s is neither a private nor a loopback address; KUZU_CLIENT_ALLOW_PUBLIC_ADDRESSES permits it", host)
	}
	return &url.URL{Scheme: u.Scheme, Host: net.JoinHostPort(host, port)}, nil
}
