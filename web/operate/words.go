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
		return "Avslutat utan leverans"
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
	var parts []string
	add := func(word, value string) {
		if value != "" {
			parts = append(parts, word+" "+value)
		}
	}
	add("meddelande", f.ID)
	add("till", f.Receiver)
	add("i läge", strings.ToLower(operatorWords{}.StateWord(store.DeliveryState(f.State))))
	add("i ärende", f.Case)
	if !f.Since.IsZero() {
		add("från", stamp(f.Since))
	}
	if !f.Until.IsZero() {
		add("till och med", stamp(f.Until))
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

// faultKind is one way for a delivery or a call to fail: the class of the attempt and, where there is one, the code of
// who refused.
type faultKind struct{ Class, Code string }

// Name is what the kind is called in a list.
func (k faultKind) Name() string {
	if k.Code != "" {
		return k.Code
	}
	return faultName(k.Class)
}

// faultName is a class in words.
func faultName(class string) string {
	switch class {
	case "no answer":
		return "inget svar"
	case "unreadable answer":
		return "oläsligt svar"
	case "unreadable":
		return "oläsligt meddelande"
	case "result-error", "result-validation", "result-application":
		return "avvisat av mottagaren"
	case "result-technical":
		return "tekniskt fel hos mottagaren"
	case "canceled", "lease":
		return "avbrutet här"
	case "store":
		return "fel i lagringen här"
	case "invalid":
		return "adressen går inte att använda"
	case "too-large":
		return "för stort svar"
	case "":
		return "okänt fel"
	}
	return shell.ClassWord(class)
}

// meaning is cause and remedy of a delivery that failed, where the receiver refused us: of its code where there is one,
// else of the class.
func (k faultKind) meaning() shell.CodeMeaning {
	if m, ok := shell.PlatformTheirs[routing.Code(k.Code)]; ok {
		return m
	}
	if m, ok := subCodes[k.Code]; ok {
		return m.theirs
	}
	switch k.Class {
	case "connect":
		return shell.CodeMeaning{
			Cause:  "Det gick inte att ansluta till mottagarens adress. Inget skickades.",
			Remedy: "Testa anslutningen. Är adressen rätt, är systemet i gång, är brandväggen öppen?",
		}
	case "tls":
		return shell.CodeMeaning{
			Cause:  "Den krypterade förbindelsen gick inte att upprätta. Inget skickades.",
			Remedy: "Testa anslutningen: där syns vems certifikat som inte godtas, och när det går ut.",
		}
	case "timeout", "no answer":
		return shell.CodeMeaning{
			Cause:  "Meddelandet skickades, men inget svar kom i tid. Ingen vet om det togs emot.",
			Remedy: "Vänta: det skickas om med samma id, så att det inte blir dubbelt. Fråga systemets ägare om det håller på.",
		}
	case "reset":
		return shell.CodeMeaning{
			Cause:  "Förbindelsen bröts innan svaret kom. Ingen vet om meddelandet togs emot.",
			Remedy: "Vänta: det skickas om med samma id. Fråga systemets ägare om det startade om.",
		}
	case "fault-client":
		return shell.CodeMeaning{
			Cause:  "Mottagaren svarade med ett SOAP-fel som säger att meddelandet är fel.",
			Remedy: "Hämta inspelningen och jämför med kontraktet, eller fråga systemets ägare. Skicka om när felet är rättat.",
		}
	case "fault-server":
		return shell.CodeMeaning{
			Cause:  "Mottagaren svarade med ett SOAP-fel som säger att felet är hos den.",
			Remedy: "Vänta: det skickas om. Håller det i sig, fråga systemets ägare.",
		}
	case "unreadable answer":
		return shell.CodeMeaning{
			Cause:  "Mottagaren svarade, men svaret följer inte kontraktet. Ingen vet om meddelandet togs emot.",
			Remedy: "Hämta inspelningen och visa den för systemets ägare.",
		}
	case "unreadable":
		return shell.CodeMeaning{
			Cause:  "Det lagrade meddelandet gick inte att läsa.",
			Remedy: "Se loggen. Meddelandet måste skickas på nytt av avsändaren.",
		}
	case "result-validation":
		return shell.CodeMeaning{
			Cause:  "Mottagaren anser att meddelandet inte följer kontraktet.",
			Remedy: "Hämta inspelningen och jämför med kontraktet. Den som har fel behöver rätta.",
		}
	case "result-application":
		return shell.CodeMeaning{
			Cause: "Mottagaren tog inte emot meddelandet i ärendets läge.", Remedy: "Fråga mottagaren vad som hänt med ärendet.",
		}
	case "result-technical":
		return shell.CodeMeaning{
			Cause: "Mottagaren säger att den har ett tekniskt fel just nu.", Remedy: "Vänta: det skickas om.",
		}
	case "result-error":
		return shell.CodeMeaning{
			Cause:  "Mottagaren avvisade meddelandet utan att säga vilket slags fel det är.",
			Remedy: "Hämta inspelningen och fråga systemets ägare.",
		}
	case "store", "lease", "canceled":
		return shell.CodeMeaning{
			Cause:  "Försöket bröts av ett fel i gatewayen själv.",
			Remedy: "Vänta: det skickas om. Håller det i sig, se loggen och disken.",
		}
	case "invalid":
		return shell.CodeMeaning{
			Cause: "Adressen går inte att anropa.", Remedy: "Rätta vägvalets adress, och styr om det som väntar.",
		}
	case "too-large":
		return shell.CodeMeaning{
			Cause:  "Mottagarens svar är större än gatewayen tar emot.",
			Remedy: "Visa det för systemets ägare: svaret ska bara vara ett kvitto.",
		}
	}
	return statusMeaning(k.Class)
}

// statusMeaning is cause and remedy of an HTTP status without SOAP.
func statusMeaning(class string) shell.CodeMeaning {
	switch status, ok := strings.CutPrefix(class, "http-"); {
	case !ok:
	case status == "401" || status == "403":
		return shell.CodeMeaning{
			Cause:  "Mottagaren släpper inte in gatewayens certifikat.",
			Remedy: "Be systemets ägare ge certifikatets HSA-id rätt att anropa.",
		}
	case status == "404":
		return shell.CodeMeaning{
			Cause: "Det finns ingen tjänst på adressen hos mottagaren.", Remedy: "Rätta sökvägen i vägvalets adress.",
		}
	case status == "429" || status == "503":
		return shell.CodeMeaning{
			Cause:  "Mottagaren är överbelastad eller stängd just nu.",
			Remedy: "Vänta: det skickas om, när mottagaren själv ber om det.",
		}
	case strings.HasPrefix(status, "5"):
		return shell.CodeMeaning{
			Cause:  "Något gick fel hos mottagaren, eller i en proxy framför den.",
			Remedy: "Vänta: det skickas om. Håller det i sig, fråga systemets ägare.",
		}
	default:
		return shell.CodeMeaning{
			Cause:  "Mottagaren svarade med en HTTP-status utan SOAP-meddelande.",
			Remedy: "Rätta adressen, eller visa svaret för systemets ägare.",
		}
	}
	return shell.CodeMeaning{Cause: "Försöket misslyckades av okänd orsak.", Remedy: "Se loggen vid samma meddelande-id."}
}
