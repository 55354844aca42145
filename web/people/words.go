package people

import (
	"maps"
	"strings"

	"rivgate/relay/duties"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// Titles of the pages. %s is somebody's name, %d the number of a sample.
const (
	titleHelp    = "Hjälp"
	titlePhrases = shell.RoomPhrases
	titleReview  = shell.RoomReview
	titleSample  = "Stickprov %d"
	titleUsers   = shell.RoomUsers
	titleUser    = "%s – Användare"
)

// What a form of the standard replies answers.
const (
	wordPhrasesChanged = "Standardsvaren är ändrade."
	wordPhraseConflict = "Standardsvaret har ändrats sedan sidan öppnades. Ingenting skrevs över: det du skrev står " +
		"kvar här. Se listan, och spara det som ett nytt om det behövs."
	wordPhraseKind     = "Välj vad standardsvaret är till för."
	wordPhraseTitle    = "Skriv en rubrik."
	wordPhraseText     = "Skriv texten."
	wordPhrasePosition = "Skriv ett heltal."
)

// What a form of the review answers. %d are limits and numbers of rows.
const (
	wordUpTo        = "Skriv ett tal från 1 till %d."
	wordPatient     = "Skriv ett personnummer med tolv siffror, ett samordningsnummer eller ett reservnummer."
	wordRowNotNoted = "Rad %d är inte noterad: skriv vad du kom fram till, med högst 500 tecken."
	wordNoSample    = "Ingen rad i loggen svarar mot urvalet, så det blev inget stickprov."
	wordWhyEnded    = "Skriv varför stickprovet avslutas innan alla rader är noterade."
	wordRowTaken    = "Raden är redan noterad, eller så är stickprovet avslutat. Här är hur det ser ut nu."
	wordDeviates    = "Skriv vad som avviker."
)

// What somebody who looked at a row of a sample came to. These words are kept in the access log: they are never
// changed.
const (
	wordInOrder   = "I ordning"
	wordDeviation = "Avvikelse"
)

// Where a role counts. %s is a county code.
const wordRegionUnits = "Alla enheter i region %s"

// What a sample was drawn from. %s is what was done.
const (
	sampleUser      = "användare"
	sampleWhat      = "vad: %s"
	sampleUnit      = "enhet"
	sampleCase      = "ärende"
	samplePatient   = "en patient"
	sampleFrom      = "från och med"
	sampleTo        = "till och med"
	sampleNotOwn    = "utan granskarens egna rader"
	sampleNoSignIns = "utan in- och utloggningar"
)

// What a form of the users answers.
const (
	wordUserConflict = "Kontot har ändrats sedan sidan öppnades. Ingenting skrevs över. Se hur det är nu, och " +
		"gör om det om det behövs."
	wordRole               = "Välj en roll i listan."
	wordUnit               = "Välj en av dina enheter."
	wordName               = "Skriv personens namn."
	wordNameTaken          = "Användarnamnet är upptaget. Välj ett annat, eller ge det konto som finns en roll."
	wordUserName           = "Skriv ett användarnamn."
	wordUserNameCharacters = "Använd bara bokstäver, siffror, punkt, bindestreck, understreck och @."
	wordUserNameLong       = "Användarnamnet är för långt: välj högst 64 tecken."
	wordUserNamePersonal   = "Använd inte ett personnummer som användarnamn: det syns i loggar."
	wordWhichUser          = "Skriv kontots användarnamn."
	wordNoUser             = "Det finns inget konto med det användarnamnet som kan få roller vid dina enheter."
	wordNotHere            = "Kontot kan inte få roller vid dina enheter."
	wordProvidersRoles     = "Kontots roller kommer från inloggningstjänsten, och ändras där."
	wordNotYoursToTake     = "Den rollen kan du inte ta tillbaka. Den gäller fler enheter än dina, eller finns inte."
	wordOwnLastRole        = "Det är din egen sista roll som lokal administratör: utan den kommer du inte in här igen. " +
		"Be en annan administratör ta tillbaka den."
	wordOwnRole = "Ingen ger sig själv en roll. Be en annan administratör för enheten, eller den som sköter " +
		"driften."
	wordOwnPassword       = "Det är ditt eget konto: byt lösenord under Ditt konto."
	wordOwnAccount        = "Det är ditt eget konto: det kan en annan administratör stänga."
	wordOthersRoles       = "Kontot har roller som inte är dina att ändra. Be den som sköter driften."
	wordProvidersPassword = "Kontots lösenord finns hos inloggningstjänsten, och ändras där."
)

// sampleBy is whose rows a sample was drawn from.
var sampleBy = map[accesslog.Actor]string{
	accesslog.People: "bara människor", accesslog.Systems: "bara system genom API:et",
}

// rolesWords are the roles of a row of the access log, in Swedish.
func rolesWords(roles string) string {
	var all []string
	for role := range strings.SplitSeq(roles, ", ") {
		all = append(all, strings.ToLower(shell.RoleName(shell.Role(role))))
	}
	return strings.Join(all, ", ")
}

// detailWord is what a row says of the thing that was done, in Swedish. A code that has no words, such as an address of
// the gateway, stands as it is.
func detailWord(detail string) string { return accesslog.DetailWords(detail, detailWords, detailWords) }

// DetailWords are the words for the codes of a row of the access log, and for values that are codes.
func DetailWords() map[string]string { return maps.Clone(detailWords) }

var detailWords = map[string]string{
	"list": "lista", "csv": "som fil (CSV)", "case": "ärendet", "cases": "ärenden",
	"protected identity": "skyddad identitet visad", "preview": "förhandsvisning", "messages": "meddelanden",
	"mailbox": "anmälarens brevlåda", "attachment": "bilaga", "attachment of a note": "bilaga till en anteckning",
	"without number": "ärenden utan diarienummer", "series": "serie av diarienummer",
	"opinions":  "begäranden om yttrande",
	"open page": "den öppna sidan", "open page: unit": "en enhet som inte kan väljas på den öppna sidan",
	"open code": "en kod till den öppna sidan", "too-many": "för många försök",
	"new case": "nytt ärende", "no right": "utan rätt att läsa",
	"recording, masked": "inspelning, maskerad", "standard reply": "standardsvar", "phrase": "standardsvar",
	"access log": "åtkomstloggen",
	"no consent": "utan samtycke", "no ground": "utan grund",
	"state": "{1}", "again": "{1} gånger till", "sample": "stickprov {1}",
	"board renamed": "nämnden har fått ett annat HSA-id", "turns-off": "stänger av enheter",
	"board export":  "patientnämndens uttag: {1} {2} {3}",
	"account added": "nytt konto", "granted": "roll given: {1} {2}", "revoked": "roll tillbakatagen: {1} {2}",
	"users: give": "en roll eller enhet som inte är deras att ge", "users: none": "inget konto som kan ha rollen",
	"users: take": "en roll som inte är deras att ta tillbaka", "users: others": "{1}: kontot har roller på andra håll",
	"users: see": "andras konto", "users: own role": "en roll åt sig själv",
	"second asked": "begäran till en andra person: {1}", "second request": "begäran {1} från {2}",
	"second confirmed": "bekräftade begäran: {1}",
	"second refused":   "avslog begäran: {1}", "confirm": "bekräfta {1}", "refuse": "avslå {1}",
	"second failed": "en bekräftad begäran gick inte att göra",
	"redirect":      "styra om leveranser", "new_address": "vägval till en ny adress",
	"code given": "engångskod för lösenord", "password by code": "lösenord valt med engångskod",
	"sample made": "nytt stickprov", "sample ended": "stickprov avslutat",
	"submitted": "skickade", "delivered": "nya", "in_progress": "pågående", "awaiting_reporter": "väntar på anmälaren",
	"closed":   "avslutade",
	"password": "lösenord", "initial password": "tillfälligt lösenord", "provider": "vid inloggningstjänsten",
	"sessions ended": "sessioner avslutade", "enabled": "konto öppnat", "disabled": "konto stängt",
	"sign-in": "inloggning", "sign-in at the provider": "inloggning vid inloggningstjänsten",
	"too many tries": "för många försök", "no role": "ingen roll",
	"desk": "arbete med ärendet", "board": "patientnämndens sida", "place": "enhet satt", "consent": "samtycke",
	"withdraw": "återtaget samtycke", "request": "begäran om yttrande", "opinion": "yttrande",
	"child": "barn", "nochild": "inte barn", "take": "tog ärendet", "assign": "tilldelade", "release": "lämnade tillbaka",
	"park": "parkerade", "resume": "återupptog", "note": "tjänsteanteckning",
	"given":    "svar lämnat på annat sätt",
	"method":   "okänd metod",
	"register": "diarienummer", "authority": "rätt att företräda", "takeover": "ärendet övertaget",
	"files": "bilagor på eller av", "unchecked": "till anmälare utan kontrollerad rätt",
	"protect": "skyddad identitet", "reply": "delsvar",
	"question": "fråga", "close": "avslut", "forward": "överlämning", "correct": "rättelse",
	"undo": "återtog det osända svaret", "drop": "kastade det osända svaret", "package": "ärendet som paket",
	"json":    "JSON",
	"numbers": "siffror", "texts": "maskade texter",
	"add": "ny rad {1}", "change": "ändring av rad {1}", "remove": "borttagning av rad {1}", "end": "avslut av rad {1}",
	"rollback": "tillbaka till version {1}", "cancel": "återtog version {1}", "nothing": "okänd åtgärd",
	"disable": "stängning", "enable": "öppning", "signout": "utloggning",
	"handler": "handläggare", "receiver": "mottagare", "administrator": "lokal administratör", "reviewer": "granskare",
	"manager": "chef", "operator": "drift", "integrator": "integratör",
	"not again": "loggade inte in igen",
	"level":     "inloggningen hade inte den nivå som krävs",
	"expired":   "inloggningen hade gått ut", "issuer": "utfärdaren svarade inte", "token": "intyget godtogs inte",
	"no code": "tjänsten gav ingen kod", "demo account": "demokonto", "PDF": "som PDF",
	"no subject": "ingen person i intyget", "account": "kontot finns inte eller är stängt",
	"both sides": "roller på båda sidor av väggen",
	"form":       "formuläret hade fel", "conflict": "ändrades av någon annan", "refused": "nekades",
	"internal":  "fel hos oss",
	"recalled":  "återtagen",
	"not-found": "finns inte", "not-ours": "handläggs inte här", "not-portal": "inte här", "no-consent": "utan samtycke",
	"file": "en fil togs inte emot", "file-held": "en fil är inte genomsökt",
	"file-unscanned": "en fil gick inte att söka igenom",
	"handed-over":    "hade överlämnats", "invalid": "gick inte att förstå", "too-large": "för stort",
	"routing": "ingen väg",
	"unit":    "annan enhet", "role": "annan roll", "revision": "hade ändrats", "crowded": "för mycket på en gång",
	"supplement":    "tillägg",
	"partial_reply": "delsvar", "forwarded": "överlämning", "status": "läge", "correction": "rättelse",
}

func phraseKinds() []phraseKind {
	return []phraseKind{{"reply", "Delsvar"}, {"question", "Fråga"}, {"close", "Slutsvar"}}
}

// titleDuties is the page of what waits for a second person.
const titleDuties = shell.RoomDuties

// dutyWords are the duties of package duties.
var dutyWords = map[string]string{
	duties.Redirect: "Styra om leveranser", duties.NewAddress: "Publicera vägval till en ny adress",
}

// dutyStates are what became of a request.
var dutyStates = map[accounts.SecondState]string{
	accounts.SecondWaiting: "väntar", accounts.SecondConfirmed: "bekräftad", accounts.SecondRefused: "avslagen",
	accounts.SecondFailed: "bekräftad, men gick inte längre att göra", accounts.SecondExpired: "ingen bekräftade i tid",
}

// dutiesDone says what was done with a request.
func dutiesDone(verb string) string {
	switch verb {
	case "confirm":
		return "Begäran är bekräftad och gjord."
	case "refuse":
		return "Begäran är avslagen."
	}
	return ""
}

// userDone says what was done.
func userDone(word string) string {
	switch word {
	case "give":
		return "Rollen är given."
	case "take":
		return "Rollen är återtagen."
	case "gone":
		return "Rollen är återtagen. Kontot har ingen roll kvar vid dina enheter och visas inte längre."
	case "disable":
		return "Kontot är stängt och utloggat överallt."
	case "enable":
		return "Kontot är öppnat."
	case "signout":
		return "Kontot är utloggat överallt."
	}
	return ""
}

// reviewHead are the columns of the log as a file.
func reviewHead() []string {
	return []string{
		"nr", "tid", "användare", "namn", "roller", "vad", "ärende", "enhet", "föremål", "anmärkning", "kontrollerad", "av",
		"notering", "visade ärenden",
	}
}
