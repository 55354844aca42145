package desk

import (
	"fmt"
	"net/http"
	"strconv"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// handoverMost is the longest internal note, and the longest ground, of a handover, in characters.
const handoverMost = 2000

// CaseVerb carries out what a person does in a case: one form, one update into the line.
func (s *Work) CaseVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	f, err := shell.ReadUpload(w, r, r.PathValue("verb"))
	if err != nil {
		return err
	}
	return s.caseForm(w, r, who, c, f)
}

// caseForm carries out what a form of a case says.
func (s *Work) caseForm(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case, f *shell.Form) error {
	verb := f.Name
	version, err := strconv.ParseInt(f.Value("version"), 10, 64)
	if err != nil || version < 1 {
		return shell.ErrForm
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
		if err := s.OpenCase(r.Context(), who, accesslog.Change, &c, verb); err != nil {
			return err
		}
		_, err = s.Relay.Reply(r.Context(), c.ID, u, version)
		if err == nil {
			http.Redirect(w, r, after(c, verb, false), http.StatusSeeOther)
			return nil
		}
		s.RefusedChange(r.Context(), who, c, verb, err)
		if !f.Take(err, casework.Places()) {
			return err
		}
	}
	return s.caseAgain(w, r, who, c, f)
}

// after is where a person stands when a verb is done. A case that was handed over has left this inbox, perhaps for
// another unit's here.
func after(c store.Case, verb string, staged bool) string {
	switch {
	case staged:
		return shell.Link("/inbox/{}?done=staged", c.ID)
	case verb == "forward":
		return "/inbox?done=forward"
	}
	return shell.Link("/inbox/{}?done={}", c.ID, verb)
}

// updateOf turns a form into an update; what is missing is noted in the form.
func (s *Work) updateOf(verb string, f *shell.Form) (contracts.Update, error) {
	u := contracts.Update{Text: f.Value("text")}
	if reason := f.Value("unchecked"); reason != "" {
		u.Unchecked = &contracts.Unchecked{Reason: reason}
	}
	switch verb {
	case "reply":
		u.Type = contracts.PartialReply
		if u.Text == "" {
			f.Refuse("text", wordWriteReply)
		}
	case "question":
		u.Type, u.AnswerDueDate = contracts.Question, shell.CompactDate(f.Value("due"))
		if u.Text == "" {
			f.Refuse("text", wordWriteQuestion)
		}
	case "forward":
		u.Type = contracts.Forwarded
		u.NewRecipient = s.Recipient(f)
		if ground, note := f.Value("ground"), f.Value("note"); ground != "" || note != "" {
			u.Handover = &contracts.Handover{Ground: ground, Note: note}
		}
		for _, field := range []string{"ground", "note"} {
			if len([]rune(f.Value(field))) > handoverMost {
				f.Refuse(field, fmt.Sprintf(shell.WordAtMost, handoverMost))
			}
		}
	case "close":
		u.Type = contracts.Close
		u.Classification = s.Classification(f)
	case "correct":
		u.Type = contracts.Correction
		u.Classification = s.Classification(f)
	case "status":
		now := contracts.NewStamp(s.Clock())
		u.Type, u.Status, u.StatusTime = contracts.Status, contracts.StatusInProgress, &now
	default:
		return u, shell.ErrNotFound
	}
	return u, nil
}
