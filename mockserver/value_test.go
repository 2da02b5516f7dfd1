package mockserver_test

import (
	"math"
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// value is one of every kind that an engine may return, and how it is written in
// a plain answer and, if that differs, in a stream.
type value struct {
	value         any
	plain, stream string
}

func moment(year int, month time.Month, day, hour, minute, second, nano int) time.Time {
	return time.Date(year, month, day, hour, minute, second, nano, time.UTC)
}

func number(v any, text string) value { return value{v, text, text} }
func quoted(v any, text string) value { return value{v, `"` + text + `"`, `"` + text + `"`} }

var values = []value{
	number(nil, "null"), number(true, "true"), number(false, "false"),
	number(int8(-128), "-128"), number(int16(-32768), "-32768"), number(int32(-2147483648), "-2147483648"), number(int(7), "7"),
	number(int64(math.MaxInt64), "9223372036854775807"), number(int64(math.MinInt64), "-9223372036854775808"), number(int64(20100214153210447), "20100214153210447"),
	number(uint8(255), "255"), number(uint16(65535), "65535"), number(uint32(4294967295), "4294967295"), number(uint64(math.MaxUint64), "18446744073709551615"),
	quoted(new(big.Int).Lsh(big.NewInt(-1), 127), "-170141183460469231731687303715884105728"),

	// As Python writes them: shortest digits, and always a fraction or an exponent.
	number(float32(3.14), "3.140000104904175"), number(float32(0.5), "0.5"),
	number(0.0, "0.0"), number(math.Copysign(0, -1), "-0.0"), number(1.0, "1.0"), number(-1.5, "-1.5"), number(0.1, "0.1"), number(123456789.123, "123456789.123"),
	number(1e15, "1000000000000000.0"), number(9999999999999998.0, "9999999999999998.0"), number(1e16, "1e+16"), number(1e22, "1e+22"), number(-12345678901234567.0, "-1.2345678901234568e+16"),
	number(1e-4, "0.0001"), number(0.00012345, "0.00012345"), number(1e-5, "1e-05"), number(1e-7, "1e-07"), number(1e100, "1e+100"),
	number(math.MaxFloat64, "1.7976931348623157e+308"), number(math.SmallestNonzeroFloat64, "5e-324"),
	number(math.NaN(), "null"), number(math.Inf(1), "null"), number(math.Inf(-1), "null"), number(float32(math.Inf(1)), "null"),

	quoted("", ""), quoted("plain", "plain"), quoted(`"\/`, `\"\\/`), quoted("<&>'", "<&>'"),
	quoted("\b\f\n\r\t", `\b\f\n\r\t`), quoted("\x00\x01\x0b\x1f", `\u0000\u0001\u000b\u001f`),
	{"\x7f", "\"\x7f\"", `"\u007f"`},
	{"Zoë", `"Zoë"`, `"Zo\u00eb"`},
	{"\u0080\u2028\u2029\ufeff\uffff", "\"\u0080\u2028\u2029\ufeff\uffff\"", `"\u0080\u2028\u2029\ufeff\uffff"`},
	{"😀\U00010000\U0010ffff", "\"😀\U00010000\U0010ffff\"", `"\ud83d\ude00\ud800\udc00\udbff\udfff"`},
	{"not\xffUTF-8", "\"not\ufffdUTF-8\"", `"not\ufffdUTF-8"`},
	quoted([]byte("blob"), "blob"), quoted([]byte{}, ""),
	{[]byte("ë"), `"ë"`, `"\u00eb"`},

	quoted(mockserver.Decimal("1.10"), "1.10"),
	quoted(mockserver.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
	quoted(mockserver.Date{Time: moment(2020, 1, 2, 0, 0, 0, 0)}, "2020-01-02"),
	quoted(mockserver.Date{Time: moment(33, 4, 3, 0, 0, 0, 0)}, "0033-04-03"),
	quoted(mockserver.Date{Time: moment(9999, 12, 31, 23, 59, 59, 0)}, "9999-12-31"),
	quoted(stamp(moment(2020, 1, 2, 3, 4, 5, 0)), "2020-01-02T03:04:05"),
	quoted(stamp(moment(2020, 1, 2, 3, 4, 5, 678_000_000)), "2020-01-02T03:04:05.678000"),
	quoted(stamp(moment(2020, 1, 2, 3, 4, 5, 1_999)), "2020-01-02T03:04:05.000001"),
	quoted(stamp(moment(2020, 1, 2, 3, 4, 5, 999)), "2020-01-02T03:04:05"), // below a microsecond nothing is left
	quoted(stamp(moment(999, 12, 31, 23, 59, 59, 0)), "0999-12-31T23:59:59"),
	quoted(stamp(time.Date(2020, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))), "2020-01-02T02:04:05"),
	quoted(mockserver.Timestamp{Time: moment(2020, 1, 2, 3, 4, 5, 0), Zoned: true}, "2020-01-02T03:04:05Z"),
	quoted(mockserver.Timestamp{Time: moment(2020, 1, 2, 3, 4, 5, 6_000), Zoned: true}, "2020-01-02T03:04:05.000006Z"),

	quoted(time.Duration(0), "PT0S"), quoted(time.Duration(999), "PT0S"), quoted(30*day, "P30D"), quoted(730*day, "P2Y"),
	quoted(367*day+3*time.Hour, "P1Y2DT3H"), quoted(1500*time.Microsecond, "PT0.0015S"), quoted(90*time.Second, "PT1M30S"), quoted(10*time.Second, "PT10S"),
	quoted(-(23*time.Hour + 59*time.Minute + 59*time.Second + 999_995*time.Microsecond), "-PT23H59M59.999995S"),
	quoted(-day, "-P1D"), quoted(1_008_714*time.Microsecond, "PT1.008714S"), quoted(time.Duration(math.MinInt64), "-P292Y171DT23H47M16.854775S"),

	{[]any{}, "[]", "[]"},
	{[]any{int64(1), nil, "x"}, `[1,null,"x"]`, `[1, null, "x"]`},
	{[]any{[]any{1.0}, []any{math.NaN()}}, `[[1.0],[null]]`, `[[1.0], [null]]`},
	{mockserver.Struct{}, "{}", "{}"},
	{mockserver.Struct{{Name: "z", Value: int8(1)}, {Name: "a é", Value: nil}}, `{"z":1,"a é":null}`, `{"z": 1, "a \u00e9": null}`},
	{mockserver.Map{}, "{}", "{}"},
	{mockserver.Map{{Key: int64(1), Value: "a"}, {Key: 1.5, Value: "b"}, {Key: 2.0, Value: "c"}, {Key: true, Value: "d"}},
		`{"1":"a","1.5":"b","2.0":"c","true":"d"}`, `{"1": "a", "1.5": "b", "2.0": "c", "true": "d"}`},
	{mockserver.Map{{Key: nil, Value: int64(1)}}, `{"None":1}`, `{"null": 1}`},
	{mockserver.Map{{Key: `"q"`, Value: int64(1)}, {Key: []byte("\"b\"\n"), Value: int64(2)}}, `{"\"q\"":1,"\"b\"\n":2}`, `{"\"q\"": 1, "\"b\"\n": 2}`},
	{mockserver.Map{
		{Key: mockserver.Date{Time: moment(2020, 1, 2, 0, 0, 0, 0)}, Value: int64(1)}, {Key: mockserver.Decimal("1.10"), Value: int64(2)},
		{Key: mockserver.UUID("u"), Value: int64(3)}, {Key: big.NewInt(5), Value: int64(4)}, {Key: day, Value: int64(5)}, {Key: stamp(moment(2020, 1, 2, 3, 4, 5, 0)), Value: int64(6)},
	}, `{"2020-01-02":1,"1.10":2,"u":3,"5":4,"P1D":5,"2020-01-02T03:04:05":6}`, `{"2020-01-02": 1, "1.10": 2, "u": 3, "5": 4, "P1D": 5, "2020-01-02T03:04:05": 6}`},
	{mockserver.Map{{Key: []any{int64(1), "é"}, Value: true}}, `{"[1,\"é\"]":true}`, `{"[1, \"\\u00e9\"]": true}`},

	{mockserver.InternalID{Offset: 3, Table: 1}, `{"offset":3,"table":1}`, `{"offset": 3, "table": 1}`},
	{ann, `{"_id":{"offset":0,"table":1},"_label":"Person","name":"Ann","born":null}`, `{"_id": {"offset": 0, "table": 1}, "_label": "Person", "name": "Ann", "born": null}`},
	{mockserver.Node{Label: "Empty"}, `{"_id":{"offset":0,"table":0},"_label":"Empty"}`, `{"_id": {"offset": 0, "table": 0}, "_label": "Empty"}`},
	{knows, `{"_src":{"offset":0,"table":1},"_dst":{"offset":1,"table":1},"_label":"Knows","_id":{"offset":5,"table":2},"since":20100214153210447}`,
		`{"_src": {"offset": 0, "table": 1}, "_dst": {"offset": 1, "table": 1}, "_label": "Knows", "_id": {"offset": 5, "table": 2}, "since": 20100214153210447}`},
	{mockserver.Path{}, `{"_nodes":[],"_rels":[]}`, `{"_nodes": [], "_rels": []}`},
	{mockserver.Path{Nodes: []mockserver.Node{{Label: "A"}, {Label: "B"}}, Rels: []mockserver.Rel{{Label: "R"}}},
		`{"_nodes":[{"_id":{"offset":0,"table":0},"_label":"A"},{"_id":{"offset":0,"table":0},"_label":"B"}],"_rels":[{"_src":{"offset":0,"table":0},"_dst":{"offset":0,"table":0},"_label":"R","_id":{"offset":0,"table":0}}]}`,
		`{"_nodes": [{"_id": {"offset": 0, "table": 0}, "_label": "A"}, {"_id": {"offset": 0, "table": 0}, "_label": "B"}], "_rels": [{"_src": {"offset": 0, "table": 0}, "_dst": {"offset": 0, "table": 0}, "_label": "R", "_id": {"offset": 0, "table": 0}}]}`},
	{[]any{mockserver.Struct{{Name: "m", Value: mockserver.Map{{Key: "k", Value: []any{mockserver.Decimal("0.0"), stamp(moment(2020, 1, 2, 3, 4, 5, 0))}}}}}},
		`[{"m":{"k":["0.0","2020-01-02T03:04:05"]}}]`, `[{"m": {"k": ["0.0", "2020-01-02T03:04:05"]}}]`},
}

const day = 24 * time.Hour

func stamp(t time.Time) mockserver.Timestamp { return mockserver.Timestamp{Time: t} }

var (
	ann = mockserver.Node{
		ID: mockserver.InternalID{Offset: 0, Table: 1}, Label: "Person",
		Properties: mockserver.Struct{{Name: "name", Value: "Ann"}, {Name: "born", Value: nil}},
	}
	knows = mockserver.Rel{
		ID: mockserver.InternalID{Offset: 5, Table: 2}, Src: mockserver.InternalID{Offset: 0, Table: 1}, Dst: mockserver.InternalID{Offset: 1, Table: 1},
		Label: "Knows", Properties: mockserver.Struct{{Name: "since", Value: int64(20100214153210447)}},
	}
)

func TestValues(t *testing.T) {
	engine := mockserver.NewScripted()
	a := start(t, engine)
	a.create("g", "")
	for i, v := range values {
		cypher := "RETURN " + strconv.Itoa(i)
		engine.Answer(cypher, []string{"v é", "w"}, []any{v.value, int64(1)})
		a.query("g", cypher, "").is(200, `{"columns":["v é","w"],"data":[{"v é":`+v.plain+`,"w":1}],"database":"g","execution_time_ms":<n>,"row_count":1}`)
		a.stream("g", cypher).is(200, `{"chunk_index": 0, "data": [{"v \u00e9": `+v.stream+`, "w": 1}], "columns": ["v \u00e9", "w"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1, "execution_time_ms": <n>, "database": "g"}`+"\n")
	}
}
