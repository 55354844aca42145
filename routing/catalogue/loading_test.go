package catalogue

import (
	"errors"
	"testing"

	"rivgate/routing"
)

// TestWhyRowsMakeNoTable: each reason is a problem of its own that says what it is, in words and as a code.
func TestWhyRowsMakeNoTable(t *testing.T) {
	t.Parallel()
	_, err := routing.NewTable(routing.Catalogue{
		Units: []routing.Unit{{HSAID: "SE1", Kind: "x"}, {Name: "A", Kind: routing.CareUnit}},
	}, routing.Rules{})
	var all Problems
	if !errors.As(notLoading(err), &all) || len(all) != 2 {
		t.Fatalf("%v", notLoading(err))
	}
	for i, want := range []string{
		`the catalogue: it does not load: unit SE1 has the unknown kind "x": write ` + routing.KindsInWords +
			": end or correct the rows that are named",
		"the catalogue: it does not load: unit number 2 (A) has no HSA-id: give it one: end or correct the rows that are " +
			"named",
	} {
		if all[i].Error() != want {
			t.Errorf("%q", all[i].Error())
		}
	}
	if all[0].Code != "does-not-load" || all[0].Table.Code != "unit-kind-unknown" || all[1].Table.Code != "unit-no-id" {
		t.Errorf("%+v", all)
	}
	other := errors.New("something else")
	if got := notLoading(other); errors.As(got, &all) || !errors.Is(got, other) {
		t.Errorf("what has no code is told as %v", got)
	}
}
