package web

import (
	"strings"

	"rivgate/routing"
)

// faultKind is one way for a delivery or a call to fail: the class of the attempt and, where there is one, the code of who refused.
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
	return classWord(class)
}

// meaning is cause and remedy of a delivery that failed, where the receiver refused us: of its code where there is one, else of the class.
func (k faultKind) meaning() codeMeaning {
	if m, ok := platformTheirs[routing.Code(k.Code)]; ok {
		return m
	}
	if m, ok := subCodes[k.Code]; ok {
		return m.theirs
	}
	switch k.Class {
	case "connect":
		return codeMeaning{"Det gick inte att ansluta till mottagarens adress. Inget skickades.", "Testa anslutningen. Är adressen rätt, är systemet i gång, är brandväggen öppen?"}
	case "tls":
		return codeMeaning{"Den krypterade förbindelsen gick inte att upprätta. Inget skickades.", "Testa anslutningen: där syns vems certifikat som inte godtas, och när det går ut."}
	case "timeout", "no answer":
		return codeMeaning{"Meddelandet skickades, men inget svar kom i tid. Ingen vet om det togs emot.", "Vänta: det skickas om med samma id, så att det inte blir dubbelt. Fråga systemets ägare om det håller på."}
	case "reset":
		return codeMeaning{"Förbindelsen bröts innan svaret kom. Ingen vet om meddelandet togs emot.", "Vänta: det skickas om med samma id. Fråga systemets ägare om det startade om."}
	case "fault-client":
		return codeMeaning{"Mottagaren svarade med ett SOAP-fel som säger att meddelandet är fel.", "Hämta inspelningen och jämför med kontraktet, eller fråga systemets ägare. Skicka om när felet är rättat."}
	case "fault-server":
		return codeMeaning{"Mottagaren svarade med ett SOAP-fel som säger att felet är hos den.", "Vänta: det skickas om. Håller det i sig, fråga systemets ägare."}
	case "unreadable answer":
		return codeMeaning{"Mottagaren svarade, men svaret följer inte kontraktet. Ingen vet om meddelandet togs emot.", "Hämta inspelningen och visa den för systemets ägare."}
	case "unreadable":
		return codeMeaning{"Det lagrade meddelandet gick inte att läsa.", "Se loggen. Meddelandet måste skickas på nytt av avsändaren."}
	case "result-validation":
		return codeMeaning{"Mottagaren anser att meddelandet inte följer kontraktet.", "Hämta inspelningen och jämför med kontraktet. Den som har fel behöver rätta."}
	case "result-application":
		return codeMeaning{"Mottagaren tog inte emot meddelandet i ärendets läge.", "Fråga mottagaren vad som hänt med ärendet."}
	case "result-technical":
		return codeMeaning{"Mottagaren säger att den har ett tekniskt fel just nu.", "Vänta: det skickas om."}
	case "result-error":
		return codeMeaning{"Mottagaren avvisade meddelandet utan att säga vilket slags fel det är.", "Hämta inspelningen och fråga systemets ägare."}
	case "store", "lease", "canceled":
		return codeMeaning{"Försöket bröts av ett fel i gatewayen själv.", "Vänta: det skickas om. Håller det i sig, se loggen och disken."}
	case "invalid":
		return codeMeaning{"Adressen går inte att anropa.", "Rätta vägvalets adress, och styr om det som väntar."}
	case "too-large":
		return codeMeaning{"Mottagarens svar är större än gatewayen tar emot.", "Visa det för systemets ägare: svaret ska bara vara ett kvitto."}
	}
	return statusMeaning(k.Class)
}

// statusMeaning is cause and remedy of an HTTP status without SOAP.
func statusMeaning(class string) codeMeaning {
	switch status, ok := strings.CutPrefix(class, "http-"); {
	case !ok:
	case status == "401" || status == "403":
		return codeMeaning{"Mottagaren släpper inte in gatewayens certifikat.", "Be systemets ägare ge certifikatets HSA-id rätt att anropa."}
	case status == "404":
		return codeMeaning{"Det finns ingen tjänst på adressen hos mottagaren.", "Rätta sökvägen i vägvalets adress."}
	case status == "429" || status == "503":
		return codeMeaning{"Mottagaren är överbelastad eller stängd just nu.", "Vänta: det skickas om, när mottagaren själv ber om det."}
	case strings.HasPrefix(status, "5"):
		return codeMeaning{"Något gick fel hos mottagaren, eller i en proxy framför den.", "Vänta: det skickas om. Håller det i sig, fråga systemets ägare."}
	default:
		return codeMeaning{"Mottagaren svarade med en HTTP-status utan SOAP-meddelande.", "Rätta adressen, eller visa svaret för systemets ägare."}
	}
	return codeMeaning{"Försöket misslyckades av okänd orsak.", "Se loggen vid samma meddelande-id."}
}
