package web_test

import (
	"context"
	"regexp"
	"strings"

	"rivgate/store/accesslog"
	peoplepages "rivgate/web/people"
)

// detailNoCode is what a detail or a value may be that is no code: an address of the gateway, an id, a number, a day, a
// file's name.
var detailNoCode = regexp.MustCompile(`^(GET|POST|PUT|DELETE|HEAD|PATCH|OPTIONS)( /|$)|[0-9A-Z]|^\*$`)

// everyDetailHasWords looks at what the access log says after each test of this package: every code that arose has
// words on the page of the log. Notes of who reviewed are what they wrote, and an account is called what its source
// calls it.
func (w *world) everyDetailHasWords() {
	rows, err := w.Relay.Store.AccessLog(context.Background(), accesslog.Filter{
		Not: []accesslog.Kind{accesslog.Check}, Limit: 500,
	})
	if err != nil {
		return // the test has closed the database
	}
	words := peoplepages.DetailWords()
	accounts, err := w.Relay.Store.Accounts(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, a := range accounts {
		ids[a.ID] = true
	}
	for _, row := range rows {
		for _, fact := range accesslog.Details(row.Detail) {
			for _, code := range append([]string{fact.Code}, fact.Values...) {
				if words[code] == "" && !detailNoCode.MatchString(code) {
					w.t.Errorf("the access log says %q of %q, and no words stand for it", code, row.Detail)
				}
			}
		}
		if facts := accesslog.Details(row.Subject); len(facts) > 0 && !ids[row.Subject] && (len(facts[0].Values) > 0 ||
			strings.Contains(row.Subject, " ")) &&
			words[facts[0].Code] == "" {
			w.t.Errorf("the access log names %q, and no words stand for it", row.Subject)
		}
	}
}
