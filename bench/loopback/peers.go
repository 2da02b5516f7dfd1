package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
	"github.com/go-resty/resty/v2"
	"github.com/hashicorp/go-retryablehttp"

	"github.com/robosystems/kuzuclient/bench/answers"
)

// peer asks with any client of net/http's kind and decodes with encoding/json.
type peer struct {
	url string
	do  func(ctx context.Context, url string, body []byte) (*http.Response, error)
}

// newPool is a connection pool with the settings of the library's.
func newPool() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext: dialer.DialContext, MaxConnsPerHost: 100, MaxIdleConnsPerHost: 20,
		IdleConnTimeout: 4 * time.Second, TLSHandshakeTimeout: 5 * time.Second, DisableCompression: true,
	}
}

// headers are what the library sends as well: what they cost net/http and the
// server is no cost of the library.
func headers(h http.Header) {
	h.Set("Content-Type", "application/json")
	h.Set("X-Kuzu-Api-Key", answers.APIKey)
	h.Set("X-Request-Id", "0123456789abcdef")
	h.Set("User-Agent", "kuzuclient-go/devel")
}

func newBare(url string) peer { return overClient(url, newPool()) }

func overClient(url string, rt http.RoundTripper) peer {
	c := &http.Client{Transport: rt}
	return peer{url, func(ctx context.Context, url string, body []byte) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		headers(req.Header)
		return c.Do(req)
	}}
}

func newRetryable(url string) peer {
	c := retryablehttp.NewClient()
	c.HTTPClient, c.Logger, c.RetryMax = &http.Client{Transport: newPool()}, nil, 3
	return peer{url, func(ctx context.Context, url string, body []byte) (*http.Response, error) {
		req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPost, url, body)
		if err != nil {
			return nil, err
		}
		headers(req.Header)
		return c.Do(req)
	}}
}

// newFailsafe has failsafe-go's retry around its breaker.
func newFailsafe(url string) peer {
	failed := func(resp *http.Response, err error) bool { return err != nil || resp.StatusCode >= 500 }
	retry := failsafehttp.NewRetryPolicyBuilder().WithMaxRetries(3).WithBackoffFactor(time.Second, time.Minute, 2).WithJitterFactor(0.1).Build() //nolint:bodyclose // nothing here holds a body
	breaker := circuitbreaker.NewBuilder[*http.Response]().HandleIf(failed).WithFailureThreshold(5).WithDelay(time.Minute).Build()               //nolint:bodyclose // nothing here holds a body
	return overClient(url, failsafehttp.NewRoundTripper(newPool(), retry, breaker))
}

type (
	request struct {
		Database   string         `json:"database"`
		Cypher     string         `json:"cypher"`
		Parameters map[string]any `json:"parameters"`
	}
	plainAnswer struct {
		Data     []person `json:"data"`
		Columns  []string `json:"columns"`
		Time     float64  `json:"execution_time_ms"`
		Count    int64    `json:"row_count"`
		Database string   `json:"database"`
	}
	chunk struct {
		Index   int64    `json:"chunk_index"`
		Data    []person `json:"data"`
		Columns []string `json:"columns"`
		Last    bool     `json:"is_last_chunk"`
		Count   int64    `json:"row_count"`
		Total   int64    `json:"total_rows_sent"`
		Error   string   `json:"error"`
	}
)

func newRequest(q question) request {
	return request{Database: graph, Cypher: q.statement, Parameters: parameters}
}

func (p peer) ask(ctx context.Context, url string, q question) (*http.Response, error) {
	body, err := json.Marshal(newRequest(q))
	if err != nil {
		return nil, err
	}
	resp, err := p.do(ctx, url, body)
	if err == nil && resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		return nil, fmt.Errorf("%s: %s", resp.Status, text)
	}
	return resp, err
}

func (p peer) query(ctx context.Context, q question) ([]person, error) {
	resp, err := p.ask(ctx, p.url, q)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer plainAnswer
	text, err := io.ReadAll(resp.Body)
	if err == nil {
		err = json.Unmarshal(text, &answer)
	}
	return answer.Data, err
}

func (p peer) stream(ctx context.Context, q question, each func(*person)) error {
	resp, err := p.ask(ctx, p.url+"?streaming=true", q) //nolint:bodyclose // chunks closes it
	if err != nil {
		return err
	}
	return chunks(resp.Body, each)
}

// chunks decodes a stream into the memory of its first chunk.
func chunks(body io.ReadCloser, each func(*person)) error {
	defer body.Close()
	var c chunk
	for lines := json.NewDecoder(body); ; {
		c.Data = c.Data[:0]
		switch err := lines.Decode(&c); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case c.Error != "":
			return errors.New(c.Error)
		}
		for i := range c.Data {
			each(&c.Data[i])
		}
	}
}

// viaResty asks by resty's own means.
type viaResty struct {
	client *resty.Client
	url    string
}

func newResty(url string) viaResty {
	c := resty.NewWithClient(&http.Client{Transport: newPool()}).SetRetryCount(3)
	headers(c.Header)
	return viaResty{c, url}
}

func (v viaResty) query(ctx context.Context, q question) ([]person, error) {
	var answer plainAnswer
	resp, err := v.client.R().SetContext(ctx).SetBody(newRequest(q)).SetResult(&answer).Post(v.url)
	if err == nil && resp.IsError() {
		err = errors.New(resp.String())
	}
	return answer.Data, err
}

func (v viaResty) stream(ctx context.Context, q question, each func(*person)) error {
	resp, err := v.client.R().SetContext(ctx).SetBody(newRequest(q)).SetDoNotParseResponse(true).Post(v.url + "?streaming=true")
	if err != nil {
		return err
	}
	return chunks(resp.RawBody(), each)
}
