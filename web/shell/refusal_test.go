package shell

import (
	"testing"

	"rivgate/routing"
	"rivgate/store/catalogues"
	"rivgate/web/shell/wordstest"
)

func TestEveryRefusalOfTheCatalogueIsSwedish(t *testing.T) {
	t.Parallel()
	wordstest.SameFacts(t, catalogues.Refusals(), refusals)
	late := &catalogues.Refusal{Fact: routing.NewFact("publish-behind", "3", "4")}
	if got := RefusalText(late); got != "Utkastet bygger på version 3, men version 4 är publicerad sedan dess. "+
		"Hämta in den med POST /api/catalogue/rebase, eller kasta utkastet." {
		t.Error(got)
	}
}
