package web

import "rivgate/routing"

// sides are what a code means from either side: where we refused a call, and where a receiver refused ours.
type sides struct{ ours, theirs codeMeaning }

// subCodes are all sub codes of the complaints contracts (contracts.md 3.4). A test holds them to the contracts' own list.
var subCodes = map[string]sides{
	"SCHEMA": {
		codeMeaning{"Meddelandet följer inte kontraktets schema.", "Avsändaren rättar meddelandet: svaret säger vilket element det är. Kommandot rivgate validate visar rad och kolumn."},
		codeMeaning{"Mottagaren anser att meddelandet inte följer schemat.", "Jämför schemaversionerna på båda sidor. Hämta inspelningen som underlag."},
	},
	"DUPLICATE_CONTENT_MISMATCH": {
		codeMeaning{"Avsändaren har redan skickat ett annat meddelande med samma id.", "Avsändaren skickar det på nytt med ett nytt id."},
		codeMeaning{"Mottagaren har redan ett annat meddelande med samma id.", "Meddelandet behöver skickas på nytt med ett nytt id. Avsluta leveransen när det är gjort."},
	},
	"RECIPIENT_MISMATCH": {
		codeMeaning{"Mottagaren i meddelandet är en annan än den logiska adressen, eller av ett annat slag.", "Avsändaren rättar recipient eller LogicalAddress. Ska de höra ihop: ge båda samma adress i katalogen."},
		codeMeaning{"Mottagaren anser att meddelandet gäller en annan enhet än den logiska adressen.", "Se hos mottagaren vilken enhet adressen står för, och rätta vägvalet här eller där."},
	},
	"PLACE_TEXT_NOT_ALLOWED": {
		codeMeaning{"Platsen är beskriven med egna ord, men mottagaren är ingen patientnämnd.", "Avsändaren anger enhetens HSA-id i stället, eller skickar till patientnämnden."},
		codeMeaning{"Mottagaren tar inte emot en plats med egna ord: den räknar inte enheten som patientnämnd.", "Rätta enhetens slag i mottagarens katalog, eller sätt enheten i ärendet."},
	},
	"CLASSIFICATION_MISSING": {
		codeMeaning{"Avslutet har inget huvudproblem eller inget verksamhetsområde.", "Det handläggande systemet anger minst ett huvudproblem och ett verksamhetsområde."},
		codeMeaning{"1177 tar inte emot avslutet utan huvudproblem och verksamhetsområde.", "Klassificera ärendet och avsluta det på nytt."},
	},
	"TEXT_MISSING": {
		codeMeaning{"Meddelandet har ingen text, och ett sådant måste ha det.", "Avsändaren skriver en text. Bara blanksteg räknas inte."},
		codeMeaning{"Mottagaren tar inte emot meddelandet utan text.", "Skriv svaret på nytt med en text."},
	},
	"FIELD_MISSING": {
		codeMeaning{"Ett fält som ärendet eller rollen kräver saknas.", "Avsändaren fyller i fältet: svaret säger vilket det är."},
		codeMeaning{"Mottagaren saknar ett fält som ärendet eller rollen kräver.", "Se i inspelningen vilket fält det är, och komplettera ärendet."},
	},
	"UNKNOWN_CODE": {
		codeMeaning{"En kod finns inte i sitt kodverk.", "Avsändaren väljer en kod ur kodverket, eller uppdaterar sitt kodverk."},
		codeMeaning{"Mottagaren känner inte till en kod som meddelandet har.", "Jämför kodverkens versioner på båda sidor."},
	},
	"IDENTITY_OID_MISMATCH": {
		codeMeaning{"En identitet har fel form för sitt slag (OID).", "Avsändaren rättar identiteten eller dess OID."},
		codeMeaning{"Mottagaren anser att en identitet har fel form för sitt slag (OID).", "Kontrollera identiteten i ärendet. Regionala nummer ska ha regionens egen OID."},
	},
	"IDENTITY_CHECK_DIGIT": {
		codeMeaning{"Ett personnummer eller samordningsnummer har fel kontrollsiffra.", "Avsändaren rättar numret: det är troligen felskrivet."},
		codeMeaning{"Mottagaren anser att ett personnummer eller samordningsnummer har fel kontrollsiffra.", "Kontrollera numret i ärendet med anmälaren."},
	},
	"ATTACHMENT_TOO_LARGE": {
		codeMeaning{"En bilaga är större än 20 MB.", "Avsändaren gör filen mindre eller delar den."},
		codeMeaning{"Mottagaren tar inte emot en så stor bilaga.", "Gör filen mindre och skicka på nytt, eller be systemets ägare höja gränsen till 20 MB."},
	},
	"ATTACHMENT_TYPE": {
		codeMeaning{"En bilaga är inget av slagen PDF, PNG, JPEG, GIF och ren text, efter sitt innehåll.", "Avsändaren gör om filen till ett av slagen."},
		codeMeaning{"Mottagaren tar inte emot bilagor av det slaget.", "Gör om filen till PDF och skicka på nytt, eller be systemets ägare ta emot alla fem slagen."},
	},
	"DATE_OUT_OF_RANGE": {
		codeMeaning{"En dag eller tid ligger utanför det tillåtna: före 1900, eller längre fram än den får.", "Avsändaren rättar dagen. Är den riktig: kontrollera systemets klocka."},
		codeMeaning{"Mottagaren anser att en dag eller tid ligger utanför det tillåtna.", "Kontrollera dagarna i ärendet, och båda systemens klockor."},
	},
	"TOO_MANY": {
		codeMeaning{"En lista är för lång: högst 20 problem och 10 bilagor.", "Avsändaren kortar listan eller delar upp meddelandet."},
		codeMeaning{"Mottagaren anser att en lista är för lång.", "Korta listan, eller dela upp det i flera svar."},
	},
	"INCIDENT_UNIT_NOT_ALLOWED": {
		codeMeaning{"Enheten där det hände är angiven av någon som inte får rätta den: det får bara en patientnämnd.", "Det handläggande systemet lämnar fältet tomt."},
		codeMeaning{"Mottagaren tar inte emot enheten där det hände: den räknar inte oss som patientnämnd.", "Rätta enhetens slag i mottagarens katalog, eller skicka utan enhet."},
	},
	"UNKNOWN_CASE": {
		codeMeaning{"Avsändaren hänvisar till ett ärende som inte finns här.", "Kontrollera ärendets id hos avsändaren. Har det första meddelandet kommit hit?"},
		codeMeaning{"Mottagaren känner inte till ärendet.", "Har mottagaren fått ärendets första meddelande? Skicka om det i så fall först."},
	},
	"CASE_CLOSED": {
		codeMeaning{"Ärendet är avslutat här. Efter avslut tas bara en rättelse emot, eller en komplettering i tid.", "Avsändaren skickar ett nytt ärende, om det behövs."},
		codeMeaning{"Ärendet är avslutat hos mottagaren.", "Avsluta leveransen: den behövs inte längre. Annars får anmälaren skicka ett nytt ärende."},
	},
	"NOT_CURRENT_HANDLER": {
		codeMeaning{"Avsändaren har inte ärendet nu, eller är ett annat system än det som enhetens vägval anger.", "Se i ärendet vem som har det. Har enheten bytt system: rätta component på vägvalet."},
		codeMeaning{"Ärendet har en annan handläggare nu.", "Se i ärendet vem som har det, och låt den enheten svara."},
	},
	"NO_OPEN_QUESTION": {
		codeMeaning{"Anmälarens svar gäller en fråga som inte är öppen här.", "1177 kontrollerar inReplyTo: frågan kan ha fått svar redan."},
		codeMeaning{"Ärendet har ingen öppen fråga att svara på.", "Avsluta leveransen: svaret har redan kommit en annan väg."},
	},
	"ATTACHMENT_NOT_ALLOWED": {
		codeMeaning{"Enheten tar inte emot bilagor.", "Avsändaren skickar utan bilaga, eller så ändras enhetens rad i katalogen."},
		codeMeaning{"Enheten tar inte emot bilagor i ärendet.", "Be avsändaren skicka på nytt utan bilaga, eller ändra enhetens rad i katalogen."},
	},
	"REGION_NOT_ACTIVE": {
		codeMeaning{"Enhetens region har ingen patientnämnd i vår katalog.", "Lägg till regionens patientnämnd i katalogen, eller rätta enhetens länskod."},
		codeMeaning{"Regionen har ingen patientnämnd i mottagarens katalog.", "Be den som förvaltar den lägga till patientnämnden, eller rätta länskoden."},
	},
	"OUT_OF_ORDER": {
		codeMeaning{"Ett tidigare meddelande i ärendet saknas. Det här är sparat och väntar på det.", "Avsändaren skickar det som saknas."},
		codeMeaning{"Mottagaren saknar ett tidigare meddelande i ärendet. Det här är sparat där.", "Vänta: är det tidigare på väg löser det sig självt."},
	},
}

// platformTheirs are the codes of a platform (VP) in front of a receiver that refused our call: what is to be mended is there.
var platformTheirs = map[routing.Code]codeMeaning{
	routing.VP001: {"Plattformen framför mottagaren ser inte vilken RIV-TA-profil vi använder.", "Kontrollera profilen på vägvalet här mot den som plattformen tar emot."},
	routing.VP002: {"Plattformen framför mottagaren kan inte läsa vårt HSA-id ur certifikatet.", "Kontrollera vårt klientcertifikat, eller en proxy på vägen som inte skickar det vidare."},
	routing.VP003: {"Plattformen framför mottagaren ser ingen logisk adress.", "Kontrollera profilen på vägvalet: RIVTABP21 har LogicalAddress, RIVTABP20 wsa:To."},
	routing.VP004: {"Plattformen framför mottagaren har inget vägval för den logiska adressen.", "Be den som förvaltar dess adresskatalog lägga till vägvalet, eller rätta adressen här."},
	routing.VP005: {"Plattformen framför mottagaren har ett vägval med en profil som den inte stöder.", "Be den som förvaltar dess adresskatalog rätta profilen."},
	routing.VP006: {"Plattformen framför mottagaren har mer än ett vägval för adressen.", "Be den som förvaltar dess adresskatalog avsluta det ena."},
	routing.VP007: {"Plattformen framför mottagaren ger oss ingen anropsbehörighet.", "Be den som förvaltar dess adresskatalog lägga till en anropsbehörighet för vårt HSA-id."},
	routing.VP008: {"Plattformen framför mottagaren har ingen adresskatalog just nu.", "Vänta: det skickas om. Håller det i sig, fråga dess förvaltning."},
	routing.VP009: {"Plattformen framför mottagaren når inte det mottagande systemet.", "Vänta: det skickas om. Håller det i sig, fråga systemets ägare."},
	routing.VP010: {"Plattformen framför mottagaren har ett vägval utan adress.", "Be den som förvaltar dess adresskatalog rätta vägvalet."},
	routing.VP011: {"Plattformen framför mottagaren tar inte emot anrop utan TLS från oss.", "Rätta vägvalets adress till https."},
	routing.VP012: {"Plattformen framför mottagaren kunde inte göra klart anropet.", "Vänta: det skickas om. Håller det i sig, fråga dess förvaltning, med korrelations-id."},
	routing.VP013: {"Plattformen framför mottagaren låter oss inte ange någon annan som ursprunglig konsument.", "Be dess förvaltning lägga till vårt HSA-id bland dem som får."},
	routing.VP014: {"Plattformen framför mottagaren har redan haft meddelandet: vägvalen leder runt.", "Rätta vägvalet här eller där, så att det leder till det mottagande systemet."},
	routing.VP015: {"Plattformen framför mottagaren anser att meddelandet inte är ett riktigt SOAP 1.1-meddelande.", "Hämta inspelningen och visa den för dess förvaltning."},
}

// refusedHere is cause and remedy of a code with which we refused a call.
func refusedHere(code string) codeMeaning {
	if m, ok := subCodes[code]; ok {
		return m.ours
	}
	return codeMeanings(routing.Code(code))
}
