package catalogue_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// TestTownAndAliasesOfAUnit: they come through rows and back, are compared, and are held by rules.
func TestTownAndAliasesOfAUnit(t *testing.T) {
	u := routing.Unit{
		HSAID: "SE2010123456-VC01", Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01", Town: "Solna",
		Aliases: routing.NewNames([]string{"Björkens husläkare", "VC Björken"}),
	}
	rows := catalogue.RowsOf(routing.Catalogue{Units: []routing.Unit{u}})
	if back := catalogue.FromRows(rows); !slices.Equal(back.Units, []routing.Unit{u}) {
		t.Errorf("%+v", back.Units)
	}
	if words := rows[0].Words(); !strings.HasSuffix(words, ", town Solna, aliases Björkens husläkare, VC Björken") {
		t.Errorf("in words: %s", words)
	}
	moved := u
	moved.Town = "Kista"
	one, other := routing.Catalogue{Units: []routing.Unit{u}}, routing.Catalogue{Units: []routing.Unit{moved}}
	if diff := catalogue.Diff(one, other).String(); !strings.Contains(diff, "town Solna") ||
		!strings.Contains(diff, "town Kista") {
		t.Errorf("moved to another town: %s", diff)
	}
	many := make([]string, 51)
	for i := range many {
		many[i] = strconv.Itoa(i)
	}
	for _, c := range []struct {
		sentence string
		town     string
		aliases  []string
		want     catalogue.ProblemCode
	}{
		{"as they should be", "Solna", []string{"BVC"}, ""},
		{"a town of two lines", "Solna\nKista", nil, "town-form"},
		{"a town that is too long", strings.Repeat("å", 256), nil, "town-form"},
		{"an alias that is too long", "", []string{strings.Repeat("å", 256)}, "alias-form"},
		{"an alias with a comma", "", []string{"BVC, Öster"}, "alias-form"},
		{"an alias with a control character", "", []string{"BVC\x01"}, "alias-form"},
		{"too many", "", many, "aliases-many"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			row := rows[0]
			row.Town, row.Aliases = c.town, routing.NewNames(c.aliases)
			err := catalogue.Check([]catalogue.Row{row}, routing.Rules{}, 20260301)
			var problems catalogue.Problems
			switch {
			case c.want == "" && err != nil:
				t.Errorf("%v", err)
			case c.want != "" && (!errors.As(err, &problems) || problems[0].Code != c.want):
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}
