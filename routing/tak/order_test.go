package tak_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
)

// kept are the rows of the sample catalogue, with ids.
func kept(t testing.TB) []catalogue.Row {
	t.Helper()
	rows, err := catalogue.Apply(nil, catalogue.PlanFrom(nil, demo(t)).Edits, ids("k"), 20260601)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func ids(prefix string) func() string {
	n := 0
	return func() string { n++; return fmt.Sprint(prefix, n) }
}

// carry carries out a plan and checks the rules.
func carry(t testing.TB, rows []catalogue.Row, plan catalogue.Plan) []catalogue.Change {
	t.Helper()
	after, err := catalogue.Apply(rows, plan.Edits, ids("n"), 20260601)
	if err == nil {
		err = catalogue.Check(after, rules(), 20260601)
	}
	if err != nil {
		t.Fatal(err)
	}
	return catalogue.Compare(rows, after)
}

func TestAnOrderMovesARouteAndLeavesWhatIsThere(t *testing.T) {
	rows := kept(t)
	order, err := tak.ReadOrder(open(t, "order.json"))
	if err != nil {
		t.Fatal(err)
	}
	if order.Day != 20260701 || order.Platform != "TEST-TP" {
		t.Errorf("read as %+v", order)
	}
	plan := order.Plan(rows)
	changes := carry(t, rows, plan)
	var ended, begun, added []string
	for _, c := range changes {
		switch {
		case c.Kind == "changed" && c.What == catalogue.KindRoute:
			ended = append(ended, c.After.Receiver+" "+c.After.Until.String())
		case c.Kind == "added" && c.What == catalogue.KindRoute:
			begun = append(begun, c.After.Receiver+" "+c.After.From.String()+" "+c.After.Component)
		case c.Kind == "added":
			added = append(added, string(c.What)+" "+c.After.HSAID+c.After.Sender)
		default:
			t.Errorf("not ordered: %s", c.Text)
		}
	}
	for what, pair := range map[string][2][]string{
		"ended": {ended, {clinic + " 2026-06-30"}},
		"begun": {begun, {clinic + " 2026-07-01 SE2010123456-NYTT"}},
		"added": {
			added, {"receiver SE2010123456-VC77", "component SE2010123456-NYTT", "address ", "permission SE2010123456-NYTT"},
		},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s: %q, not %q", what, pair[0], pair[1])
		}
	}
	report := told(plan)
	for _, words := range []string{
		"takes effect on 2026-07-01", "ends on 2026-06-30", "is there already and is not changed",
		"1 plain objects to exclude are left",
	} {
		if !strings.Contains(report, words) {
			t.Errorf("the report does not say %q:\n%s", words, report)
		}
	}
	after, err := catalogue.Apply(rows, plan.Edits, ids("n"), 20260601)
	if err != nil {
		t.Fatal(err)
	}
	if again := order.Plan(after); len(again.Edits) != 0 {
		t.Errorf("the same order a second time changes %d rows", len(again.Edits))
	}
}

func TestAnOrderEndsWhatItExcludes(t *testing.T) {
	rows := kept(t)
	order, err := tak.ReadOrder(strings.NewReader(`{"genomforandeTidpunkt": "2026-07-01", "exkludera": {
		"vagval": [{"logiskAdress": "` + strings.ToLower(clinic) + `", "tjanstekontrakt": "` + send +
		`", "adress": "rivgate:inbox"},
			{"logiskAdress": "SE-NOBODY", "tjanstekontrakt": "` + send + `", "adress": "https://x.example/"}],
		"anropsbehorigheter": [{"tjanstekonsument": "` + portal + `", "logiskAdress": "*", "tjanstekontrakt": "` + send +
		`"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	plan := order.Plan(rows)
	for _, c := range carry(t, rows, plan) {
		if c.Kind != "changed" || c.After.Until != 20260630 {
			t.Errorf("%s", c.Text)
		}
	}
	if len(plan.Edits) != 2 || !strings.Contains(told(plan), "SE-NOBODY") {
		t.Errorf("%d edits, report %q", len(plan.Edits), plan.Report)
	}
}

func TestBrokenOrdersAreRefusedWithTheirPlace(t *testing.T) {
	const head = "{\"genomforandeTidpunkt\": \"2026-07-01\",\n"
	for name, c := range map[string]struct{ file, says string }{
		"nothing at all": {"", "ends too early"},
		"cut off":        {head + `"inkludera": {"vagval": [{`, "ends too early"},
		"no JSON":        {head + "oops}", "line 2: this is not JSON"},
		"a list":         {`[]`, "wrong type of value"},
		"an unknown key": {head + `"inkludera": {"vagvall": []}}`, `line 2: unknown key "vagvall"`},
		"a number for a text": {
			head + `"inkludera": {"vagval": [{"adress": 7}]}}`, "line 2: inkludera.vagval.adress has the wrong type",
		},
		"no day": {
			`{"inkludera": {"vagval": [{"logiskAdress": "A", "tjanstekontrakt": "u", "adress": "https://x"}]}}`,
			"genomforandeTidpunkt is missing",
		},
		"a day that is none": {
			`{"genomforandeTidpunkt": "snart", "inkludera": {}}`, "genomforandeTidpunkt is no time",
		},
		"a day far off": {
			`{"genomforandeTidpunkt": "99999-01-01T00:00:00Z"}`, "genomforandeTidpunkt is no time",
		},
		"an order of nothing": {head + `"inkludera": {}}`, "orders nothing"},
		"a route without a contract": {
			head + `"inkludera": {"vagval": [{"logiskAdress": "A", "adress": "https://x"}]}}`,
			"inkludera/vagval, entry 1: tjanstekontrakt is missing",
		},
		"a permission without all": {
			head + `"exkludera": {"anropsbehorigheter": [{}]}}`,
			"exkludera/anropsbehorigheter, entry 1: tjanstekonsument is missing",
		},
		"two orders": {
			head + `"inkludera": {"tjanstekomponenter": [{"hsaId": "A"}]}} {}`, "something after the order",
		},
		"a version that is none": {
			head + `"inkludera": {"tjanstekontrakt": [{"namnrymd": "u", "majorVersion": "x"}]}}`, "no whole number",
		},
		"very deep": {`{"version": ` + strings.Repeat("[", 20000) + `}`, "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tak.ReadOrder(strings.NewReader(c.file))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, which does not say %q", err, c.says)
			}
		})
	}
}

func TestHostileValuesOfAnOrderBreakARule(t *testing.T) {
	rows := kept(t)
	for _, address := range []string{
		"https://x.example/<script>", "javascript:alert(1)", "https://x.example/ö", strings.Repeat("https://x.example/", 20),
		"rivgate:shell",
	} {
		order, err := tak.ReadOrder(
			strings.NewReader(
				`{"genomforandeTidpunkt": "2026-07-01", "inkludera": {"vagval": [{"logiskAdress": "A", "tjanstekontrakt": "` +
					send + `", "adress": "` + address + `"}]}}`,
			),
		)
		if err != nil {
			t.Fatal(err)
		}
		after, err := catalogue.Apply(rows, order.Plan(rows).Edits, ids("n"), 20260601)
		if err == nil {
			err = catalogue.Check(after, rules(), 20260601)
		}
		if err == nil || !strings.Contains(err.Error(), "to A at") {
			t.Errorf("%.30s: %v", address, err)
		}
	}
}

func TestAPlanKeepsIdsAndChangesOnlyWhatDiffers(t *testing.T) {
	rows, c := kept(t), demo(t)
	if plan := catalogue.PlanFrom(rows, c); len(plan.Edits) != 0 {
		t.Errorf("the same catalogue changes %d rows", len(plan.Edits))
	}
	c.Routes[0].Until = 20271231
	c.Routes = append(c.Routes[:1], c.Routes[2:]...)
	c.Permissions = append(c.Permissions, c.Permissions[0])
	plan := catalogue.PlanFrom(rows, c)
	changes := carry(t, rows, plan)
	if len(changes) != 2 ||
		changes[0].Kind+changes[1].Kind != "changedremoved" && changes[0].Kind+changes[1].Kind != "removedchanged" {
		t.Errorf("changes %v", changes)
	}
	if !strings.Contains(told(plan), "is there twice") {
		t.Errorf("the report does not tell of the row that is there twice: %q", plan.Report)
	}
	if units := catalogue.PlanFrom(rows, routing.Catalogue{
		Routes: c.Routes, Permissions: c.Permissions,
	}); len(units.Edits) != 2 {
		t.Errorf("a catalogue without units changes %d rows", len(units.Edits))
	}
}

func TestASeamIsClosed(t *testing.T) {
	c := routing.Catalogue{Routes: []routing.Row{
		{Contract: send, Receiver: clinic, Address: "https://a.example/", Until: 20260501, Line: 3},
		{Contract: send, Receiver: clinic, Address: "https://b.example/", From: 20260501, Line: 4},
	}}
	plan := catalogue.PlanFrom(nil, c)
	changes := carry(t, nil, plan)
	found := slices.ContainsFunc(changes, func(c catalogue.Change) bool {
		return c.What == catalogue.KindRoute && c.After.Until == 20260430
	})
	if !found || len(plan.Report) != 1 || !strings.Contains(plan.Report[0].String(), "line 3") {
		t.Errorf("report %q, changes %v", plan.Report, changes)
	}
}

// FuzzReadOrder: whatever is read has a day, and its plan can be made and names rows in upper case only.
func FuzzReadOrder(f *testing.F) {
	f.Add(
		[]byte(
			`{"genomforandeTidpunkt": "2026-07-01T00:00:00+0200", "inkludera": {"vagval": [{"tjanstekomponent": "a", ` +
				`"adress": "https://b", "logiskAdress": "c", "tjanstekontrakt": "u"}]}}`,
		),
	)
	f.Add(
		[]byte(
			`{"genomforandeTidpunkt": "2026-07-01", "exkludera": {"anropsbehorigheter": [{"tjanstekonsument": "a", ` +
				`"logiskAdress": "*", "tjanstekontrakt": "u"}]}}`,
		),
	)
	rows := kept(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		order, err := tak.ReadOrder(bytes.NewReader(content))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "reading the beställning: ") {
				t.Fatal(err)
			}
			return
		}
		if order.Day == 0 {
			t.Fatal("an order without a day")
		}
		plan := order.Plan(rows)
		_, _ = catalogue.Apply(rows, plan.Edits, ids("n"), 20260601)
		for _, e := range plan.Edits {
			if e.Action == catalogue.EditMove && routing.Fold(e.Row.Receiver) != e.Row.Receiver {
				t.Fatalf("not in upper case: %s", e.Row)
			}
		}
	})
}

// told is a plan's report in English.
func told(plan catalogue.Plan) string {
	var lines []string
	for _, note := range plan.Report {
		lines = append(lines, note.String())
	}
	return strings.Join(lines, "\n")
}
