package operate

import (
	"rivgate/contracts"
	"rivgate/web/shell"
)

// sides are what a code means from either side: where we refused a call, and where a receiver refused ours.
type sides struct{ ours, theirs shell.CodeMeaning }

// subCodes are all sub codes of the complaints contracts (contracts.md 3.4). A test holds them to the contracts' own
// list.
var subCodes = map[string]sides{
	contracts.SubSchema: {
		shell.CodeMeaning{
			Cause: "Meddelandet följer inte kontraktets schema.",
			Remedy: "Avsändaren rättar meddelandet: svaret säger vilket element det är. Kommandot rivgate validate visar rad " +
				"och kolumn.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren anser att meddelandet inte följer schemat.",
			Remedy: "Jämför schemaversionerna på båda sidor. Hämta inspelningen som underlag.",
		},
	},
	contracts.SubDuplicateContentMismatch: {
		shell.CodeMeaning{
			Cause:  "Avsändaren har redan skickat ett annat meddelande med samma id.",
			Remedy: "Avsändaren skickar det på nytt med ett nytt id.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren har redan ett annat meddelande med samma id.",
			Remedy: "Meddelandet behöver skickas på nytt med ett nytt id. Avsluta leveransen när det är gjort.",
		},
	},
	contracts.SubRecipientMismatch: {
		shell.CodeMeaning{
			Cause:  "Mottagaren i meddelandet är en annan än den logiska adressen, eller av ett annat slag.",
			Remedy: "Avsändaren rättar recipient eller LogicalAddress. Ska de höra ihop: ge båda samma adress i katalogen.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren anser att meddelandet gäller en annan enhet än den logiska adressen.",
			Remedy: "Se hos mottagaren vilken enhet adressen står för, och rätta vägvalet här eller där.",
		},
	},
	contracts.SubPlaceTextNotAllowed: {
		shell.CodeMeaning{
			Cause:  "Platsen är beskriven med egna ord, men mottagaren är ingen patientnämnd.",
			Remedy: "Avsändaren anger enhetens HSA-id i stället, eller skickar till patientnämnden.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren tar inte emot en plats med egna ord: den räknar inte enheten som patientnämnd.",
			Remedy: "Rätta enhetens slag i mottagarens katalog, eller sätt enheten i ärendet.",
		},
	},
	contracts.SubClassificationMissing: {
		shell.CodeMeaning{
			Cause:  "Avslutet har inget huvudproblem eller inget verksamhetsområde.",
			Remedy: "Det externa systemet anger minst ett huvudproblem och ett verksamhetsområde.",
		},
		shell.CodeMeaning{
			Cause:  "1177 tar inte emot avslutet utan huvudproblem och verksamhetsområde.",
			Remedy: "Klassificera ärendet och avsluta det på nytt.",
		},
	},
	contracts.SubTextMissing: {
		shell.CodeMeaning{
			Cause:  "Meddelandet har ingen text, och ett sådant måste ha det.",
			Remedy: "Avsändaren skriver en text. Bara blanksteg räknas inte.",
		},
		shell.CodeMeaning{
			Cause: "Mottagaren tar inte emot meddelandet utan text.", Remedy: "Skriv svaret på nytt med en text.",
		},
	},
	contracts.SubFieldMissing: {
		shell.CodeMeaning{
			Cause:  "Ett fält som ärendet eller rollen kräver saknas.",
			Remedy: "Avsändaren fyller i fältet: svaret säger vilket det är.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren saknar ett fält som ärendet eller rollen kräver.",
			Remedy: "Se i inspelningen vilket fält det är, och lägg till det i ärendet.",
		},
	},
	contracts.SubUnknownCode: {
		shell.CodeMeaning{
			Cause:  "En kod finns inte i sitt kodverk.",
			Remedy: "Avsändaren väljer en kod ur kodverket, eller uppdaterar sitt kodverk.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren känner inte till en kod som meddelandet har.",
			Remedy: "Jämför kodverkens versioner på båda sidor.",
		},
	},
	contracts.SubIdentityOIDMismatch: {
		shell.CodeMeaning{
			Cause: "En identitet har fel form för sitt slag (OID).", Remedy: "Avsändaren rättar identiteten eller dess OID.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren anser att en identitet har fel form för sitt slag (OID).",
			Remedy: "Kontrollera identiteten i ärendet. Regionala nummer ska ha regionens egen OID.",
		},
	},
	contracts.SubIdentityCheckDigit: {
		shell.CodeMeaning{
			Cause:  "Ett personnummer eller samordningsnummer har fel kontrollsiffra.",
			Remedy: "Avsändaren rättar numret: det är troligen felskrivet.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren anser att ett personnummer eller samordningsnummer har fel kontrollsiffra.",
			Remedy: "Kontrollera numret i ärendet med anmälaren.",
		},
	},
	contracts.SubAttachmentTooLarge: {
		shell.CodeMeaning{Cause: "En bilaga är större än 20 MB.", Remedy: "Avsändaren gör filen mindre eller delar den."},
		shell.CodeMeaning{
			Cause:  "Mottagaren tar inte emot en så stor bilaga.",
			Remedy: "Gör filen mindre och skicka på nytt, eller be systemets ägare höja gränsen till 20 MB.",
		},
	},
	contracts.SubAttachmentType: {
		shell.CodeMeaning{
			Cause:  "En bilaga är inget av slagen PDF, PNG, JPEG, GIF och ren text, efter sitt innehåll.",
			Remedy: "Avsändaren gör om filen till ett av slagen.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren tar inte emot bilagor av det slaget.",
			Remedy: "Gör om filen till PDF och skicka på nytt, eller be systemets ägare ta emot alla fem slagen.",
		},
	},
	contracts.SubDateOutOfRange: {
		shell.CodeMeaning{
			Cause:  "En dag eller tid ligger utanför det tillåtna: före 1900, eller längre fram än den får.",
			Remedy: "Avsändaren rättar dagen. Är den riktig: kontrollera systemets klocka.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren anser att en dag eller tid ligger utanför det tillåtna.",
			Remedy: "Kontrollera dagarna i ärendet, och båda systemens klockor.",
		},
	},
	contracts.SubTooMany: {
		shell.CodeMeaning{
			Cause:  "En lista är för lång: högst 20 problem och 10 bilagor.",
			Remedy: "Avsändaren kortar listan eller delar upp meddelandet.",
		},
		shell.CodeMeaning{
			Cause: "Mottagaren anser att en lista är för lång.", Remedy: "Korta listan, eller dela upp det i flera svar.",
		},
	},
	contracts.SubIncidentUnitNotAllowed: {
		shell.CodeMeaning{
			Cause:  "Enheten där det hände är angiven av någon som inte får rätta den: det får bara en patientnämnd.",
			Remedy: "Det externa systemet lämnar fältet tomt.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren tar inte emot enheten där det hände: den räknar inte oss som patientnämnd.",
			Remedy: "Rätta enhetens slag i mottagarens katalog, eller skicka utan enhet.",
		},
	},
	contracts.SubUnknownCase: {
		shell.CodeMeaning{
			Cause:  "Avsändaren hänvisar till ett ärende som inte finns här.",
			Remedy: "Kontrollera ärendets id hos avsändaren. Har det första meddelandet kommit hit?",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren känner inte till ärendet.",
			Remedy: "Har mottagaren fått ärendets första meddelande? Skicka om det i så fall först.",
		},
	},
	contracts.SubCaseClosed: {
		shell.CodeMeaning{
			Cause:  "Ärendet är avslutat här. Efter avslut tas bara en rättelse emot, eller ett tillägg i tid.",
			Remedy: "Avsändaren skickar ett nytt ärende, om det behövs.",
		},
		shell.CodeMeaning{
			Cause:  "Ärendet är avslutat hos mottagaren.",
			Remedy: "Avsluta leveransen: den behövs inte längre. Annars får anmälaren skicka ett nytt ärende.",
		},
	},
	contracts.SubNotCurrentHandler: {
		shell.CodeMeaning{
			Cause:  "Avsändaren har inte ärendet nu, eller är ett annat system än det som enhetens vägval anger.",
			Remedy: "Se i ärendet vem som har det. Har enheten bytt system: rätta component på vägvalet.",
		},
		shell.CodeMeaning{
			Cause: "Ärendet har en annan handläggare nu.", Remedy: "Se i ärendet vem som har det, och låt den enheten svara.",
		},
	},
	contracts.SubNoOpenQuestion: {
		shell.CodeMeaning{
			Cause:  "Anmälarens svar gäller en fråga som inte är öppen här.",
			Remedy: "1177 kontrollerar inReplyTo: frågan kan ha fått svar redan.",
		},
		shell.CodeMeaning{
			Cause:  "Ärendet har ingen öppen fråga att svara på.",
			Remedy: "Avsluta leveransen: svaret har redan kommit en annan väg.",
		},
	},
	contracts.SubAuthorNotAllowed: {
		shell.CodeMeaning{
			Cause:  "Svaret är skrivet av någon som inte är anmälare eller patient i ärendet här.",
			Remedy: "1177 kontrollerar author: har ett ombud tagit över ärendet är det ombudet som svarar.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren känner inte den som har skrivit svaret.",
			Remedy: "Se i ärendet vem som är anmälare nu, och kontakta mottagaren om ärendet har tagits över.",
		},
	},
	contracts.SubAttachmentNotAllowed: {
		shell.CodeMeaning{
			Cause:  "Enheten tar inte emot bilagor.",
			Remedy: "Avsändaren skickar utan bilaga, eller så ändras enhetens rad i katalogen.",
		},
		shell.CodeMeaning{
			Cause:  "Enheten tar inte emot bilagor i ärendet.",
			Remedy: "Be avsändaren skicka på nytt utan bilaga, eller ändra enhetens rad i katalogen.",
		},
	},
	contracts.SubRegionNotActive: {
		shell.CodeMeaning{
			Cause:  "Enhetens region har ingen patientnämnd i vår katalog.",
			Remedy: "Lägg till regionens patientnämnd i katalogen, eller rätta enhetens länskod.",
		},
		shell.CodeMeaning{
			Cause:  "Regionen har ingen patientnämnd i mottagarens katalog.",
			Remedy: "Be den som förvaltar den lägga till patientnämnden, eller rätta länskoden.",
		},
	},
	contracts.SubOutOfOrder: {
		shell.CodeMeaning{
			Cause:  "Ett tidigare meddelande i ärendet saknas. Det här är sparat och väntar på det.",
			Remedy: "Avsändaren skickar det som saknas.",
		},
		shell.CodeMeaning{
			Cause:  "Mottagaren saknar ett tidigare meddelande i ärendet. Det här är sparat där.",
			Remedy: "Vänta: är det tidigare på väg löser det sig självt.",
		},
	},
}
