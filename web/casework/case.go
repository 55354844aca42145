package casework

import (
	"context"
	"net/http"
	"strconv"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casefile"
	"rivgate/web/shell"
)

// Person is who a case is about or from, whole: this page is for who handles it.
type Person struct {
	contracts.PersonID
	Name, Birth, Role, Telecom, Email, Address string
	Authority                                  bool // states a power of attorney
}

// ProblemChoice is one main problem with what belongs to it.
type ProblemChoice struct {
	contracts.Code
	Value string
	Subs  []contracts.Code
}

// InboxCase finds a case that is handled here, and with which the action is allowed. Any other does not exist in the
// inbox.
func (s *Base) InboxCase(ctx context.Context, id string, who shell.Access, action shell.Action) (store.Case, error) {
	c, err := s.Relay.Store.Head(ctx, id)
	switch {
	case err != nil:
		return c, err
	case c.Handler.Via != routing.Inbox:
		return c, store.ErrNotFound
	}
	return c, s.Theirs(ctx, who, action, c)
}

// Reference is the id that people use for a case.
func Reference(c store.Case) string {
	if c.Ref.Extension != "" {
		return c.Ref.Extension
	}
	return c.ID
}

// People are the reporter, and the patient when that is another, with all that the case's first message says of them; a
// protected identity only where it is shown.
func People(c store.Case, line []Event, shown bool) (reporter Person, patient *Person) {
	hidden := c.Protected && !shown
	f := shell.Shielded(c, shown).Facts
	reporter = Person{Name: f.ReporterName, PersonID: ReporterOf(c), Role: f.Role}
	if f.Role != contracts.RolePatient {
		patient = &Person{Name: f.PatientName, PersonID: PatientOf(c), Birth: f.BirthDate}
		if hidden {
			patient.Birth = ""
		}
	}
	for _, e := range line {
		if e.Complaint == nil {
			continue
		}
		r := e.Complaint.Reporter
		if !hidden {
			reporter.Telecom, reporter.Email, reporter.Address = r.Telecom, r.Email, r.Address
		}
		reporter.Authority = r.StatedAuthority != nil && *r.StatedAuthority
		break
	}
	return reporter, patient
}

// ReporterOf and PatientOf are the identities of who a case knows. Cases of before do not know their kind: the form
// tells it.
func ReporterOf(c store.Case) contracts.PersonID {
	return contracts.PersonID{ID: c.Facts.ReporterID, Type: c.Facts.ReporterType}
}

// PatientOf is the patient of a complaint.
func PatientOf(c store.Case) contracts.PersonID {
	return contracts.PersonID{ID: c.Facts.PatientID, Type: c.Facts.PatientType}
}

// Problems are the main problems with their sub problems.
func (s *Base) Problems() []ProblemChoice {
	var out []ProblemChoice
	at := map[string]int{}
	for _, c := range s.Codes(contracts.SystemProblem) {
		if c.Parent == "" {
			at[c.Code] = len(out)
			out = append(out, ProblemChoice{Code: c, Value: problemValue(c)})
			continue
		}
		if i, ok := at[c.Parent]; ok {
			out[i].Subs = append(out[i].Subs, c)
		}
	}
	return out
}

// named begins the form value of a problem that has a name but no code.
const named = "name:"

func problemValue(c contracts.Code) string {
	if c.Code == "" {
		return named + c.Display
	}
	return c.Code
}

// OpenFile opens a case for file {n} of its {message}, and sends that.
func (s *Base) OpenFile(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case) error {
	message := r.PathValue("message")
	has, err := s.Relay.Store.Has(r.Context(), c.ID, message)
	if err != nil {
		return err
	}
	if !has {
		return shell.ErrNotFound
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Read, &c, "attachment"); err != nil {
		return err
	}
	return s.SendFile(w, r, c, message)
}

// SendFile sends file number {n} of a message of an opened case. It is always saved, never shown: what strangers attach
// is not run in our origin.
func (s *Base) SendFile(w http.ResponseWriter, r *http.Request, c store.Case, message string) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 {
		return shell.ErrNotFound
	}
	a, err := s.Relay.OpenAttachment(r.Context(), c, message, n)
	if err != nil {
		return err
	}
	if err := s.Clean(r.Context(), FileAt(message, n), a.Value); err != nil {
		return err
	}
	SaveFile(w, a.FileName, a.MediaType, a.Value)
	return nil
}

// SaveFile sends a file for the browser to save, in a sandbox, as what it is by its content.
func SaveFile(w http.ResponseWriter, name, mediaType string, value []byte) {
	kind := contracts.KindOf(mediaType, value)
	name = casefile.SafeName(name, kind)
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(value)))
	shell.Download(w, kind, name)
	_, _ = w.Write(value) // the reader may have gone
}

// HandedOver tells whether a case left a unit of theirs for one that is not.
func (s *Base) HandedOver(c store.Case, who shell.Access) bool {
	theirs := c.Handler.Via == routing.Inbox && who.May(shell.WriteCase, shell.OwnerOf(c))
	return !theirs && c.ForwardedFrom != "" && who.May(shell.WriteCase, s.Owner(c.ForwardedFrom))
}
