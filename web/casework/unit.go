package casework

import (
	"cmp"
	"context"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/finding"
	"rivgate/store"
	"rivgate/web/shell"
)

// RegionName is what a region is called.
func RegionName(code string) string { return cmp.Or(routing.RegionNames()[code], code) }

// TypedQuery is what was typed in a search for units, as much as counts.
func TypedQuery(text string) string {
	text = strings.TrimSpace(text)
	if letters := []rune(text); len(letters) > finding.MaxText {
		text = string(letters[:finding.MaxText])
	}
	return text
}

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

// ofCare are the units where something can have happened.
func ofCare() shell.UnitWanted {
	return shell.UnitWanted{Fits: func(u routing.Unit) bool { return u.Kind == routing.CareUnit }, Unfit: wordUnitNoCare}
}

// TypedUnit is the unit of care that was typed or chosen in a field. Where several could be meant they are returned for
// choosing; an HSA-id that the catalogue does not know is taken as it is. What is wrong is noted.
func (s *Base) TypedUnit(f *shell.Form, field, missing string) (routing.Unit, []routing.Unit) {
	typed := typedUnit(f, field)
	if typed == "" {
		f.Refuse(field, missing)
		return routing.Unit{}, nil
	}
	found, sure := s.UnitsTyped(typed, ofCare().Fits)
	switch {
	case len(found) == 1 && found[0].Kind == routing.PatientBoard:
		f.Refuse(field, wordUnitIsBoard)
	case len(found) == 0:
		f.Refuse(field, s.NoUnitWord(typed, ofCare()))
	case !sure && len(found) == 1:
		f.Refuse(field, wordLikeUnit)
		return routing.Unit{}, found
	case !sure:
		f.Refuse(field, wordManyUnits)
		return routing.Unit{}, found
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return routing.Unit{}, nil
}

// CompareNames orders units by name.
func CompareNames(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }

// InboxUnits are the units whose cases come here, and are theirs to see.
func (s *Base) InboxUnits(who shell.Access) []routing.Unit {
	return s.FindInboxUnits(who, shell.SeeCase, "", ReceiverLimit)
}

// FindInboxUnits are the units whose cases come here, with which an action is allowed, as they are found by what was
// typed. At most limit.
func (s *Base) FindInboxUnits(who shell.Access, action shell.Action, typed string, limit int) (units []routing.Unit) {
	for found := range s.Relay.FindUnits(typed) {
		u := found.Unit
		if !who.May(action, shell.Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region}) {
			continue
		}
		if r, ok := s.Relay.Choosable(u); ok && r.Via == routing.Inbox {
			if units = append(units, u); len(units) == limit {
				break
			}
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
		{Path: "unchecked/reason", Field: "unchecked"},
		{Path: "attachment", Field: "file"},
		{Path: "text", Field: "text"},
	}
}

// Recipient is the unit that a case is handed over to, as UnitsTyped finds it among those that citizens can choose. Its
// HSA-id stands in the form from then on: what is previewed is what is sent. nil where it is not known which; the form
// says why.
func (s *Base) Recipient(f *shell.Form) *contracts.OrgUnit {
	if typedUnit(f, "unit") == "" {
		f.Refuse("unit", wordWhichUnit)
		return nil
	}
	unit, ok := s.oneUnit(f, "unit", shell.UnitWanted{Fits: s.canTakeOver, Unfit: wordCannotTakeOver})
	if !ok {
		return nil
	}
	if _, known := s.Table().Unit(unit.HSAID); !known && len(s.Table().Units()) > 0 {
		f.Refuse("unit", wordNoHSAID)
		return nil
	}
	f.Values.Set("unit", shell.UnitText(unit))
	f.Values.Del("unit" + choiceField)
	return &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
}

func (s *Base) canTakeOver(u routing.Unit) bool {
	_, ok := s.Relay.Choosable(u)
	return ok
}

// Choices are the units among which somebody is to choose whose handover did not say which it is; none where it did.
func (s *Base) Choices(f *shell.Form) []routing.Unit {
	typed := typedUnit(f, "unit")
	if typed == "" || f.Error("unit") == "" {
		return nil
	}
	if units, sure := s.UnitsTyped(typed, s.canTakeOver); !sure {
		return units
	}
	return nil
}

// choiceField ends the name of the field in which one of the units is chosen that were found.
const choiceField = "-choice"

// typedUnit is what was chosen among the units that were found, or else typed.
func typedUnit(f *shell.Form, field string) string {
	return cmp.Or(f.Value(field+choiceField), f.Value(field))
}

// oneUnit is the unit that is typed in a field. Where it is not sure which, the form says so.
func (s *Base) oneUnit(f *shell.Form, field string, want shell.UnitWanted) (routing.Unit, bool) {
	unit, wrong := s.UnitMeant(typedUnit(f, field), want)
	if wrong != "" {
		f.Refuse(field, wrong)
	}
	return unit, wrong == ""
}
