package web_test

import (
	"rivgate/store"
)

// accesses are rows of the access log, the newest first.
func (w *world) accesses(f store.AccessFilter) []store.Access {
	w.t.Helper()
	f.Limit = 500
	rows, err := w.Relay.Store.AccessLog(w.t.Context(), f)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}
