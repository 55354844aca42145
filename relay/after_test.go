package relay_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rivgate/store"
)

// after is what the gateway holds: each case with its time line, its letters to the citizen, and its deliveries.
func (w *world) after(t testing.TB) []byte {
	t.Helper()
	cases, err := w.Store.Unlogged().Cases(t.Context(), store.CaseFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(cases, func(a, b store.Case) int { return strings.Compare(a.Ref.Extension, b.Ref.Extension) })
	var out bytes.Buffer
	for _, c := range cases {
		fmt.Fprintf(&out, "case %s: %s at %s (%s), external id %q, due %s\n", c.Ref.Extension, c.State, c.Handler.Unit,
			c.Handler.Via, c.External.Extension,
			c.Due.Format("2006-01-02"))
		if k := c.Classification; k.Area != "" {
			fmt.Fprintf(&out, "  classified: problems %v %v, area %s, unit %q\n", k.MainProblems, k.SubProblems, k.Area,
				k.IncidentUnit)
		}
		if len(c.OpenQuestions) > 0 {
			fmt.Fprintf(&out, "  open questions: %v\n", c.OpenQuestions)
		}
		w.afterCase(t, &out, c)
	}
	return out.Bytes()
}

func (w *world) afterCase(t testing.TB, out *bytes.Buffer, c store.Case) {
	t.Helper()
	entries, err := w.Store.Unlogged().TimeLine(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		fmt.Fprintf(out, "  message: %s %s to %s, %s", e.At.Format("15:04"), e.Kind, e.Receiver, e.Place)
		if e.Late {
			fmt.Fprint(out, ", late")
		}
		if e.Refused != "" {
			fmt.Fprintf(out, ", refused in its turn: %s", e.Refused)
		}
		fmt.Fprintln(out)
	}
	letters, err := w.Store.Unlogged().Mailbox(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range letters {
		fmt.Fprintf(out, "  letter: %s %s from %s", l.At.Format("15:04"), l.Kind, l.From)
		if l.Answered {
			fmt.Fprint(out, ", answered")
		}
		fmt.Fprintln(out)
	}
}

// stored is how many messages the gateway has accepted.
func (w *world) stored(t testing.TB) int {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.database+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM message").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// sound holds the store to its own law: every accepted message is in exactly one place.
func sound(t testing.TB, w *world) {
	t.Helper()
	breaches, err := w.Store.Check(t.Context())
	if err != nil || len(breaches) > 0 {
		t.Errorf("the store is not sound: %v %v", breaches, err)
	}
}

// discreet holds the log to its law: nothing of a message's content.
func discreet(t testing.TB, w *world) {
	t.Helper()
	for _, entry := range w.logs.All() {
		text := entry.Message + " " + fmt.Sprint(entry.ContextMap())
		for _, secret := range secrets() {
			if strings.Contains(text, secret) {
				t.Errorf("the log holds content of a message: %s", text)
			}
		}
	}
}

// secrets are what the recordings say of persons, and the first words of their texts.
func secrets() []string {
	return []string{
		"189001019802", "190001019801", "201701012393", "202402292383", "191401682396", "202201612393",
		"18900101980", "20170101239", "18900101-9802", "20230229", "Beskrivning", "Testperson", "Testbarn", "beklagar",
		"torget",
	}
}
