package people

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

type phrasesPage struct {
	shell.Page
	Holders []shell.Holder // whose standard replies may be seen and changed
	Of      shell.Holder
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

// phraseHolders are whose standard replies somebody keeps: their own first, then units', providers' and regions'.
func (s *Pages) phraseHolders(who shell.Access) []shell.Holder {
	all := s.Holders(who, shell.Administer|shell.WriteCase)
	if who.Person && who.Somewhere(shell.WriteCase) {
		all = append([]shell.Holder{shell.OwnHolder(who)}, all...)
	}
	return all
}

// phraseHolder is one of them by its value; with "", a unit where there is one. shell.ErrNotFound for another's.
func phraseHolder(all []shell.Holder, value string) (shell.Holder, error) {
	if value == "" && len(all) > 0 {
		i := slices.IndexFunc(all, func(h shell.Holder) bool { return h.Level == store.LevelUnit })
		return all[max(i, 0)], nil
	}
	for _, h := range all {
		if h.Value == value || h.Level == store.LevelUnit && routing.SameHSAID(h.Value, value) {
			return h, nil
		}
	}
	return shell.Holder{}, shell.ErrNotFound
}

// PhrasesPage shows standard replies of one holder, and lets those keep them who may: handlers their own and, as its
// local administrator, their unit's; whoever administers all of a care provider or region, those.
func (s *Pages) PhrasesPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := r.URL.Query()
	f := &shell.Form{Name: "phrase", Values: url.Values{}}
	all := s.phraseHolders(who)
	of, err := phraseHolder(all, q.Get("unit"))
	if err != nil {
		return err
	}
	return s.showPhrases(w, r, who, of, q.Get("edit"), f)
}

func (s *Pages) showPhrases(w http.ResponseWriter, r *http.Request, who shell.Access, of shell.Holder, edit string,
	f *shell.Form,
) error {
	p := phrasesPage{
		Page: s.Page(who, titlePhrases, "phrases"), Holders: s.phraseHolders(who), Of: of, Kinds: phraseKinds(), Form: f,
		Now: s.Clock(),
	}
	if of.Value != "" {
		var err error
		if p.Phrases, err = s.Relay.Store.Phrases(r.Context(), "", of.Holder); err != nil {
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
	of, err := phraseHolder(s.phraseHolders(who), f.Value("unit"))
	if err != nil {
		return err
	}
	if of.Value == "" {
		return shell.ErrNotFound
	}
	version, _ := strconv.ParseInt(f.Value("phrase"), 10, 64)
	row := accesslog.Row{What: accesslog.Change, Kind: of.Kind, Subject: "phrase", Detail: "standard reply"}
	if of.Level == store.LevelUnit {
		row.Unit = of.ID
	}
	if f.Value("do") == "delete" {
		if err = s.Looked(r.Context(), who, row); err == nil {
			err = s.Relay.Store.DropPhrase(r.Context(), of.Holder, f.Value("id"), version)
		}
	} else {
		p := phraseOf(f, of.Holder, version)
		p.By = who.Self()
		if f.Failed() {
			return s.showPhrases(w, r, who, of, "", f)
		}
		if err = s.Looked(r.Context(), who, row); err == nil {
			_, err = s.Relay.Store.SavePhrase(r.Context(), p)
		}
	}
	if errors.Is(err, store.ErrConflict) {
		f.General = wordPhraseConflict
		f.Values.Del("id")
		f.Values.Del("phrase")
		return s.showPhrases(w, r, who, of, "", f)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, shell.Link("/phrases?unit={}&done=1", of.Value), http.StatusSeeOther)
	return nil
}

// phraseOf is what was typed; what is wrong is noted.
func phraseOf(f *shell.Form, of store.Holder, version int64) store.Phrase {
	p := store.Phrase{ID: f.Value("id"), Of: of, Kind: f.Value("kind"), Version: version}
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
