package contract

import (
	"net/http"

	"github.com/robosystems/kuzuclient/gen"
)

// reaches reports whether the suite can bring an answer about on a target that
// can do what it says. Examples reach everything.
func (d *document) reaches(target Target, cell Cell) bool {
	if target.Can.Has(ShowsExamples) {
		return true
	}
	plain := cell.Media == "text/plain"
	switch cell.Operation {
	case gen.OpIngestFiles.ID:
		switch cell.Status {
		case http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity:
			return target.Bucket != ""
		}
	case gen.OpDownloadBackup.ID:
		switch {
		case cell.Status == http.StatusOK:
			return target.Can.Has(BacksUp)
		case plain && !target.Can.Has(BacksUp):
			return true
		}
	case gen.OpQueryDatabase.ID:
		if cell.Status == http.StatusForbidden || cell.Status == http.StatusInternalServerError && !plain {
			return true
		}
	}
	wrongKeys := target.Key != "" && target.Can.Has(LocksOut) && d.protected(cell.Operation)
	switch cell.Status {
	case http.StatusUnauthorized:
		return target.Key != ""
	case http.StatusTooManyRequests:
		return wrongKeys
	case http.StatusForbidden:
		return target.ReadOnly != ""
	case http.StatusInsufficientStorage:
		return target.Full != ""
	case http.StatusServiceUnavailable:
		return target.Busy != "" && cell.Operation == gen.OpQueryDatabase.ID
	case http.StatusInternalServerError:
		return plain && wrongKeys
	}
	return true
}
