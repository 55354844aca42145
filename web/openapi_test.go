package web

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/relay/probe"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/accounts"
	"rivgate/store/catalogues"
	"rivgate/web/api"
	"rivgate/web/casework"
	cataloguepages "rivgate/web/catalogue"
	"rivgate/web/shell"
	"rivgate/web/statistics"
)

type operation struct {
	Roles      []string `json:"x-roles"`
	Parameters []struct{ Name, In string }
	Responses  map[string]any
}

type description struct {
	Paths      map[string]map[string]operation
	Components struct {
		Schemas map[string]struct {
			Required   []string
			Properties map[string]any
		}
	}
}

func readDescription(t *testing.T) (d description, text string) {
	t.Helper()
	b, err := os.ReadFile("api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	return d, string(b)
}

// rolesFor are the systems' roles that reach an endpoint, by name; none where all do.
func rolesFor(needs shell.Action) []string {
	var all []string
	for _, role := range []shell.Role{
		shell.RoleCatalogue, shell.RoleHandle, shell.RoleOperate, shell.RolePortal, shell.RoleRead,
	} {
		if needs != shell.SignedIn && shell.Rights(role)&needs != 0 {
			all = append(all, string(role))
		}
	}
	return all
}

func TestDescriptionHasEveryEndpoint(t *testing.T) {
	t.Parallel()
	d, _ := readDescription(t)
	seen := 0
	for _, e := range (&Site{}).endpoints() {
		if e.Kind != shell.API {
			continue
		}
		seen++
		op, ok := d.Paths[e.Path][strings.ToLower(e.Method)]
		if !ok {
			t.Errorf("%s %s is not described", e.Method, e.Path)
			continue
		}
		if described, are := slices.Sorted(slices.Values(op.Roles)), rolesFor(e.Needs); !slices.Equal(described, are) {
			t.Errorf("%s %s: roles are described as %v, are %v", e.Method, e.Path, described, are)
		}
		for _, part := range strings.Split(e.Path, "/") {
			name, isParameter := strings.CutPrefix(part, "{")
			named := slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool {
				return p.In == "path" && p.Name+"}" == name
			})
			if isParameter && !named {
				t.Errorf("%s %s: %s is not described", e.Method, e.Path, part)
			}
		}
		if op.Responses["default"] == nil {
			t.Errorf("%s %s: no word on refusals", e.Method, e.Path)
		}
	}
	for path, methods := range d.Paths {
		seen -= len(methods)
		if !strings.HasPrefix(path, "/api/") {
			t.Errorf("%s is no address of the API", path)
		}
	}
	if seen != 0 {
		t.Errorf("%d operations are described too few or, below zero, too many", seen)
	}
}

func TestDescriptionHasEveryField(t *testing.T) {
	t.Parallel()
	d, text := readDescription(t)
	shapes := map[string]any{
		"II": contracts.II{}, "Stamp": contracts.Stamp{}, "OrgUnit": contracts.OrgUnit{}, "PersonID": contracts.PersonID{},
		"CV":        contracts.CV{},
		"Recipient": contracts.Recipient{}, "Attachment": contracts.Attachment{}, "Upload": api.Upload{},
		"Reporter": contracts.Reporter{}, "Patient": contracts.Patient{},
		"Complaint": contracts.Complaint{}, "Answer": contracts.Answer{}, "Forward": contracts.Forward{},
		"Professional":   contracts.Professional{},
		"Classification": contracts.Classification{}, "Update": contracts.Update{}, "Handover": contracts.Handover{},
		"Unchecked": contracts.Unchecked{},
		"Message":   contracts.Message{}, "NewCase": api.NewCase{}, "NewMessage": api.NewMessage{},
		"Accepted": api.ReceiptView{}, "Ref": store.Ref{}, "Handler": store.Handler{}, "Person": api.PersonView{},
		"CaseClassification": api.Concluded{}, "Case": api.CaseView{},
		"Entry": store.Entry{}, "Letter": store.Letter{}, "Receiver": relay.Receiver{}, "Delivery": api.DeliveryRow{},
		"Outage": store.Outage{}, "DeliveryWithAttempts": api.DeliveryView{},
		"Attempt": api.AttemptView{}, "Diagnosis": api.WhyView{}, "Waiting": store.Waiting{},
		"SecondRequest": accounts.SecondRequest{}, "Audit": store.Audit{},
		"DeliveryFilter": api.DeliveryFilter{}, "DeliveryVerb": api.DeliveryVerb{}, "StatisticsRow": statistics.CountView{},
		"CatalogueRow": catalogue.Row{}, "EntryEdit": catalogue.Edit{}, "EntryChange": catalogue.Change{},
		"TouchingChange": api.TouchingView{},
		"EntryProblem":   catalogue.Problem{}, "Ground": routing.Ground{}, "Switch": routing.Switch{},
		"CatalogueDraft": api.DraftView{}, "CatalogueEdits": api.RowEdits{},
		"CatalogueChanged": api.ChangedView{}, "CatalogueDiff": api.DiffView{}, "CataloguePublish": api.Publishing{},
		"CatalogueVersion":      catalogues.Version{},
		"CatalogueVersionState": cataloguepages.VersionView{}, "CatalogueVerb": api.Reasoned{},
		"CatalogueEvent": catalogues.Event{}, "HeldCatalogue": catalogues.Held{},
		"CatalogueAccept": api.Acceptance{}, "RouteTest": api.RouteTest{}, "RouteTested": api.RouteTested{},
		"Step":  probe.Step{},
		"Trace": routing.Trace{}, "Route": routing.Route{}, "Resolution": api.Resolution{}, "Code": api.CodeView{},
		"Problem": shell.Problem{}, "TurnedOff": routing.TurnedOff{}, "TakenOver": catalogues.TakenOver{},
		"Supplement": contracts.Supplement{}, "Withdrawal": contracts.Withdrawal{}, "NewWithdrawal": api.NewWithdrawal{},
		"Authority": api.AuthorityView{}, "AuthorityStep": api.AuthorityStepView{}, "AuthorityChange": api.AuthorityChange{},
		"Opinion": api.OpinionView{}, "OpinionLetter": casework.OpinionLetter{}, "OpinionRequest": api.OpinionRequest{},
		"OpinionAdded":  casework.Writing{},
		"OpinionAnswer": api.OpinionAnswer{}, "File": store.File{},
		"FormerReporter": api.FormerView{}, "Unregistered": store.Unnumbered{},
		"RegistrationReport": store.NumberReport{}, "RegistrationProblem": store.NumberProblem{},
		"Count": struct {
			Count int `json:"count"`
		}{},
	}
	for name, schema := range d.Components.Schemas {
		shape, ok := shapes[name]
		if !ok {
			t.Errorf("schema %s is of no type here", name)
			continue
		}
		want := fieldsOf(reflect.TypeOf(shape))
		for _, field := range want {
			if schema.Properties[field] == nil {
				t.Errorf("%s: field %s is not described", name, field)
			}
		}
		for field := range schema.Properties {
			if !slices.Contains(want, field) {
				t.Errorf("%s: field %s does not exist", name, field)
			}
		}
		for _, field := range schema.Required {
			if !slices.Contains(want, field) {
				t.Errorf("%s: required field %s does not exist", name, field)
			}
		}
	}
	for name := range shapes {
		if _, ok := d.Components.Schemas[name]; !ok {
			t.Errorf("%s has no schema", name)
		}
	}
	for _, part := range strings.Split(text, `"$ref": "#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if _, ok := d.Components.Schemas[name]; !ok {
			t.Errorf("schema %s is referred to and not there", name)
		}
	}
}

// fieldsOf are the names that encoding/json gives a struct's fields.
func fieldsOf(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, _, _ := strings.Cut(tag, ",")
		switch {
		case name == "-", !f.IsExported() && !f.Anonymous:
		case f.Anonymous && !tagged:
			names = append(names, fieldsOf(f.Type)...)
		case name == "":
			names = append(names, f.Name)
		default:
			names = append(names, name)
		}
	}
	return names
}
