package people

import (
	"strings"

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

// detailWord is what a row says of the thing that was done, in Swedish: the log itself keeps short English words. What is not among them, such as an
// address of the gateway, stands as it is.
func detailWord(detail string) string {
	first, rest, found := strings.Cut(detail, ": ")
	if words := detailWords[detail]; words != "" {
		return words
	}
	if found && detailWords[first] != "" {
		if words := detailWords[rest]; words != "" {
			rest = words
		}
		return detailWords[first] + ": " + rest
	}
	if list, state, found := strings.Cut(detail, ", "); found && detailWords[list] != "" {
		return detailWords[list] + ", " + detailWords["state "+state]
	}
	if number, found := strings.CutPrefix(detail, "sample "); found {
		return "stickprov " + number
	}
	return detail
}

var detailWords = map[string]string{
	"list": "lista", "csv": "som fil (CSV)", "case": "ärendet", "cases": "ärenden", "protected identity": "skyddad identitet visad", "preview": "förhandsvisning", "messages": "meddelanden",
	"mailbox": "anmälarens brevlåda", "attachment": "bilaga", "attachment of a note": "bilaga till en anteckning", "new case": "nytt ärende", "no right": "utan behörighet",
	"recording, masked": "inspelning, maskerad", "standard reply": "standardsvar", "phrase": "standardsvar", "access log": "åtkomstloggen",
	"forward: no consent": "överlämning utan samtycke", "forward: no ground": "överlämning utan grund",
	"sample made": "nytt stickprov", "sample ended": "stickprov avslutat",
	"state submitted": "skickade", "state delivered": "nya", "state in_progress": "pågående", "state awaiting_reporter": "väntar på anmälaren", "state closed": "avslutade",
	"password": "lösenord", "initial password": "tillfälligt lösenord", "provider": "vid inloggningstjänsten", "sessions ended": "sessioner avslutade", "enabled": "konto öppnat", "disabled": "konto stängt",
	"sign-in": "inloggning", "sign-in at the provider": "inloggning vid inloggningstjänsten", "too many tries": "för många försök", "no role": "ingen roll",
	"desk": "arbete med ärendet", "board": "patientnämndens sida", "place": "enhet satt", "consent": "samtycke", "withdraw": "återtaget samtycke", "request": "begäran om yttrande", "opinion": "yttrande",
	"child": "barn", "nochild": "inte barn", "take": "tog ärendet", "assign": "tilldelade", "release": "lämnade tillbaka", "park": "parkerade", "resume": "återupptog", "note": "tjänsteanteckning",
	"register": "diarienummer", "authority": "fullmakt", "protect": "skyddad identitet", "reply": "delsvar", "question": "fråga", "close": "avslut", "forward": "överlämning", "correct": "rättelse",
	"partial_reply": "delsvar", "forwarded": "överlämning", "status": "läge", "correction": "rättelse",
}
