package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rivgate/store/accesslog"
)

// TestListsNameWhomTheyShowed: who sees somebody in a list has seen them. A reviewer who asks for the case or the
// person finds the list, and of it the cases of their own units alone.
func TestListsNameWhomTheyShowed(t *testing.T) {
	w := newWorld(t)
	mine, far, boards := w.submit(clinic, "Tolvan Test", "Text"), w.submit(other, "Tora Test", "Text"),
		w.submit(board, "Pia Test", "Text")
	w.as("hanna") // all of care
	w.page("/inbox?queue=new")
	w.post("/inbox", url.Values{"q": {"Tolvan"}})
	w.page("/inbox?queue=new&unit=" + other)
	w.as("nina")
	w.page("/inbox?queue=new")
	w.page("/board")
	for i, want := range []string{
		fmt.Sprint(accesslog.ShownCases{board: {boards}}), fmt.Sprint(accesslog.ShownCases{board: {boards}}),
	} {
		if row := w.accesses(accesslog.Filter{Who: "nina", What: accesslog.List})[i]; fmt.Sprint(row.Cases) != want {
			t.Errorf("nina's list %d names %v, want %s", i, row.Cases, want)
		}
	}
	rows := w.accesses(accesslog.Filter{Who: "hanna", Case: mine})
	if len(rows) != 2 || rows[0].What != accesslog.Search ||
		fmt.Sprint(rows[0].Cases) != fmt.Sprint(accesslog.ShownCases{clinic: {mine}}) ||
		rows[1].What != accesslog.List ||
		fmt.Sprint(rows[1].Cases) != fmt.Sprint(accesslog.ShownCases{clinic: {mine}, other: {far}}) {
		t.Fatalf("hanna's lists are %+v", rows)
	}

	w.as("greta") // the clinic alone
	found := main(w.post("/review", url.Values{"case": {mine}}).body)
	has(t, found, "Hanna Test", "visade lista <", "sökte <", "1 ärende i listan<span", mine)
	hasNot(t, found, far, boards)
	hasNot(t, main(w.post("/review", url.Values{"case": {far}}).body), "Hanna Test", "visade lista <")
	list := fmt.Sprint(rows[1].Seq)
	expectRedirect(t, w.post("/review/check", url.Values{"row": {list}, "note": {"Ordinarie arbete"}}), "/review?done")
	has(t, w.post("/review", url.Values{"case": {mine}}).body, "av Greta Test: Ordinarie arbete")
	theirs := w.accesses(accesslog.Filter{Who: "hanna", Case: far})
	if r := w.post("/review/check", url.Values{
		"row": {fmt.Sprint(theirs[0].Seq)}, "note": {"x"},
	}); r.status != http.StatusNotFound {
		t.Errorf("checking another unit's list: %d", r.status)
	}
	reader := csv.NewReader(strings.NewReader(w.post("/review/export", url.Values{"case": {mine}}).body))
	reader.Comma = ';'
	file, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range file[1:] {
		if shown := row[len(row)-1]; row[2] == "hanna" && shown != mine {
			t.Errorf("the file says of a list that it showed %q", shown)
		}
	}

	w.as("gunde") // all of care
	has(t, main(w.post("/review", url.Values{"patient": {tolvan}}).body), "Hanna Test", "visade lista <", mine, far)
	w.as("bodil") // the board
	has(t, main(w.post("/review", url.Values{"case": {boards}}).body), "Nina Test", "visade lista <", boards)
	hasNot(t, main(w.post("/review", url.Values{"case": {mine}}).body), "Hanna Test", "visade lista <")
	report, err := w.Relay.Store.VerifyAccess(t.Context(), accesslog.Head{})
	if err != nil || report.Broken != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

// A page shows at most fifty cases, and its row names these and no more.
func TestAPageNamesItsOwnCases(t *testing.T) {
	w := newWorld(t)
	for n := range 52 {
		w.submit(clinic, fmt.Sprintf("Person%d Test", n), "Text")
	}
	w.as("hanna")
	page := w.page("/inbox?queue=new")
	row := w.accesses(accesslog.Filter{Who: "hanna", What: accesslog.List})[0]
	if n := len(row.Cases[clinic]); n != 50 {
		t.Errorf("%d cases are named", n)
	}
	for _, id := range row.Cases[clinic] {
		if !strings.Contains(page, "/inbox/"+id) {
			t.Errorf("%s is named and not on the page", id)
		}
	}
}
