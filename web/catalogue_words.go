package web

import (
	"regexp"
	"strings"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

// kindWord is what a kind of row is called.
func kindWord(kind catalogue.Kind) string {
	switch kind {
	case catalogue.KindUnit:
		return "Enhet"
	case catalogue.KindReceiver:
		return "Logisk adress"
	case catalogue.KindContract:
		return "Tjänstekontrakt"
	case catalogue.KindComponent:
		return "Mottagande system"
	case catalogue.KindAddress:
		return "Anropsadress"
	case catalogue.KindRoute:
		return "Vägval"
	case catalogue.KindPermission:
		return "Anropsbehörighet"
	}
	return string(kind)
}

// addressWord is where a route leads: our own addresses have names.
func addressWord(address string) string {
	switch address {
	case routing.AddressInbox:
		return "inkorgen här"
	case routing.AddressPortal:
		return "1177:s brevlåda här"
	case "":
		return "ingen adress"
	}
	if routing.Code(address).Text() != "" && strings.HasPrefix(address, "VP") {
		return "ingen väg (" + address + ")"
	}
	return address
}

// anyWord is a logical address, or what "*" stands for.
func anyWord(receiver string) string {
	if receiver == "*" {
		return "alla (*)"
	}
	return receiver
}

// rowWords is what a row says, without its id and its days.
func rowWords(e catalogue.Row) string {
	switch e.Kind {
	case catalogue.KindUnit:
		return e.Name + " (" + e.HSAID + "), " + unitKindWord(e.UnitKind)
	case catalogue.KindContract:
		return shortContract(e.Contract) + bracketed(e.Name)
	case catalogue.KindComponent, catalogue.KindReceiver:
		return e.HSAID + bracketed(e.Name)
	case catalogue.KindAddress:
		return e.Address + ofSystem(e.Component)
	case catalogue.KindRoute:
		return shortContract(e.Contract) + " till " + anyWord(e.Receiver) + " går till " + addressWord(e.Address) + ofSystem(e.Component)
	case catalogue.KindPermission:
		text := e.Sender + " får anropa " + shortContract(e.Contract) + " hos " + anyWord(e.Receiver)
		if filters := e.Filters.Words(); filters != "" {
			text += ", bara för " + filters
		}
		return text
	}
	return ""
}

func bracketed(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

func ofSystem(component string) string {
	if component == "" {
		return ""
	}
	return ", system " + component
}

// daysWord is when a row counts.
func daysWord(e catalogue.Row) string {
	switch {
	case e.Kind != catalogue.KindRoute && e.Kind != catalogue.KindPermission:
		return ""
	case e.From == 0 && e.Until == 0:
		return "alltid"
	case e.Until == 0:
		return "från " + e.From.String()
	case e.From == 0:
		return "till och med " + e.Until.String()
	}
	return e.From.String() + " till och med " + e.Until.String()
}

// validityWord is whether a row counts today.
func validityWord(v string) string {
	switch v {
	case "active":
		return "Gäller"
	case "coming":
		return "Kommande"
	case "ended":
		return "Avslutad"
	}
	return ""
}

// changeWord is what happened to a row.
func changeWord(kind string) string {
	switch kind {
	case "added":
		return "Ny"
	case "removed":
		return "Borttagen"
	case "changed":
		return "Ändrad"
	}
	return kind
}

// versionEventWord is what was done to the catalogue.
func versionEventWord(verb string) string {
	switch verb {
	case "edit":
		return "Ändrade utkastet"
	case "rebase":
		return "Hämtade in den senaste versionen"
	case "discard":
		return "Kastade utkastet"
	case "publish":
		return "Publicerade"
	case "rollback":
		return "Gick tillbaka"
	case "cancel":
		return "Återtog en version"
	case "accept":
		return "Godkände en katalog som krympt"
	}
	return verb
}

// recordedRow finds a row in the words of the record, which are English: kind, id, line in a file, and what it says.
var recordedRow = regexp.MustCompile(`\b(unit|receiver|contract|component|address|route|permission)( [0-9A-Za-z-]+)?( \(line \d+\))?: `)

// recordedContract finds a responder namespace.
var recordedContract = regexp.MustCompile(`\burn:[0-9A-Za-z_.:-]*?:([0-9A-Za-z_]+)Responder:\d+`)

// recorded is a text of the record, or of a problem, with the rows in it in Swedish. What stands in quotes is a name and stays.
func recorded(text string) string {
	parts := strings.Split(text, `"`)
	for i := 0; i < len(parts); i += 2 {
		part := recordedRow.ReplaceAllStringFunc(parts[i], func(found string) string {
			kind, _, _ := strings.Cut(strings.TrimSuffix(found, ": "), " ")
			return strings.ToLower(kindWord(catalogue.Kind(kind))) + " "
		})
		part = recordedContract.ReplaceAllString(part, "$1")
		parts[i] = strings.NewReplacer(
			" to ", " till ", " at ", " går till ", " on ", " får anropa ", ", component ", ", system ", ", until ", ", till och med ", ", from ", ", från ",
			"care_unit", "mottagning", "patient_board", "patientnämnd", ", provider ", ", vårdgivare ", ", attachments", ", tar emot bilagor",
			"rivgate:inbox", "inkorgen här", "and ", "och ", " more", " till",
		).Replace(part)
	}
	return strings.Join(parts, `"`)
}

// saying gives a page the words of the catalogue: $.KindWord and its like.
type saying struct{}

// KindWord is what a kind of row is called.
func (saying) KindWord(kind catalogue.Kind) string { return kindWord(kind) }

// RowWords is what a row says, without its id and its days.
func (saying) RowWords(e catalogue.Row) string { return rowWords(e) }

// DaysWord is when a row counts.
func (saying) DaysWord(e catalogue.Row) string { return daysWord(e) }

// ValidityWord is whether a row counts today.
func (saying) ValidityWord(v string) string { return validityWord(v) }

// AddressWord is where a route leads.
func (saying) AddressWord(address string) string { return addressWord(address) }

// ChangeWord is what happened to a row.
func (saying) ChangeWord(kind string) string { return changeWord(kind) }

// EventWord is what was done to the catalogue.
func (saying) EventWord(verb string) string { return versionEventWord(verb) }

// recordedLines are the first changes of an event in Swedish.
func recordedLines(e store.CatalogueEvent, most int) (lines []string) {
	for line := range strings.Lines(e.What) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if len(lines) == most {
			return append(lines, count(e.Changes-most, "ändring", "ändringar")+" till")
		}
		for sign, word := range map[string]string{"+ ": "Ny: ", "- ": "Borttagen: ", "~ ": "Ändrad: "} {
			if rest, ok := strings.CutPrefix(line, sign); ok {
				line = word + recorded(rest)
				break
			}
		}
		lines = append(lines, line)
	}
	return lines
}
