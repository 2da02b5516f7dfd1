package mockserver

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/robosystems/kuzuclient/gen/server"
)

// written is an answer that is JSON already.
type written []byte

// writeJSON answers with a value of the API document.
func writeJSON(w http.ResponseWriter, status int, value any) {
	if text, ok := value.(written); ok {
		writeBody(w, status, "application/json", text)
		return
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false) // as the deployed server: <, > and & stay
	if err := enc.Encode(value); err != nil {
		panic("mockserver: " + err.Error()) // a value of the document always encodes
	}
	writeBody(w, status, "application/json", bytes.TrimSuffix(body.Bytes(), []byte("\n")))
}

// writeDetail answers with a failure in words.
func writeDetail(w http.ResponseWriter, status int, detail string) {
	writeJSON(w, status, server.ErrorMessage{Detail: detail})
}

// writeIssues answers that the request breaks the rules of the document.
func writeIssues(w http.ResponseWriter, issues []server.ValidationIssue) {
	writeJSON(w, http.StatusUnprocessableEntity, server.ValidationError{Detail: issues})
}

const plainText = "text/plain; charset=utf-8"

// writeServerError answers as the deployed server does when its own code fails.
func writeServerError(w http.ResponseWriter) {
	writeBody(w, http.StatusInternalServerError, plainText, []byte("Internal Server Error"))
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone; nobody is left to tell
}
