package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

// problem is what a caller is told when something could not be done, as RFC 9457 writes it. Texts are Swedish, and hold nothing of
// what was sent.
type problem struct {
	Type    string `json:"type"` // urn:rivgate:problem:…
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	Code    string `json:"code,omitempty"`    // the platform's code, VPnnn, or the contract's errorCode
	SubCode string `json:"subCode,omitempty"` // of the contract
	Path    string `json:"path,omitempty"`    // where in the message or the request

	Problems []catalogue.Problem `json:"problems,omitempty"` // rows of the catalogue that break rules, 500 at most
}

func (p *problem) Error() string { return p.Title }

const problemURN = "urn:rivgate:problem:"

func newProblem(status int, kind, title, detail string) *problem {
	return &problem{Type: problemURN + kind, Title: title, Status: status, Detail: detail}
}

// Refusals of our own. They are values that nobody changes.
var (
	errNotLocal = newProblem(http.StatusForbidden, "not-local", "Bara från den här datorn",
		"I demomiljö är allt öppet för den egna datorn (localhost) och för ingen annan; i testmiljö gäller det invånarens sidor.")
	errNoToken = newProblem(http.StatusUnauthorized, "no-token", "Token saknas eller är okänd",
		"Skicka en giltig token i huvudet Authorization: Bearer.")
	errRole      = newProblem(http.StatusForbidden, "role", "Rättighet saknas", "Du har inte den roll som krävs.")
	errUnit      = newProblem(http.StatusForbidden, "unit", "Rättighet saknas", "Dina rättigheter gäller inte för enheten.")
	errCrossSite = newProblem(http.StatusForbidden, "cross-site", "Anropet kom från en annan webbplats",
		"Formulär får bara skickas från de egna sidorna. Öppna sidan på nytt och försök igen.")
	errCrowded  = newProblem(http.StatusServiceUnavailable, "crowded", "Många loggar in just nu", "Försök igen om en stund.")
	errNotFound = newProblem(http.StatusNotFound, "not-found", "Finns inte", "Det du söker finns inte här. Kontrollera adressen.")
	errMethod   = newProblem(http.StatusMethodNotAllowed, "method", "Metoden passar inte", "Adressen finns men tar inte emot den metoden.")
	errInternal = newProblem(http.StatusInternalServerError, "internal", "Något gick fel hos oss",
		"Felet är noterat i loggen. Försök igen om en stund.")
	errTooLarge = newProblem(http.StatusRequestEntityTooLarge, "too-large", "Det som skickades är för stort", "Allt tillsammans får vara högst 15 MB.")
	errForm     = newProblem(http.StatusBadRequest, "form", "Formuläret gick inte att läsa", "Öppna sidan på nytt och försök igen.")
	errConflict = newProblem(http.StatusConflict, "conflict", "Ärendet har ändrats sedan sidan öppnades",
		"Läs det nya i ärendet och försök igen.")
	errNotOurs   = newProblem(http.StatusConflict, "not-ours", "Ärendet handläggs inte här", "Ett annat system handlägger ärendet.")
	errNotPortal = newProblem(http.StatusConflict, "not-portal", "Det här är inte 1177",
		"Bara där 1177:s tjänst finns kan ärenden och svar skickas på det här sättet.")
)

// invalid is a request that cannot be understood. path names the field or parameter, detail says how it should be.
func invalid(path, detail string) *problem {
	p := newProblem(http.StatusBadRequest, "invalid", "Anropet gick inte att tolka", detail)
	p.Path = path
	return p
}

// problemOf is the one place that says what an error is called on the web.
func problemOf(err error) *problem {
	var own *problem
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
		return errTooLarge
	case errors.Is(err, errBusy):
		return errCrowded
	case errors.Is(err, store.ErrNotFound):
		return errNotFound
	case errors.Is(err, relay.ErrConflict):
		return errConflict
	case errors.Is(err, relay.ErrNotOurs):
		return errNotOurs
	case errors.Is(err, relay.ErrNotPortal):
		return errNotPortal
	}
	if p := ofCatalogue(err); p != nil {
		return p
	}
	return errInternal
}

func ofContract(e *contracts.Error) *problem {
	p := newProblem(http.StatusUnprocessableEntity, "refused", "Meddelandet kan inte tas emot", e.Message)
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

// forPeople is problemOf for a page: what the contract or the platform refuses is said in words for who fills in forms.
func forPeople(err error) *problem {
	p := problemOf(err)
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

func ofPlatform(e *routing.Error) *problem {
	p := newProblem(http.StatusUnprocessableEntity, "routing", "Meddelandet har ingen väg", e.Code.Text())
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

// fail writes an error: as a problem to who speaks JSON, as a page to people. The cause of what is our own fault goes to the log.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, who access, asPage bool, err error) {
	p := problemOf(err)
	if p == errInternal && !errors.Is(r.Context().Err(), context.Canceled) {
		s.log().Error("web request failed", zap.String("method", r.Method), zap.String("route", r.Pattern), zap.Error(err))
	}
	if p.Status == http.StatusUnauthorized && !asPage {
		w.Header().Set("WWW-Authenticate", `Bearer realm="rivgate"`)
	}
	if asPage {
		p = forPeople(err)
		shown := errorPage{page: s.page(who, p.Title, ""), Problem: p}
		if p == errNotLocal {
			shown.Nav = "closed" // no menu where no page opens
		}
		if html.render(w, p.Status, "error", shown) == nil {
			return
		}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		s.log().Debug("writing problem", zap.Error(err))
	}
}

type errorPage struct {
	page
	Problem *problem
	Back    string // the page to go back to; "" the start page
}
