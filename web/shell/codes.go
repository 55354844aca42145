package shell

import (
	"rivgate/contracts"
	"rivgate/routing"
)

// Codes is a code set in its own order; empty where it is not known.
func (s *Site) Codes(system string) []contracts.Code {
	set, ok := s.Relay.Contracts.CodeSet(system)
	if !ok {
		return nil
	}
	return set.Codes
}

// CodeMeaning is what a code of the platform means to who keeps the catalogue.
type CodeMeaning struct{ Cause, Remedy string }

// CodeMeanings are cause and remedy of a code; empty for none.
func CodeMeanings(code routing.Code) CodeMeaning {
	switch code {
	case routing.VP001:
		return CodeMeaning{"Anropet säger inte vilken RIV-TA-profil det följer.", "Den som anropar ska skicka LogicalAddress (RIVTABP21) eller wsa:To (RIVTABP20)."}
	case routing.VP002:
		return CodeMeaning{"Klientcertifikatet saknas, är för gammalt eller har inget HSA-id i serialNumber.", "Den som anropar ska använda ett giltigt funktionscertifikat. Kommer anropet genom en proxy: se att den skickar certifikatet vidare och finns bland de betrodda."}
	case routing.VP003:
		return CodeMeaning{"Anropet har ingen logisk adress.", "Den som anropar ska fylla i LogicalAddress i SOAP-huvudet."}
	case routing.VP004:
		return CodeMeaning{"Inget vägval för kontraktet och adressen gäller den dagen: varken ett eget, ett för en enhet ovanför i HSA-trädet eller ett för alla (*).", "Lägg till ett vägval, eller rätta dagarna för det som finns. Står det blanksteg runt adressen ska den som anropar ta bort dem."}
	case routing.VP005:
		return CodeMeaning{"Vägvalets RIV-TA-profil är varken RIVTABP20 eller RIVTABP21.", "Rätta profilen på vägvalet."}
	case routing.VP006:
		return CodeMeaning{"Mer än ett vägval för kontraktet och adressen gäller den dagen.", "Avsluta det ena dagen innan det andra börjar."}
	case routing.VP007:
		return CodeMeaning{"Det anropande systemet har ingen anropsbehörighet för kontraktet hos adressen den dagen.", "Lägg till en anropsbehörighet för systemet: till adressen, en enhet ovanför den eller alla (*)."}
	case routing.VP008:
		return CodeMeaning{"Gatewayen har ingen adresskatalog, inte ens en sparad kopia.", "Se på statussidan varför källan inte går att läsa."}
	case routing.VP009:
		return CodeMeaning{"Det mottagande systemet gick inte att nå, svarade inte i tid eller svarade med något som inte är SOAP.", "Testa anslutningen. Fråga systemets ägare om det är i gång."}
	case routing.VP010:
		return CodeMeaning{"Vägvalet har ingen adress.", "Ge vägvalet det mottagande systemets adress."}
	case routing.VP011:
		return CodeMeaning{"Anropet kom utan TLS från en adress som inte är betrodd.", "Anropa över TLS med klientcertifikat, eller lägg till proxyn bland de betrodda (soap.trusted_proxies)."}
	case routing.VP012:
		return CodeMeaning{"Gatewayen kunde inte själv göra klart anropet.", "Se loggen vid samma korrelations-id. Är disken full, eller databasen nere?"}
	case routing.VP013:
		return CodeMeaning{"Systemet får inte ange någon annan som ursprunglig konsument.", "Ta bort huvudet x-rivta-original-serviceconsumer-hsaid, eller lägg till systemet bland dem som får."}
	case routing.VP014:
		return CodeMeaning{"Anropet har redan passerat här: två plattformar skickar det till varandra.", "Rätta vägvalet på en av plattformarna."}
	case routing.VP015:
		return CodeMeaning{"Anropet är inte ett riktigt SOAP 1.1-meddelande, eller bryter mot gränserna för ett.", "Den som anropar ska rätta meddelandet. Kommandot rivgate validate visar rad och kolumn."}
	}
	return CodeMeaning{}
}

// Labels tells what the values of a parameter are called.
func (s *Site) Labels(by string) func(string) string {
	named := map[string]string{}
	switch by {
	case "unit", "provider":
		return func(id string) string {
			if u, ok := s.Table().Unit(id); ok && id != "" {
				return u.Name
			}
			return orUnknown(id, "okänd")
		}
	case "region":
		named = regionNames()
	case "sex":
		named = s.displays(contracts.SystemGender)
	case "area":
		named = s.displays(contracts.SystemArea)
	case "main_problem", "sub_problem", "experienced":
		for code, display := range s.displays(contracts.SystemProblem) {
			named[code] = code + " " + display
		}
	}
	unknown := "inte angivet"
	if by == "closed" {
		unknown = "inte avslutat"
	}
	return func(key string) string {
		if name, ok := named[key]; ok && key != "" {
			return name
		}
		if by == "age" && key != "" {
			return key + " år"
		}
		return orUnknown(key, unknown)
	}
}

func orUnknown(key, unknown string) string {
	if key == "" {
		return unknown
	}
	return key
}

func (s *Site) displays(system string) map[string]string {
	out := map[string]string{}
	for _, c := range s.Codes(system) {
		out[c.Code] = c.Display
	}
	return out
}

// regionNames are the regions by their county codes.
func regionNames() map[string]string {
	return map[string]string{
		"01": "Region Stockholm", "03": "Region Uppsala", "04": "Region Sörmland", "05": "Region Östergötland", "06": "Region Jönköpings län", "07": "Region Kronoberg",
		"08": "Region Kalmar län", "09": "Region Gotland", "10": "Region Blekinge", "12": "Region Skåne", "13": "Region Halland", "14": "Västra Götalandsregionen",
		"17": "Region Värmland", "18": "Region Örebro län", "19": "Region Västmanland", "20": "Region Dalarna", "21": "Region Gävleborg", "22": "Region Västernorrland",
		"23": "Region Jämtland Härjedalen", "24": "Region Västerbotten", "25": "Region Norrbotten",
	}
}
