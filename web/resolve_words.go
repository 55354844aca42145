package web

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

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

// stepWord is one thing that a connection test says, and what the page says instead.
type stepWord struct {
	english *regexp.Regexp
	swedish string
}

// probeWords are results and remedies of a connection test. A test holds the list to the sources of package relay.
var probeWords = sync.OnceValue(func() []stepWord {
	word := func(english, swedish string) stepWord {
		return stepWord{regexp.MustCompile(`^` + english + `$`), swedish}
	}
	return []stepWord{
		word(`(.+) stays in this gateway: there is nothing to connect to`, "%s stannar i gatewayen: det finns inget att ansluta till"),
		word(`the address is no URL`, "adressen är ingen webbadress"), word(`correct the address of the route`, "rätta vägvalets adress"),
		word(`(https?), host (.+), port (.+)`, "%s, värd %s, port %s"),
		word(`correct the host name in the address, or see to the name service of this machine`, "rätta värdnamnet i adressen, eller se över namntjänsten på den här datorn"),
		word(`ask for an opening in the firewalls between here and there, or correct host and port`, "be om en öppning i brandväggarna på vägen, eller rätta värd och port"),
		word(`see that the system is running, or correct host and port`, "se till att systemet är i gång, eller rätta värd och port"),
		word(`connected to (.+)`, "ansluten till %s"),
		word(`the ping could not be written`, "pinget gick inte att skriva"),
		word(`no answer within 10 seconds`, "inget svar inom 10 sekunder"), word(`see what keeps the system from answering`, "se vad som hindrar systemet från att svara"),
		word(`the connection ended without an answer`, "förbindelsen bröts utan svar"),
		word(`if it happens after TLS, the system may not accept our certificate: ask its owner for the log`, "händer det efter TLS tar systemet kanske inte emot vårt certifikat: be dess ägare läsa loggen"),
		word(`it answers with a SOAP fault: the way is open, but the ping is not served at this address`, "det svarar med ett SOAP-fel: vägen är öppen, men ping besvaras inte på den här adressen"),
		word(`nothing has to be done; a system that serves ping can be tested further`, "inget behöver göras; ett system som besvarar ping kan testas längre"),
		word(`it answers with HTTP status (.+)`, "det svarar med HTTP-status %s"),
		word(`401 and 403: the system must let our certificate in; 404: correct the path of the address; 5xx: see the system's log`, "401 och 403: systemet ska släppa in vårt certifikat; 404: rätta sökvägen i adressen; 5xx: se systemets logg"),
		word(`the answer is no SOAP message`, "svaret är inget SOAP-meddelande"), word(`correct the address: something else listens there`, "rätta adressen: något annat lyssnar där"),
		word(`it answers, version (.*)`, "det svarar, version %s"),
		word(`it answers with a SOAP message that is no answer to a ping`, "det svarar med ett SOAP-meddelande som inte är svar på ping"),
		word(`ask the system's owner what listens there`, "fråga systemets ägare vad som lyssnar där"),
		word(`none: the address is plain http`, "ingen: adressen är okrypterad http"), word(`use https for all that leaves the house`, "använd https för allt som lämnar huset"),
		word(`the connection was not made a second time`, "förbindelsen gick inte att upprätta en andra gång"), word(`try again`, "försök igen"),
		word(`see that both sides allow TLS 1.2 or 1.3, and that the system accepts our certificate`, "se till att båda sidor tillåter TLS 1.2 eller 1.3, och att systemet tar emot vårt certifikat"),

		word(`put the issuer's authority into producer.tls.ca, or have the system send its whole chain`, "lägg utfärdaren i producer.tls.ca, eller låt systemet skicka hela sin kedja"),
		word(`(.+), certificate of (.+), issued by (.+)`, "%s, certifikat för %s, utfärdat av %s"),
		word(`use a name of the certificate in the address, or have the certificate issued for this one`, "använd ett namn ur certifikatet i adressen, eller låt utfärda ett för det här"),
		word(`the certificate is for (.+)`, "certifikatet gäller %s"),
		word(`see to the clocks of both machines`, "se över klockorna på båda datorerna"),
		word(`have the system's owner renew its certificate`, "be systemets ägare förnya certifikatet"),
		word(`it ended on (.+)`, "det gick ut %s"),
		word(`the system asks for none, and we have none`, "systemet ber inte om något, och vi har inget"),
		word(`the system asks for a certificate, and we have none`, "systemet ber om ett certifikat, och vi har inget"),
		word(`set producer.tls.certificate and producer.tls.key`, "ange producer.tls.certificate och producer.tls.key"),
		word(`it cannot be read`, "det går inte att läsa"), word(`set producer.tls.certificate to a PEM certificate`, "ange ett PEM-certifikat i producer.tls.certificate"),
		word(`renew producer.tls.certificate`, "förnya producer.tls.certificate"),
		word(`have the system's owner trust (.+), or use a certificate from an authority that it names`, "be systemets ägare lita på %s, eller använd ett certifikat från en utfärdare som systemet nämner"),
		word(`valid until (\S+), (-?\d+) days, but the system does not name its issuer among those it believes`, "gäller till %s, %s dagar, men systemet nämner inte dess utfärdare bland dem det litar på"),
		word(`valid until (\S+), (-?\d+) days; the system asks for none`, "gäller till %s, %s dagar; systemet ber inte om något"),
		word(`valid until (\S+), (-?\d+) days`, "gäller till %s, %s dagar"),
	}
})

// stepWords is a result or a remedy in Swedish; what is not known stands as it is.
func stepWords(english string) string {
	for _, known := range probeWords() {
		found := known.english.FindStringSubmatch(english)
		if found == nil {
			continue
		}
		var args []any
		for _, a := range found[1:] {
			args = append(args, a)
		}
		return fmt.Sprintf(known.swedish, args...)
	}
	return english
}
