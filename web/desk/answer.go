package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// answerVerb carries out what a person does with a form whose text goes to the reporter: save it as a draft, insert a
// standard reply, take a file away, preview it, or send it. Whatever it is, what was typed is kept first.
func (s *Work) answerVerb(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case, f *shell.Form,
	version int64,
) error {
	ctx := r.Context()
	if err := s.OpenCase(ctx, who, accesslog.Change, &c, f.Name); err != nil {
		return err
	}
	if f.Value("do") == "insert" {
		if err := s.insertPhrase(ctx, who, c, f); err != nil {
			return err
		}
	}
	d, err := s.saveDraft(ctx, who, c, f, s.Uploads(ctx, f))
	if err != nil && !casework.TakeDesk(f, err) {
		return err
	}
	if n, err := strconv.ParseInt(f.Value("drop"), 10, 64); err == nil && d.ID != "" {
		if err := s.Relay.Store.DropDraftFile(ctx, d.ID, n); err != nil {
			return err
		}
		f.Values.Set("do", "save")
	}
	if f.Failed() {
		return s.caseAgain(w, r, who, c, f)
	}
	switch f.Value("do") {
	case "save", "insert":
		http.Redirect(w, r, shell.Link("/inbox/{}?do={}&done=saved#do", c.ID, f.Name), http.StatusSeeOther)
		return nil
	case "preview":
		if _, err := s.judged(ctx, who, c, f, d); err != nil {
			return err
		}
		if f.Failed() {
			return s.caseAgain(w, r, who, c, f)
		}
		http.Redirect(w, r, shell.Link("/inbox/{}/preview/{}", c.ID, f.Name), http.StatusSeeOther)
		return nil
	}
	return s.send(w, r, who, c, f, d, version)
}

// judged is what a draft would send now, judged as it will be when it is sent. What is wrong with it is noted in the
// form.
func (s *Work) judged(ctx context.Context, who shell.Access, c store.Case, f *shell.Form,
	d store.Draft,
) (contracts.Update, error) {
	u, err := s.answerOf(ctx, c, f, d)
	if err != nil || f.Failed() {
		return u, err
	}
	sent, err := s.Handover(ctx, who, c, u)
	if err == nil {
		err = s.Relay.CheckReply(ctx, c.ID, sent, c.Version)
	}
	if err == nil || casework.TakeDesk(f, err) || f.Take(err, casework.Places()) {
		return u, nil
	}
	return u, err
}

// answerOf is a form with the files of its draft as an update; what is missing is noted in the form.
func (s *Work) answerOf(
	ctx context.Context, c store.Case, f *shell.Form, d store.Draft,
) (contracts.Update, error) {
	u, err := s.updateOf(f.Name, f)
	if err != nil {
		return u, err
	}
	if u.Attachments, err = s.draftFiles(ctx, c, d); err != nil {
		return u, err
	}
	if shell.Total(u.Attachments) > s.Room() {
		f.Refuse("file", fmt.Sprintf(wordAttachmentsTooLarge, shell.Size(s.Room())))
	}
	return u, nil
}

// send judges an answer and lets it leave. What is wrong stands beside the fields, and the draft stays.
func (s *Work) send(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case, f *shell.Form,
	d store.Draft, version int64,
) error {
	u, err := s.answerOf(r.Context(), c, f, d)
	if err != nil {
		return err
	}
	own, ok, err := s.ownSince(r.Context(), who, c, version)
	if err != nil {
		return err
	}
	if ok {
		version = c.Version
	}
	if !f.Failed() {
		repeat, staged, err := s.repeated(r.Context(), who, c, f, d, u, own)
		if err == nil && !repeat {
			staged, err = s.say(r.Context(), who, c, f, d, u, version)
		}
		if err == nil {
			http.Redirect(w, r, after(c, f.Name, staged), http.StatusSeeOther)
			return nil
		}
		s.RefusedChange(r.Context(), who, c, f.Name, err)
		if !casework.TakeDesk(f, err) && !f.Take(err, casework.Places()) {
			return err
		}
	}
	return s.caseAgain(w, r, who, c, f)
}

// say lets an answer leave: after its few seconds, or at once where there are none.
func (s *Work) say(ctx context.Context, who shell.Access, c store.Case, f *shell.Form, d store.Draft,
	u contracts.Update, version int64,
) (staged bool, err error) {
	if u, err = s.Handover(ctx, who, c, u); err != nil {
		return false, err
	}
	if s.Later != nil {
		said := relay.StagedReply{
			CaseID: c.ID, Unit: c.Handler.Unit, By: who.Self(), Form: f.Name, Draft: draftBody(f), Update: u, Version: version,
		}
		o, err := s.Later.Stage(ctx, said)
		if errors.Is(err, store.ErrStaged) { // whoever goes on with the next answer does not take the one before back
			if said.Version, err = s.sentNow(ctx, who, c, version); err == nil {
				o, err = s.Later.Stage(ctx, said)
			}
		}
		return o.ID != "", err
	}
	if _, err := s.Relay.Reply(ctx, c.ID, u, version); err != nil {
		return false, err
	}
	if d.ID == "" {
		return false, nil
	}
	return false, s.Relay.Store.DropDraft(context.WithoutCancel(ctx), d.ID)
}

// caseAgain shows the case of this moment, with a form that could not be carried out: the next try is based on what the
// person now sees.
func (s *Work) caseAgain(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case, f *shell.Form) error {
	now, err := s.Relay.Store.Head(r.Context(), c.ID)
	if err == nil && s.HandedOver(now, who) {
		return s.showHandedOver(w, who, now)
	}
	if c, err = s.Again(r.Context(), who, c); err != nil {
		return err
	}
	return s.showCase(w, r, who, c, f.Name, f)
}

// insertPhrase adds the chosen standard reply to the text.
func (s *Work) insertPhrase(ctx context.Context, who shell.Access, c store.Case, f *shell.Form) error {
	all, err := s.Relay.Store.Phrases(ctx, f.Name, s.phraseHolders(who, c)...)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.ID != f.Value("phrase") {
			continue
		}
		text := f.Value("text")
		if text != "" {
			text += "\n\n"
		}
		f.Values.Set("text", text+p.Text)
		return nil
	}
	f.Refuse("phrase", wordChoosePhrase)
	return nil
}

// outgoing is an answer that has not left, as the case shows it.
type outgoing struct {
	store.Outgoing
	Word    string // of the form
	Why     string // it was not sent
	Seconds int    // until it leaves
	Failed  bool
	Leaving bool // too late to take it back
}

func (s *Cases) outgoings(all []store.Outgoing) []outgoing {
	var out []outgoing
	for _, o := range all {
		one := outgoing{
			Outgoing: o, Word: formWord(o.Form), Why: unsentWord(o.Reason), Failed: o.State == store.OutgoingFailed,
		}
		one.Seconds = max(0, int(o.Due.Sub(s.Clock()).Round(time.Second)/time.Second))
		one.Leaving = !one.Failed && (one.Seconds == 0 || o.Attempts > 0)
		out = append(out, one)
	}
	return out
}

// OutgoingVerb takes an answer back that has not left, or throws a failed one away: POST
// /inbox/{id}/outgoing/{out}/{verb}.
func (s *Work) OutgoingVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	verb := r.PathValue("verb")
	if verb != "undo" && verb != "drop" || s.Later == nil {
		return shell.ErrNotFound
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Change, &c, verb); err != nil {
		return err
	}
	here := shell.Link("/inbox/{}?done=undone", c.ID)
	if verb == "drop" {
		err = s.Relay.Store.DropOutgoing(r.Context(), r.PathValue("out"), c.Handler.Unit)
		here = shell.Link("/inbox/{}?done=dropped", c.ID)
	} else {
		var d store.Draft
		d, err = s.Later.Undo(r.Context(), r.PathValue("out"), c.Handler.Unit, who.Self())
		if d.By.ID == who.User && draftForm(d) == d.Form {
			here = shell.Link("/inbox/{}?done=undone&do={}#do", c.ID, d.Form)
		}
	}
	if errors.Is(err, store.ErrLeft) {
		here, err = shell.Link("/inbox/{}?done=left", c.ID), nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, here, http.StatusSeeOther)
	return nil
}

type previewPage struct {
	shell.Page
	Case   store.Case
	Unit   string
	Letter casework.Letter
	Form   *shell.Form
	Fields url.Values // what is sent
	To     string     // the unit that a case is handed over to
	Unread bool       // nobody reads the case: see store.Unread
	Undo   int        // seconds to take it back in
	Now    time.Time
}

// PreviewPage shows a draft as the reporter will see it, with a button that sends it.
func (s *Work) PreviewPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	name := r.PathValue("form")
	d, err := s.ownDraft(r.Context(), c.ID, c.Handler.Unit, who.User, name)
	if err == nil && (d.ID == "" || !answers(name)) {
		err = shell.ErrNotFound
	}
	if err == nil {
		err = s.OpenCase(r.Context(), who, accesslog.Read, &c, "preview")
	}
	if err != nil {
		return err
	}
	f := &shell.Form{Name: name, Values: draftValues(d)}
	u, err := s.judged(r.Context(), who, c, f, d)
	if err != nil {
		return err
	}
	if f.Failed() { // the case or the catalogue has changed since the draft was written
		return s.caseAgain(w, r, who, c, f)
	}
	u.Attachments = nil // the letter has the draft's
	p := previewPage{
		Page: s.Page(who, titlePreview, "inbox"), Case: c, Unit: casework.HandlerName(c.Handler), Form: f, Now: s.Clock(),
		Fields: maps.Clone(f.Values),
	}
	if p.Unread, err = s.Relay.Store.Unread(r.Context(), c); err != nil {
		return err
	}
	if p.Letter, err = s.previewed(c, u, d); err != nil {
		return err
	}
	p.Fields.Set("version", strconv.FormatInt(c.Version, 10))
	p.Fields.Set("draft", strconv.FormatInt(d.Version, 10))
	if u.NewRecipient != nil {
		p.To = s.Named(*u.NewRecipient)
	}
	if s.Later != nil {
		p.Undo = int(s.Later.Delay.Round(time.Second) / time.Second)
	}
	return html.Render(w, http.StatusOK, "preview", p)
}

// previewed is a draft as a letter in the mailbox.
func (s *Work) previewed(c store.Case, u contracts.Update, d store.Draft) (casework.Letter, error) {
	kinds := map[string]store.EventKind{
		contracts.PartialReply: store.EventPartialReply, contracts.Question: store.EventQuestion,
		contracts.Forwarded: store.EventForwarded, contracts.Close: store.EventClose,
	}
	u.HandlingUnit = contracts.OrgUnit{HSAID: c.Handler.Unit, Name: c.Handler.Name}
	for _, file := range d.Files {
		u.Attachments = append(u.Attachments, contracts.Attachment{
			FileName: file.Name, MediaType: file.MediaType, Size: file.Size, Reference: "draft",
		})
	}
	content, err := json.Marshal(contracts.Message{Update: &u})
	if err != nil {
		return casework.Letter{}, err
	}
	one, err := s.Letter(c, store.Letter{Kind: string(kinds[u.Type]), At: s.Clock(), Content: content}, "")
	for i := range one.Files {
		one.Files[i].Elsewhere = false
	}
	one.Form, one.Question = nil, ""
	return one, err
}
