package routing_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// filters is a value from "urn:a=x,y urn:b".
func filters(text string) routing.Filters {
	var list []routing.Filter
	for _, one := range strings.Fields(text) {
		domain, categories, restricted := strings.Cut(one, "=")
		f := routing.Filter{Domain: domain}
		if restricted {
			f.Categories = strings.Split(categories, ",")
		}
		list = append(list, f)
	}
	return routing.NewFilters(list)
}

func TestFiltersAreOneValueHoweverTheyAreWritten(t *testing.T) {
	for _, c := range []struct{ sentence, one, other, words string }{
		{"none", "", "", ""},
		{"order does not count", "urn:b urn:a=y,x", "urn:a=x,y urn:b", "urn:a (x, y); urn:b"},
		{"twice is once", "urn:a=x,x urn:a=x", "urn:a=x", "urn:a (x)"},
		{"two of one domain are one", "urn:a=x urn:a=y", "urn:a=x,y", "urn:a (x, y)"},
		{"the whole domain holds its parts", "urn:a=x urn:a", "urn:a", "urn:a"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			if one, other := filters(c.one), filters(c.other); one != other || one.Words() != c.words {
				t.Errorf("%q and %q, %q", one, other, one.Words())
			}
			text, err := json.Marshal(filters(c.one))
			var back routing.Filters
			if err != nil || json.Unmarshal(text, &back) != nil || back != filters(c.one) {
				t.Errorf("written as %s, %v, read as %q", text, err, back)
			}
		})
	}
	for _, bad := range []string{`{}`, `[{"domain":"urn:a"}]`, `["urn:a"]`} {
		var f routing.Filters
		if err := json.Unmarshal([]byte(bad), &f); err == nil {
			t.Errorf("%s was read as %q", bad, f)
		}
	}
}

// What a registry tells of a permission's filters is what the place says where the permission is found.
func TestFiltersOfAddressees(t *testing.T) {
	const a = "urn:a"
	may := func(receiver, f string, until routing.Date) routing.Permission {
		return routing.Permission{Contract: a, Sender: "ONE", Receiver: receiver, Until: until, Filters: filters(f)}
	}
	table, err := routing.NewTable(routing.Catalogue{
		Routes: []routing.Row{
			{Contract: a, Receiver: "SE1-EXACT", Address: "http://x/"},
			{Contract: a, Receiver: "SE1-TWO", Address: "http://x/"},
			{Contract: a, Receiver: "SE1-OPEN", Address: "http://x/"},
			{Contract: a, Receiver: "SE1-DEFAULT", Address: "http://x/"},
			{Contract: a, Receiver: "SE1-ENDED", Address: "http://x/"},
		},
		Permissions: []routing.Permission{
			may("SE1-EXACT", "urn:d=x", 0), may("SE1-TWO", "urn:d=x", 0), may("se1-two", "urn:d=y urn:e", 0),
			may("SE1-OPEN", "urn:d=x", 0), may("SE1-OPEN", "", 0), may("SE1-ENDED", "urn:d=x", 20260301), may("*", "urn:all", 0),
		},
	}, routing.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	got, err := table.Addressees("one", a, now)
	want := []routing.Addressee{
		{"SE1-DEFAULT", filters("urn:all")},
		{"SE1-ENDED", filters("urn:all")},
		{"SE1-EXACT", filters("urn:d=x")},
		{"SE1-OPEN", ""},
		{"SE1-TWO", filters("urn:d=x,y urn:e")},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	x := table.Explain(routing.Call{Sender: "ONE", Receiver: "SE1-EXACT", Contract: a, Profile: routing.RIVTABP21}, now)
	if x.PermissionRow == nil || x.PermissionRow.Filters != filters("urn:d=x") ||
		!strings.Contains(x.PermissionRow.String(), "for urn:d (x)") {
		t.Errorf("explained by %s", x.PermissionRow)
	}
}

func TestFiltersOfAKeptCatalogue(t *testing.T) {
	row := catalogue.Row{
		ID: "p", Kind: catalogue.KindPermission, Contract: "urn:a", Sender: "ONE", Receiver: "*", Filters: filters("urn:d=x"),
	}
	rows := []catalogue.Row{
		row,
		{ID: "c", Kind: catalogue.KindContract, Contract: "urn:a"},
		{ID: "s", Kind: catalogue.KindComponent, HSAID: "ONE"},
	}
	if err := catalogue.Check(rows, routing.Rules{}, 20260302); err != nil {
		t.Error(err)
	}
	if back := catalogue.RowsOf(catalogue.FromRows(rows)); len(back) != 1 || back[0].Filters != row.Filters {
		t.Errorf("came back as %+v", back)
	}
	changed := row
	changed.Filters = filters("urn:d")
	if changes := catalogue.Compare(rows[:1], []catalogue.Row{changed}); len(changes) != 1 ||
		!strings.Contains(changes[0].Text, "for urn:d (x) →") {
		t.Errorf("changes %+v", changes)
	}
	for remedy, bad := range map[string]routing.Filters{
		"write the namespace of the service domain": routing.NewFilters([]routing.Filter{{Categories: []string{"x"}}}),
		"write a namespace of up to 255 characters": routing.NewFilters([]routing.Filter{{Domain: "urn:a b"}}),
		"write 1 to 255 characters on one line": routing.NewFilters([]routing.Filter{
			{Domain: "urn:a", Categories: []string{strings.Repeat("x", 256)}},
		}),
		"write 1 to 255 characters on one line\x00": routing.NewFilters([]routing.Filter{
			{Domain: "urn:a", Categories: []string{""}},
		}),
	} {
		rows[0].Filters = bad
		var problems catalogue.Problems
		if err := catalogue.Check(rows, routing.Rules{}, 20260302); !errors.As(err, &problems) || len(problems) != 1 ||
			problems[0].Remedy != strings.TrimSuffix(remedy, "\x00") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
