package factory

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"github.com/robosystems/kuzuclient/transport"
)

// What the SDK may take for one request to AWS. Its own defaults have no limit on
// an answer and 30 s on a connection, and the environment can change them.
const (
	awsDialTimeout   = time.Second
	awsAnswerTimeout = 2 * time.Second
	awsAttempts      = 3
	awsMaxBackoff    = 250 * time.Millisecond
)

// awsConfig returns the SDK's configuration with our limits, and a function that
// closes its connections.
func awsConfig(ctx context.Context, c *Config) (aws.Config, func(), error) {
	var cfg aws.Config
	if c.AWS != nil {
		cfg = c.AWS.Copy()
	} else {
		var err error
		if cfg, err = awsconfig.LoadDefaultConfig(ctx); err != nil {
			return cfg, nil, &transport.Error{Kind: transport.KindConfiguration, Message: "AWS", Err: err}
		}
	}
	if c.AWS == nil || cfg.Region == "" {
		cfg.Region = c.AWSRegion
	}
	if c.AWSEndpoint != "" {
		cfg.BaseEndpoint = aws.String(c.AWSEndpoint)
	}
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = awsAttempts
			o.MaxBackoff = awsMaxBackoff
			o.Backoff = retry.NewExponentialJitterBackoff(awsMaxBackoff)
			o.RateLimiter = ratelimit.None // its tokens run out when they are needed
		})
	}
	if cfg.HTTPClient != nil && c.AWS != nil {
		return cfg, func() {}, nil
	}
	pool := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: awsDialTimeout}).DialContext,
		TLSHandshakeTimeout:   awsDialTimeout,
		ResponseHeaderTimeout: awsAnswerTimeout,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       30 * time.Second,
		ForceAttemptHTTP2:     true,
	}
	cfg.HTTPClient = &http.Client{Transport: pool}
	return cfg, pool.CloseIdleConnections, nil
}

// awsError says what a failed request to AWS means. None of it means that
// something does not exist.
func awsError(ctx context.Context, what string, err error) *transport.Error {
	e := &transport.Error{Kind: transport.KindUnavailable, Message: what, Err: err}
	if ctx.Err() != nil {
		e = transport.SendError(ctx, err)
		e.Message = what
		return e
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return e
	}
	switch api.ErrorCode() {
	case "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException",
		"MissingAuthenticationTokenException", "IncompleteSignatureException":
		e.Kind = transport.KindConfiguration
		e.Message = what + ": AWS refuses the credentials; check the role and its permissions"
	case "ResourceNotFoundException":
		e.Kind = transport.KindConfiguration
		e.Message = what + ": it does not exist; check the name, the region and ENVIRONMENT"
	case "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingError":
		e.Message = what + ": AWS throttles the requests"
	}
	return e
}
