package operate

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// Titles of the pages. %s is a receiver.
const (
	titleMonitor    = shell.RoomMonitor
	titleDeliveries = "Leveranser"
	titleDelivery   = "Leverans till %s"
	titleBulk       = "Skicka om många"
	titleFaults     = shell.RoomFaults
)

// What a form answers when it is not filled in right.
const (
	wordState         = "Välj ett av lägena."
	wordUntil         = "Sluttiden måste vara efter starttiden."
	wordMoment        = "Ange en tidpunkt, till exempel 2026-01-31 12:00."
	WordWhichReceiver = "Ange mottagaren: en logisk adress eller ett systems HSA-id."
	wordWhyOrder      = "Skriv varför: det sparas tillsammans med vem som gjorde det."
	wordSureAll       = "Bekräfta att du menar alla leveranser."
	wordSureUnknown   = "Ingen väg i katalogen och ingen leverans har den mottagaren. Rätta den, eller bekräfta att du " +
		"vill pausa ändå."
	wordPort  = "Porten finns inte: ange 1 till 65535."
	wordNever = "Till länklokala adresser, multicast och metadatatjänster skickas aldrig något. Ange det " +
		"mottagande systemets adress."
	wordAddress    = "Ange en adress som börjar med https:// eller http://."
	wordHTTPS      = "I produktion ska adressen börja med https://."
	wordWhyResend  = "Skriv varför: det sparas med leveransen."
	wordSureResend = "Bekräfta att meddelandet ska skickas om."
	wordMoved      = "Leveransen har bytt läge sedan du öppnade sidan. Läs det nya läget och bekräfta igen."
	wordNotNow     = "Meddelandet kan inte skickas om just nu: det skickas redan, eller så väntar ett annat i samma " +
		"ärende."
	wordResent = "Meddelandet skickas om."
)

// What comes next for a delivery. %s is a moment.
const (
	nextNothing = "Ingenting mer. Mottagarens svar säger att den har meddelandet."
	nextClosed  = "Ingenting mer. En människa har avslutat leveransen; meddelandet har inte kommit fram."
	nextParked  = "Ingenting händer av sig själv. Ärendets senare meddelanden till mottagaren väntar bakom det här. " +
		"Skicka om när felet är rättat, skicka till en annan adress, eller avsluta."
	nextLeased = "Meddelandet skickas just nu."
	nextPaused = "Mottagaren är pausad. Meddelandet skickas när den återupptas."
	nextDue    = "Meddelandet skickas så snart det är dess tur. Väntar ett tidigare meddelande i samma ärende skickas " +
		"det först."
	nextAt      = "Nästa försök görs %s, om inget tidigare meddelande i samma ärende är kvar."
	nextUnknown = "Det skickas med samma meddelande-id, så att mottagaren kan känna igen det om det redan kom fram."
	nextOutage  = "Mottagaren är nere sedan %s. Meddelandet väntar och skickas av sig självt när mottagaren svarar igen."
	nextAsks    = "Mottagaren tillfrågas igen senast %s."
	nextAsked   = "Mottagaren tillfrågades senast %s."
)

// What the file of a recording says of it. %s and %d are the contract, the receiver, a size in bytes, the number of the
// attempt and what came of it.
const (
	recordingNote = "LÄSMIG.txt"
	recordingOf   = "Inspelning av ett meddelande, med personuppgifter utbytta. Samma uppgift är utbytt mot samma på " +
		"alla ställen.\nKontrakt: %s\nMottagare: %s\n"
	recordingNoAnswer = "Svar: inget finns sparat.\n"
	recordingNotXML   = "Svar: %d byte som inte går att läsa som XML, eller är avkortade. De lämnas inte ut.\n"
	recordingAttempt  = "Försök: %d, %s"
)

// Why there is no recording of a message.
const (
	titleTooLarge  = "Meddelandet är för stort"
	textTooLarge   = "Inspelningar görs av meddelanden upp till 40 MB."
	titleNotMasked = "Meddelandet kan inte maskeras"
	textNotMasked  = "Det är inte en XML-text som går att läsa, så ingen inspelning lämnas ut."
)

// orderWord is how the page of an order puts it.
type orderWord struct {
	Title, Explain, Button string
	What, Many             string // what is counted: one, and several
}

// orderWords are the words for all orders.
var orderWords = map[string]orderWord{
	"retry": {
		Title: "Skicka om", Button: "Skicka om", What: "meddelande", Many: "meddelanden",
		Explain: "Det som väntar och det som är parkerat skickas så snart det är dess tur. Det som var parkerat får hela " +
			"sin tid på nytt. Meddelande-id är detsamma, så att mottagaren kan känna igen det.",
	},
	"replay": {
		Title: "Skicka om det som redan levererats", Button: "Skicka en gång till", What: "meddelande", Many: "meddelanden",
		Explain: "För en mottagare som har förlorat vad den tagit emot. Det som levererats skickas en gång till, med " +
			"samma meddelande-id. Ärenden där något väntar lämnas utanför: gör om det när de är klara.",
	},
	"release": {
		Title: "Släpp fram", Button: "Släpp fram", What: "meddelande", Many: "meddelanden",
		Explain: "Meddelanden som hålls för att ett tidigare i samma ärende saknas tas i bruk nu, utan att vänta längre " +
			"på det.",
	},
	"redirect": {
		Title: "Skicka till en annan adress", Button: "Skicka dit", What: "meddelande", Many: "meddelanden",
		Explain: "Det som väntar och det som är parkerat skickas till den nya adressen från nästa försök. Katalogen " +
			"ändras inte: nya ärenden går dit den säger.",
	},
	"close": {
		Title: "Avsluta utan leverans", Button: "Avsluta", What: "parkerat meddelande", Many: "parkerade meddelanden",
		Explain: "Parkerade meddelanden avslutas: de kommer aldrig att skickas. Se till att mottagaren har fått veta det " +
			"på annat sätt. Ingenting raderas.",
	},
	"dismiss": {
		Title: "Avsluta det som fastnat", Button: "Avsluta", What: "meddelande som fastnat", Many: "meddelanden som fastnat",
		Explain: "Meddelanden som väntade på ett tidigare i ärendet och avvisades när deras tur kom avslutas: de kommer " +
			"aldrig in i ärendet. Avsändaren har fått kvitto på dem, så se till att den får veta det på annat sätt. " +
			"Ingenting raderas.",
	},
	"pause": {
		Title: "Pausa en mottagare", Button: "Pausa", What: "mottagare", Many: "mottagare",
		Explain: "Ärenden tas emot som vanligt, men ingenting skickas till mottagaren förrän den återupptas.",
	},
	"resume": {
		Title: "Återuppta en mottagare", Button: "Återuppta", What: "mottagare", Many: "mottagare",
		Explain: "Det som väntar skickas genast.",
	},
	"maintenance": {
		Title: "Underhåll", Button: "Börja underhållet", What: "mottagare", Many: "mottagare",
		Explain: "Ärenden tas emot som vanligt, men ingenting skickas till någon mottagare förrän underhållet avslutas. " +
			"De som redan är pausade förblir det efteråt.",
	},
	"maintenance_end": {
		Title: "Avsluta underhållet", Button: "Avsluta underhållet", What: "mottagare", Many: "mottagare",
		Explain: "Det som väntar skickas genast. Mottagare som pausades av annat skäl är pausade även efteråt.",
	},
}

// orderDoneWord says what an order did, with how many messages or receivers.
func orderDoneWord(order string, n int) string {
	if n == 0 {
		return "Ingenting ändrades: det fanns inget kvar att göra det med."
	}
	messages := shell.Count(n, "meddelande", "meddelanden")
	switch order {
	case "retry":
		return messages + " skickas nu om. De lämnar listan när mottagaren har svarat."
	case "replay":
		return messages + " skickas nu en gång till."
	case "release":
		return messages + " släpptes fram."
	case "redirect":
		return messages + " skickas nu till den nya adressen."
	case "close":
		return messages + " avslutades utan leverans."
	case "dismiss":
		return messages + " som fastnat avslutades."
	case "pause":
		return "Mottagaren är pausad."
	case "resume":
		return "Mottagaren är återupptagen. Det som väntade skickas nu."
	case "maintenance":
		return "Underhållet har börjat: " + pausedWord(n) + "."
	case "maintenance_end":
		return "Underhållet är avslutat: " + shell.Count(n, "mottagare är återupptagen", "mottagare är återupptagna") + "."
	}
	return ""
}

// operatorWords are how the operator's pages say things, and the addresses that they lead to.
type operatorWords struct{}

// OrderWord is an order as it stands in the list of orders.
func (operatorWords) OrderWord(verb string) string {
	switch verb {
	case string(store.VerbRetry):
		return "Skickat om det som väntade och var parkerat"
	case string(store.VerbReplay):
		return "Skickat om det som var levererat"
	case string(store.VerbRedirect):
		return "Skickat till annan adress"
	case string(store.VerbClose):
		return shell.DeliveryWord(store.DeliveryClosed)
	case string(store.VerbRelease):
		return "Släppt fram"
	case string(store.VerbDismiss):
		return "Avslutat det som fastnat"
	case "pause":
		return "Pausat"
	case "resume":
		return "Återupptagit"
	case "purge":
		return "Gallrat"
	}
	return verb
}

// OrderOf is the filter of an order in words; what is not of this program's making is left out.
func (operatorWords) OrderOf(filter string) string {
	var f struct {
		ID, Receiver, State, Case string
		Since, Until              time.Time
	}
	if json.Unmarshal([]byte(filter), &f) != nil {
		return ""
	}
	var since, until string
	if !f.Since.IsZero() {
		since = stamp(f.Since)
	}
	if !f.Until.IsZero() {
		until = stamp(f.Until)
	}
	return filterWords(f.ID, f.Receiver, store.DeliveryState(f.State), f.Case, since, until)
}

// filterWords are what a filter of deliveries asks for; "" for everything.
func filterWords(id, receiver string, state store.DeliveryState, inCase, since, until string) string {
	var parts []string
	for _, part := range []struct{ word, value string }{
		{"meddelande", id},
		{"till", receiver},
		{"i läget", strings.ToLower(operatorWords{}.StateWord(state))},
		{"i ärende", inCase},
		{"från", since},
		{"före", until},
	} {
		if part.value != "" {
			parts = append(parts, part.word+" "+part.value)
		}
	}
	return strings.Join(parts, ", ")
}

// stamp is a moment in full, in Sweden.
func stamp(t time.Time) string { return t.In(routing.Stockholm()).Format("2006-01-02 15:04") }

// Clock is the time of day to the second, so that who looks sees that it moves.
func (operatorWords) Clock(t time.Time) string {
	return t.In(routing.Stockholm()).Format("kl. 15:04:05")
}

// RateWord is a count of what passed; "minst" where there was more than is looked at.
func (operatorWords) RateWord(n int, least bool) string {
	if least {
		return "≥" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// Room is a size of disks.
func (operatorWords) Room(bytes int64) string {
	if bytes < 1e9 {
		return shell.Size(bytes)
	}
	return strings.Replace(strconv.FormatFloat(float64(bytes)/1e9, 'f', 1, 64), ".", ",", 1) + " GB"
}

// DeliveriesOf is where the deliveries to a receiver that are not done are listed.
func (operatorWords) DeliveriesOf(receiver string) string {
	return shell.Link("/monitor/deliveries?receiver={}", receiver)
}

// OrderLink is where a verb on a receiver is confirmed.
func (operatorWords) OrderLink(verb, receiver string) string {
	return shell.Link("/monitor/order?verb={}&receiver={}", verb, receiver)
}

// StateWord is a state of the filter in words.
func (operatorWords) StateWord(s store.DeliveryState) string {
	if s == store.DeliveryUnknown {
		return "Osäkert utfall"
	}
	return shell.DeliveryWord(s)
}

// ClassWord is the class of an attempt in words; a class that is not known stands as it is.
func (operatorWords) ClassWord(class string) string {
	if word, ok := classWords[class]; ok {
		return word
	}
	return shell.ClassWord(class)
}

// classWords are the classes of docs/operations.md that only operators meet; the others stand in the shell.
var classWords = map[string]string{
	"ok": "levererat", "info": "levererat med upplysning", "no answer": "inget svar",
	"result-validation":  "mottagaren godtog inte innehållet",
	"result-application": "mottagaren kan inte ta emot ärendet",
	"result-technical":   "tekniskt fel hos mottagaren", "result-error": "mottagaren svarade med fel",
	"unreadable":        "meddelandet gick inte att läsa",
	"unreadable answer": "oläsligt svar", "too-large": "svaret var för stort", "store": "databasen svarade inte",
	"lease": "försöket avbröts av gatewayen", "canceled": "försöket avbröts av gatewayen",
	"invalid": "adressen går inte att använda",
}

// wordFault is a fault of which no class is known.
const wordFault = "okänt fel"

// classMeanings are cause and remedy of a delivery that failed, by the class of the attempt. "http-5" stands for every
// status from 500 on, "http-" for any other, and "" for a class that is not known.
var classMeanings = map[string]shell.CodeMeaning{
	"connect": {
		Cause:  "Det gick inte att ansluta till mottagarens adress. Inget skickades.",
		Remedy: "Testa anslutningen. Är adressen rätt, är systemet i gång, är brandväggen öppen?",
	},
	"tls": {
		Cause:  "Den krypterade förbindelsen gick inte att upprätta. Inget skickades.",
		Remedy: "Testa anslutningen: där syns vems certifikat som inte godtas, och när det går ut.",
	},
	"timeout": {
		Cause:  "Meddelandet skickades, men inget svar kom i tid. Ingen vet om det togs emot.",
		Remedy: "Vänta: det skickas om med samma id, så att det inte blir dubbelt. Fråga systemets ägare om det håller på.",
	},
	"reset": {
		Cause:  "Förbindelsen bröts innan svaret kom. Ingen vet om meddelandet togs emot.",
		Remedy: "Vänta: det skickas om med samma id. Fråga systemets ägare om det startade om.",
	},
	"fault-client": {
		Cause:  "Mottagaren svarade med ett SOAP-fel som säger att meddelandet är fel.",
		Remedy: "Hämta inspelningen och jämför med kontraktet, eller fråga systemets ägare. Skicka om när felet är rättat.",
	},
	"fault-server": {
		Cause:  "Mottagaren svarade med ett SOAP-fel som säger att felet är hos den.",
		Remedy: shell.DoWait,
	},
	"unreadable answer": {
		Cause:  "Mottagaren svarade, men svaret följer inte kontraktet. Ingen vet om meddelandet togs emot.",
		Remedy: "Hämta inspelningen och visa den för systemets ägare.",
	},
	"unreadable": {
		Cause:  "Det lagrade meddelandet gick inte att läsa.",
		Remedy: "Se loggen. Meddelandet måste skickas på nytt av avsändaren.",
	},
	"result-validation": {
		Cause:  "Mottagaren anser att meddelandet inte följer kontraktet.",
		Remedy: "Hämta inspelningen och jämför med kontraktet. Den som har fel behöver rätta.",
	},
	"result-application": {
		Cause:  "Mottagaren tog inte emot meddelandet i ärendets läge.",
		Remedy: "Fråga mottagaren vad som hänt med ärendet.",
	},
	"result-technical": {
		Cause:  "Mottagaren säger att den har ett tekniskt fel just nu.",
		Remedy: "Vänta: det skickas om.",
	},
	"result-error": {
		Cause:  "Mottagaren avvisade meddelandet utan att säga vilket slags fel det är.",
		Remedy: "Hämta inspelningen och fråga systemets ägare.",
	},
	"store": {
		Cause:  "Försöket bröts av ett fel i gatewayen själv.",
		Remedy: "Vänta: det skickas om. Håller det i sig, se loggen och disken.",
	},
	"invalid": {
		Cause:  shell.WordNoCall,
		Remedy: "Rätta vägvalets adress, och styr om det som väntar.",
	},
	"too-large": {
		Cause:  "Mottagarens svar är större än gatewayen tar emot.",
		Remedy: "Visa det för systemets ägare: svaret ska bara vara ett kvitto.",
	},
	"http-401": {
		Cause:  "Mottagaren släpper inte in gatewayens certifikat.",
		Remedy: "Be systemets ägare ge certifikatets HSA-id rätt att anropa.",
	},
	"http-404": {
		Cause:  "Det finns ingen tjänst på adressen hos mottagaren.",
		Remedy: "Rätta sökvägen i vägvalets adress.",
	},
	"http-429": {
		Cause:  "Mottagaren är överbelastad eller stängd just nu.",
		Remedy: "Vänta: det skickas om, när mottagaren själv ber om det.",
	},
	"http-5": {
		Cause:  "Något gick fel hos mottagaren, eller i en proxy framför den.",
		Remedy: shell.DoWait,
	},
	"http-": {
		Cause:  "Mottagaren svarade med en HTTP-status utan SOAP-meddelande.",
		Remedy: "Rätta adressen, eller visa svaret för systemets ägare.",
	},
	"": {
		Cause:  "Försöket misslyckades av okänd orsak.",
		Remedy: "Se loggen vid samma meddelande-id.",
	},
}

// verdictWord is what is the matter, what to do, and what the link to that is called.
type verdictWord struct{ text, do, link string }

const (
	linkCatalogue = "Till adresskatalogen"
	linkWaiting   = "Visa det som väntar"
	doSource      = "Se efter varför källan inte går att läsa."
)

// verdictWords are the words for what an operator is told first. {1} and {2} take its values.
var verdictWords = map[string]verdictWord{
	"well":           {text: "Allt är väl: ingenting är parkerat, och ingenting har väntat länge."},
	"well-and-empty": {text: "Allt är väl: allt som tagits emot är levererat."},

	"breaches": {
		text: "Kontrollen av att inget går förlorat hittade {1}.",
		do: "Ta först en kopia med rivgate backup. Kör sedan rivgate queue check, som namnger meddelandena. Återställ " +
			"ingenting innan kopian är tagen.",
	},
	"no-catalogue": {
		text: "Det finns ingen adresskatalog, så inga ärenden kan tas emot.", do: doSource, link: linkCatalogue,
	},
	"disk": {
		text: "Disken börjar ta slut: {1} är ledigt.",
		do:   "Ge databasen mer plats. När disken är full tas inga ärenden emot.",
	},
	"certificate-unusable": {text: "Ett certifikat går inte att använda ({1}).", do: "Se efter filen: {2}."},
	"certificate-ended": {
		text: "Ett certifikat har gått ut ({1}).", do: "Lägg in ett nytt. Filen läses om av sig själv.",
	},
	"certificate-ends": {text: "Ett certifikat går ut om {1} ({2}).", do: "Beställ ett nytt och lägg in det."},
	"check-old": {
		text: "Kontrollen av att inget går förlorat har inte körts på länge.",
		do:   "Se loggen: databasen kan vara borta eller mycket långsam.",
	},

	"parked": {
		text: "{1} och väntar på en människa.",
		do:   "Läs varför. Skicka om när felet är rättat, eller skicka till en annan adress.", link: "Visa de parkerade",
	},
	"down": {
		text: "Mottagaren {1} är nere sedan {2}.",
		do:   "Ring den som driver mottagaren. Rivgate frågar den då och då, och skickar det som väntar när den svarar.",
		link: linkWaiting,
	},
	"waits": {
		text: "Det äldsta meddelandet till {1} har väntat {2}.", do: "Se vad försöken säger.", link: linkWaiting,
	},
	"maintenance": {
		text: "Underhållsläge: leveranserna till {1} är pausade. Ärenden tas emot som vanligt.",
		do:   "Avsluta underhållet när arbetet är klart.",
		link: "Avsluta underhållet",
	},
	"paused": {text: "{1}.", do: "Återuppta när mottagaren är klar."},

	"catalogue-held": {
		text: "Katalogens källa svarade med ett svar som krympt mycket. Det hålls tillbaka.",
		do:   "Ta reda på om det stämmer, och godkänn det i så fall.", link: linkCatalogue,
	},
	"catalogue-copy": {
		text: "Adresskatalogen är en sparad kopia: källan går inte att läsa.",
		do:   "Se efter varför. Ärenden tas emot under tiden, men ändringar märks inte.", link: linkCatalogue,
	},
	"regions-inactive": {
		text: "{1} saknar en patientnämnd som kan nås, så invånarna kan inte välja {2} där.",
		do:   "Se i katalogens historik när det hände, och tala med den som sköter katalogen.", link: "Till historiken",
	},
	"catalogue-unread": {
		text: "Adresskatalogen gick inte att läsa om senast. Den som lästes förut gäller.", do: doSource,
		link: linkCatalogue,
	},
}

// regionsWord names the first of some regions.
func regionsWord(all []routing.InactiveRegion) string {
	const most = 5
	var names []string
	for _, r := range all[:min(len(all), most)] {
		names = append(names, r.Region)
	}
	text := "Region "
	if len(all) > 1 {
		text = "Regionerna "
	}
	text += strings.Join(names, ", ")
	if more := len(all) - most; more > 0 {
		text += " och " + shell.Count(more, "till", "till")
	}
	return text
}

func unitsWord(n int) string { return shell.Count(n, "enhet", "enheter") }

func breachesWord(n int) string { return shell.Count(n, "fel", "fel") }

func parkedWord(n int) string {
	return shell.Count(n, "meddelande är parkerat", "meddelanden är parkerade")
}

func pausedWord(n int) string { return shell.Count(n, "mottagare är pausad", "mottagare är pausade") }

func receiversWord(n int) string { return shell.Count(n, "mottagare", "mottagare") }

func daysWord(n int) string { return shell.Count(n, "dag", "dagar") }

// certificateWords are why nothing is known of a certificate.
var certificateWords = map[CertificateProblem]string{
	NotPEM: "den går inte att läsa som certifikat i PEM-form",
}

// ProblemWord is why nothing is known of a certificate, in words.
func (s CertificateStatus) ProblemWord() string { return certificateWords[s.Problem] }

// waited is a wait in words: "mindre än en minut", "12 minuter", "3 timmar", "2 dagar".
func waited(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "mindre än en minut"
	case d < 2*time.Hour:
		return shell.Count(int(d.Minutes()), "minut", "minuter")
	case d < 48*time.Hour:
		return shell.Count(int(d.Hours()), "timme", "timmar")
	}
	return daysWord(int(d.Hours()) / 24)
}

// alarmWord is an age that counts as too long: "15 minuter", "24 timmar".
func alarmWord(age time.Duration) string {
	if age < time.Hour {
		return strconv.Itoa(int(age.Minutes())) + " minuter"
	}
	return strconv.Itoa(int(age.Hours())) + " timmar"
}
