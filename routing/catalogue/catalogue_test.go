package catalogue_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

const (
	bring = "urn:bring:SendResponder:1"
	back  = "urn:bring:ReturnResponder:1"
)

func keptRules() routing.Rules {
	return routing.Rules{
		ClimbRoutes: true, ClimbPermissions: true, ReturnContract: back, PortalAddress: "SE0000000001-1177",
		Durable: func(contract string) bool { return contract == bring || contract == back },
	}
}

// numbered makes ids that tests can name.
func numbered() func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("n%d", n) }
}

func inbox(id, unit string) catalogue.Row {
	return catalogue.Row{ID: id, Kind: catalogue.KindRoute, Contract: bring, Receiver: unit, Address: routing.AddressInbox}
}

func apply(t *testing.T, rows []catalogue.Row, edits ...catalogue.Edit) []catalogue.Row {
	t.Helper()
	after, err := catalogue.Apply(rows, edits, numbered(), 20260401)
	if err != nil {
		t.Fatal(err)
	}
	return after
}

func find(rows []catalogue.Row, id string) catalogue.Row {
	i := slices.IndexFunc(rows, func(e catalogue.Row) bool { return e.ID == id })
	if i < 0 {
		return catalogue.Row{}
	}
	return rows[i]
}

func TestARouteThatMovesEndsTheDayBefore(t *testing.T) {
	later := inbox("later", "SE1")
	later.From = 20270101
	first := inbox("first", "SE1")
	first.Until = 20261231
	move := catalogue.Edit{
		Action: catalogue.EditMove,
		Row: catalogue.Row{
			Kind: catalogue.KindRoute, Contract: bring, Receiver: "se1", Address: "https://a.example/", Component: "SE2",
			From: 20260501,
		},
	}
	rows := apply(t, nil, catalogue.Edit{Action: catalogue.EditAdd, Row: first}, catalogue.Edit{
		Action: catalogue.EditAdd, Row: later,
	})
	after := apply(t, rows, move)
	if got := find(after, "first").Until; got != 20260430 {
		t.Errorf("the first route ends on %s", got)
	}
	if got := find(after, "later"); got.Kind != "" {
		t.Errorf("the later route is still there: %s", got)
	}
	if err := catalogue.Check(after, keptRules(), 20260401); err != nil {
		t.Error(err)
	}
	if find(rows, "first").Until != 20261231 {
		t.Error("the rows that were given have changed")
	}
}

// A move that does not say so lets in nothing that had to be signed before.
func TestAMoveKeepsTheSignature(t *testing.T) {
	for _, c := range []struct {
		name, address         string
		before, written, want routing.Signature
	}{
		{"not said", "https://b.example/", routing.SignatureBoth, "", routing.SignatureBoth},
		{"said to be none", "https://b.example/", routing.SignatureBoth, "none", routing.SignatureNone},
		{"said to be another", "https://b.example/", routing.SignatureBoth, routing.SignatureSign, routing.SignatureSign},
		{"into the house", routing.AddressInbox, routing.SignatureBoth, "", routing.SignatureRequire},
		{"into the house, where it was only signed", routing.AddressInbox, routing.SignatureSign, "", routing.SignatureNone},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := inbox("first", "SE1")
			first.Address, first.Signature = "https://a.example/", c.before
			after := apply(t, apply(t, nil, catalogue.Edit{Action: catalogue.EditAdd, Row: first}), catalogue.Edit{
				Action: catalogue.EditMove, Row: catalogue.Row{
					ID: "second", Kind: catalogue.KindRoute, Contract: bring, Receiver: "SE1", Address: c.address, From: 20260501,
					Signature: c.written,
				},
			})
			if got := find(after, "second").Signature; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestHospitalAndRegionMoveByTheTree(t *testing.T) {
	tree := routing.Tree{
		"SE-VC1": "SE-HOSPITAL", "SE-VC2": "SE-HOSPITAL", "SE-HOSPITAL": "SE-REGION", "SE-FAR": "SE-REGION",
		"SE-REGION": "SE",
	}
	before := apply(t, nil, catalogue.Edit{Action: catalogue.EditAdd, Row: inbox("region", "SE-REGION")})
	after := apply(t, before, catalogue.Edit{Action: catalogue.EditAdd, Row: catalogue.Row{
		ID: "hospital", Kind: catalogue.KindRoute, Contract: bring, Receiver: "SE-HOSPITAL", Address: "https://a.example/",
		Component: "SE-SYSTEM", From: 20260501,
	}})
	a, b := keptTable(t, before, tree), keptTable(t, after, tree)
	open := map[string]int{"SE-VC1": 2, "SE-VC2": 1, "SE-FAR": 5}
	switches := routing.Switches(a, b, bring, open,
		routing.SwitchDays(catalogue.FromRows(before), catalogue.FromRows(after), 20260401))
	units := ""
	for _, s := range switches {
		units += fmt.Sprintf("%s %s %s→%s %d; ", s.Unit, s.Day, s.Before, s.After, s.Open)
	}
	want := "SE-HOSPITAL 2026-05-01 rivgate:inbox→https://a.example/ 0; SE-VC1 2026-05-01 " +
		"rivgate:inbox→https://a.example/ 2; " +
		"SE-VC2 2026-05-01 rivgate:inbox→https://a.example/ 1; "
	if units != want {
		t.Errorf("switches\n%s, not\n%s", units, want)
	}
	if n := routing.Touched(switches, "SE-HOSPITAL"); n != 3 {
		t.Errorf("%d open cases are touched by the hospital's row", n)
	}
	// Asked again, the same comparison counts the cases of that moment, and finds units that have them since.
	compared := routing.Compare(a, b, bring,
		routing.SwitchDays(catalogue.FromRows(before), catalogue.FromRows(after), 20260401))
	for want, open := range map[string]map[string]int{
		"SE-HOSPITAL 0; ":                     nil,
		"SE-HOSPITAL 4; SE-VC2 1; ":           {"SE-HOSPITAL": 4, "SE-VC2": 1, "SE-REGION": 2},
		"SE-HOSPITAL 0; SE-VC1 7; SE-VC2 1; ": {"SE-VC2": 1, "SE-VC1": 7, "SE-FAR": 1},
	} {
		got := ""
		for _, s := range compared.Switches(open) {
			got += fmt.Sprintf("%s %d; ", s.Unit, s.Open)
		}
		if got != want {
			t.Errorf("with %v open: %s, not %s", open, got, want)
		}
	}
	x := b.Explain(routing.Call{Receiver: "SE-VC1", Contract: bring},
		time.Date(2026, 5, 1, 0, 30, 0, 0, routing.Stockholm()))
	if x.Route == nil || x.Route.Component != "SE-SYSTEM" || x.RouteRow.ID != "hospital" ||
		x.Trace.Route != "SE-VC1,(parent),SE-HOSPITAL" {
		t.Errorf("explained as %+v %v", x.Route, x.RouteRow)
	}
}

func keptTable(t *testing.T, rows []catalogue.Row, tree routing.Tree) *routing.Table {
	t.Helper()
	c := catalogue.FromRows(rows)
	c.Tree = tree
	made, err := routing.NewTable(c, keptRules())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestADecisionIsExplainedByItsRows(t *testing.T) {
	rows := apply(
		t, nil,
		catalogue.Edit{Action: catalogue.EditAdd, Row: inbox("route", "SE1")},
		catalogue.Edit{
			Action: catalogue.EditAdd,
			Row: catalogue.Row{
				ID: "old", Kind: catalogue.KindPermission, Contract: bring, Sender: "SE9", Receiver: "*", Until: 20260331,
			},
		},
		catalogue.Edit{
			Action: catalogue.EditAdd,
			Row: catalogue.Row{
				ID: "new", Kind: catalogue.KindPermission, Contract: bring, Sender: "SE9", Receiver: "*", From: 20260401,
			},
		},
	)
	made := keptTable(t, rows, nil)
	at := func(day int) time.Time { return time.Date(2026, 3, day, 12, 0, 0, 0, routing.Stockholm()) }
	for name, c := range map[string]struct {
		call              routing.Call
		at                time.Time
		code              routing.Code
		route, permission string
	}{
		"the older permission counts until its last day": {
			routing.Call{Sender: "se9", Receiver: "se1", Contract: bring}, at(31), "", "route", "old",
		},
		"the next one from its first": {
			routing.Call{Sender: "SE9", Receiver: "SE1", Contract: bring}, at(32), "", "route", "new",
		},
		"nobody may": {
			routing.Call{Sender: "SE8", Receiver: "SE1", Contract: bring}, at(1), routing.VP007, "route", "",
		},
		"nobody is there": {
			routing.Call{Sender: "SE9", Receiver: "SE2", Contract: bring}, at(1), routing.VP004, "", "",
		},
		"white space": {
			routing.Call{Sender: "SE9", Receiver: "SE1 ", Contract: bring}, at(1), routing.VP004, "", "",
		},
		"the portal stands in": {
			routing.Call{Receiver: "SE0000000001-1177", Contract: back}, at(1), "", "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := made.Explain(c.call, c.at)
			route, permission := "", ""
			if x.RouteRow != nil {
				route = x.RouteRow.ID
			}
			if x.PermissionRow != nil {
				permission = x.PermissionRow.ID
			}
			if x.Code != c.code || route != c.route || permission != c.permission {
				t.Errorf("%q by %q and %q: %+v", x.Code, route, permission, x)
			}
			if c.code != "" && (x.Cause() == "" || x.Remedy() == "" || x.Text == "" || x.Route != nil) {
				t.Errorf("a refusal without cause, remedy or text, or with a route: %+v", x)
			}
		})
	}
	var none *routing.Table
	if x := none.Explain(routing.Call{}, at(1)); x.Code != routing.VP008 || x.Remedy() == "" {
		t.Errorf("no catalogue is explained as %+v", x)
	}
}

// TestMergingLosesNothing: two people change rows of one catalogue. Either the merged rows hold every change of both,
// or a row that both changed otherwise is named.
func TestMergingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := drawRows(t, "base")
		mine, latest := change(t, base, "mine"), change(t, base, "latest")
		merged, err := catalogue.Merge(base, latest, mine)
		both := func() bool {
			theirs := map[string]catalogue.Change{}
			for _, c := range catalogue.Compare(base, latest) {
				theirs[c.ID] = c
			}
			for _, c := range catalogue.Compare(base, mine) {
				other, touched := theirs[c.ID]
				if touched && (c.After == nil) != (other.After == nil) || touched && c.After != nil && !c.After.Same(*other.After) {
					return true
				}
			}
			return false
		}()
		if (err != nil) != both {
			t.Fatalf("both changed a row: %t, and the merge says %v", both, err)
		}
		if err != nil {
			return
		}
		for _, from := range [][]catalogue.Row{mine, latest} {
			for _, c := range catalogue.Compare(base, from) {
				got := find(merged, c.ID)
				if c.After == nil && got.Kind != "" || c.After != nil && !got.Same(*c.After) {
					t.Fatalf("lost: %s", c.Text)
				}
			}
		}
	})
}

func drawRows(t *rapid.T, label string) (rows []catalogue.Row) {
	for i := range rapid.IntRange(0, 6).Draw(t, label) {
		rows = append(rows, inbox(fmt.Sprint("r", i), fmt.Sprint("SE", i)))
	}
	return rows
}

func change(t *rapid.T, base []catalogue.Row, who string) []catalogue.Row {
	rows := slices.Clone(base)
	for i := range rows {
		switch rapid.IntRange(0, 3).Draw(t, who) {
		case 0:
			rows[i].Until = routing.Date(20260101 + rapid.IntRange(0, 2).Draw(t, "day"))
		case 1:
			rows[i].Kind = ""
		}
	}
	rows = slices.DeleteFunc(rows, func(e catalogue.Row) bool { return e.Kind == "" })
	if rapid.Bool().Draw(t, who+" adds") {
		rows = append(rows, inbox("added by "+who, "SE-"+who))
	}
	return rows
}

// TestWhatTheRulesLetThroughLoads: rows that Check has nothing against make a table in which no call is ambiguous.
func TestWhatTheRulesLetThroughLoads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var edits []catalogue.Edit
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			e := inbox("", fmt.Sprint("SE", rapid.IntRange(0, 2).Draw(t, "unit")))
			e.From = routing.Date(rapid.SampledFrom([]int{0, 20260101, 20260110, 20260120}).Draw(t, "from"))
			e.Until = routing.Date(rapid.SampledFrom([]int{0, 20260105, 20260110, 20260131}).Draw(t, "until"))
			if rapid.Bool().Draw(t, "outside") {
				e.Address = "https://a.example/"
			}
			edits = append(edits, catalogue.Edit{Action: catalogue.EditAdd, Row: e})
		}
		rows, err := catalogue.Apply(nil, edits, numbered(), 20260101)
		if err != nil {
			t.Fatal(err)
		}
		if catalogue.Check(rows, keptRules(), 20260101) != nil {
			return
		}
		made, err := routing.NewTable(catalogue.FromRows(rows), keptRules())
		if err != nil {
			t.Fatal(err)
		}
		if notes := made.Notes(); len(notes) > 0 {
			t.Fatalf("it loads with notes: %s", routing.TableTexts(notes))
		}
	})
}

func TestDaysHaveNeighbours(t *testing.T) {
	for day, next := range map[routing.Date]routing.Date{
		20260228: 20260301, 20240228: 20240229, 20261231: 20270101, 0: 0,
	} {
		if got := day.Next(); got != next {
			t.Errorf("after %s comes %s", day, got)
		}
		if got := next.Before(); got != day {
			t.Errorf("before %s is %s", next, got)
		}
	}
}

// Cases for what is no care come to the inbox alone; what else is called there goes where the row says.
func TestNoCareLivesInTheInbox(t *testing.T) {
	const unit = "SE2010123456-TRI1"
	for _, c := range []struct {
		name, contract, address string
		want                    catalogue.ProblemCode
	}{
		{"the inbox", bring, routing.AddressInbox, ""},
		{"a system", bring, "https://a.example/", "other-outside"},
		{"another contract", "urn:riv:plain", "https://a.example/", ""},
	} {
		rows := []catalogue.Row{
			{ID: "u", Kind: catalogue.KindUnit, HSAID: unit, Name: "1177 på telefon", UnitKind: routing.Other},
			{ID: "c", Kind: catalogue.KindContract, Contract: c.contract},
			{ID: "a", Kind: catalogue.KindAddress, Address: "https://a.example/", Profile: routing.RIVTABP21},
			{
				ID: "r", Kind: catalogue.KindRoute, Contract: c.contract, Receiver: routing.Fold(unit), Address: c.address,
				Profile: routing.RIVTABP21,
			},
		}
		err := catalogue.Check(rows, keptRules(), 20260301)
		var problems catalogue.Problems
		if c.want == "" && err != nil ||
			c.want != "" && (!errors.As(err, &problems) || len(problems) != 1 || problems[0].Code != c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
