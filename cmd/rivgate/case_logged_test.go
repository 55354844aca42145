package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"rivgate/cmd/rivgate/cli"
	"rivgate/store/accesslog"
)

// Whatever a command shows of cases, the access log says so: which cases, how much of them, and to which user of this
// machine. Of a personal number that was searched for it has a digest alone.
func TestWhatACommandShowsOfACaseIsInTheAccessLog(t *testing.T) {
	first, _, _ := submitted(t)
	tells(t, cli.ExitDone, first, "case", "list")
	tells(t, cli.ExitDone, first, "case", "list", "--query", "18900101-9802")
	tells(t, cli.ExitDone, first, "case", "show", first)
	tells(t, cli.ExitDone, "Ingen ringde upp.", "case", "show", first, "--content")
	tells(t, cli.ExitRefused, "", "case", "show", "no-such-case")
	tells(t, cli.ExitDone, "", "audit", "list")

	out := tells(t, cli.ExitDone, "", "audit", "list", "--format", "json")
	if strings.Contains(out, "9802") {
		t.Errorf("the access log holds the number that was searched for:\n%s", out)
	}
	var rows []accesslog.Row
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, r := range slices.Backward(rows) {
		if r.Who != cli.Operator("") || !strings.HasPrefix(r.Who, "cli") {
			t.Errorf("row %d names %q", r.Seq, r.Who)
		}
		said = append(said, strings.TrimSpace(string(r.What)+" "+r.Subject+r.Detail))
		if r.What == accesslog.Search && r.Search == "" {
			t.Error("who was searched for has no digest")
		}
	}
	want := []string{"list cases", "search cases", "read case", "read messages", "read access log"}
	if !slices.Equal(said, want) {
		t.Errorf("the rows are %q, not %q", said, want)
	}
}
