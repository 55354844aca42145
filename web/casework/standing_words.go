package casework

import "rivgate/store"

// By what right a reporter speaks for the patient, and how it stands with its check. %s is who did it, and the day.
const (
	wordRightStated    = "uppger fullmakt"
	wordRightNone      = "ingen rätt uppgiven"
	wordRightEnded     = "har inte längre rätt att företräda patienten"
	wordRightChecked   = "Kontrollerad av %s %s"
	wordRightWithdrawn = "Återtagen, noterat av %s %s"
	wordRightUnchecked = "Inte kontrollerad"
)

// Who wrote a message. %s is a name.
const (
	wordFormer       = "%s (anmälde tidigare)"
	wordPatient      = "Patienten"
	wordFromPatient  = "Svar från patienten"
	wordFromStranger = "Svar från någon annan än anmälaren"
	wordStranger     = "Någon annan än anmälaren"
)

// RightWord is a right in Swedish.
func RightWord(r store.Right) string {
	switch r {
	case store.RightAttorney:
		return "fullmakt"
	case store.RightGuardian:
		return "vårdnadshavare"
	case store.RightAppointed:
		return "god man eller förvaltare"
	case store.RightOther:
		return "annan rätt"
	}
	return string(r)
}

// stepWord is a step of the history of a right.
func stepWord(step store.AuthorityStep) string {
	what := ""
	switch step.Kind {
	case store.DeskStated:
		what = "Uppgiven"
	case store.DeskAuthority:
		what = "Kontrollerad"
	case store.DeskNoAuthority:
		what = "Kontrollen återtagen"
	case store.DeskWithdrawn:
		what = "Återtagen"
	case store.DeskTakenOver:
		what = "Ärendet övertaget"
	}
	if step.Right != "" {
		what += ": " + RightWord(step.Right)
	}
	return what
}
