package people

import (
	"strings"

	"rivgate/store"
	"rivgate/web/shell"
)

// rolesWords are the roles of a row of the access log, in Swedish.
func rolesWords(roles string) string {
	var all []string
	for role := range strings.SplitSeq(roles, ", ") {
		all = append(all, strings.ToLower(shell.RoleName(shell.Role(role))))
	}
	return strings.Join(all, ", ")
}

// detailWord is what a row says of the thing that was done, in Swedish. A code that has no words, such as an address of the gateway, stands
// as it is.
func detailWord(detail string) string { return store.DetailWords(detail, detailWords, detailWords) }

var detailWords = map[string]string{
	"list": "lista", "csv": "som fil (CSV)", "case": "ärendet", "cases": "ärenden", "protected identity": "skyddad identitet visad", "preview": "förhandsvisning", "messages": "meddelanden",
	"mailbox": "anmälarens brevlåda", "attachment": "bilaga", "attachment of a note": "bilaga till en anteckning", "new case": "nytt ärende", "no right": "utan behörighet",
	"recording, masked": "inspelning, maskerad", "standard reply": "standardsvar", "phrase": "standardsvar", "access log": "åtkomstloggen",
	"no consent": "utan samtycke", "no ground": "utan grund",
	"state": "{1}", "again": "{1} gånger till", "sample": "stickprov {1}", "board export": "patientnämndens uttag: {1} {2} {3}",
	"account added": "nytt konto", "granted": "roll given: {1} {2}", "revoked": "roll tillbakatagen: {1} {2}",
	"users: give": "en roll eller enhet som inte är deras att ge", "users: none": "inget konto som kan ha rollen",
	"users: take": "en roll som inte är deras att ta tillbaka", "users: others": "{1}: kontot har roller på andra håll", "users: see": "andras konto",
	"sample made": "nytt stickprov", "sample ended": "stickprov avslutat",
	"submitted": "skickade", "delivered": "nya", "in_progress": "pågående", "awaiting_reporter": "väntar på anmälaren", "closed": "avslutade",
	"password": "lösenord", "initial password": "tillfälligt lösenord", "provider": "vid inloggningstjänsten", "sessions ended": "sessioner avslutade", "enabled": "konto öppnat", "disabled": "konto stängt",
	"sign-in": "inloggning", "sign-in at the provider": "inloggning vid inloggningstjänsten", "too many tries": "för många försök", "no role": "ingen roll",
	"desk": "arbete med ärendet", "board": "patientnämndens sida", "place": "enhet satt", "consent": "samtycke", "withdraw": "återtaget samtycke", "request": "begäran om yttrande", "opinion": "yttrande",
	"child": "barn", "nochild": "inte barn", "take": "tog ärendet", "assign": "tilldelade", "release": "lämnade tillbaka", "park": "parkerade", "resume": "återupptog", "note": "tjänsteanteckning",
	"register": "diarienummer", "authority": "fullmakt", "protect": "skyddad identitet", "reply": "delsvar", "question": "fråga", "close": "avslut", "forward": "överlämning", "correct": "rättelse",
	"partial_reply": "delsvar", "forwarded": "överlämning", "status": "läge", "correction": "rättelse",
}
