package web_test

import (
	"database/sql"

	"rivgate/store/accesslog"
)

// database is the world's file, beside the store.
func (w *world) database() *sql.DB {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.file)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = db.Close() })
	return db
}

// accesses are rows of the access log, the newest first.
func (w *world) accesses(f accesslog.Filter) []accesslog.Row {
	w.t.Helper()
	f.Limit = 500
	rows, err := w.Relay.Store.AccessLog(w.t.Context(), f)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range rows { // in English, as the command line shows them
		rows[i].Detail, rows[i].Subject = accesslog.DetailText(rows[i].Detail), accesslog.DetailText(rows[i].Subject)
	}
	return rows
}
