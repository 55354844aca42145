package catalogue

import (
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

// Titles of the pages. %d is the number of a version.
const (
	titleUnits    = shell.RoomCatalogue
	titleRows     = "Katalogens rader"
	titleNewRow   = "Ny rad"
	titleDraft    = "Utkast till adresskatalog"
	titleImport   = "Läs in fil"
	titleMove     = "Flytta enhet"
	titleHeld     = "Katalog som krympt"
	titleWhy      = shell.TitleWhy
	titleVersions = "Katalogens versioner"
	titleVersion  = "Version %d"
	titleHistory  = "Vad som hänt med katalogen"
)

// What a form answers when it is not filled in right.
const (
	wordWhyVersion    = "Skriv varför: det sparas med versionen."
	wordWhyEvent      = "Skriv varför: det sparas bland händelserna."
	wordMoment        = "Skriv dag och klockslag, som 2026-01-31 08:00."
	wordPassed        = "Tiden har passerat. Välj en senare tid, eller publicera genast."
	wordNotSaved      = "Inget är sparat: raderna följer inte katalogens regler."
	wordNoFile        = "Välj en fil som inte är tom."
	wordFileProblems  = "Filen gick inte att läsa. Rätta det som står i tabellen och välj den igen."
	WordFileCharacter = "En rad har ett tecken som inte kan sparas (ett styrtecken, U+FFFE eller U+FFFF)."
	wordFileAgain     = "Rätta filen och välj den igen."
	wordFileNothing   = "Filen ändrar ingenting: utkastet säger redan samma sak."
	wordNoUnit        = "Enheten finns inte i katalogen. Sök den, eller lägg till den först."
	wordChooseSystem  = "Välj ett system, eller skriv adressen till ett nytt."
	wordSystemID      = "Skriv systemets HSA-id: bara det systemet får sedan svara i ärendena."
	wordChooseWay     = "Välj vart nya ärenden ska gå."
	wordNotPast       = "Välj i dag eller en senare dag."
	WordWhichRows     = "Ange draft, inforce eller en versions nummer."
	wordContract      = "Skriv tjänstekontraktets kortnamn eller namnrymd."
	wordReceiver      = "Skriv den logiska adressen."
	wordChooseVersion = "Välj en av versionerna."
	wordNoVersion     = "Versionen finns inte."
	wordChooseKind    = "Välj vilket slag av rad du vill lägga till."
	wordLastDay       = "Skriv den sista dagen."
	// wordTurnsOff asks for a tick.
	wordTurnsOff = "Enheter stängs av för invånarna. Läs listan ovan och kryssa för att det är avsikten."
)

// What others did to the draft meanwhile. %d is a number of events.
const (
	wordMoreEvents = "%d händelser till"
	wordOtherDraft = "Utkastet är ett annat än det som sidan visade."
)

// Permissions that a move of a unit adds. %s is the HSA-id of a system.
const (
	addedSend   = "1177 får skicka ärenden till enheten"
	addedReturn = "%s får skicka svar till 1177"
)

// Which catalogue answered. %d is the number of a version.
const (
	byInUse   = "katalogen som används nu"
	byDraft   = "utkastet"
	byVersion = "version %d"
)

// Labels of the fields of a row, and a few words on what to write in them.
const (
	labelHSAID       = "HSA-id"
	labelName        = "Namn"
	labelContract    = "Tjänstekontrakt"
	hintContract     = "kortnamn eller namnrymd"
	labelReceiver    = "Logisk adress"
	hintReceiver     = "HSA-id, eller * för alla"
	labelComponent   = "Mottagande system"
	labelSender      = "Avsändare"
	hintID           = "HSA-id"
	hintOptionalID   = "HSA-id, valfritt"
	labelProfile     = "RIV-TA-profil"
	labelSignature   = "Signatur"
	hintSignature    = "WS-Security över meddelandet"
	labelFirstDay    = "Första dag"
	hintFirstDay     = "tomt: alltid"
	labelLastDay     = "Sista dag"
	hintLastDay      = "tomt: tills vidare"
	labelUnitKind    = "Slag"
	labelRegion      = "Länskod"
	hintRegion       = "två siffror; en övrig funktion kan sakna den"
	labelProvider    = "Vårdgivare"
	labelTown        = "Ort"
	hintTown         = "för den som söker, valfritt"
	labelAliases     = "Kallas även"
	hintAliases      = "andra namn som människor söker på, med komma emellan"
	labelAttachments = "Anmälaren får bifoga filer"
	labelSupplements = "Det egna systemet tar emot tillägg"
	hintSupplements  = "kontraktets version 1.1"
	labelAddress     = "Adress"
	hintAddress      = "https://…"
	hintRouteAddress = "https://…, eller rivgate:inbox för inkorgen här"
)

// What a field with a tick says.
const (
	wordYes = "ja"
	wordNo  = "nej"
)

// unitKindChoice is a kind of unit where it is chosen.
func unitKindChoice(kind routing.UnitKind) string {
	if kind == routing.Other {
		return shell.UnitKindWord(kind) + ", ingen vård"
	}
	return shell.UnitKindWord(kind)
}

// doneWords say what a verb did, on the page after it.
var doneWords = map[string]string{
	"add":      "Raden finns i utkastet.",
	"change":   "Ändringen finns i utkastet.",
	"end":      "Raden är avslutad i utkastet.",
	"remove":   "Raden är borttagen ur utkastet.",
	"undo":     "Ändringen är ångrad.",
	"move":     "Flytten finns i utkastet. Den gäller när du har publicerat.",
	"import":   "Filen är inläst i utkastet.",
	"publish":  "Utkastet är publicerat.",
	"rebase":   "Utkastet bygger nu på den senaste versionen.",
	"discard":  "Utkastet är kastat. Vad som stod i det finns kvar under Händelser.",
	"rollback": "Katalogen har gått tillbaka. En ny version med det gamla innehållet gäller nu.",
	"accept":   "Svaret är godkänt och tas i bruk vid nästa läsning.",
	"cancel":   "Versionen är återtagen. Ändringarna finns i utkastet igen.",
}

// StateWord is where a version stands.
func (saying) StateWord(state string) string {
	switch state {
	case "inforce":
		return "Gäller nu"
	case "scheduled":
		return "Planerad"
	case "cancelled":
		return "Återtagen"
	}
	return "Tidigare"
}

// eventWords tell what somebody did to the draft.
func eventWords(e catalogues.Event, now time.Time) string {
	text := e.By + " " + shell.Moment(e.At, now) + ": " + versionEventWord(e.Verb)
	if e.Changes > 0 {
		text += " (" + shell.Count(e.Changes, "ändring", "ändringar") + ")"
	}
	return text + "."
}

// kindWord is what a kind of row is called.
func kindWord(kind catalogue.Kind) string {
	switch kind {
	case catalogue.KindUnit:
		return "Enhet"
	case catalogue.KindReceiver:
		return labelReceiver
	case catalogue.KindContract:
		return labelContract
	case catalogue.KindComponent:
		return labelComponent
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
		text := e.Name + " (" + e.HSAID + "), " + shell.UnitKindWord(e.UnitKind)
		if e.Town != "" {
			text += ", " + e.Town
		}
		if e.Aliases != "" {
			text += ", kallas även " + e.Aliases.Words()
		}
		return text
	case catalogue.KindContract:
		return shell.ShortContract(e.Contract) + bracketed(e.Name)
	case catalogue.KindComponent, catalogue.KindReceiver:
		return e.HSAID + bracketed(e.Name)
	case catalogue.KindAddress:
		return e.Address + ofSystem(e.Component)
	case catalogue.KindRoute:
		return shell.ShortContract(e.Contract) + " till " + anyWord(e.Receiver) + " går till " + addressWord(e.Address) +
			ofSystem(e.Component) + signatureSuffix(e.Signature)
	case catalogue.KindPermission:
		text := e.Sender + " får anropa " + shell.ShortContract(e.Contract) + " hos " + anyWord(e.Receiver)
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

// signatureWord is what a route asks of signatures, where it is chosen.
func signatureWord(s routing.Signature) string {
	switch s {
	case routing.SignatureNone:
		return "ingen"
	case routing.SignatureSign:
		return "det som skickas vidare signeras"
	case routing.SignatureRequire:
		return "avsändaren måste signera"
	case routing.SignatureBoth:
		return "avsändaren måste signera, och det som skickas vidare signeras"
	}
	return string(s)
}

// signatureSuffix is the end of a route's words.
func signatureSuffix(s routing.Signature) string {
	if s == routing.SignatureNone {
		return ""
	}
	return "; signatur: " + signatureWord(s)
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
	case catalogues.TurnsOff:
		return "Källan stängde av enheter för invånarna"
	}
	return verb
}

// rowInWords is a row with its kind and its days, in a sentence.
func rowInWords(e catalogue.Row) string {
	text := strings.ToLower(kindWord(e.Kind)) + " " + rowWords(e)
	if days := daysWord(e); days != "" && days != "alltid" {
		text += ", " + days
	}
	return text
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

// SignatureWord is what a route asks of signatures.
func (saying) SignatureWord(s routing.Signature) string { return signatureWord(s) }

// AddressWord is where a route leads.
func (saying) AddressWord(address string) string { return addressWord(address) }

// ChangeWord is what happened to a row.
func (saying) ChangeWord(kind string) string { return changeWord(kind) }

// EventWord is what was done to the catalogue.
func (saying) EventWord(verb string) string { return versionEventWord(verb) }

// recordedLines are the first changes of an event.
func recordedLines(e catalogues.Event, most int) (lines []string) {
	if e.Answer != "" {
		return []string{"Svaret " + e.Answer}
	}
	for _, x := range e.TakenOver {
		lines = append(lines, x.To+" tog över "+shell.Count(x.Cases, "ärende", "ärenden")+" från "+x.From)
	}
	for _, u := range e.TurnedOff[:min(len(e.TurnedOff), most)] {
		lines = append(lines, strings.TrimSpace(u.Name+" "+u.Unit)+", från "+u.Day.String()+": "+u.Why.Words(turnedOffWords))
	}
	for _, c := range e.Rows[:min(len(e.Rows), most)] {
		row := c.After
		if row == nil {
			row = c.Before
		}
		line := changeWord(c.Kind) + ": " + rowInWords(*row)
		if c.Before != nil && c.After != nil {
			line = changeWord(c.Kind) + ": " + rowInWords(*c.Before) + " → " + rowInWords(*c.After)
		}
		lines = append(lines, line)
	}
	if e.Changes > most {
		lines = append(lines, shell.Count(e.Changes-most, "ändring", "ändringar")+" till")
	}
	return lines
}

// traceStep is one place that was looked at on the way to a decision.
type traceStep struct {
	Place string // an address, or "*"
	How   string // why it was looked at
	Last  bool   // this one decided, or ended the search
}

// traceSteps reads a trace as VP writes it: places with commas between, and in brackets how the next ones were come to.
func traceSteps(trace string) (steps []traceStep) {
	if trace == "" {
		return nil
	}
	how := "adressen själv"
	for part := range strings.SplitSeq(trace, ",") {
		switch part {
		case "(parent)":
			how = "enhet ovanför i HSA-trädet"
		case "(default)":
			how = "standard för alla"
		case "(leaf)":
			how = "del av en adress i äldre form"
		default:
			steps = append(steps, traceStep{Place: part, How: how})
		}
	}
	if len(steps) > 0 {
		steps[len(steps)-1].Last = true
	}
	return steps
}

// stepName is what a step of a connection test is called.
func stepName(step string) string {
	switch step {
	case "address":
		return "Adress"
	case "name":
		return "Namnuppslag"
	case "tcp":
		return "Förbindelse (TCP)"
	case "tls":
		return "Kryptering och kedja (TLS)"
	case "host":
		return "Värdnamn i certifikatet"
	case "certificate":
		return "Motpartens certifikat"
	case "own-certificate":
		return "Vårt certifikat"
	case "ping":
		return "Ping"
	}
	return step
}

// probeResults are the words for the codes of probe.Results.
var probeResults = map[string]string{
	"stays-here":      "{1} stannar i gatewayen: det finns inget att ansluta till",
	"no-url":          "adressen är ingen webbadress",
	"url":             "{1}, värd {2}, port {3}",
	"addresses":       "{1}",
	"connected":       "ansluten till {1}",
	"ping-unwritten":  "pinget gick inte att skriva",
	"ping-late":       "inget svar inom 10 sekunder",
	"ping-cut":        "förbindelsen bröts utan svar",
	"ping-fault":      "det svarar med ett SOAP-fel: vägen är öppen, men ping besvaras inte på den här adressen",
	"ping-status":     "det svarar med HTTP-status {1}",
	"ping-no-soap":    "svaret är inget SOAP-meddelande",
	"ping-answered":   "det svarar, version {1}",
	"ping-other":      "det svarar med ett SOAP-meddelande som inte är svar på ping",
	"tls-none":        "ingen: adressen är okrypterad http",
	"tls-gone":        "förbindelsen gick inte att upprätta en andra gång",
	"tls-chain":       "{1}, certifikat för {2}, utfärdat av {3}",
	"tls-host":        "certifikatet gäller {1}",
	"ended":           "det gick ut {1}",
	"valid":           "gäller till {1}, {2} dagar",
	"valid-not-named": "gäller till {1}, {2} dagar, men systemet nämner inte dess utfärdare bland dem det litar på",
	"valid-not-asked": "gäller till {1}, {2} dagar; systemet ber inte om något",
	"own-none":        "systemet ber inte om något, och vi har inget",
	"own-missing":     "systemet ber om ett certifikat, och vi har inget",
	"own-unreadable":  "det går inte att läsa",
}

// probeRemedies are the words for the codes of probe.Remedies.
var probeRemedies = map[string]string{
	"address":   "rätta vägvalets adress",
	"host-name": "rätta värdnamnet i adressen, eller se över namntjänsten på den här datorn",
	"firewall":  "be om en öppning i brandväggarna på vägen, eller rätta värd och port",
	"allowed": "rätta adressen, eller be den som sköter gatewayen lägga värden eller dess nät i producer.allowed; " +
		"länklokala adresser, multicast och molnens metadatatjänster anropas aldrig",
	"running":     "se till att systemet är i gång, eller rätta värd och port",
	"slow-system": "se vad som hindrar systemet från att svara",
	"owners-log":  "händer det efter TLS tar systemet kanske inte emot vårt certifikat: be dess ägare läsa loggen",
	"nothing":     "inget behöver göras; ett system som besvarar ping kan testas längre",
	"status": "401 och 403: systemet ska släppa in vårt certifikat; 404: rätta sökvägen i adressen; 5xx: se " +
		"systemets logg",
	"other-service":    "rätta adressen: något annat lyssnar där",
	"ask-owner":        "fråga systemets ägare vad som lyssnar där",
	"use-https":        "använd https för allt som lämnar huset",
	"again":            "försök igen",
	"tls-versions":     "se till att båda sidor tillåter TLS 1.2 eller 1.3, och att systemet tar emot vårt certifikat",
	"authority":        "lägg utfärdaren i producer.tls.ca, eller låt systemet skicka hela sin kedja",
	"certificate-name": "använd ett namn ur certifikatet i adressen, eller låt utfärda ett för det här",
	"clocks":           "se över klockorna på båda datorerna",
	"renew-theirs":     "be systemets ägare förnya certifikatet",
	"set-certificate":  "ange producer.tls.certificate och producer.tls.key",
	"set-pem":          "ange ett PEM-certifikat i producer.tls.certificate",
	"renew-ours":       "förnya producer.tls.certificate",
	"trust-issuer": "be systemets ägare lita på {1}, eller använd ett certifikat från en utfärdare som systemet " +
		"nämner",
}

// refusalCauses are the words for the codes of routing.Causes.
var refusalCauses = map[string]string{
	"no-route": "Inget vägval för {1} till {2} gäller {3}: varken ett eget, ett ovanför i HSA-trädet eller ett " +
		"standardval.",
	"receiver-blanks": "Den logiska adressen har blanktecken före eller efter.",
	"profile-unknown": shell.WordProfile,
	"several-routes":  "Mer än ett vägval för {1} till {2} gäller {3}.",
	"no-permission":   "{4} har ingen anropsbehörighet för {1} till {2} som gäller {3}.",
	"no-catalogue":    "Det finns ingen adresskatalog, och ingen sparad kopia.",
	"no-address":      shell.WordNoAddress,
}

// refusalRemedies are the words for the codes of routing.Remedies.
var refusalRemedies = map[string]string{
	"no-route":        "Lägg till ett vägval, eller rätta dagarna på det som finns.",
	"receiver-blanks": "Den som anropar ska skicka adressen utan dem.",
	"profile-unknown": "Rätta profilen på vägvalets adress.",
	"several-routes":  "Avsluta det ena innan det andra börjar.",
	"no-permission":   "Lägg till en anropsbehörighet för avsändaren till adressen, en enhet ovanför eller alla (*).",
	"no-catalogue":    "Se i driftläget varför källan inte går att läsa.",
	"no-address":      "Ge vägvalet systemets adress.",
}

// turnedOffWords are the words for the codes of routing.TurnedOffWords.
var turnedOffWords = map[string]string{
	"board-removed":     "Region {1} förlorar sin patientnämnd, {2}.",
	"board-unreachable": "Patientnämnden i region {1}, {2}, går inte att nå.",
	"unit-removed":      "Enheten tas bort.",
	"unit-unreachable":  "Enheten går inte att nå.",
}
