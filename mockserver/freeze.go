package mockserver

import (
	"context"
	"net/http"
)

// eventLoop stands for the single thread on which the deployed server does all
// of its work but running streamed statements ([QuirkFreeze]). Who holds it
// keeps everybody else waiting. Without the quirk nobody holds it.
type eventLoop struct {
	quirks *quirkSet
	token  chan struct{} // who has put one in holds the loop
}

func newEventLoop(quirks *quirkSet) eventLoop { return eventLoop{quirks, make(chan struct{}, 1)} }

// hold waits for the loop and takes it until release is called; not ok if ctx
// ends before.
func (l eventLoop) hold(ctx context.Context) (release func(), ok bool) {
	if !l.quirks.Has(QuirkFreeze) {
		return func() {}, true
	}
	select {
	case l.token <- struct{}{}:
		return func() { <-l.token }, true
	case <-ctx.Done():
		return nil, false
	}
}

// pass waits until nobody holds the loop; not ok if ctx ends before.
func (l eventLoop) pass(ctx context.Context) (ok bool) {
	release, ok := l.hold(ctx)
	if ok {
		release()
	}
	return ok
}

// unfrozen lets requests in when the node is not frozen.
func (l eventLoop) unfrozen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.pass(r.Context()) {
			next.ServeHTTP(w, r)
		}
	})
}
