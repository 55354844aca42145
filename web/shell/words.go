package shell

import (
	"html/template"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
)

// FailedTitle stands before the title of a page that could not be done as it was asked for.
const (
	FailedTitle = "Fel: "
)

// The menu. What is a room is called so everywhere: in the menu, as the title of its first page, and on the start page.
const (
	menuStart      = "Start"
	menuInbox      = "Inkorg"
	RoomPhrases    = "Standardsvar"
	RoomRegister   = "Diarieföring"
	RoomUsers      = "Användare"
	menuSubmit     = "Skicka ärende"
	RoomStatistics = "Statistik"
	RoomMonitor    = "Övervakning"
	RoomFaults     = "Fellista"
	RoomCatalogue  = "Adresskatalog"
	RoomReview     = "Loggkontroll"
	RoomDuties     = "Andra person"
)

// TitleWhy is the page that tells which way a call takes.
const TitleWhy = "Varför?"

// Why a route takes no call.
const (
	WordProfile   = "Vägvalets RIV-TA-profil är varken RIVTABP20 eller RIVTABP21."
	WordNoAddress = "Vägvalet har ingen adress."
)

// WordAllUnits is what a role without units of its own counts for.
const WordAllUnits = "Alla enheter"

// What a field answers when it is not sure which unit was typed. %s are units.
const (
	wordNoUnit     = "Ingen enhet i katalogen heter så. Skriv en del av namnet, eller HSA-id."
	wordUnitMeant  = "Ingen enhet heter precis så. Menar du %s? Skriv då den."
	wordUnitsNamed = "Flera enheter stämmer med det du skrev: %s. Skriv en av dem."
	wordAndMore    = "med flera"
)

// months are their names, January first.
var months = [...]string{
	"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
	"december",
}

// Whose a standard reply or a series of numbers is. %s is the name of a care provider, or of one of its units and its
// HSA-id.
const (
	WordOwn        = "Mina egna"
	wordProvider   = "Vårdgivaren: %s"
	wordProviderOf = "Vårdgivaren för bland andra %s (%s)"
)

// What a page says above a form that was not taken.
const (
	textNoSignIn = "Det gick inte att logga in."
	textNoSearch = "Det gick inte att söka."
	textNotSaved = "Det gick inte att spara."
	textNotSent  = "Det gick inte att skicka."
)

// What a form answers when it is not filled in right. %d is a limit, %s a file's name and what the scanner found.
const (
	// WordAtMost is for a text that is too long. %d is a number of characters.
	WordAtMost        = "Skriv högst %d tecken."
	WordDay           = "Skriv dagen som 2026-01-31."
	textGiveDay       = "Ange en dag som 2026-01-31."
	textTooLong       = "Texten är för lång: högst %d tecken."
	textFilesTooLarge = "Filerna är för stora tillsammans: högst 15 MB får plats. Ingen av dem togs emot: välj färre " +
		"eller mindre filer."
	textUploadTooLarge = "Filerna är för stora tillsammans. Ingen av dem är sparad: lägg till dem några i taget, och " +
		"spara utkastet emellan."
	textOneOf    = "Välj ett av alternativen."
	textForm     = "Texten har ett tecken som inte kan skickas. Det visas som � här: ta bort det."
	textName     = "Filens namn har ett tecken som inte kan skickas. Ge filen ett annat namn."
	textInfected = "%s stoppades: virusskannern fann något skadligt (%s). Filen är inte sparad."
)

// What is wrong with a password. %d is a number of characters.
const (
	textPasswordCharacter = "Lösenordet har ett tecken som inte kan användas."
	textPasswordShort     = "Lösenordet är för kort: välj minst %d tecken, gärna flera ord."
	textPasswordLong      = "Lösenordet är för långt."
	textPasswordName      = "Lösenordet får inte innehålla användarnamnet."
	textPasswordCommon    = "Lösenordet är vanligt eller lätt att gissa: välj gärna flera ord som inte hör ihop."
)

// What is wrong with a request to the API, or with an address.
const (
	textInvalid = "Anropet gick inte att tolka"
	textJSON    = "Värdet har ett tecken som XML 1.0 inte kan bära (ett styrtecken, ett halvt surrogatpar, " +
		"U+FFFE eller U+FFFF). Ta bort det."
	textUTF8           = "Det är inte giltig UTF-8. Koda texten som UTF-8."
	textQuery          = "Värdet är inte giltig UTF-8, eller har tecknet NUL. Koda det som UTF-8, utan NUL."
	textPath           = "Adressen är inte giltig UTF-8, eller har tecknet NUL. Kontrollera adressen."
	textQuerySyntax    = "Adressens frågedel gick inte att tolka. Koda tecken som %, & och ; i värdena."
	textWholeNumber    = "Ange ett heltal från 1."
	textMediaType      = "Fel medietyp"
	textSendJSON       = "Skicka application/json."
	textAfterJSON      = "Det får inte stå något efter JSON-värdet."
	textWrongType      = "Fältet har fel typ av värde."
	textBadJSON        = "Det är inte giltig JSON (tecken %d)."
	textCutJSON        = "JSON-värdet är inte helt."
	textNoField        = "Fältet finns inte."
	WordBadValue       = "Ett värde har fel form."
	textNoParameter    = "Parametern finns inte."
	textParameterTwice = "Parametern får stå en gång."
	textLimit          = "Ange ett tal från 1 till 500."
	textMoment         = "Ange en tidpunkt som 2026-01-31T12:00:00Z, eller en dag som 2026-01-31."
)

// Refusals: a title, and a sentence below it. %d are revisions.
const (
	titleInside = "Bara inifrån"
	textInside  = "Fråga från den egna datorn eller från en betrodd proxy, eller låt admin.listen svara på ett " +
		"nät för övervakning."
	titleTurnsOff = "Enheter stängs av"
	textTurnsOff  = "Invånarna kan inte längre välja %d enheter, som står i turnsOff. Är det avsikten, skicka samma sak " +
		"igen med antalet i turnsOff."
	titleDraftChanged = "Utkastet har ändrats"
	textDraftChanged  = "Utkastet har revision %d nu, och ändringen utgick från %d. Läs det igen och gör ändringen på " +
		"nytt."
	titleRules  = "Raderna följer inte katalogens regler"
	textRules   = "Inget är sparat."
	titleNotNow = "Det går inte nu"
	titleNoPage = "Här finns ingen sida"
	textNoPage  = "Adressen tar emot ett formulär. Gå till sidan som formuläret står på."
	titleAsked  = "Väntar på en andra person"
	textAsked   = "Adressen är inte känd i katalogen. Inget är gjort än: en annan person med samma rätt ska bekräfta " +
		"begäran %s."
	titleSecond    = "Begäran är inte bekräftad"
	textSamePerson = "Den som ber om något bekräftar det inte. Be en annan person med samma rätt."
	textNobody     = "Det här görs av två personer som gatewayen känner till namn. Logga in först."
	textDecided    = "Någon har redan bekräftat eller avslagit begäran."
	textExpired    = "Ingen bekräftade begäran i tid. Gör om den."

	titleNotLocal = "Bara från den här datorn"
	textNotLocal  = "I demomiljö är allt öppet för den egna datorn (localhost) och för ingen annan; i testmiljö " +
		"gäller det anmälarens sidor."
	titleNoToken    = "Token saknas eller är okänd"
	textNoToken     = "Skicka en giltig token i huvudet Authorization: Bearer."
	titleNoRight    = "Rättighet saknas"
	textNoRole      = "Du har inte den roll som krävs."
	textNotUnit     = "Dina rättigheter gäller inte för enheten."
	titleCrossSite  = "Anropet kom från en annan webbplats"
	textCrossSite   = "Formulär får bara skickas från de egna sidorna. Öppna sidan på nytt och försök igen."
	titleCrowded    = "Många loggar in just nu"
	textSoon        = "Försök igen om en stund."
	titleNotFound   = "Finns inte"
	textNotFound    = "Det du söker finns inte här. Kontrollera adressen."
	titleMethod     = "Metoden passar inte"
	textMethod      = "Adressen finns men tar inte emot den metoden."
	titleInternal   = "Något gick fel hos oss"
	textInternal    = "Felet är noterat i loggen. Försök igen om en stund."
	titleTooLarge   = "Det som skickades är för stort"
	textTooLarge    = "Allt tillsammans får vara högst 15 MB."
	titleForm       = "Formuläret gick inte att läsa"
	textOpenAgain   = "Öppna sidan på nytt och försök igen."
	titleConflict   = "Ärendet har ändrats sedan sidan öppnades"
	textConflict    = "Läs det nya i ärendet och försök igen."
	titleNotOurs    = "Ärendet handläggs inte här"
	textNotOurs     = "Ett annat system handlägger ärendet."
	titleNotPortal  = "Det här är inte 1177"
	textNotPortal   = "Bara där 1177:s tjänst finns kan ärenden och svar skickas på det här sättet."
	titleRefused    = "Meddelandet kan inte tas emot"
	titleUnsent     = "Det gick inte att skicka"
	titleUnsentNow  = "Det gick inte att skicka just nu"
	textNoWay       = "Det finns ingen väg till mottagaren just nu. Be den som sköter systemet om hjälp."
	titleNoWay      = "Meddelandet har ingen väg"
	textSignInFirst = "Logga in för att fortsätta."
	titleSignIn     = "Logga in"
	TitleAgain      = "Logga in igen"
	textAgain       = "Det var en stund sedan du loggade in. Logga in igen innan du gör det här."
	titleHeld       = "Filen hålls kvar"
	textHeld        = "Virusskannern har funnit något skadligt i filen. Den lämnas inte ut. Be avsändaren skicka den " +
		"på nytt, ren."
	titleUnscanned = "Filen kan inte lämnas ut just nu"
	textUnscanned  = "Filen har inte kunnat kontrolleras av virusskannern. Försök igen om en stund."
)

// What stands for a value that is not there, and an age.
const (
	textUnknown   = "okänd"
	textNotGiven  = "inte angivet"
	textNotClosed = "inte avslutat"
	textYears     = "%s år"
)

// RoleName is a role in Swedish.
func RoleName(r Role) string {
	switch r {
	case RoleReceiver:
		return "Mottagare"
	case RoleHandler:
		return "Handläggare"
	case RoleAdministrator:
		return "Lokal administratör"
	case RoleIntegrator:
		return "Integratör"
	case RoleOperator:
		return "Drift"
	case RoleReviewer:
		return "Granskare"
	}
	return string(r)
}

// AccessWord is what somebody did, in Swedish.
func AccessWord(k accesslog.Kind) string {
	switch k {
	case accesslog.Read:
		return "läste"
	case accesslog.Search:
		return "sökte"
	case accesslog.List:
		return "visade lista"
	case accesslog.Change:
		return "ändrade"
	case accesslog.Export:
		return "exporterade"
	case accesslog.Print:
		return "skrev ut"
	case accesslog.SignIn:
		return "loggade in"
	case accesslog.SignOut:
		return "loggade ut"
	case accesslog.Refused:
		return "nekades"
	case accesslog.CrossSite:
		return "från annan webbplats"
	case accesslog.Check:
		return "kontrollerade"
	}
	return string(k)
}

// words are the functions that pages use: how things are called in Swedish.
func words() template.FuncMap {
	return template.FuncMap{
		"state": StateWord, "moment": Moment, "day": day, "date": Date, "iso": iso, "mask": mask, "role": RoleWord,
		"count":    Count,
		"delivery": DeliveryWord, "outcome": OutcomeWord, "size": Size, "contract": ShortContract, "refused": RefusedWord,
		"unitkind": UnitKindWord,
		"duration": duration, "class": ClassWord, "why": WhyWords, "field": NewField, "access": AccessWord, "link": Link,
	}
}

// StateWord is a case's state in Swedish.
func StateWord(s store.State) string {
	switch s {
	case store.Submitted:
		return "Skickat"
	case store.Delivered:
		return "Nytt"
	case store.InProgress:
		return "Pågående"
	case store.AwaitingReporter:
		return "Väntar på anmälaren"
	case store.Closed:
		return "Avslutat"
	}
	return string(s)
}

// RoleWord is a reporter's role in Swedish.
func RoleWord(role string) string {
	switch role {
	case contracts.RolePatient:
		return "patienten själv"
	case contracts.RoleRelative:
		return "närstående"
	case contracts.RoleProxy:
		return "ombud"
	}
	return role
}

// UnitKindWord is a kind of unit in Swedish.
func UnitKindWord(kind routing.UnitKind) string {
	switch kind {
	case routing.PatientBoard:
		return "patientnämnd"
	case routing.Other:
		return "övrig funktion"
	}
	return "mottagning"
}

// DeliveryWord is a delivery's state in Swedish.
func DeliveryWord(s store.DeliveryState) string {
	switch s {
	case store.DeliveryDue:
		return "Väntar"
	case store.DeliveryLeased:
		return "Skickas nu"
	case store.DeliveryDelivered:
		return "Levererat"
	case store.DeliveryParked:
		return "Parkerat"
	case store.DeliveryClosed:
		return "Avslutat utan leverans"
	}
	return string(s)
}

// OutcomeWord is how an attempt went, in Swedish.
func OutcomeWord(o store.Outcome) string {
	switch o {
	case store.OutcomeDelivered:
		return "Levererat"
	case store.OutcomeRefused:
		return "Avvisat"
	case store.OutcomeTechnical:
		return "Tekniskt fel, skickas om"
	case store.OutcomeUnknown:
		return "Osäkert utfall, skickas om"
	}
	return "Pågår eller avbrutet"
}

// ClassWord is the class of a failed attempt in words; a class that is not known here stands as it is.
func ClassWord(class string) string {
	switch class {
	case "":
		return ""
	case "connect":
		return "ingen förbindelse"
	case "tls":
		return "fel i certifikat eller kryptering"
	case "timeout":
		return "inget svar i tid"
	case "reset":
		return "förbindelsen bröts"
	case "fault-client":
		return "mottagaren avvisade anropet"
	case "fault-server":
		return "fel hos mottagaren"
	}
	if status, ok := strings.CutPrefix(class, "http-"); ok {
		return "HTTP-status " + status
	}
	return class
}

// RefusedWord is why a message was refused, in Swedish.
func RefusedWord(r store.Reason) string {
	switch r {
	case store.CaseClosed:
		return "ärendet är avslutat"
	case store.NotCurrentHandler:
		return "enheten har inte ärendet nu"
	case store.NoOpenQuestion:
		return "ingen öppen fråga"
	case store.NotReporter:
		return "inte skrivet av anmälaren"
	case store.AttachmentNotAllowed:
		return "ärendet tar inte emot bilagor"
	case store.ReplyMissing:
		return "svar saknas"
	case store.NotClassified:
		return "klassificering saknas"
	case store.UnknownCase:
		return "okänt ärende"
	}
	return string(r)
}

// CodeMeanings are cause and remedy of a code; empty for none.
func CodeMeanings(code routing.Code) CodeMeaning {
	switch code {
	case routing.VP001:
		return CodeMeaning{
			"Anropet säger inte vilken RIV-TA-profil det följer.",
			"Den som anropar ska skicka LogicalAddress (RIVTABP21) eller wsa:To (RIVTABP20).",
		}
	case routing.VP002:
		return CodeMeaning{
			"Klientcertifikatet saknas, är för gammalt eller har inget HSA-id i serialNumber.",
			"Den som anropar ska använda ett giltigt funktionscertifikat. Kommer anropet genom en proxy: se att den skickar " +
				"certifikatet vidare och finns bland de betrodda.",
		}
	case routing.VP003:
		return CodeMeaning{"Anropet har ingen logisk adress.", "Den som anropar ska fylla i LogicalAddress i SOAP-huvudet."}
	case routing.VP004:
		return CodeMeaning{
			"Inget vägval för kontraktet och adressen gäller den dagen: varken ett eget, ett för en enhet ovanför i " +
				"HSA-trädet eller ett för alla (*).",
			"Lägg till ett vägval, eller rätta dagarna för det som finns. Står det blanksteg runt adressen ska den som " +
				"anropar ta bort dem.",
		}
	case routing.VP005:
		return CodeMeaning{WordProfile, "Rätta profilen på vägvalet."}
	case routing.VP006:
		return CodeMeaning{
			"Mer än ett vägval för kontraktet och adressen gäller den dagen.", "Avsluta det ena dagen innan det andra börjar.",
		}
	case routing.VP007:
		return CodeMeaning{
			"Avsändaren har ingen anropsbehörighet för kontraktet hos adressen den dagen.",
			"Lägg till en anropsbehörighet för avsändaren: till adressen, en enhet ovanför den eller alla (*).",
		}
	case routing.VP008:
		return CodeMeaning{
			"Gatewayen har ingen adresskatalog, inte ens en sparad kopia.", "Se på statussidan varför källan inte går att läsa.",
		}
	case routing.VP009:
		return CodeMeaning{
			"Det mottagande systemet gick inte att nå, svarade inte i tid eller svarade med något som inte är SOAP.",
			"Testa anslutningen. Fråga systemets ägare om det är i gång.",
		}
	case routing.VP010:
		return CodeMeaning{WordNoAddress, "Ge vägvalet det mottagande systemets adress."}
	case routing.VP011:
		return CodeMeaning{
			"Anropet kom utan TLS från en adress som inte är betrodd.",
			"Anropa över TLS med klientcertifikat, eller lägg till proxyn bland de betrodda (soap.trusted_proxies).",
		}
	case routing.VP012:
		return CodeMeaning{
			"Gatewayen kunde inte själv göra klart anropet.",
			"Se loggen vid samma korrelations-id. Är disken full, eller databasen nere?",
		}
	case routing.VP013:
		return CodeMeaning{
			"Systemet får inte ange någon annan som ursprunglig konsument.",
			"Ta bort huvudet x-rivta-original-serviceconsumer-hsaid, eller lägg till systemet bland dem som får.",
		}
	case routing.VP014:
		return CodeMeaning{
			"Anropet har redan passerat här: två plattformar skickar det till varandra.",
			"Rätta vägvalet på en av plattformarna.",
		}
	case routing.VP015:
		return CodeMeaning{
			"Anropet är inte ett riktigt SOAP 1.1-meddelande, eller bryter mot gränserna för ett.",
			"Den som anropar ska rätta meddelandet. Kommandot rivgate validate visar rad och kolumn.",
		}
	}
	return CodeMeaning{}
}
