package mockserver

import (
	"context"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/gen/server"
)

// ScopeHeader is the request header that puts a request into a scope: rules of
// other scopes do not see it, and its record says so.
const ScopeHeader = "X-Kuzu-Mock-Scope"

// exchange is one request as rules and records see it. It exists only while a
// server has a plan.
type exchange struct {
	plan       *plan
	scope      string
	header     http.Header
	operation  string
	graph      string
	cypher     string // normalized
	parameters map[string]any
	entry      *entry // nil if it is not recorded
}

type exchangeKey struct{}

// exchangeOf returns what [Server.begin] put into a context, or nil.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// begin makes the exchange of a request that has just come in, and its entry in
// the record, if there is one.
func (s *Server) begin(p *plan, r *http.Request, scope string) (*http.Request, *entry) {
	if scope == "" {
		scope = r.Header.Get(ScopeHeader)
	}
	x := &exchange{plan: p, scope: scope, header: r.Header}
	recorders := make([]*recorder, 0, 2)
	if p.recorder != nil {
		recorders = append(recorders, p.recorder)
	}
	if scoped := p.scopes[scope]; scoped != nil {
		recorders = append(recorders, scoped)
	}
	if len(recorders) > 0 {
		x.entry = newEntry(s.recorded.Add(1), scope, r)
		for _, recorder := range recorders {
			recorder.add(x.entry)
		}
	}
	return r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)), x.entry
}

// resolve adds what is known once a request has passed the API document.
func (x *exchange) resolve(op *openapi3.Operation, r *http.Request) {
	x.operation, x.graph = op.OperationID, r.PathValue("graph_id")
	var query server.QueryRequest
	if x.operation == queryOperation {
		decodeBody(r, &query)
		x.cypher, x.parameters = normalize(query.Cypher), parameters(query.Parameters)
	}
	if x.entry == nil {
		return
	}
	size := len(query.Cypher)
	x.note(func(rec *RecordedRequest) {
		rec.Operation, rec.Graph, rec.Cypher = x.operation, x.graph, query.Cypher
		if query.Parameters != nil {
			rec.Parameters = *query.Parameters
		}
	})
	for name, value := range optional(query.Parameters, nil) {
		size += len(name) + len(value)
	}
	x.entry.grow(size)
}

// note writes into the record, if there is one.
func (x *exchange) note(change func(*RecordedRequest)) {
	if x.entry != nil {
		x.entry.change(change)
	}
}

// run hands a client's statement to the engine, and counts that it did.
func (s *Server) run(ctx context.Context, name string, q Query) (Result, error) {
	if s.plans.current.Load() != nil {
		if x := exchangeOf(ctx); x != nil {
			x.note(func(rec *RecordedRequest) { rec.Ran++ })
		}
	}
	return s.engine.Run(ctx, name, q)
}

// intercept puts rules before an operation.
func (s *Server) intercept(op *openapi3.Operation, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		wish, wished := preferred(r.Header)
		if s.plans.current.Load() == nil && !wished {
			next(w, r)
			return
		}
		x := exchangeOf(r.Context())
		if x == nil { // the plan came after the request
			x = &exchange{plan: &plan{}}
		}
		x.resolve(op, r)
		var reply http.HandlerFunc
		if wished {
			reply = wish.serve(op)
		} else {
			reply = x.reply(s, op)
		}
		faulty := x.faulty()
		if reply == nil && len(faulty) == 0 {
			next(w, r)
			return
		}
		unchecked(w)
		if reply == nil {
			reply = s.checked(next) // faults break what was right before
		}
		for _, rule := range slices.Backward(faulty) {
			reply = rule.strike(s, reply)
		}
		reply(w, r)
	}
}

// checked holds the answers of an operation against the API document.
func (s *Server) checked(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out := &response{ResponseWriter: w, server: s, request: r, unchecked: !s.validation.answers()}
		next(out, r)
		out.finish()
	}
}

// reply returns the reply of the first rule that has one for the request, or nil.
func (x *exchange) reply(s *Server, op *openapi3.Operation) http.HandlerFunc {
	for _, rule := range x.plan.rules {
		if len(rule.Replies) == 0 {
			continue
		}
		if nth, ok := rule.take(x); ok {
			x.note(func(rec *RecordedRequest) { rec.Rule = rule.Name })
			reply := &rule.Replies[min(nth, len(rule.Replies)-1)]
			return func(w http.ResponseWriter, r *http.Request) { reply.serve(s, op, w, r) }
		}
	}
	return nil
}

// faulty returns the rules whose faults apply to the request.
func (x *exchange) faulty() []*rule {
	var faulty []*rule
	var names []string
	for _, rule := range x.plan.rules {
		if rule.Fault == nil {
			continue
		}
		if _, ok := rule.take(x); ok {
			faulty, names = append(faulty, rule), append(names, rule.Name)
			if rule.Fault.terminal() {
				break // what comes after it could not be seen
			}
		}
	}
	x.note(func(rec *RecordedRequest) { rec.Faults = names })
	return faulty
}
