package desk

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casefile"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// notePath is where a file of a note lies in a package: by the numbers of the event and of the file.
func notePath(event int, f store.File) string {
	return fmt.Sprintf("bilagor/anteckning%02d-%d%s", event+1, f.Number, casefile.Extension(f.MediaType))
}

// noteParts are the files of notes for a package, one read after the other.
func (s *Export) noteParts(ctx context.Context, c store.Case,
	events []store.DeskEvent,
) func(yield func(casefile.Part, error) bool) {
	return func(yield func(casefile.Part, error) bool) {
		for i, e := range events {
			for _, f := range e.Files {
				whole, err := s.Relay.Store.NoteFile(ctx, c, e.FilesID, f.Number)
				part := s.cleanPart(ctx, casework.NoteFileAt(e.FilesID, f.Number), notePath(i, f), whole.Value)
				if !yield(part, err) || err != nil {
					return
				}
			}
		}
	}
}

// ExportPackage sends a case as a package for the archive: PDF, XML, the messages as they came, and their attachments.
// The messages of a protected identity are in it only where that is asked for: they say who it is.
func (s *Export) ExportPackage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	d, err := s.document(r.Context(), who, r.PathValue("id"), "package", shell.AsksProtected(r))
	if err != nil {
		return err
	}
	shell.Download(w, "application/zip", "arende-"+d.c.ID+".zip")
	if err := casefile.WritePackage(w, d.file, s.parts(r.Context(), d)); err != nil {
		// The head is out: a reader who gets no end knows that something is missing.
		panic(http.ErrAbortHandler)
	}
	return nil
}

// ExportPDF sends a case as a document.
func (s *Export) ExportPDF(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	d, err := s.document(r.Context(), who, r.PathValue("id"), "PDF", shell.AsksProtected(r))
	if err != nil {
		return err
	}
	shell.Download(w, "application/pdf", "arende-"+d.c.ID+".pdf")
	if err := casefile.WritePDF(w, d.file); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// exported is a case as it is exported, with what its parts are read by.
type exported struct {
	c      store.Case
	line   []casework.Event // messages
	events []store.DeskEvent
	file   casefile.Case
	hidden bool // a protected identity is left out, and so are the messages as they came
}

// document is a case as it is exported, after a row in the access log. A protected identity is in it where shown says
// so, which the row says too.
func (s *Export) document(ctx context.Context, who shell.Access, id, form string, shown bool) (d exported, err error) {
	if d.c, err = s.InboxCase(ctx, id, who, shell.ExportCase); err != nil {
		return d, err
	}
	desk, err := s.Relay.Store.Desk(ctx, d.c.ID)
	if err != nil {
		return d, err
	}
	if err = s.OpenCase(ctx, who, accesslog.Export, &d.c, shell.ShownDetail(form, d.c, shown)); err != nil {
		return d, err
	}
	d.hidden = d.c.Protected && !shown
	d.c = shell.Shielded(d.c, shown)
	if d.line, err = s.TimeLine(ctx, d.c, ""); err != nil {
		return d, err
	}
	if d.events, err = s.Relay.Store.DeskEvents(ctx, d.c, []string{d.c.Handler.Unit}); err != nil {
		return d, err
	}
	if err = s.judgeFiles(ctx, d.c, d.line); err != nil {
		return d, err
	}
	standing, err := s.Standing(ctx, d.c, d.line, shown)
	if err != nil {
		return d, err
	}
	d.file = s.caseFileOf(d.c, desk, standing)
	d.file.ExportedBy = who.Name
	for _, e := range d.line {
		d.file.ReplyWish = cmp.Or(d.file.ReplyWish, e.Wish)
	}
	d.file.Entries = append(d.messageEntries(), deskEntries(d.events, leftOf(d.line))...)
	slices.SortStableFunc(d.file.Entries, func(a, b casefile.Entry) int { return a.At.Compare(b.At) })
	return d, nil
}

// judgeFiles tells the kind of each file of a time line by its content, one read after the other: a package calls it
// what it is, whatever its label says.
func (s *Export) judgeFiles(ctx context.Context, c store.Case, line []casework.Event) error {
	for i := range line {
		for n := range line[i].Files {
			f := &line[i].Files[n]
			if f.Elsewhere {
				continue
			}
			a, err := s.Relay.OpenAttachment(ctx, c, line[i].ID, n)
			if err != nil {
				return err
			}
			f.Kind = contracts.KindOf(a.MediaType, a.Value)
		}
	}
	return nil
}

// caseFileOf is the head of the document.
func (s *Export) caseFileOf(c store.Case, desk store.Desk, st casework.Standing) casefile.Case {
	file := casefile.Case{
		ID: c.ID, Reference: c.Ref.Extension, External: c.External.Extension, Registration: desk.Diary,
		State:    shell.StateWord(c.State),
		Unit:     casefile.Unit{HSAID: c.Handler.Unit, Name: casework.HandlerName(c.Handler)},
		Received: shell.Swedish(c.Received), Due: shell.Swedish(c.Due),
		Exported: shell.Swedish(s.Clock().Truncate(time.Second)),
		Reporter: personIn(st.Reporter), Area: s.codeNamed(contracts.SystemArea, c.Classification.Area),
		Incident: casefile.Incident{Date: shell.Date(c.Facts.IncidentDate), Place: c.Facts.PlaceText},
	}
	if c.Closed != nil {
		file.Closed = shell.Swedish(*c.Closed)
	}
	if st.Patient != nil {
		p := personIn(*st.Patient)
		file.Patient = &p
	}
	if st.Another {
		file.Reporter.Authority = st.Right + ". " + st.Check
	}
	if u := c.Facts.IncidentUnit; u != "" {
		file.Incident.Unit = s.Named(contracts.OrgUnit{HSAID: u}) + " (" + u + ")"
	}
	for _, code := range c.Facts.Experienced {
		file.Experienced = append(file.Experienced, s.codeNamed(contracts.SystemProblem, code))
	}
	for _, code := range slices.Concat(c.Classification.MainProblems, c.Classification.SubProblems) {
		file.Problems = append(file.Problems, s.codeNamed(contracts.SystemProblem, code))
	}
	return file
}

func personIn(p casework.Person) casefile.Person {
	return casefile.Person{
		ID: p.Print(), Label: p.Label(), Name: p.Name, Birth: shell.Date(p.Birth), Role: shell.RoleWord(p.Role),
		Telecom: p.Telecom, Email: p.Email, Address: p.Address,
	}
}

func (d exported) messageEntries() []casefile.Entry {
	var out []casefile.Entry
	for i, e := range d.line {
		entry := casefile.Entry{
			Kind: casefile.KindMessage, At: shell.Swedish(e.At), Title: e.Title, From: e.From, To: e.To, Text: e.Text,
			Problems: e.Problems, Area: e.Area,
			Delivery: e.State,
		}
		if !d.hidden {
			entry.Original = fmt.Sprintf("meddelanden/%02d.xml", i+1)
		}
		if e.Complaint != nil {
			entry.Text = e.Complaint.Description
		}
		for n, f := range e.Files {
			file := casefile.File{Name: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256}
			if !f.Elsewhere {
				file.Path = fmt.Sprintf("bilagor/%02d-%d%s", i+1, n+1, casefile.Extension(f.Kind))
			}
			entry.Files = append(entry.Files, file)
		}
		out = append(out, entry)
	}
	return out
}

func deskEntries(events []store.DeskEvent, left leftMessages) []casefile.Entry {
	var out []casefile.Entry
	for i, e := range events {
		kind := casefile.KindEvent
		if e.Kind == store.DeskNote || e.Kind == store.DeskBoard || e.Kind == store.DeskGiven {
			kind = casefile.KindNote
		}
		entry := casefile.Entry{
			Kind: kind, At: shell.Swedish(e.At), Title: left.title(e), From: e.By.Name, To: e.To.Name, Text: e.Text,
		}
		for _, f := range e.Files {
			entry.Files = append(entry.Files, casefile.File{
				Name: f.Name, Path: notePath(i, f), MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256,
			})
		}
		out = append(out, entry)
	}
	return out
}

// parts are the messages as they came, and their attachments, one message after the other; then the files of notes.
func (s *Export) parts(ctx context.Context, d exported) func(yield func(casefile.Part, error) bool) {
	return func(yield func(casefile.Part, error) bool) {
		for i, entry := range d.messageEntries() {
			if entry.Original != "" {
				original, err := s.Relay.Store.Original(ctx, d.c, d.line[i].ID)
				if !yield(casefile.Part{Path: entry.Original, Body: original}, err) || err != nil {
					return
				}
			}
			for n, f := range entry.Files {
				if f.Path == "" {
					continue
				}
				file, err := s.Relay.OpenAttachment(ctx, d.c, d.line[i].ID, n)
				part := s.cleanPart(ctx, casework.FileAt(d.line[i].ID, n), f.Path, file.Value)
				if !yield(part, err) || err != nil {
					return
				}
			}
		}
		s.noteParts(ctx, d.c, d.events)(yield)
	}
}

// cleanPart is a file for a package; in place of one that is held, a text that says so.
func (s *Export) cleanPart(ctx context.Context, at, path string, file []byte) casefile.Part {
	if err := s.Clean(ctx, at, file); err != nil {
		return casefile.Part{Path: path + wordLeftOutFile, Body: strings.NewReader(shell.ProblemOf(err).Detail + "\r\n")}
	}
	return casefile.Part{Path: path, Body: bytes.NewReader(file)}
}
