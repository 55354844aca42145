package web_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/relay/duties"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// twoOperators has two people who may redirect deliveries, and a second person is needed.
func twoOperators(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.Duties = &duties.Desk{
		Store: w.Relay.Store, Second: duties.All(), Rules: w.Catalogue.Rules,
		Known: func(address string) bool { return routing.AddressKey(address) == "https://known.example/x" },
	}
	w.account("olle", accounts.Grant{Role: string(shell.RoleOperator)})
	w.account("olga", accounts.Grant{Role: string(shell.RoleOperator)})
	return w
}

// requests are the requests, whatever became of them.
func (w *world) requests() []accounts.SecondRequest {
	w.t.Helper()
	all, err := w.Relay.Store.SecondRequests(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestAnotherPersonConfirms: who asks does not confirm, who may not redirect does not decide, and one decision is made.
func TestAnotherPersonConfirms(t *testing.T) {
	w := twoOperators(t)
	desk := w.Duties
	ask := func(address string) (string, error) {
		_, err := desk.Redirect(t.Context(), store.DeliveryFilter{State: store.DeliveryParked}, address, "flyttat",
			accesslog.Row{Who: "olle", Name: "Olle Test"}, w.Relay.Now())
		if err == nil {
			return "", nil
		}
		var asked *duties.Asked
		if !errors.As(err, &asked) {
			t.Fatal(err)
		}
		return asked.Request.ID, err
	}
	if _, err := ask("https://KNOWN.example:443/x"); err != nil {
		t.Errorf("an address that the catalogue knows: %v", err)
	}
	id, err := ask("https://new.example/x")
	if err == nil {
		t.Fatal("one person redirected to a new address")
	}
	w.as("olle")
	page := main(w.page("/duties"))
	has(t, page, "https://new.example/x", "Olle Test", "Ta tillbaka")
	hasNot(t, page, "Bekräfta<")
	if r := w.post("/duties/"+id+"/confirm", nil); r.status != http.StatusForbidden ||
		!strings.Contains(r.body, "Den som ber om något bekräftar det inte") {
		t.Errorf("their own: %d\n%s", r.status, main(r.body))
	}
	w.as("hanna")
	if r := w.post("/duties/"+id+"/confirm", nil); r.status == http.StatusSeeOther {
		t.Error("a handler confirmed")
	}
	w.as("olga")
	has(t, main(w.page("/duties")), "Bekräfta<", "flyttat")
	expectRedirect(t, w.post("/duties/"+id+"/confirm", nil), "/duties?done=confirm")
	if r := w.post("/duties/"+id+"/refuse", nil); r.status != http.StatusConflict {
		t.Errorf("twice: %d", r.status)
	}
	got := w.requests()[0]
	if got.State != accounts.SecondConfirmed || got.Asker != "olle" || got.Decider != "olga" {
		t.Errorf("%+v", got)
	}
	if !slices.ContainsFunc(w.accesses(accesslog.Filter{Who: "olga"}), func(row accesslog.Row) bool {
		return strings.HasPrefix(row.Detail, "second confirmed") && strings.Contains(row.Subject, "olle")
	}) {
		t.Error("the access log does not name both")
	}
	id, _ = ask("https://other.example/x")
	w.as("olle")
	expectRedirect(t, w.post("/duties/"+id+"/refuse", nil), "/duties?done=refuse")
	if _, err := desk.Redirect(t.Context(), store.DeliveryFilter{}, "https://x.example/", "flyttat", accesslog.Row{},
		time.Now()); err == nil || len(w.requests()) != 2 {
		t.Error("nobody asked, and was heard")
	}
}
