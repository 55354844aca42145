package duties_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"rivgate/relay/duties"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/store/catalogues"
	"rivgate/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// A version with an address that the one before had not waits; what is known is published by one person; a draft that
// was changed since it was asked for is not published.
func TestPublishingToANewAddressNeedsASecondPerson(t *testing.T) {
	db := storetest.OpenAt(t, storetest.SQLite(t), store.Options{})
	rules := routing.Rules{}
	desk := &duties.Desk{Store: db, Second: []string{duties.NewAddress}, Rules: rules}
	anna, bo := accesslog.Row{Who: "anna", Name: "Anna"}, accesslog.Row{Who: "bo", Name: "Bo"}
	edit := func(receiver, address string) catalogues.Draft {
		t.Helper()
		d, err := db.CatalogueDraft(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d, _, err = db.EditCatalogue(t.Context(), d.Revision, []catalogue.Edit{{Action: catalogue.EditAdd, Row: catalogue.Row{
			Kind: catalogue.KindRoute, Contract: "urn:riv:a:b:Responder:1", Receiver: receiver, Address: address,
			Profile: routing.RIVTABP21,
		}}}, rules, "anna", "new")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	publish := func(d catalogues.Draft, reason string) (string, error) {
		_, err := desk.Publish(t.Context(), catalogues.Order{Revision: d.Revision, By: "Anna", Reason: reason}, rules, anna)
		var asked *duties.Asked
		if errors.As(err, &asked) {
			return asked.Request.ID, nil
		}
		return "", err
	}
	d := edit("SE2010123456-VC01", "https://new.example/a")
	if id, err := publish(d, ""); err == nil || id != "" {
		t.Error("an order that is refused anyway was asked for")
	}
	id, err := publish(d, "new system")
	if err != nil || id == "" {
		t.Fatalf("one person published: %v", err)
	}
	if _, err := db.CatalogueInForce(t.Context()); !errors.Is(err, store.ErrNotFound) {
		t.Fatal("a version is in force before anybody confirmed:", err)
	}
	if _, err := desk.Confirm(t.Context(), id, anna); !errors.Is(err, accounts.ErrSamePerson) {
		t.Error("her own:", err)
	}
	done, err := desk.Confirm(t.Context(), id, bo)
	if err != nil || done.Version != 1 {
		t.Fatalf("%+v %v", done, err)
	}
	v, err := db.CatalogueInForce(t.Context())
	if err != nil || !strings.Contains(v.By, "Anna") || !strings.Contains(v.By, "Bo") {
		t.Errorf("%+v %v", v, err)
	}
	if id, err := publish(edit("SE2010123456-VC02", "HTTPS://New.example:443/a"), "another unit"); err != nil || id != "" {
		t.Errorf("a known address: %q %v", id, err)
	}
	d = edit("SE2010123456-VC03", "https://other.example/b")
	if id, err = publish(d, "third"); err != nil || id == "" {
		t.Fatal(err)
	}
	edit("SE2010123456-VC04", "https://evil.example/c") // after bo has looked at it
	var stale *catalogues.RevisionError
	if _, err := desk.Confirm(t.Context(), id, bo); !errors.As(err, &stale) {
		t.Errorf("another draft than was asked for: %v", err)
	}
	r, err := db.SecondRequest(t.Context(), id)
	if err != nil || r.State != accounts.SecondFailed {
		t.Errorf("%+v %v", r, err)
	}
	if _, err := desk.Redirect(t.Context(), store.DeliveryFilter{}, "https://x.example/", "moved", anna,
		time.Now()); err != nil {
		t.Error("where redirecting needs no second person:", err)
	}
}
