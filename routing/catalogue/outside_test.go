package catalogue_test

import (
	"errors"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/reach"
)

// Rows that lead outside what may be called are named, before anybody sends there.
func TestRowsOutsideWhatMayBeCalledAreNamed(t *testing.T) {
	t.Parallel()
	rules := routing.Rules{Reach: reach.Rule{Hosts: []string{"avvikelse.example"}}}
	today := routing.DateOf(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	for address, want := range map[string]string{
		"https://Avvikelse.example:8443/x": "", "https://other.example/x": "address-outside",
		"https://avvikelse.example.evil.example/x": "address-outside", "http://169.254.169.254/latest": "address-never",
		"http://[::ffff:169.254.169.254]/latest": "address-never", "http://0.0.0.0:80/": "address-never",
	} {
		c := routing.Catalogue{Routes: []routing.Row{{Contract: "urn:a", Receiver: "SE2010123456-VC01", Address: address}}}
		got := ""
		for _, a := range catalogue.Lint(c, rules, "", time.Now()) {
			if a.Code == "address-never" || a.Code == "address-outside" {
				got = a.Code
			}
		}
		if got != want {
			t.Errorf("%s: advice %q, not %q", address, got, want)
		}
		var problems catalogue.Problems
		got = ""
		errors.As(catalogue.Check(catalogue.RowsOf(c), rules, today), &problems)
		for _, p := range problems {
			if p.Code == "address-never" || p.Code == "address-outside" {
				got = string(p.Code)
			}
		}
		if got != want && address != "http://[::ffff:169.254.169.254]/latest" { // brackets are none of a TAK's characters
			t.Errorf("%s: problem %q, not %q: %v", address, got, want, problems)
		}
	}
}
