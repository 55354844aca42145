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
	"rivgate/relay/duties"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/accounts"
	"rivgate/store/catalogues"
)

// ErrInside is the refusal of who asks from elsewhere.
var ErrInside = NewProblem(http.StatusForbidden, "not-inside", titleInside,
	textInside)

// ofCatalogue is what a refused change of the catalogue is called; nil for any other error.
func ofCatalogue(err error) *Problem {
	var stale *catalogues.RevisionError
	var rules catalogue.Problems
	var refusal *catalogues.Refusal
	var off *catalogues.TurnsOffError
	switch {
	case errors.As(err, &off):
		p := NewProblem(http.StatusConflict, "turns-off", titleTurnsOff, fmt.Sprintf(textTurnsOff, len(off.Units)))
		p.TurnsOff = off.Units
		return p
	case errors.As(err, &stale):
		return NewProblem(http.StatusPreconditionFailed, "revision", titleDraftChanged,
			fmt.Sprintf(textDraftChanged, stale.Present, stale.Given))
	case errors.As(err, &rules):
		p := NewProblem(http.StatusUnprocessableEntity, "rules", titleRules, textRules)
		p.Problems = rules[:min(len(rules), 500)]
		return p
	case errors.As(err, &refusal):
		return NewProblem(http.StatusConflict, "catalogue", titleNotNow, RefusalText(refusal))
	}
	return nil
}

// WrongMethod answers a call of an address that does not take its method. Who opens the address of a form is led to the
// page that the form stands on.
func (s *Site) WrongMethod(w http.ResponseWriter, r *http.Request, who Access) {
	if IsAPI(r) || s.Environment == Demo && !FromHere(r) {
		s.Fail(w, r, Access{}, !IsAPI(r), errMethod)
		return
	}
	p := *errMethod
	p.Title, p.Detail = titleNoPage, textNoPage
	above := r.URL.Path
	if r.Pattern != "" { // this is the page, and lacks what it is about
		above = pathpkg.Dir(above)
	}
	shown := ErrorPage{Page: s.Page(who, p.Title, ""), Problem: &p, Back: s.pageAbove(above)}
	if err := ShowError(w, shown); err != nil {
		s.Fail(w, r, Access{}, false, err)
	}
}

// pageAbove is the nearest address at or above a path that can be opened: the page that the form of an address stands
// on.
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

// Problem is what a caller is told when something could not be done, as RFC 9457 writes it. Texts are Swedish, and hold
// nothing of what was sent.
type Problem struct {
	Type    string `json:"type"` // urn:rivgate:problem:…
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	Code    string `json:"code,omitempty"`    // the platform's code, VPnnn, or the contract's errorCode
	SubCode string `json:"subCode,omitempty"` // of the contract
	Path    string `json:"path,omitempty"`    // where in the message or the request

	Request  string              `json:"request,omitempty"`  // that waits for a second person
	Problems []catalogue.Problem `json:"problems,omitempty"` // rows of the catalogue that break rules, 500 at most
	TurnsOff []routing.TurnedOff `json:"turnsOff,omitempty"` // units that a version would turn off for citizens
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
	errNotLocal = NewProblem(http.StatusForbidden, "not-local", titleNotLocal,
		textNotLocal)
	errNoToken = NewProblem(http.StatusUnauthorized, "no-token", titleNoToken,
		textNoToken)
	ErrRole      = NewProblem(http.StatusForbidden, "role", titleNoRight, textNoRole)
	ErrUnit      = NewProblem(http.StatusForbidden, "unit", titleNoRight, textNotUnit)
	ErrCrossSite = NewProblem(http.StatusForbidden, "cross-site", titleCrossSite,
		textCrossSite)
	errCrowded  = NewProblem(http.StatusServiceUnavailable, "crowded", titleCrowded, textSoon)
	ErrNotFound = NewProblem(http.StatusNotFound, "not-found", titleNotFound, textNotFound)
	errMethod   = NewProblem(http.StatusMethodNotAllowed, "method", titleMethod, textMethod)
	errInternal = NewProblem(http.StatusInternalServerError, "internal", titleInternal,
		textInternal)
	ErrTooLarge = NewProblem(http.StatusRequestEntityTooLarge, "too-large", titleTooLarge, textTooLarge)
	ErrForm     = NewProblem(http.StatusBadRequest, "form", titleForm, textOpenAgain)
	ErrConflict = NewProblem(http.StatusConflict, "conflict", titleConflict,
		textConflict)
	errNotOurs   = NewProblem(http.StatusConflict, "not-ours", titleNotOurs, textNotOurs)
	ErrNotPortal = NewProblem(http.StatusConflict, "not-portal", titleNotPortal,
		textNotPortal)
)

// Invalid is a request that cannot be understood. path names the field or parameter, detail says how it should be.
func Invalid(path, detail string) *Problem {
	p := NewProblem(http.StatusBadRequest, "invalid", textInvalid, detail)
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
	case errors.Is(err, relay.ErrConflict), errors.Is(err, store.ErrConflict):
		return ErrConflict
	case errors.Is(err, relay.ErrNotOurs):
		return errNotOurs
	case errors.Is(err, relay.ErrNotPortal):
		return ErrNotPortal
	}
	if p := ofCatalogue(err); p != nil {
		return p
	}
	if p := ofSecondPerson(err); p != nil {
		return p
	}
	return errInternal
}

// ofSecondPerson is what waits for a second person, or is not theirs to decide; nil for any other error.
func ofSecondPerson(err error) *Problem {
	var asked *duties.Asked
	switch {
	case errors.As(err, &asked):
		p := NewProblem(http.StatusAccepted, "second-person", titleAsked, fmt.Sprintf(textAsked, asked.Request.ID))
		p.Request = asked.Request.ID
		return p
	case errors.Is(err, accounts.ErrSamePerson):
		return NewProblem(http.StatusForbidden, "same-person", titleSecond, textSamePerson)
	case errors.Is(err, accounts.ErrNobody):
		return NewProblem(http.StatusForbidden, "nobody", titleSecond, textNobody)
	case errors.Is(err, accounts.ErrDecided):
		return NewProblem(http.StatusConflict, "decided", titleSecond, textDecided)
	case errors.Is(err, accounts.ErrExpired):
		return NewProblem(http.StatusConflict, "expired", titleSecond, textExpired)
	}
	return nil
}

func ofContract(e *contracts.Error) *Problem {
	p := NewProblem(http.StatusUnprocessableEntity, "refused", titleRefused, e.Message)
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

// forPeople is ProblemOf for a page: what the contract or the platform refuses is said in words for who fills in forms.
func forPeople(err error) *Problem {
	p := ProblemOf(err)
	var contract *contracts.Error
	var platform *routing.Error
	switch {
	case p == errInternal:
	case errors.As(err, &contract) && p.Type == problemURN+"refused":
		p.Title, p.Detail = titleUnsent, contract.ForPeople()
		if p.Code = ""; contract.Code == contracts.TechnicalError {
			p.Title = titleUnsentNow
		}
	case errors.As(err, &platform) && p.Type == problemURN+"routing":
		p.Title, p.Detail = titleUnsent, textNoWay
	}
	return p
}

func ofPlatform(e *routing.Error) *Problem {
	p := NewProblem(http.StatusUnprocessableEntity, "routing", titleNoWay, e.Code.Text())
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

// Fail writes an error: as a problem to who speaks JSON, as a page to people. The cause of what is our own fault goes
// to the log.
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
var errSignIn = NewProblem(http.StatusUnauthorized, "sign-in", titleSignIn, textSignInFirst)
