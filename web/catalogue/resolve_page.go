package catalogue

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rivgate/relay/probe"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

// Namespace is the responder namespace of a contract that is named by it or by its short name.
func (s *Rows) Namespace(contract string) string {
	if namespace, ok := s.Relay.Contracts.Names()[contract]; ok {
		return namespace
	}
	return contract
}

type resolvePage struct {
	shell.Page
	saying
	suggestions
	Now      time.Time
	Form     *shell.Form
	Versions []catalogues.Version
	Asked    bool
	Contract string // the namespace
	Day      routing.Date
	By       string // which catalogue answered, in words
	Answer   routing.Explanation
	Cause    string // of the refusal
	Remedy   string
	Route    []traceStep
	Permit   []traceStep
	RowLink  string // to the row that decided, in the draft
	Tested   []testedStep
	Failed   bool // a step of the test did
}

// ResolvePage tells where a call would go, and why.
func (s *Pages) ResolvePage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f := &shell.Form{Name: "why", Values: url.Values{}}
	for _, name := range []string{"contract", "to", "from", "at", "version"} {
		f.Values.Set(name, strings.TrimSpace(r.URL.Query().Get(name)))
	}
	asked := f.Value("contract") != "" || f.Value("to") != ""
	if !asked {
		f.Values.Set("contract", s.shortest(s.Relay.Contracts.Send().Contract))
		f.Values.Set("from", s.Relay.Portal)
	}
	return s.showResolved(w, r, who, f, asked, false)
}

// ResolveTest tests the connection of the route that the call would take.
func (s *Pages) ResolveTest(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "why")
	if err != nil {
		return err
	}
	return s.showResolved(w, r, who, f, true, true)
}

func (s *Pages) showResolved(w http.ResponseWriter, r *http.Request, who shell.Access, f *shell.Form,
	asked, test bool,
) error {
	p := resolvePage{Page: s.Page(who, titleWhy, "catalogue"), Now: s.Clock(), Form: f, Asked: asked}
	var err error
	if p.Versions, err = s.Relay.Store.CatalogueVersions(r.Context()); err != nil {
		return err
	}
	_, draft, err := s.draftNow(r.Context())
	if err != nil {
		return err
	}
	p.suggestions = s.suggest(draft.All)
	status := http.StatusOK
	if asked {
		if err := s.resolve(r, &p, draft, test); err != nil {
			return err
		}
	}
	if f.Failed() {
		p.Asked, status = false, http.StatusUnprocessableEntity
	}
	return html.Render(w, status, "resolve", p)
}

// resolve asks the chosen catalogue, and tests the connection if that is wanted.
func (s *Pages) resolve(r *http.Request, p *resolvePage, draft *catalogueRows, test bool) error {
	f := p.Form
	if f.Value("contract") == "" {
		f.Refuse("contract", wordContract)
	}
	if f.Value("to") == "" {
		f.Refuse("to", wordReceiver)
	}
	at := p.Now
	if p.Day = f.Day("at"); p.Day != 0 {
		noon, _ := time.ParseInLocation(time.DateOnly, p.Day.String(), routing.Stockholm())
		at = noon.Add(12 * time.Hour)
	}
	p.Day = routing.DateOf(at)
	table, err := s.tableAsked(r, p, draft)
	if err != nil || f.Failed() {
		return err
	}
	p.Contract = s.Namespace(f.Value("contract"))
	call := routing.Call{
		Sender: f.Value("from"), Receiver: f.Value("to"), Contract: p.Contract, Profile: routing.RIVTABP21,
	}
	p.Answer = table.Explain(call, at)
	p.Cause, p.Remedy = p.Answer.Why.Words(refusalCauses), p.Answer.Why.Words(refusalRemedies)
	p.Route, p.Permit = traceSteps(p.Answer.Trace.Route), traceSteps(p.Answer.Trace.Permission)
	if row := p.Answer.RouteRow; row != nil && row.ID != "" {
		p.RowLink = shell.Link("/catalogue/rows/{}", row.ID)
	}
	if !test {
		return nil
	}
	route, err := table.Route(call, at)
	var refused *routing.Error
	if errors.As(err, &refused) {
		return nil // the page says why there is nothing to test
	}
	if err != nil {
		return err
	}
	p.Tested, p.Failed = testedSteps(probe.Run(r.Context(), s.Relay.Sender, route, p.Contract, call.Receiver, p.Now))
	return nil
}

// tableAsked is the table of the catalogue that was asked for: the one in use, the draft's, or a version's.
func (s *Pages) tableAsked(r *http.Request, p *resolvePage, draft *catalogueRows) (*routing.Table, error) {
	text := p.Form.Value("version")
	switch text {
	case "":
		p.By = byInUse
		return s.Table(), nil
	case "draft":
		p.By = byDraft
		return draft.tableBy(&s.Rows)
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 1 {
		p.Form.Refuse("version", wordChooseVersion)
		return nil, nil
	}
	rows, err := s.versionRows(r.Context(), number)
	if errors.Is(err, store.ErrNotFound) {
		p.Form.Refuse("version", wordNoVersion)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.By = fmt.Sprintf(byVersion, number)
	return rows.tableBy(&s.Rows)
}

// Local tells whether the route stays in this gateway.
func (p resolvePage) Local() bool {
	return p.Answer.Route != nil && (p.Answer.Route.Via == routing.Inbox || p.Answer.Route.Via == routing.Portal)
}

// testedStep is one step of a connection test in Swedish.
type testedStep struct {
	Name, Result, Remedy string
	OK                   bool
	Took                 time.Duration
}

func testedSteps(steps []probe.Step) (out []testedStep, failed bool) {
	for _, step := range steps {
		result := step.Found.Words(probeResults)
		if step.Why != nil {
			result = shell.WhyWords(*step.Why)
		}
		out = append(out, testedStep{
			Name: stepName(step.Name), Result: result, Remedy: step.ToDo.Words(probeRemedies), OK: step.OK, Took: step.Took,
		})
		failed = failed || !step.OK
	}
	return out, failed
}
