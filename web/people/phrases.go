package people

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

type phrasesPage struct {
	shell.Page
	Units   []routing.Unit // those whose standard replies may be seen
	Unit    string
	Keeps   bool // may change them
	Phrases []store.Phrase
	Kinds   []phraseKind
	Form    *shell.Form
	Done    string
	Now     time.Time
}

// phraseKind is a form that standard replies are for.
type phraseKind struct{ Value, Name string }

// Kind is the name of a form.
func (p phrasesPage) Kind(value string) string {
	for _, k := range p.Kinds {
		if k.Value == value {
			return k.Name
		}
	}
	return value
}

// PhrasesPage shows the standard replies of a unit, and lets its local administrator and its handlers keep them.
func (s *Pages) PhrasesPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := r.URL.Query()
	f := &shell.Form{Name: "phrase", Values: url.Values{}}
	return s.showPhrases(w, r, who, q.Get("unit"), q.Get("edit"), f)
}

func (s *Pages) showPhrases(w http.ResponseWriter, r *http.Request, who shell.Access, unit, edit string,
	f *shell.Form,
) error {
	p := phrasesPage{Page: s.Page(who, titlePhrases, "phrases"), Unit: unit, Kinds: phraseKinds(), Form: f, Now: s.Clock()}
	for _, u := range s.Table().Units() {
		if who.May(shell.Administer|shell.WriteCase, shell.Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region}) {
			p.Units = append(p.Units, u)
		}
	}
	if p.Unit == "" && len(p.Units) > 0 {
		p.Unit = p.Units[0].HSAID
	}
	if p.Unit != "" {
		if !who.May(shell.Administer|shell.WriteCase, s.Owner(p.Unit)) {
			return shell.ErrNotFound
		}
		p.Keeps = true
		var err error
		if p.Phrases, err = s.Relay.Store.Phrases(r.Context(), p.Unit, ""); err != nil {
			return err
		}
	}
	for _, phrase := range p.Phrases {
		if phrase.ID == edit && !f.Failed() {
			f.Values = url.Values{
				"id": {phrase.ID}, "kind": {phrase.Kind}, "title": {phrase.Title}, "text": {phrase.Text},
				"position": {strconv.FormatInt(phrase.Position, 10)},
				"phrase":   {strconv.FormatInt(phrase.Version, 10)},
			}
		}
	}
	if r.URL.Query().Has("done") {
		p.Done = wordPhrasesChanged
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "phrases", p)
}

// PhraseChange saves or deletes a standard reply: POST /phrases.
func (s *Pages) PhraseChange(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "phrase")
	if err != nil {
		return err
	}
	unit := f.Value("unit")
	if !who.May(shell.Administer|shell.WriteCase, s.Owner(unit)) {
		return shell.ErrNotFound
	}
	version, _ := strconv.ParseInt(f.Value("phrase"), 10, 64)
	row := store.Access{
		What: store.AccessChange, Unit: unit, Kind: s.Owner(unit).Kind, Subject: "phrase", Detail: "standard reply",
	}
	if f.Value("do") == "delete" {
		if err = s.Looked(r.Context(), who, row); err == nil {
			err = s.Relay.Store.DropPhrase(r.Context(), unit, f.Value("id"), version)
		}
	} else {
		p := phraseOf(f, unit, version)
		p.By = who.Self()
		if f.Failed() {
			return s.showPhrases(w, r, who, unit, "", f)
		}
		if err = s.Looked(r.Context(), who, row); err == nil {
			_, err = s.Relay.Store.SavePhrase(r.Context(), p)
		}
	}
	if errors.Is(err, store.ErrConflict) {
		f.General = wordPhraseConflict
		f.Values.Del("id")
		f.Values.Del("phrase")
		return s.showPhrases(w, r, who, unit, "", f)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, shell.Link("/phrases?unit={}&done=1", unit), http.StatusSeeOther)
	return nil
}

// phraseOf is what was typed; what is wrong is noted.
func phraseOf(f *shell.Form, unit string, version int64) store.Phrase {
	p := store.Phrase{ID: f.Value("id"), Unit: unit, Kind: f.Value("kind"), Version: version}
	known := false
	for _, k := range phraseKinds() {
		known = known || k.Value == p.Kind
	}
	if !known {
		f.Refuse("kind", wordPhraseKind)
	}
	p.Title = f.Required("title", wordPhraseTitle, 100)
	p.Text = f.Required("text", wordPhraseText, 20000)
	if text := f.Value("position"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || utf8.RuneCountInString(text) > 6 {
			f.Refuse("position", wordPhrasePosition)
		}
		p.Position = n
	}
	return p
}
