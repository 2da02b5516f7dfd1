package factory

import (
	"encoding/json"
	"errors"
	"math"
	"time"
)

// What Redis holds is shared with services in Python: same keys, and values that
// each side reads of the other. Keys begin with kuzu:<environment>:.

// storedLocation is the value of location:<graph>. The Python services write
// instance, address and database; the rest is ours, and they ignore it.
type storedLocation struct {
	Location struct {
		InstanceID   string `json:"instance_id"`
		PrivateIP    string `json:"private_ip"`
		DatabaseName string `json:"database_name"`
		EndpointURL  string `json:"endpoint_url,omitempty"`
		Status       string `json:"status,omitempty"`
	} `json:"location"`
	Timestamp float64 `json:"timestamp"` // Unix seconds
}

// storedHealth is the value of alb:health and of endpoint:health:<address>.
type storedHealth struct {
	Healthy   bool    `json:"healthy"`
	Timestamp float64 `json:"timestamp"`
}

func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "" // a string or a number always marshals; decode refuses ""
	}
	return string(text)
}

func decodeLocation(text string) (l storedLocation, read time.Time, err error) {
	if err = json.Unmarshal([]byte(text), &l); err != nil {
		return l, read, err
	}
	if l.Location.InstanceID == "" && l.Location.PrivateIP == "" {
		return l, read, errors.New("it names neither instance nor address")
	}
	read, err = fromEpoch(l.Timestamp)
	return l, read, err
}

func decodeHealth(text string) (healthy bool, read time.Time, err error) {
	var h struct {
		Healthy   *bool   `json:"healthy"`
		Timestamp float64 `json:"timestamp"`
	}
	if err = json.Unmarshal([]byte(text), &h); err != nil {
		return false, read, err
	}
	if h.Healthy == nil {
		return false, read, errors.New("it does not say healthy")
	}
	read, err = fromEpoch(h.Timestamp)
	return *h.Healthy, read, err
}

func toEpoch(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// fromEpoch reads a time of another machine, whose clock may go a bit ahead.
func fromEpoch(seconds float64) (time.Time, error) {
	if !(seconds > 0 && seconds < math.MaxInt32*2.0) {
		return time.Time{}, errors.New("its timestamp is no time")
	}
	t := time.UnixMicro(int64(seconds * 1e6))
	switch ahead := time.Until(t); {
	case ahead > time.Minute:
		return time.Time{}, errors.New("its timestamp is in the future")
	case ahead > 0:
		return time.Now(), nil
	}
	return t, nil
}
