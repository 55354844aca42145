package shell

import (
	"cmp"

	"rivgate/store/catalogues"
)

// RefusalText is why a change of the catalogue is refused, and what to do.
func RefusalText(r *catalogues.Refusal) string {
	return cmp.Or(r.Words(refusals), r.Code)
}

// refusals are the words for the codes of catalogues.Refusals.
var refusals = map[string]string{
	"nothing-changed":   "Inget ändrades: raderna är redan som ändringarna vill ha dem. Skicka andra ändringar.",
	"draft-latest":      "Utkastet bygger redan på den senaste versionen. Du behöver inget göra.",
	"draft-none":        "Det finns inget utkast att kasta.",
	"edit-nobody":       "Ange varför i reason: det sparas tillsammans med vem som gjorde det.",
	"accept-no-reason":  "Ange varför i reason: det sparas tillsammans med vem som gjorde det.",
	"publish-no-reason": "Ange varför i reason: det sparas tillsammans med vem som gjorde det.",
	"publish-nothing":   "Det finns inget att publicera. Ändra rader eller importera en fil först.",
	"publish-behind": "Utkastet bygger på version {1}, men version {2} är publicerad sedan dess. Hämta in den med " +
		"POST /api/catalogue/rebase, eller kasta utkastet.",
	"publish-same":     "Det finns inget att publicera: utkastet säger samma som version {1}. Ändra rader först.",
	"takeover-later":   "Ärenden tas över när versionen gäller genast. Publicera utan tid.",
	"takeover-unknown": "{1} blir inte {2}. Ange en regions patientnämnd före och efter.",
	"takeover-way": "Ärenden till {2} går en annan väg än de till {1}. " +
		"Ändra vägvalet först, eller låt ärendena vara kvar.",
	"takeover-leaving": "Ett svar från {1} är på väg ut. Försök igen om en minut.",
	"takeover-diary": "{1} och {2} har ett ärende eller ett diarienummer gemensamt. Rätta det först, eller låt ärendena " +
		"vara kvar.",
	"rollback-no-reason": "Ange varför i reason: det sparas tillsammans med vem som gjorde det.",
	"rollback-same":      "Version {1} säger samma som det som gäller. Välj en annan version.",
	"cancel-no-reason":   "Ange varför i reason: det sparas tillsammans med vem som gjorde det.",
	"version-cancelled":  "Version {1} är redan återtagen. Välj en annan version.",
	"version-in-force": "Version {1} gäller sedan {2}. Gå tillbaka till en tidigare version med POST " +
		"/api/catalogue/rollback i stället.",
	"version-below":     "Version {1} bygger på version {2}. Återta den förstnämnda först.",
	"version-scheduled": "Version {1} träder i kraft {2}. Återta den först, eller välj den tiden eller en senare.",
}
