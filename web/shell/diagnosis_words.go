package shell

import (
	"rivgate/relay/diagnosis"
	"rivgate/routing"
	"rivgate/store"
)

// WhyWords is why an attempt did not deliver, in Swedish; "" where nothing is known.
func WhyWords(d store.Diagnosis) string {
	if d.Code == "" {
		return ""
	}
	meaning := PlatformTheirs[routing.Code(d.Values["vp"])]
	return diagnosis.FillDiagnosis(diagnosisWords[d.Code], diagnosis.WithMeaning(d, meaning.Cause))
}

// Words that the list of faults has too.
const (
	DoWait     = "Vänta: det skickas om. Håller det i sig, fråga systemets ägare."
	WordNoCall = "Adressen går inte att anropa."
)

const answerAt = "[ (rad {line}, kolumn {column} i svaret)]"

// diagnosisWords are the codes of diagnosis.Codes. A value stands for its name in braces; what is in brackets is
// left out without it.
var diagnosisWords = map[string]string{
	"address": WordNoCall, "broken-off": "Anropet avbröts av gatewayen.",
	"canceled":  "Den som anropade gav upp.",
	"too-large": "Svaret är större än vad som tas emot.", "disk": "Svaret kunde inte sparas: se gatewayens egen disk.",
	"name-unknown": "Namnet i {host} finns inte i DNS.", "name-timeout": "Ingen namnserver svarade i tid om {host}.",
	"name-failed":         "Namnet i {host} gick inte att slå upp i DNS.",
	"connect-refused":     "Anslutningen till {host} nekades: ingen lyssnar där.",
	"connect-timeout":     "Ingen anslutning till {host} inom {after}.",
	"connect-unreachable": "Det finns ingen väg till {host} i nätet.",
	"connect-failed":      "Det gick inte att ansluta till {host}.",
	"connect-forbidden":   "Gatewayen får inte anropa {host}.",
	"tls-timeout":         "Krypteringen med {host} blev inte klar inom {after}.",
	"tls-none":            "Det som lyssnar på {host} talar inte TLS.",
	"tls-expired":         "Certifikatet för {subject} gick ut {until}.",
	"tls-early":           "Certifikatet för {subject} gäller först från {from}.",
	"tls-authority":       "Certifikatet[ för {subject}, utfärdat av {issuer},] kommer från en okänd utfärdare.",
	"tls-name":            "Certifikatet gäller inte {host}[, utan {names}].",
	"tls-certificate":     "Certifikatet[ för {subject}, utfärdat av {issuer},] får inte användas till det här.",
	"tls-refused":         "Den andra sidan nekade krypteringen: {alert}.",
	"tls-failed":          "Ingen kryptering med {host} gick att komma överens om.",
	"timeout-connect":     "Ingen anslutning inom {after}.", "timeout-send": "Anropet hann inte skickas inom {after}.",
	"timeout-wait": "Anropet skickades, men inget svar kom inom {after}.",
	"timeout-read": "Svaret började komma, men var inte helt inom {after}.",
	"reset-send":   "Anslutningen bröts medan anropet skickades.",
	"reset-wait":   "Anslutningen bröts innan något svar kom.",
	"reset-read":   "Anslutningen bröts mitt i svaret.",
	"closed-send":  "Anslutningen stängdes medan anropet skickades.", "closed-wait": "Anslutningen stängdes utan svar.",
	"closed-read": "Anslutningen stängdes mitt i svaret.", "no-http": "Svaret är inte HTTP.",

	"status":             "Svaret har HTTP-status {status} och inget SOAP-fel.",
	"fault":              "Svaret är ett SOAP-fel med koden {code}[, {vp}].[ {meaning}]",
	"fault-without-code": "Svaret är ett SOAP-fel utan någon kod som SOAP 1.1 känner till[, {vp}].[ {meaning}]",
	"result":             "Mottagarens resultat är {result}[, {kind}][, {sub}].", "answer-empty": "Svaret är tomt.",
	"answer-page": "Svaret är en webbsida, inte SOAP.",
	"answer-cut":  "Svaret är längre än de {read} byte som läses av det, och resultatet står inte i dem.",
	"stored":      "Det lagrade meddelandet går inte att läsa.", "database": "Databasen lämnade inte ut meddelandet.",
	"no-key": "Vägvalet kräver signatur, och gatewayen har ingen nyckel att signera med.",
	"lease":  "Gatewayen tappade sin plats i kön och avbröt.", "ours": "Svaret gick inte att bedöma: se loggen.",

	"answer-other-element":     "Body i svaret innehåller inte {element}" + answerAt + ".",
	"answer-no-element":        "Body i svaret är tom" + answerAt + ".",
	"answer-no-envelope":       "Svaret är inget SOAP-kuvert" + answerAt + ".",
	"answer-other-envelope":    "Svarets kuvert är inte SOAP 1.1" + answerAt + ".",
	"answer-two-elements":      "Body i svaret innehåller mer än ett element" + answerAt + ".",
	"answer-element-in-text":   "Ett element står där kontraktet har text" + answerAt + ".",
	"answer-text-in-element":   "Text står i {element}" + answerAt + ".",
	"answer-unknown-attribute": "{element} har ett attribut som kontraktet inte känner till" + answerAt + ".",
	"answer-unknown-element": "{element} har ett element som kontraktet inte känner till, eller ett för mycket" +
		answerAt + ".",
	"answer-missing":         "{element} saknas i svaret, eller står i en annan namnrymd.",
	"answer-unknown-value":   "{element} har ett värde som kontraktet inte känner till.",
	"answer-blanks":          "{element} har blanktecken runt sitt värde.",
	"answer-ends-early":      "Svaret slutar för tidigt" + answerAt + ".",
	"answer-not-well-formed": "Svaret är inte välformad XML" + answerAt + ".",
	"answer-end-tag":         "Svaret har en sluttagg som inte passar" + answerAt + ".",
	"answer-doctype":         "Svaret har en dokumenttypsdeklaration" + answerAt + ".",
	"answer-depth":           "Svaret är nästlat för djupt" + answerAt + ".",
	"answer-attribute-twice": "Svaret har ett attribut två gånger" + answerAt + ".",
	"answer-prefix":          "Svaret har ett prefix som inte är deklarerat" + answerAt + ".",
	"answer-name":            "Svaret har ett namn vars prefix inte är deklarerat" + answerAt + ".",
	"answer-value":           "Svaret har ett värde som inte är {element}" + answerAt + ".",
	"answer-base64":          "Svaret har ett värde som inte är base64" + answerAt + ".",
	"answer-parts":           "Svaret är i delar som inte är XOP (application/xop+xml), eller som inte går att läsa.",
	"answer-coding":          "Svarets Content-Encoding är ingen som tas emot.",
	"answer-gzip":            "Svaret säger sig vara gzip, men går inte att packa upp.",
	"answer-charset":         "Svarets teckenkodning är ingen som tas emot, eller inte den som det anger.",
}

// PlatformTheirs are the codes of a platform (VP) in front of a receiver that refused our call: what is to be mended is
// there.
var PlatformTheirs = map[routing.Code]CodeMeaning{
	routing.VP001: {
		"Plattformen framför mottagaren ser inte vilken RIV-TA-profil vi använder.",
		"Kontrollera profilen på vägvalet här mot den som plattformen tar emot.",
	},
	routing.VP002: {
		"Plattformen framför mottagaren kan inte läsa vårt HSA-id ur certifikatet.",
		"Kontrollera vårt klientcertifikat, eller en proxy på vägen som inte skickar det vidare.",
	},
	routing.VP003: {
		"Plattformen framför mottagaren ser ingen logisk adress.",
		"Kontrollera profilen på vägvalet: RIVTABP21 har LogicalAddress, RIVTABP20 wsa:To.",
	},
	routing.VP004: {
		"Plattformen framför mottagaren har inget vägval för den logiska adressen.",
		"Be den som förvaltar dess adresskatalog lägga till vägvalet, eller rätta adressen här.",
	},
	routing.VP005: {
		"Plattformen framför mottagaren har ett vägval med en profil som den inte stöder.",
		"Be den som förvaltar dess adresskatalog rätta profilen.",
	},
	routing.VP006: {
		"Plattformen framför mottagaren har mer än ett vägval för adressen.",
		"Be den som förvaltar dess adresskatalog avsluta det ena.",
	},
	routing.VP007: {
		"Plattformen framför mottagaren ger oss ingen anropsbehörighet.",
		"Be den som förvaltar dess adresskatalog lägga till en anropsbehörighet för vårt HSA-id.",
	},
	routing.VP008: {
		"Plattformen framför mottagaren har ingen adresskatalog just nu.",
		"Vänta: det skickas om. Håller det i sig, fråga dess förvaltning.",
	},
	routing.VP009: {
		"Plattformen framför mottagaren når inte det mottagande systemet.",
		DoWait,
	},
	routing.VP010: {
		"Plattformen framför mottagaren har ett vägval utan adress.",
		"Be den som förvaltar dess adresskatalog rätta vägvalet.",
	},
	routing.VP011: {
		"Plattformen framför mottagaren tar inte emot anrop utan TLS från oss.", "Rätta vägvalets adress till https.",
	},
	routing.VP012: {
		"Plattformen framför mottagaren kunde inte göra klart anropet.",
		"Vänta: det skickas om. Håller det i sig, fråga dess förvaltning, med korrelations-id.",
	},
	routing.VP013: {
		"Plattformen framför mottagaren låter oss inte ange någon annan som ursprunglig konsument.",
		"Be dess förvaltning lägga till vårt HSA-id bland dem som får.",
	},
	routing.VP014: {
		"Plattformen framför mottagaren har redan haft meddelandet: vägvalen leder runt.",
		"Rätta vägvalet här eller där, så att det leder till det mottagande systemet.",
	},
	routing.VP015: {
		"Plattformen framför mottagaren anser att meddelandet inte är ett riktigt SOAP 1.1-meddelande.",
		"Hämta inspelningen och visa den för dess förvaltning.",
	},
}
