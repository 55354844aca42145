package catalogue

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

// rowField is one field of a row's form.
type rowField struct {
	Name, Label, Hint string
	Type              string // of the input: text, date, select or checkbox
	List              string // id of the list of suggestions
	Options           []rowOption
}

// rowOption is a choice of a select.
type rowOption struct{ Value, Label string }

// rowFields are the fields of a kind of row; nil for a kind that is none.
func rowFields(kind catalogue.Kind) []rowField {
	hsaID, name := rowField{Name: "hsaId", Label: labelHSAID, Type: "text"}, textField("name", labelName, "")
	contract := rowField{Name: "contract", Label: labelContract, Hint: hintContract, Type: "text", List: "contracts"}
	receiver := rowField{Name: "receiver", Label: labelReceiver, Hint: hintReceiver, Type: "text", List: "receivers"}
	component := rowField{
		Name: "component", Label: labelComponent, Hint: hintOptionalID, Type: "text", List: "systems",
	}
	profile := rowField{
		Name: "profile", Label: labelProfile, Type: "select",
		Options: []rowOption{{routing.RIVTABP21, routing.RIVTABP21}, {routing.RIVTABP20, routing.RIVTABP20}},
	}
	days := []rowField{
		{Name: "from", Label: labelFirstDay, Hint: hintFirstDay, Type: "date"},
		{Name: "until", Label: labelLastDay, Hint: hintLastDay, Type: "date"},
	}
	switch kind {
	case catalogue.KindUnit:
		return []rowField{
			hsaID, name,
			{Name: "unitKind", Label: labelUnitKind, Type: "select", Options: unitKinds()},
			textField("region", labelRegion, hintRegion), textField("provider", labelProvider, hintOptionalID),
			textField("town", labelTown, hintTown), textField("aliases", labelAliases, hintAliases),
			{Name: "attachments", Label: labelAttachments, Type: "checkbox"},
			{Name: "supplements", Label: labelSupplements, Hint: hintSupplements, Type: "checkbox"},
		}
	case catalogue.KindReceiver, catalogue.KindComponent:
		return []rowField{hsaID, name}
	case catalogue.KindContract:
		return []rowField{contract, name}
	case catalogue.KindAddress:
		return []rowField{textField("address", labelAddress, hintAddress), component, profile}
	case catalogue.KindRoute:
		address := rowField{Name: "address", Label: labelAddress, Hint: hintRouteAddress, Type: "text", List: "addresses"}
		signature := rowField{
			Name: "signature", Label: labelSignature, Hint: hintSignature, Type: "select", Options: signatureChoices(),
		}
		return append([]rowField{contract, receiver, address, component, profile, signature}, days...)
	case catalogue.KindPermission:
		sender := rowField{Name: "sender", Label: labelSender, Hint: hintID, Type: "text", List: "systems"}
		return append([]rowField{sender, contract, receiver}, days...)
	}
	return nil
}

func textField(name, label, hint string) rowField {
	return rowField{Name: name, Label: label, Hint: hint, Type: "text"}
}

// unitKinds are the kinds of unit to choose from.
func unitKinds() (all []rowOption) {
	for _, kind := range []routing.UnitKind{routing.CareUnit, routing.PatientBoard, routing.Other} {
		all = append(all, rowOption{string(kind), unitKindChoice(kind)})
	}
	return all
}

// signatureChoices are what a route can ask of signatures.
func signatureChoices() (all []rowOption) {
	for _, s := range routing.Signatures() {
		all = append(all, rowOption{string(s), signatureWord(routing.SignatureOf(string(s)))})
	}
	return all
}

// valuesOf are the values of a row's form.
func (s *Rows) valuesOf(e catalogue.Row) url.Values {
	v := url.Values{
		"hsaId": {e.HSAID}, "name": {e.Name}, "unitKind": {string(e.UnitKind)}, "region": {e.Region},
		"provider": {e.Provider}, "town": {e.Town}, "aliases": {e.Aliases.Words()}, "contract": {s.shortest(e.Contract)},
		"sender": {e.Sender}, "receiver": {e.Receiver}, "address": {e.Address}, "profile": {e.Profile},
		"component": {e.Component}, "signature": {e.Signature.Word()},
		"from": {e.From.String()}, "until": {e.Until.String()},
	}
	if e.Attachments {
		v.Set("attachments", "yes")
	}
	if e.Supplements {
		v.Set("supplements", "yes")
	}
	return v
}

// shortest is the short name of a contract, where it has one, else its namespace.
func (s *Rows) shortest(namespace string) string {
	for name, known := range s.Relay.Contracts.Names() {
		if known == namespace {
			return name
		}
	}
	return namespace
}

// typedRow puts what was typed into a row, which keeps what its form does not show. What cannot be read is noted in the
// form.
func (s *Rows) typedRow(e catalogue.Row, f *shell.Form) catalogue.Row {
	for _, field := range rowFields(e.Kind) {
		v := f.Value(field.Name)
		switch field.Name {
		case "hsaId":
			e.HSAID = v
		case "name":
			e.Name = v
		case "unitKind":
			e.UnitKind = routing.UnitKind(v)
		case "region":
			e.Region = v
		case "provider":
			e.Provider = v
		case "town":
			e.Town = v
		case "aliases":
			e.Aliases = routing.NewNames(strings.Split(v, ","))
		case "attachments":
			e.Attachments = v != ""
		case "supplements":
			e.Supplements = v != ""
		case "contract":
			e.Contract = s.Namespace(v)
		case "sender":
			e.Sender = v
		case "receiver":
			e.Receiver = v
		case "address":
			e.Address = v
		case "profile":
			e.Profile = v
		case "component":
			e.Component = v
		case "signature":
			e.Signature = routing.SignatureOf(v)
		case "from":
			e.From = f.Day(field.Name)
		case "until":
			e.Until = f.Day(field.Name)
		}
	}
	return e
}

// takeCatalogue puts what the catalogue refuses into a form: beside the field it is about, where the form has that
// field. Problems of rows that the form does not show come back, to be listed. ok is false for an error that is not the
// form's.
func takeCatalogue(f *shell.Form, err error, fields []string, rows []catalogue.Row) (problems []rowProblem, ok bool) {
	var rules catalogue.Problems
	var refusal *catalogues.Refusal
	switch {
	case errors.As(err, &rules):
		for _, p := range problemsOf(rules, rows) {
			if p.field != "" && slices.Contains(fields, p.field) {
				f.Refuse(p.field, p.Text+" "+p.Remedy)
				continue
			}
			problems = append(problems, p)
		}
		if len(problems) > 0 {
			f.General = wordNotSaved
		}
	case errors.As(err, &refusal):
		f.General = shell.RefusalText(refusal)
	default:
		return nil, false
	}
	return problems, true
}

// since tells what others did to the draft after a revision.
func since(events []catalogues.Event, revision int64, name func(catalogues.Event) string) (lines []string) {
	for _, e := range slices.Backward(events) { // they come newest first
		if e.Revision > revision {
			lines = append(lines, name(e))
		}
	}
	const most = 10
	if more := len(lines) - most; more > 0 {
		lines = append([]string{fmt.Sprintf(wordMoreEvents, more)}, lines[more:]...)
	}
	return lines
}

// suggestions are what fields of a row may be chosen from.
type suggestions struct {
	Contracts, Receivers, Systems, Addresses []string
}

// suggest gathers them from the rows that there are; a few hundred of each are enough for a list to choose from.
func (s *Rows) suggest(rows []catalogue.Row) suggestions {
	const most = 300
	sets := [4]map[string]bool{{}, {}, {}, {routing.AddressInbox: true}}
	put := func(i int, v string) {
		if v != "" && len(sets[i]) < most {
			sets[i][v] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Relay.Contracts.Names())) {
		put(0, name)
	}
	for _, e := range rows {
		switch e.Kind {
		case catalogue.KindUnit, catalogue.KindReceiver:
			put(1, e.HSAID)
		case catalogue.KindComponent:
			put(2, e.HSAID)
		case catalogue.KindAddress:
			put(3, e.Address)
		case catalogue.KindContract:
			put(0, s.shortest(e.Contract))
		}
	}
	sorted := func(i int) []string { return slices.Sorted(maps.Keys(sets[i])) }
	return suggestions{sorted(0), sorted(1), sorted(2), sorted(3)}
}
