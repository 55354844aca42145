package routing_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rivgate/routing"

	"go.yaml.in/yaml/v3"
)

func utc(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestDateOf(t *testing.T) {
	for _, c := range []struct {
		name, moment string
		want         routing.Date
	}{
		{"the evening before, in winter", "2026-01-30T22:59:59Z", 20260130},
		{"midnight in winter", "2026-01-30T23:00:00Z", 20260131},
		{"the evening before, in summer", "2026-06-30T21:59:59Z", 20260630},
		{"midnight in summer", "2026-06-30T22:00:00Z", 20260701},
		{"the day that clocks go forward begins in winter time", "2026-03-28T23:00:00Z", 20260329},
		{"and ends in summer time", "2026-03-29T21:59:59Z", 20260329},
		{"so the next one begins an hour earlier", "2026-03-29T22:00:00Z", 20260330},
		{"the day that clocks go back begins in summer time", "2026-10-24T22:00:00Z", 20261025},
		{"and ends in winter time", "2026-10-25T22:59:59Z", 20261025},
		{"so the next one begins an hour later", "2026-10-25T23:00:00Z", 20261026},
		{"another zone does not matter", "2026-01-31T08:59:59+10:00", 20260130},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := routing.DateOf(utc(t, c.moment)); got != c.want {
				t.Errorf("day of %s is %s, want %s", c.moment, got, c.want)
			}
		})
	}
}

func TestDateTexts(t *testing.T) {
	type holder struct {
		Day routing.Date `json:"day,omitzero" yaml:"day,omitempty"`
	}
	for text, want := range map[string]routing.Date{"2026-01-31": 20260131, "2028-02-29": 20280229, "": 0} {
		got, err := routing.ParseDate(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%q is %d (%s), %v, want %d", text, got, got, err, want)
		}
		var fromJSON, fromYAML holder
		asJSON, _ := json.Marshal(holder{want})
		asYAML, _ := yaml.Marshal(holder{want})
		if err := json.Unmarshal(asJSON, &fromJSON); err != nil || fromJSON.Day != want {
			t.Errorf("JSON %s reads as %v, %v", asJSON, fromJSON, err)
		}
		if err := yaml.Unmarshal(asYAML, &fromYAML); err != nil || fromYAML.Day != want {
			t.Errorf("YAML %s reads as %v, %v", asYAML, fromYAML, err)
		}
		if text == "" && (string(asJSON) != "{}" || strings.TrimSpace(string(asYAML)) != "{}") {
			t.Errorf("no date is written as %s and %s", asJSON, asYAML)
		}
	}
	for _, text := range []string{
		"2026-02-29", "2026-13-01", "20260131", "2026-1-31", "0000-01-01", "yesterday", "2026-01-31T00:00:00",
	} {
		var day routing.Date
		if err := day.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q reads as %s, want an error", text, day)
		}
	}
}

func TestValidity(t *testing.T) {
	made := table(t, routing.Catalogue{
		Routes: []routing.Row{
			{Contract: plain, Receiver: clinic, Address: "http://limited/", From: 20260329, Until: 20261025},
			{Contract: plain, Receiver: "*", Address: "http://default/"},
		},
		Permissions: []routing.Permission{
			{Contract: plain, Sender: system, Receiver: clinic, From: 20260329, Until: 20261025},
		},
	}, rules())
	call := routing.Call{Sender: system, Receiver: clinic, Contract: plain}
	for _, c := range []struct {
		name, moment string
		valid        bool
	}{
		{"a second before the first day", "2026-03-28T22:59:59Z", false},
		{"the first day from its start", "2026-03-28T23:00:00Z", true},
		{"the last day to its end, in the hour that is there twice", "2026-10-25T01:30:00Z", true},
		{"the last second of the last day", "2026-10-25T22:59:59Z", true},
		{"the day after", "2026-10-25T23:00:00Z", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			route, err := made.Route(call, utc(t, c.moment))
			if err != nil {
				t.Fatal(err)
			}
			if got := route.Address == "http://limited/"; got != c.valid {
				t.Errorf("the row is valid: %t, want %t", got, c.valid)
			}
			if got := made.Permits(call, utc(t, c.moment)); got != c.valid {
				t.Errorf("the permission is valid: %t, want %t", got, c.valid)
			}
		})
	}
}

func TestSeam(t *testing.T) {
	dated := func(address string, from, until routing.Date) routing.Row {
		return routing.Row{Contract: plain, Receiver: clinic, Address: address, From: from, Until: until}
	}
	for _, c := range []struct {
		name string
		rows []routing.Row
		want string
		note string
	}{
		{
			"on the one day shared the later row counts",
			[]routing.Row{dated("http://old/", 0, 20260601), dated("http://new/", 20260601, 0)},
			"http://new/",
			"http://new/, counts on that day",
		},
		{
			"whatever their order in the catalogue",
			[]routing.Row{dated("http://new/", 20260601, 20270101), dated("http://old/", 20250101, 20260601)},
			"http://new/",
			"http://new/, counts on that day",
		},
		{
			"two days shared are a contradiction",
			[]routing.Row{dated("http://old/", 0, 20260602), dated("http://new/", 20260601, 0)},
			"VP006", "VP006",
		},
		{
			"rows that begin on the same day are a contradiction",
			[]routing.Row{dated("http://old/", 20260601, 20260601), dated("http://new/", 20260601, 0)},
			"VP006", "VP006",
		},
		{
			"a row for one day inside another counts on it",
			[]routing.Row{dated("http://long/", 20260101, 20261231), dated("http://day/", 20260601, 20260601)},
			"http://day/",
			"counts on that day",
		},
		{
			"three rows that meet on one day, two of them for longer",
			[]routing.Row{
				dated("http://a/", 0, 20260601), dated("http://b/", 20260501, 20260601), dated("http://c/", 20260601, 0),
			},
			"VP006", "VP006",
		},
		{
			"rows that meet without sharing a day",
			[]routing.Row{dated("http://old/", 0, 20260531), dated("http://new/", 20260601, 0)},
			"http://new/", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := table(t, routing.Catalogue{Routes: c.rows}, rules())
			route, err := made.Route(routing.Call{Receiver: clinic, Contract: plain, Profile: routing.RIVTABP21},
				noon("2026-06-01"))
			got := route.Address
			if err != nil {
				got = string(refusal(t, err).Code)
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			notes := routing.TableTexts(made.Notes())
			if (notes == "") != (c.note == "") || !strings.Contains(notes, c.note) {
				t.Errorf("notes are %q, want one with %q", notes, c.note)
			}
		})
	}
}
