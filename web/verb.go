package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

// handoverMost is the longest internal note, and the longest ground, of a handover, in characters.
const handoverMost = 2000

// places are where the contract's paths are typed on the case page.
func places() []place {
	return []place{
		{"classification/incidentUnit", "place"},
		{"classification/incidentDate", "date"},
		{"classification/problem", "problem"},
		{"areaOfActivity", "area"},
		{"classification", "problem"},
		{"answerDueDate", "due"},
		{"newRecipient", "unit"},
		{"handover/ground", "ground"},
		{"attachment", "file"},
		{"text", "text"},
	}
}

// caseVerb carries out what a person does in a case: one form, one update into the line.
func (s *Site) caseVerb(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.inboxCase(r.Context(), r.PathValue("id"), who, WriteCase)
	if err != nil {
		return err
	}
	f, err := readUpload(w, r, r.PathValue("verb"))
	if err != nil {
		return err
	}
	return s.caseForm(w, r, who, c, f)
}

// caseForm carries out what a form of a case says.
func (s *Site) caseForm(w http.ResponseWriter, r *http.Request, who access, c store.Case, f *form) error {
	verb := f.Name
	version, err := strconv.ParseInt(f.Value("version"), 10, 64)
	if err != nil || version < 1 {
		return errForm
	}
	if answers(verb) {
		return s.answerVerb(w, r, who, c, f, version)
	}
	if version, err = s.seenVersion(r.Context(), who, c, version); err != nil {
		return err
	}
	u, err := s.updateOf(verb, f)
	if err != nil {
		return err
	}
	if !f.Failed() {
		if err := s.lookedAt(r.Context(), who, store.AccessChange, c, verb); err != nil {
			return err
		}
		_, err = s.Relay.Reply(r.Context(), c.ID, u, version)
		if err == nil {
			http.Redirect(w, r, after(c, verb, false), http.StatusSeeOther)
			return nil
		}
		s.refusedChange(r.Context(), who, c, verb, err)
		if !f.take(err, places()) {
			return err
		}
	}
	return s.caseAgain(w, r, who, c, f)
}

// after is where a person stands when a verb is done. A case that was handed over has left this inbox, perhaps for another unit's here.
func after(c store.Case, verb string, staged bool) string {
	switch {
	case staged:
		return link("/inbox/{}?done=staged", c.ID)
	case verb == "forward":
		return "/inbox?done=forward"
	}
	return link("/inbox/{}?done={}", c.ID, verb)
}

// updateOf turns a form into an update; what is missing is noted in the form.
func (s *Site) updateOf(verb string, f *form) (contracts.Update, error) {
	u := contracts.Update{Text: f.Value("text")}
	switch verb {
	case "reply":
		u.Type = contracts.PartialReply
		if u.Text == "" {
			f.refuse("text", "Skriv delsvaret.")
		}
	case "question":
		u.Type, u.AnswerDueDate = contracts.Question, compactDate(f.Value("due"))
		if u.Text == "" {
			f.refuse("text", "Skriv frågan.")
		}
	case "forward":
		u.Type = contracts.Forwarded
		u.NewRecipient = s.recipient(f)
		if ground, note := f.Value("ground"), f.Value("note"); ground != "" || note != "" {
			u.Handover = &contracts.Handover{Ground: ground, Note: note}
		}
		for _, field := range []string{"ground", "note"} {
			if len([]rune(f.Value(field))) > handoverMost {
				f.refuse(field, fmt.Sprintf("Skriv högst %d tecken.", handoverMost))
			}
		}
	case "close":
		u.Type = contracts.Close
		u.Classification = s.classification(f)
	case "correct":
		u.Type = contracts.Correction
		u.Classification = s.classification(f)
	case "status":
		now := contracts.NewStamp(s.now())
		u.Type, u.Status, u.StatusTime = contracts.Status, contracts.StatusInProgress, &now
	default:
		return u, errNotFound
	}
	return u, nil
}

// recipient is the unit that a case is handed over to, as unitsTyped finds it. Its HSA-id stands in the form from then on: what is previewed is what is sent.
// nil where it is not known which; the form says why.
func (s *Site) recipient(f *form) *contracts.OrgUnit {
	if f.Value("unit") == "" {
		f.refuse("unit", "Välj den enhet som ska ta över ärendet.")
		return nil
	}
	unit, ok := s.oneUnit(f, "unit", func(routing.Unit) bool { return true })
	if !ok {
		return nil
	}
	if _, known := s.table().Unit(unit.HSAID); !known && len(s.table().Units()) > 0 {
		f.refuse("unit", "Katalogen har ingen enhet med det HSA-id:t. Kontrollera det, eller skriv en del av namnet.")
		return nil
	}
	f.Values.Set("unit", unitText(unit))
	return &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
}

// oneUnit is the unit that is typed in a field, as unitsTyped finds it. Where that is none, or one of several, the form says so.
func (s *Site) oneUnit(f *form, field string, fits func(routing.Unit) bool) (routing.Unit, bool) {
	found := s.unitsTyped(f.Value(field), fits)
	switch len(found) {
	case 0:
		f.refuse(field, "Ingen enhet i katalogen heter så. Skriv en del av namnet, eller HSA-id.")
	case 1:
		return found[0], true
	default:
		f.refuse(field, "Flera enheter stämmer med det du skrev: "+unitNames(found)+". Skriv en av dem.")
	}
	return routing.Unit{}, false
}

// unitText is a unit as the list of units writes it.
func unitText(u routing.Unit) string {
	if u.Name == "" {
		return u.HSAID
	}
	return u.Name + " (" + u.HSAID + ")"
}

// unitNames are the first of some units.
func unitNames(units []routing.Unit) string {
	const most = 5
	var names []string
	for _, u := range units[:min(most, len(units))] {
		names = append(names, unitText(u))
	}
	if len(units) > most {
		names = append(names, "med flera")
	}
	return strings.Join(names, ", ")
}

func hsaOf(typed string) string {
	if i := strings.LastIndex(typed, "("); i >= 0 && strings.HasSuffix(typed, ")") {
		typed = typed[i+1 : len(typed)-1]
	}
	return strings.TrimSpace(typed)
}

// classification is what was chosen. A main problem comes with each of its sub problems, chosen or not: the contract asks for it.
func (s *Site) classification(f *form) *contracts.Classification {
	k := &contracts.Classification{IncidentDate: compactDate(f.Value("date"))}
	for _, main := range s.problems() {
		var subs []contracts.CV
		for _, sub := range main.Subs {
			if f.Has("problem", sub.Code) {
				subs = append(subs, coded(contracts.SystemProblem, sub))
			}
		}
		if len(subs) > 0 || f.Has("problem", main.Value) {
			k.Problems = append(append(k.Problems, coded(contracts.SystemProblem, main.Code)), subs...)
		}
	}
	if len(k.Problems) == 0 {
		f.refuse("problem", "Välj minst ett huvudproblem.")
	}
	if code := f.Value("area"); code != "" {
		k.AreaOfActivity = contracts.CV{Code: code, CodeSystem: contracts.SystemArea, DisplayName: code}
		for _, c := range s.codes(contracts.SystemArea) {
			if c.Code == code {
				k.AreaOfActivity = coded(contracts.SystemArea, c)
			}
		}
	} else {
		f.refuse("area", "Välj verksamhetsområde.")
	}
	if f.Value("place") != "" {
		if u, ok := s.oneUnit(f, "place", func(u routing.Unit) bool { return u.Kind == routing.CareUnit }); ok {
			k.IncidentUnit = &contracts.OrgUnit{HSAID: u.HSAID, Name: u.Name}
		}
	}
	return k
}

func coded(system string, c contracts.Code) contracts.CV {
	if c.Code == "" {
		return contracts.CV{OriginalText: c.Display}
	}
	return contracts.CV{Code: c.Code, CodeSystem: system, DisplayName: c.Display}
}

// classificationOf are the form values of the classification that a case has, for correcting it.
func classificationOf(c store.Case) url.Values {
	k := c.Classification
	v := url.Values{}
	if k.Area != "" {
		v.Set("area", k.Area)
	}
	v["problem"] = append(append([]string{}, k.MainProblems...), k.SubProblems...)
	v.Set("date", date(k.IncidentDate))
	v.Set("place", k.IncidentUnit)
	return v
}
