package web

import (
	"strings"

	"rivgate/routing"
	"rivgate/store"
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

// meaning is cause and remedy of a kind of fault: of the platform's code where there is one, else of the class.
func (k faultKind) meaning() codeMeaning {
	if strings.HasPrefix(k.Code, "VP") {
		if m := codeMeanings(routing.Code(k.Code)); m != (codeMeaning{}) {
			return m
		}
	}
	if m, ok := subCodeMeaning(k.Code); ok {
		return m
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

// subCodeMeaning is cause and remedy of the contract's own codes that people meet most.
func subCodeMeaning(code string) (codeMeaning, bool) {
	switch store.Reason(code) {
	case store.UnknownCase:
		return codeMeaning{"Mottagaren känner inte till ärendet.", "Har mottagaren fått ärendets första meddelande? Skicka om det i så fall först."}, true
	case store.CaseClosed:
		return codeMeaning{"Ärendet är avslutat hos mottagaren.", "Avsluta leveransen: den behövs inte längre. Annars får anmälaren skicka ett nytt ärende."}, true
	case store.NotCurrentHandler:
		return codeMeaning{"Ärendet har en annan handläggare nu.", "Se i ärendet vem som har det, och låt den enheten svara."}, true
	case store.NoOpenQuestion:
		return codeMeaning{"Ärendet har ingen öppen fråga att svara på.", "Avsluta leveransen: svaret har redan kommit en annan väg."}, true
	case store.AttachmentNotAllowed:
		return codeMeaning{"Enheten tar inte emot bilagor i ärendet.", "Be avsändaren skicka på nytt utan bilaga, eller ändra enhetens rad i katalogen."}, true
	}
	switch code {
	case "DUPLICATE_CONTENT_MISMATCH":
		return codeMeaning{"Mottagaren har redan ett annat meddelande med samma id.", "Avsändaren behöver skicka det på nytt med ett nytt id."}, true
	case "SCHEMA":
		return codeMeaning{"Mottagaren anser att meddelandet inte följer schemat.", "Jämför schemaversionerna på båda sidor. Hämta inspelningen som underlag."}, true
	case "REGION_NOT_ACTIVE":
		return codeMeaning{"Regionen har ingen patientnämnd i mottagarens katalog.", "Lägg till patientnämnden där, eller rätta länskoden."}, true
	}
	return codeMeaning{}, false
}
