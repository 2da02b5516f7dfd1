package gen_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
)

// TestEachOperationIsSentAsTheTableSays ties the two generated halves together:
// what the client's method for an operation sends is found as this operation.
func TestEachOperationIsSentAsTheTableSays(t *testing.T) {
	var got gen.Operation
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got, _ = gen.FindOperation(r.Method, r.URL.EscapedPath())
		w.WriteHeader(http.StatusTeapot)
	})
	for _, op := range gen.Operations() {
		t.Run(op.ID, func(t *testing.T) {
			name := strings.ToUpper(op.ID[:1]) + op.ID[1:]
			method := reflect.ValueOf(api).MethodByName(name + "WithResponse")
			if !method.IsValid() {
				method = reflect.ValueOf(api).MethodByName(name + "WithBodyWithResponse")
			}
			if !method.IsValid() {
				t.Fatal("the client has no method")
			}
			args := []reflect.Value{reflect.ValueOf(t.Context())}
			for i := 1; i < method.Type().NumIn()-1; i++ { // the last are request editors
				arg := reflect.New(method.Type().In(i)).Elem()
				if arg.Kind() == reflect.String {
					arg.SetString("x")
				}
				args = append(args, arg)
			}
			got = gen.Operation{}
			out := method.Call(args)
			if !out[1].IsNil() {
				t.Fatal(out[1].Interface())
			}
			if got != op {
				t.Errorf("sent as %+v", got)
			}
		})
	}
}
