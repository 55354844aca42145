package web

import (
	"fmt"
	"regexp"
	"sync"

	"rivgate/store"
)

// refusals are the store's refusals of a change of the catalogue, which are English for the command line, and what the API says instead. %s takes
// what the pattern finds, in its order. A test holds the list to the store's sources.
var refusals = sync.OnceValue(func() []refusal {
	return []refusal{
		{regexp.MustCompile(`^nothing is changed`), "Inget ändrades: raderna är redan som ändringarna vill ha dem. Skicka andra ändringar."},
		{regexp.MustCompile(`^the draft builds on the latest version`), "Utkastet bygger redan på den senaste versionen. Du behöver inget göra."},
		{regexp.MustCompile(`^there is no draft to discard`), "Det finns inget utkast att kasta."},
		{regexp.MustCompile(`^say (?:who|why)`), "Ange varför i reason: det sparas tillsammans med vem som gjorde det."},
		{regexp.MustCompile(`^there is nothing to publish: edit`), "Det finns inget att publicera. Ändra rader eller importera en fil först."},
		{regexp.MustCompile(`^the draft builds on version (\d+), and version (\d+) was`), "Utkastet bygger på version %s, men version %s är publicerad sedan dess. Hämta in den med POST /api/catalogue/rebase, eller kasta utkastet."},
		{regexp.MustCompile(`^there is nothing to publish: the draft says what version (\d+)`), "Det finns inget att publicera: utkastet säger samma som version %s. Ändra rader först."},
		{regexp.MustCompile(`^version (\d+) says what is in force`), "Version %s säger samma som det som gäller. Välj en annan version."},
		{regexp.MustCompile(`^version (\d+) is cancelled`), "Version %s är redan återtagen. Välj en annan version."},
		{regexp.MustCompile(`^version (\d+) is in force since (.+): roll back`), "Version %s gäller sedan %s. Gå tillbaka till en tidigare version med POST /api/catalogue/rollback i stället."},
		{regexp.MustCompile(`^version (\d+) builds on version (\d+)`), "Version %s bygger på version %s. Återta den förstnämnda först."},
		{regexp.MustCompile(`^version (\d+) is scheduled for (.+): cancel`), "Version %s träder i kraft %s. Återta den först, eller välj den tiden eller en senare."},
	}
})

type refusal struct {
	english *regexp.Regexp
	swedish string
}

// refusalText is a refusal in Swedish, with what to do.
func refusalText(r *store.CatalogueRefusal) string {
	for _, known := range refusals() {
		found := known.english.FindStringSubmatch(r.Text)
		if found == nil {
			continue
		}
		args := make([]any, len(found)-1)
		for i, a := range found[1:] {
			args[i] = a
		}
		return fmt.Sprintf(known.swedish, args...)
	}
	return "Katalogen är inte i ett läge där det går. Läs utkastet och versionerna igen."
}
