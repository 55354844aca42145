package web

import (
	"strings"

	"rivgate/routing"
)

// codeMeaning is what a code of the platform means to who keeps the catalogue.
type codeMeaning struct{ Cause, Remedy string }

// codeMeanings are cause and remedy of a code; empty for none.
func codeMeanings(code routing.Code) codeMeaning {
	switch code {
	case routing.VP001:
		return codeMeaning{"Anropet säger inte vilken RIV-TA-profil det följer.", "Den som anropar ska skicka LogicalAddress (RIVTABP21) eller wsa:To (RIVTABP20)."}
	case routing.VP002:
		return codeMeaning{"Klientcertifikatet saknas, är för gammalt eller har inget HSA-id i serialNumber.", "Den som anropar ska använda ett giltigt funktionscertifikat. Kommer anropet genom en proxy: se att den skickar certifikatet vidare och finns bland de betrodda."}
	case routing.VP003:
		return codeMeaning{"Anropet har ingen logisk adress.", "Den som anropar ska fylla i LogicalAddress i SOAP-huvudet."}
	case routing.VP004:
		return codeMeaning{"Inget vägval för kontraktet och adressen gäller den dagen: varken ett eget, ett för en enhet ovanför i HSA-trädet eller ett för alla (*).", "Lägg till ett vägval, eller rätta dagarna för det som finns. Står det blanksteg runt adressen ska den som anropar ta bort dem."}
	case routing.VP005:
		return codeMeaning{"Vägvalets RIV-TA-profil är varken RIVTABP20 eller RIVTABP21.", "Rätta profilen på vägvalet."}
	case routing.VP006:
		return codeMeaning{"Mer än ett vägval för kontraktet och adressen gäller den dagen.", "Avsluta det ena dagen innan det andra börjar."}
	case routing.VP007:
		return codeMeaning{"Det anropande systemet har ingen anropsbehörighet för kontraktet hos adressen den dagen.", "Lägg till en anropsbehörighet för systemet: till adressen, en enhet ovanför den eller alla (*)."}
	case routing.VP008:
		return codeMeaning{"Gatewayen har ingen adresskatalog, inte ens en sparad kopia.", "Se på statussidan varför källan inte går att läsa."}
	case routing.VP009:
		return codeMeaning{"Det mottagande systemet gick inte att nå, svarade inte i tid eller svarade med något som inte är SOAP.", "Testa anslutningen. Fråga systemets ägare om det är i gång."}
	case routing.VP010:
		return codeMeaning{"Vägvalet har ingen adress.", "Ge vägvalet det mottagande systemets adress."}
	case routing.VP011:
		return codeMeaning{"Anropet kom utan TLS från en adress som inte är betrodd.", "Anropa över TLS med klientcertifikat, eller lägg till proxyn bland de betrodda (soap.trusted_proxies)."}
	case routing.VP012:
		return codeMeaning{"Gatewayen kunde inte själv göra klart anropet.", "Se loggen vid samma korrelations-id. Är disken full, eller databasen nere?"}
	case routing.VP013:
		return codeMeaning{"Systemet får inte ange någon annan som ursprunglig konsument.", "Ta bort huvudet x-rivta-original-serviceconsumer-hsaid, eller lägg till systemet bland dem som får."}
	case routing.VP014:
		return codeMeaning{"Anropet har redan passerat här: två plattformar skickar det till varandra.", "Rätta vägvalet på en av plattformarna."}
	case routing.VP015:
		return codeMeaning{"Anropet är inte ett riktigt SOAP 1.1-meddelande, eller bryter mot gränserna för ett.", "Den som anropar ska rätta meddelandet. Kommandot rivgate validate visar rad och kolumn."}
	}
	return codeMeaning{}
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

// probeResults are the words for the codes of relay.ProbeResults.
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

// probeRemedies are the words for the codes of relay.ProbeRemedies.
var probeRemedies = map[string]string{
	"address":          "rätta vägvalets adress",
	"host-name":        "rätta värdnamnet i adressen, eller se över namntjänsten på den här datorn",
	"firewall":         "be om en öppning i brandväggarna på vägen, eller rätta värd och port",
	"running":          "se till att systemet är i gång, eller rätta värd och port",
	"slow-system":      "se vad som hindrar systemet från att svara",
	"owners-log":       "händer det efter TLS tar systemet kanske inte emot vårt certifikat: be dess ägare läsa loggen",
	"nothing":          "inget behöver göras; ett system som besvarar ping kan testas längre",
	"status":           "401 och 403: systemet ska släppa in vårt certifikat; 404: rätta sökvägen i adressen; 5xx: se systemets logg",
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
	"trust-issuer":     "be systemets ägare lita på {1}, eller använd ett certifikat från en utfärdare som systemet nämner",
}
