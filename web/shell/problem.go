package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	pathpkg "path"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

// ErrInside is the refusal of who asks from elsewhere.
var ErrInside = NewProblem(http.StatusForbidden, "not-inside", "Bara inifrån",
	"Fråga från den egna datorn eller från en betrodd proxy, eller låt admin.listen svara på ett nät för övervakning.")

// ofCatalogue is what a refused change of the catalogue is called; nil for any other error.
func ofCatalogue(err error) *Problem {
	var stale *store.RevisionError
	var rules catalogue.Problems
	var refusal *store.CatalogueRefusal
	switch {
	case errors.As(err, &stale):
		return NewProblem(http.StatusPreconditionFailed, "revision", "Utkastet har ändrats",
			fmt.Sprintf("Utkastet har revision %d nu, och ändringen utgick från %d. Läs det igen och gör ändringen på nytt.", stale.Present, stale.Given))
	case errors.As(err, &rules):
		p := NewProblem(http.StatusUnprocessableEntity, "rules", "Raderna följer inte katalogens regler", "Inget är sparat.")
		p.Problems = rules[:min(len(rules), 500)]
		return p
	case errors.As(err, &refusal):
		return NewProblem(http.StatusConflict, "catalogue", "Det går inte nu", RefusalText(refusal))
	}
	return nil
}

// WrongMethod answers a call of an address that does not take its method. Who opens the address of a form is led to the page that the form stands on.
func (s *Site) WrongMethod(w http.ResponseWriter, r *http.Request, who Access) {
	if IsAPI(r) || s.Environment == Demo && !FromHere(r) {
		s.Fail(w, r, Access{}, !IsAPI(r), errMethod)
		return
	}
	p := *errMethod
	p.Title, p.Detail = "Här finns ingen sida", "Adressen tar emot ett formulär. Gå till sidan som formuläret står på."
	above := r.URL.Path
	if r.Pattern != "" { // this is the page, and lacks what it is about
		above = pathpkg.Dir(above)
	}
	shown := ErrorPage{Page: s.Page(who, p.Title, ""), Problem: &p, Back: s.pageAbove(above)}
	if err := ShowError(w, shown); err != nil {
		s.Fail(w, r, Access{}, false, err)
	}
}

// pageAbove is the nearest address at or above a path that can be opened: the page that the form of an address stands on.
func (s *Site) pageAbove(path string) string {
	for ; path != "/" && path != "."; path = pathpkg.Dir(path) {
		probe := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}}
		if _, pattern := s.Mux.Handler(probe); pattern != "" {
			return probe.URL.EscapedPath()
		}
	}
	return "/"
}

// ErrBusy is returned when so many sign in at once that one more would have to wait for too long.
var ErrBusy = errors.New("too many passwords at once")

// Problem is what a caller is told when something could not be done, as RFC 9457 writes it. Texts are Swedish, and hold nothing of
// what was sent.
type Problem struct {
	Type    string `json:"type"` // urn:rivgate:problem:…
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	Code    string `json:"code,omitempty"`    // the platform's code, VPnnn, or the contract's errorCode
	SubCode string `json:"subCode,omitempty"` // of the contract
	Path    string `json:"path,omitempty"`    // where in the message or the request

	Problems []catalogue.Problem `json:"problems,omitempty"` // rows of the catalogue that break rules, 500 at most
}

// Error is the title of the problem.
func (p *Problem) Error() string { return p.Title }

const problemURN = "urn:rivgate:problem:"

// NewProblem is a problem of a kind, which becomes the end of its URN.
func NewProblem(status int, kind, title, detail string) *Problem {
	return &Problem{Type: problemURN + kind, Title: title, Status: status, Detail: detail}
}

// Refusals of our own. They are values that nobody changes.
var (
	errNotLocal = NewProblem(http.StatusForbidden, "not-local", "Bara från den här datorn",
		"I demomiljö är allt öppet för den egna datorn (localhost) och för ingen annan; i testmiljö gäller det anmälarens sidor.")
	errNoToken = NewProblem(http.StatusUnauthorized, "no-token", "Token saknas eller är okänd",
		"Skicka en giltig token i huvudet Authorization: Bearer.")
	ErrRole      = NewProblem(http.StatusForbidden, "role", "Rättighet saknas", "Du har inte den roll som krävs.")
	ErrUnit      = NewProblem(http.StatusForbidden, "unit", "Rättighet saknas", "Dina rättigheter gäller inte för enheten.")
	ErrCrossSite = NewProblem(http.StatusForbidden, "cross-site", "Anropet kom från en annan webbplats",
		"Formulär får bara skickas från de egna sidorna. Öppna sidan på nytt och försök igen.")
	errCrowded  = NewProblem(http.StatusServiceUnavailable, "crowded", "Många loggar in just nu", "Försök igen om en stund.")
	ErrNotFound = NewProblem(http.StatusNotFound, "not-found", "Finns inte", "Det du söker finns inte här. Kontrollera adressen.")
	errMethod   = NewProblem(http.StatusMethodNotAllowed, "method", "Metoden passar inte", "Adressen finns men tar inte emot den metoden.")
	errInternal = NewProblem(http.StatusInternalServerError, "internal", "Något gick fel hos oss",
		"Felet är noterat i loggen. Försök igen om en stund.")
	ErrTooLarge = NewProblem(http.StatusRequestEntityTooLarge, "too-large", "Det som skickades är för stort", "Allt tillsammans får vara högst 15 MB.")
	ErrForm     = NewProblem(http.StatusBadRequest, "form", "Formuläret gick inte att läsa", "Öppna sidan på nytt och försök igen.")
	ErrConflict = NewProblem(http.StatusConflict, "conflict", "Ärendet har ändrats sedan sidan öppnades",
		"Läs det nya i ärendet och försök igen.")
	errNotOurs   = NewProblem(http.StatusConflict, "not-ours", "Ärendet handläggs inte här", "Ett annat system handlägger ärendet.")
	ErrNotPortal = NewProblem(http.StatusConflict, "not-portal", "Det här är inte 1177",
		"Bara där 1177:s tjänst finns kan ärenden och svar skickas på det här sättet.")
)

// Invalid is a request that cannot be understood. path names the field or parameter, detail says how it should be.
func Invalid(path, detail string) *Problem {
	p := NewProblem(http.StatusBadRequest, "invalid", "Anropet gick inte att tolka", detail)
	p.Path = path
	return p
}

// ProblemOf is the one place that says what an error is called on the web.
func ProblemOf(err error) *Problem {
	var own *Problem
	var contract *contracts.Error
	var platform *routing.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &contract):
		return ofContract(contract)
	case errors.As(err, &platform):
		return ofPlatform(platform)
	case errors.As(err, &tooLarge):
		return ErrTooLarge
	case errors.Is(err, ErrBusy):
		return errCrowded
	case errors.Is(err, store.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, relay.ErrConflict):
		return ErrConflict
	case errors.Is(err, relay.ErrNotOurs):
		return errNotOurs
	case errors.Is(err, relay.ErrNotPortal):
		return ErrNotPortal
	}
	if p := ofCatalogue(err); p != nil {
		return p
	}
	return errInternal
}

func ofContract(e *contracts.Error) *Problem {
	p := NewProblem(http.StatusUnprocessableEntity, "refused", "Meddelandet kan inte tas emot", e.Message)
	p.Code, p.SubCode, p.Path = e.Code, e.SubCode, e.Path
	switch {
	case e.SubCode == contracts.SubUnknownCase:
		p.Status = http.StatusNotFound
	case e.Code == contracts.ApplicationError:
		p.Status = http.StatusConflict
	case e.Code == contracts.TechnicalError:
		p.Status = http.StatusServiceUnavailable
	}
	return p
}

const textUnsent = "Det gick inte att skicka"

// forPeople is ProblemOf for a page: what the contract or the platform refuses is said in words for who fills in forms.
func forPeople(err error) *Problem {
	p := ProblemOf(err)
	var contract *contracts.Error
	var platform *routing.Error
	switch {
	case p == errInternal:
	case errors.As(err, &contract) && p.Type == problemURN+"refused":
		p.Title, p.Detail = textUnsent, contract.ForPeople()
		if p.Code = ""; contract.Code == contracts.TechnicalError {
			p.Title = "Det gick inte att skicka just nu"
		}
	case errors.As(err, &platform) && p.Type == problemURN+"routing":
		p.Title, p.Detail = textUnsent, "Det finns ingen väg till mottagaren just nu. Be den som sköter systemet om hjälp."
	}
	return p
}

func ofPlatform(e *routing.Error) *Problem {
	p := NewProblem(http.StatusUnprocessableEntity, "routing", "Meddelandet har ingen väg", e.Code.Text())
	p.Code = string(e.Code)
	switch e.Code {
	case routing.VP007:
		p.Status = http.StatusForbidden
	case routing.VP008:
		p.Status = http.StatusServiceUnavailable
	case routing.VP012:
		return errInternal
	}
	return p
}

// Fail writes an error: as a problem to who speaks JSON, as a page to people. The cause of what is our own fault goes to the log.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request, who Access, asPage bool, err error) {
	p := ProblemOf(err)
	if p == errInternal && !errors.Is(r.Context().Err(), context.Canceled) {
		s.Logger().Error("web request failed", zap.String("method", r.Method), zap.String("route", r.Pattern), zap.Error(err))
	}
	if p.Status == http.StatusUnauthorized && !asPage {
		w.Header().Set("WWW-Authenticate", `Bearer realm="rivgate"`)
	}
	if asPage {
		p = forPeople(err)
		shown := ErrorPage{Page: s.Page(who, p.Title, ""), Problem: p}
		if p == errNotLocal {
			shown.Nav = "closed" // no menu where no page opens
		}
		if ShowError(w, shown) == nil {
			return
		}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		s.Logger().Debug("writing problem", zap.Error(err))
	}
}

// ShowError writes the page of an error.
func ShowError(w http.ResponseWriter, p ErrorPage) error {
	return html.Render(w, p.Problem.Status, "error", p)
}

// ErrorPage is what could not be done, and where to go from there.
type ErrorPage struct {
	Page
	Problem *Problem
	Back    string // the page to go back to; "" the start page
}

// errSignIn is the answer to who has to sign in first.
var errSignIn = NewProblem(http.StatusUnauthorized, "sign-in", "Logga in", "Logga in för att fortsätta.")
