package factory

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// kind is what a variable may hold.
type kind struct {
	holds  string // completes "it must be"
	secret bool   // its value is never shown
	url    bool   // its value is shown without a password

	parse func(text string) (any, bool) // into the field's type
	valid func(value any) bool
}

// The kinds.
var (
	isFlag = kind{holds: "true, 1, yes, on, false, 0, no or off",
		parse: func(s string) (any, bool) { return parseFlag(s) }}
	isText = kind{holds: "a text that is not empty", parse: verbatim,
		valid: func(v any) bool { return v.(string) != "" }}
	isName = kind{holds: "a name of small letters",
		parse: func(s string) (any, bool) { return strings.ToLower(s), true },
		valid: func(v any) bool { return environmentName.MatchString(v.(string)) }}
	isTable = kind{holds: "a table's name of 3 to 255 letters, digits, _, . and -, besides {env}", parse: verbatim,
		valid: func(v any) bool { return tablePattern.MatchString(strings.ReplaceAll(v.(string), "{env}", "dev")) }}
	isList = kind{holds: "graph ids separated by commas, none twice",
		parse: func(s string) (any, bool) { return splitList(s), true },
		valid: func(v any) bool { return validList(v.([]string)) }}
	isAddress = kind{holds: "a URL such as http://localhost:8001, without path, query and user", url: true, parse: verbatim,
		valid: func(v any) bool { return validAddress(v.(string)) }}
	isAddressOrNone = kind{holds: isAddress.holds + ", or empty", url: true, parse: verbatim,
		valid: func(v any) bool { return v.(string) == "" || validAddress(v.(string)) }}
	isSecret = kind{holds: "printable ASCII without blanks, or empty", secret: true,
		parse: func(s string) (any, bool) { return Secret(s), true },
		valid: func(v any) bool { return printable(string(v.(Secret))) }}
	isRedisURL = kind{holds: "a URL such as redis://localhost:6379/8 or rediss://host:6379", secret: true, url: true,
		parse: func(s string) (any, bool) { return Secret(s), true },
		valid: func(v any) bool { _, err := redis.ParseURL(string(v.(Secret))); return err == nil }}

	isCount           = whole(0, maxCount)
	isRetries         = whole(0, 100) // what the chain takes
	isPositiveCount   = whole(1, maxCount)
	isSeconds         = duration(0)
	isPositiveSeconds = duration(time.Millisecond)
	isFactor          = kind{holds: "a number from 1 to 100",
		parse: func(s string) (any, bool) { x, err := strconv.ParseFloat(s, 64); return x, err == nil },
		valid: func(v any) bool { return v.(float64) >= 1 && v.(float64) <= 100 }}
)

// The largest values; what is beyond them is a slip of the keyboard.
const (
	maxCount    = 100_000
	maxDuration = 24 * time.Hour
)

var (
	environmentName = regexp.MustCompile(`^[a-z]+$`)
	tablePattern    = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)
)

func whole(least, most int) kind {
	return kind{holds: fmt.Sprintf("a whole number from %d to %d", least, most),
		parse: func(s string) (any, bool) { n, err := strconv.Atoi(s); return n, err == nil },
		valid: func(v any) bool { return v.(int) >= least && v.(int) <= most }}
}

func duration(least time.Duration) kind {
	return kind{holds: fmt.Sprintf("seconds, from %v to %v", least.Seconds(), maxDuration.Seconds()),
		parse: func(s string) (any, bool) {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil || !(math.Abs(x) <= 1e9) { // NaN compares to nothing
				return nil, false
			}
			return time.Duration(math.Round(x * float64(time.Second))), true
		},
		valid: func(v any) bool { return v.(time.Duration) >= least && v.(time.Duration) <= maxDuration }}
}

// set stores what text means in the field that into points to.
func (k kind) set(into any, text string) (wrong string) {
	value, ok := k.parse(strings.TrimSpace(text))
	if !ok || k.valid != nil && !k.valid(value) {
		return k.holds
	}
	switch into := into.(type) {
	case *string:
		*into = value.(string)
	case *Secret:
		*into = value.(Secret)
	case *bool:
		*into = value.(bool)
	case *int:
		*into = value.(int)
	case *float64:
		*into = value.(float64)
	case *time.Duration:
		*into = value.(time.Duration)
	case *[]string:
		*into = value.([]string)
	}
	return ""
}

// check says what the field that from points to should hold if it does not.
func (k kind) check(from any) (wrong string) {
	if k.valid == nil || k.valid(fieldValue(from)) {
		return ""
	}
	return k.holds
}

func (k kind) show(from any) string {
	switch value := fieldValue(from).(type) {
	case Secret:
		if k.url {
			return redactURL(string(value))
		}
		return value.String()
	case string:
		if k.url {
			return redactURL(value)
		}
		return value
	case time.Duration:
		return strconv.FormatFloat(value.Seconds(), 'f', -1, 64)
	case []string:
		return strings.Join(value, ",")
	default:
		return fmt.Sprint(value)
	}
}

func fieldValue(from any) any {
	switch from := from.(type) {
	case *string:
		return *from
	case *Secret:
		return *from
	case *bool:
		return *from
	case *int:
		return *from
	case *float64:
		return *from
	case *time.Duration:
		return *from
	default:
		return *from.(*[]string)
	}
}

func verbatim(s string) (any, bool) { return s, true }

func parseFlag(s string) (bool, bool) {
	switch strings.ToLower(s) {
	case "true", "1", "yes", "on":
		return true, true
	case "false", "0", "no", "off":
		return false, true
	}
	return false, false
}

func splitList(s string) []string {
	var items []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func validList(items []string) bool {
	seen := map[string]bool{}
	for _, item := range items {
		lower := strings.ToLower(item)
		if !graphPattern.MatchString(item) || seen[lower] {
			return false
		}
		seen[lower] = true
	}
	return true
}

func validAddress(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	_, err = strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" || err == nil
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func quoteCut(s string) string { return fmt.Sprintf("%.100q", s) }
