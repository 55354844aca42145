package desk

import (
	"cmp"
	"strings"

	"rivgate/routing"
	"rivgate/store"
)

// deskWord is what somebody did at a desk, in words.
func deskWord(e store.DeskEvent) string {
	switch e.Kind {
	case store.DeskTaken:
		return "Tog ärendet"
	case store.DeskAssigned:
		return "Tilldelat " + e.To.Name
	case store.DeskReleased:
		return "Lämnade tillbaka ärendet"
	case store.DeskParked:
		return "Parkerat" + untilWord(e)
	case store.DeskResumed:
		if e.By.ID == "" {
			return "Dagen då ärendet skulle återupptas har kommit"
		}
		return "Återupptaget"
	case store.DeskNote:
		return "Tjänsteanteckning"
	case store.DeskRegistered:
		if e.Text == "" {
			return "Diarienumret borttaget"
		}
		return "Diariefört"
	case store.DeskProtected:
		return "Skyddad identitet"
	case store.DeskUnprotected:
		return "Inte längre skyddad identitet"
	case store.DeskAuthority:
		return "Fullmakt eller behörighet kontrollerad"
	case store.DeskNoAuthority:
		return "Kontrollen av fullmakten återtagen"
	case store.DeskSent:
		return formWord(e.Form) + " skickat"
	case store.DeskHandover:
		return "Till " + cmp.Or(e.ToName, e.ToUnit) + ", som tar över ärendet"
	case store.DeskPlace:
		return "Enheten där det hände: " + cmp.Or(e.ToName, e.ToUnit)
	case store.DeskUndone:
		return formWord(e.Form) + " ångrat innan det skickades"
	case store.DeskRefused:
		return formWord(e.Form) + " kunde inte skickas"
	}
	return string(e.Kind)
}

// seenBy says who sees what is written for colleagues alone; "" for what is no such note.
func seenBy(kind store.DeskEventKind) string {
	switch kind {
	case store.DeskNote:
		return "syns bara för enheten"
	case store.DeskHandover:
		return "syns bara för den enhet som lämnade över och den som tog emot"
	}
	return ""
}

// handoverText is what was said to the unit that took a case over.
func handoverText(e store.DeskEvent) string {
	if e.Ground == "" {
		return e.Text
	}
	return strings.TrimPrefix(e.Text+"\n\nGrund: "+e.Ground, "\n\n")
}

func untilWord(e store.DeskEvent) string {
	if e.Until == nil {
		return ""
	}
	return " till " + e.Until.In(routing.Stockholm()).Format("2006-01-02")
}

// formWord is a form of the case page as a noun that is neuter: "skickat", "ångrat" follow it.
func formWord(form string) string {
	switch form {
	case "reply":
		return "Delsvaret"
	case "question":
		return "Meddelandet med frågan"
	case "close":
		return "Slutsvaret"
	case "forward":
		return "Överlämnandet"
	case "correct":
		return "Meddelandet med rättelsen"
	}
	return "Meddelandet"
}

// codeNamed is a code in words; a code that is not known stands as it is.
func (s *Export) codeNamed(system, code string) string {
	for _, c := range s.Codes(system) {
		if c.Code == code {
			return c.Display
		}
	}
	return code
}
