package tak_test

import (
	"slices"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

func TestDiff(t *testing.T) {
	before, after := demo(t), demo(t)
	after.Units[0].Name = "Vårdcentralen Linden"
	after.Units = append(after.Units, routing.Unit{
		HSAID: "SE2010123456-VC09", Name: "Ny", Kind: routing.CareUnit, Region: "01",
	})
	after.Routes[0].Until = 20260630
	after.Routes = append(after.Routes[:2:2], after.Routes[3:]...)
	after.Routes = append(after.Routes, routing.Row{
		Contract: send, Receiver: clinic, Address: "https://x.example/", From: 20260701,
	})
	after.Permissions = after.Permissions[1:]
	before.Tree, after.Tree = routing.Tree{clinic: "SE"}, routing.Tree{clinic: "SE2010123456-REG"}
	want := `~ unit SE2010123456-VC01 "Vårdcentralen Björken", care_unit, region 01, provider SE2010123456-REG, attachments → SE2010123456-VC01 "Vårdcentralen Linden", care_unit, region 01, provider SE2010123456-REG, attachments
+ unit SE2010123456-VC09 "Ny", care_unit, region 01
- route ` + send +
		` to SE2010123456-SJ01 at "https://avvikelse.example/SendComplaint/1/rivtabp21", RIVTABP21, component SE2010123456-AVV
~ route ` + send + ` to SE2010123456-VC01 at "rivgate:inbox", RIVTABP21, from 2026-01-01, until 2099-12-31 → ` + send +
		` to SE2010123456-VC01 at "https://x.example/", RIVTABP21, from 2026-07-01
+ route ` + send + ` to SE2010123456-VC01 at "rivgate:inbox", RIVTABP21, from 2026-01-01, until 2026-06-30
- permission SE0000000001-1177 on ` + send + ` to *
~ parent of SE2010123456-VC01: SE → of SE2010123456-VC01: SE2010123456-REG
`
	if got := catalogue.Diff(before, after).String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	slices.Reverse(after.Routes)
	slices.Reverse(after.Units)
	if got := catalogue.Diff(before, after).String(); got != want {
		t.Errorf("the order of rows counts:\n%s", got)
	}
	if got := catalogue.Diff(before, before); len(got) != 0 || got.String() != "" {
		t.Errorf("a catalogue differs from itself: %s", got)
	}
	if back := catalogue.Diff(after, before); len(back) != len(catalogue.Diff(before, after)) ||
		!strings.Contains(back.String(), "+ permission") {
		t.Errorf("the way back is %s", back)
	}
}

func TestLint(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*routing.Catalogue)
		want   []string // none: nothing to say
	}{
		{"the sample is sound", func(*routing.Catalogue) {}, nil},
		{
			"a unit without a route", func(c *routing.Catalogue) { c.Routes = c.Routes[1:] },
			[]string{"SE2010123456-VC01", "no route today"},
		},
		{
			"a unit whose route has ended", func(c *routing.Catalogue) { c.Routes[0].Until = 20260501 },
			[]string{"SE2010123456-VC01", "no route today"},
		},
		{
			"a unit with two routes", func(c *routing.Catalogue) { c.Routes = append(c.Routes, c.Routes[2]) },
			[]string{"SE2010123456-SJ01", "cannot be reached: VP006", "both valid"},
		},
		{
			"a region without a patient board", func(c *routing.Catalogue) { c.Units = c.Units[:3] },
			[]string{"region 01 has no patient board"},
		},
		{
			"a unit without a region", func(c *routing.Catalogue) { c.Units[0].Region = "" },
			[]string{"SE2010123456-VC01", "has no region"},
		},
		{"no units", func(c *routing.Catalogue) { c.Units = nil }, []string{"no units are known"}},
		{
			"an inbox that may not reply", func(c *routing.Catalogue) { c.Permissions = slices.Delete(c.Permissions, 2, 3) },
			[]string{"replies from it cannot leave", "VP007", gateway},
		},
		{
			"a profile that nobody speaks", func(c *routing.Catalogue) { c.Routes[5].Profile = "RIVTABP30" },
			[]string{"line 14", "RIVTABP30", "VP005"},
		},
		{"a route without an address", func(c *routing.Catalogue) { c.Routes[5].Address = "" }, []string{"line 14", "VP010"}},
		{
			"an address that is no URL", func(c *routing.Catalogue) { c.Routes[5].Address = "producent.example/ping" },
			[]string{"line 14", "no URL"},
		},
		{
			"routes without callers", func(c *routing.Catalogue) { c.Permissions = c.Permissions[:3] },
			[]string{ping, "nobody may call"},
		},
		{"permissions without routes", func(c *routing.Catalogue) { c.Routes = c.Routes[:5] }, []string{ping, "no routes"}},
		{"several systems that return, and routes that name none", func(c *routing.Catalogue) {
			for i := range c.Routes {
				c.Routes[i].Component = ""
			}
			other := c.Permissions[1]
			other.Sender = "SE2010123456-AVV2"
			c.Permissions = append(c.Permissions, other)
		}, []string{"name no component", "2 systems may return"}},
		{
			"what does not load is said alone", func(c *routing.Catalogue) { c.Routes[0].Contract = ""; c.Units[1].Kind = "x" },
			[]string{"line 8", "unknown kind"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := demo(t)
			c.change(&changed)
			var texts []string
			for _, advice := range catalogue.Lint(changed, rules(), gateway, noon()) {
				texts = append(texts, advice.String())
			}
			said := strings.Join(texts, "\n")
			if (said == "") != (c.want == nil) {
				t.Errorf("it says %q", said)
			}
			for _, part := range c.want {
				if !strings.Contains(said, part) {
					t.Errorf("%q does not say %q", said, part)
				}
			}
		})
	}
}
