package casework

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// BoardUnits are the patient boards whose cases come here, with which an action is allowed.
func (s *Base) BoardUnits(who shell.Access, action shell.Action) []routing.Unit {
	var out []routing.Unit
	for _, u := range s.InboxUnits(who) {
		if u.Kind == routing.PatientBoard && who.May(action, s.Owner(u.HSAID)) {
			out = append(out, u)
		}
	}
	return out
}

// BoardFilter is a list of the boards' cases, the latest first.
func BoardFilter(units []routing.Unit) store.CaseFilter {
	f := store.CaseFilter{Via: routing.Inbox, Kind: routing.PatientBoard, Units: []string{}, Order: store.NewestFirst}
	for _, u := range units {
		f.Units = append(f.Units, u.HSAID)
	}
	if len(units) == 1 {
		f.Unit = units[0].HSAID
	}
	return f
}

// PlacesMissing is how many of the boards' cases have no unit.
func (s *Base) PlacesMissing(ctx context.Context, units []routing.Unit) (int, error) {
	return s.Relay.Store.CountWithoutIncidentUnit(ctx, BoardFilter(units))
}

// hsaForm is how an HSA-id is written.
var hsaForm = regexp.MustCompile(`^(?i:SE(16)?[0-9]{10}|TSTNMT[0-9]{10})-[A-Za-z0-9]+$`)

// TypedUnit is the unit of care that was typed or chosen in a field. Where several could be meant they are returned for
// choosing; an HSA-id that the catalogue does not know is taken as it is. What is wrong is noted.
func (s *Base) TypedUnit(f *shell.Form, field, missing string) (routing.Unit, []routing.Unit) {
	typed := cmp.Or(f.Value(field+"-choice"), f.Value(field))
	if typed == "" {
		f.Refuse(field, missing)
		return routing.Unit{}, nil
	}
	found := s.unitsTyped(typed, func(u routing.Unit) bool { return u.Kind == routing.CareUnit })
	switch {
	case len(found) == 1 && found[0].Kind == routing.PatientBoard:
		f.Refuse(field, wordUnitIsBoard)
	case len(found) == 0:
		f.Refuse(field, wordNoUnit)
	case len(found) > 1:
		f.Refuse(field, wordManyUnits)
		return routing.Unit{}, found
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return routing.Unit{}, nil
}

// unitsTyped finds the units that somebody means who types an HSA-id, "name (HSA-id)", a name, or words of a name. An
// HSA-id means one unit, of whatever kind; one that the catalogue does not know is a unit without a name. Names are
// looked for among the units that fit.
func (s *Base) unitsTyped(typed string, fits func(routing.Unit) bool) []routing.Unit {
	id := shell.HSAOf(typed)
	if u, ok := s.Table().Unit(id); ok {
		return []routing.Unit{u}
	}
	if hsaForm.MatchString(id) && len(id) <= 31 {
		return []routing.Unit{{HSAID: id}}
	}
	words := strings.Fields(identity.Fold(typed))
	var named, like []routing.Unit
	for _, u := range s.Table().Units() {
		text := identity.Fold(u.Name + " " + u.HSAID)
		missing := slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
		if missing || !fits(u) {
			continue
		}
		if identity.Fold(u.Name) == strings.Join(words, " ") {
			named = append(named, u)
		}
		if len(like) < 20 {
			like = append(like, u)
		}
	}
	if len(named) == 1 {
		return named
	}
	slices.SortFunc(like, func(a, b routing.Unit) int { return CompareNames(a.Name, b.Name) })
	return like
}

// CompareNames orders units by name.
func CompareNames(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }

// InboxUnits are the units whose cases come here, and are theirs to see.
func (s *Base) InboxUnits(who shell.Access) []routing.Unit {
	var units []routing.Unit
	for _, u := range s.Relay.Receivers("", ReceiverLimit) {
		if u.Via == routing.Inbox && who.May(shell.SeeCase, s.Owner(u.HSAID)) {
			units = append(units, u.Unit)
		}
	}
	return units
}

// ReceiverLimit bounds lists of units that a person chooses from.
const ReceiverLimit = 200

// Places are where the contract's paths are typed on the case page.
func Places() []shell.Place {
	return []shell.Place{
		{Path: "classification/incidentUnit", Field: "place"},
		{Path: "classification/incidentDate", Field: "date"},
		{Path: "classification/problem", Field: "problem"},
		{Path: "areaOfActivity", Field: "area"},
		{Path: "classification", Field: "problem"},
		{Path: "answerDueDate", Field: "due"},
		{Path: "newRecipient", Field: "unit"},
		{Path: "handover/ground", Field: "ground"},
		{Path: "attachment", Field: "file"},
		{Path: "text", Field: "text"},
	}
}

// Recipient is the unit that a case is handed over to, as unitsTyped finds it. Its HSA-id stands in the form from then
// on: what is previewed is what is sent. nil where it is not known which; the form says why.
func (s *Base) Recipient(f *shell.Form) *contracts.OrgUnit {
	if f.Value("unit") == "" {
		f.Refuse("unit", wordWhichUnit)
		return nil
	}
	unit, ok := s.oneUnit(f, "unit", func(routing.Unit) bool { return true })
	if !ok {
		return nil
	}
	if _, known := s.Table().Unit(unit.HSAID); !known && len(s.Table().Units()) > 0 {
		f.Refuse("unit", wordNoHSAID)
		return nil
	}
	f.Values.Set("unit", unitText(unit))
	return &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
}

// oneUnit is the unit that is typed in a field, as unitsTyped finds it. Where that is none, or one of several, the form
// says so.
func (s *Base) oneUnit(f *shell.Form, field string, fits func(routing.Unit) bool) (routing.Unit, bool) {
	found := s.unitsTyped(f.Value(field), fits)
	switch len(found) {
	case 0:
		f.Refuse(field, wordNoUnit)
	case 1:
		return found[0], true
	default:
		f.Refuse(field, fmt.Sprintf(wordUnitsNamed, unitNames(found)))
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
		names = append(names, wordAndMore)
	}
	return strings.Join(names, ", ")
}
