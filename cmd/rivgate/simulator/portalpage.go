package simulator

import (
	"bytes"
	_ "embed"
	"html/template"
	"mime"
	"net/http"
	"net/url"

	"rivgate/contracts"
)

//go:embed portal.html
var portalPage string

// Pages is the portal's own web interface: a form for a person, JSON for programs. system, if any, is the handling system's Control, found
// below /handling-system/.
func (p *Portal) Pages(system http.Handler) http.Handler {
	page := template.Must(template.New("portal").Parse(portalPage))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { p.form(w, r, page) })
	mux.HandleFunc("GET /cases", handle(func(*http.Request) (any, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return map[string]any{"items": append([]Submitted{}, p.sent...)}, nil
	}))
	mux.HandleFunc("GET /cases/{id}", handle(func(r *http.Request) (any, error) {
		letters, err := p.Mailbox(r.Context(), r.PathValue("id"))
		return map[string]any{"items": letters}, err
	}))
	mux.HandleFunc("POST /cases", p.submit)
	mux.HandleFunc("POST /cases/{id}/answers", handle(func(r *http.Request) (any, error) {
		var a contracts.Answer
		if err := readJSON(r, &a); err != nil {
			return nil, err
		}
		return p.Answer(r.Context(), r.PathValue("id"), a)
	}))
	if system != nil {
		mux.Handle("/handling-system/", http.StripPrefix("/handling-system", system))
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// unit is a receiver that the citizen can choose.
type unit struct {
	HSAID string `json:"hsaId"`
	Name  string `json:"name"`
	Kind  string `json:"kind"`
}

func (p *Portal) receivers(r *http.Request) ([]unit, error) {
	var units struct{ Items []unit }
	err := p.get(r.Context(), "/api/receivers?limit=500", &units)
	return units.Items, err
}

func (p *Portal) form(w http.ResponseWriter, r *http.Request, page *template.Template) {
	units, err := p.receivers(r)
	if err != nil {
		http.Error(w, "gatewayen svarar inte", http.StatusBadGateway)
		return
	}
	p.mu.Lock()
	shown := struct {
		Units []unit
		Sent  []Submitted
		API   string
	}{units, append([]Submitted{}, p.sent...), p.API}
	p.mu.Unlock()
	var out bytes.Buffer
	if err := page.Execute(&out, shown); err != nil {
		http.Error(w, "sidan kan inte visas", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
	_, _ = out.WriteTo(w) // the reader may have gone
}

// submit takes a new case as JSON {"recipient": …, "complaint": …}, or as the page's form.
func (p *Portal) submit(w http.ResponseWriter, r *http.Request) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		p.submitForm(w, r)
		return
	}
	handle(func(r *http.Request) (any, error) {
		var begun struct {
			Recipient contracts.Recipient `json:"recipient"`
			Complaint contracts.Complaint `json:"complaint"`
		}
		if err := readJSON(r, &begun); err != nil {
			return nil, err
		}
		id, receipt, err := p.Submit(r.Context(), begun.Recipient, begun.Complaint)
		return map[string]any{"caseId": id, "result": receipt.Result}, err
	})(w, r)
}

func (p *Portal) submitForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	units, err := p.receivers(r)
	if err != nil {
		http.Error(w, "gatewayen svarar inte", http.StatusBadGateway)
		return
	}
	for _, u := range units {
		if u.HSAID != r.PostFormValue("unit") {
			continue
		}
		to, complaint := u.recipient(), formComplaint(r, u)
		id, receipt, err := p.Submit(r.Context(), to, complaint)
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadGateway)
		case receipt.Result.Code == contracts.ERROR:
			http.Error(w, receipt.Result.SubCode+": "+receipt.Result.Message, http.StatusUnprocessableEntity)
		default:
			http.Redirect(w, r, p.API+"/mailbox/"+url.PathEscape(id), http.StatusSeeOther)
		}
		return
	}
	http.Error(w, "välj en mottagare", http.StatusBadRequest)
}

func (u unit) recipient() contracts.Recipient {
	kind := contracts.KindCareUnit
	if u.Kind == "patient_board" {
		kind = contracts.KindPatientBoard
	}
	return contracts.Recipient{Unit: contracts.OrgUnit{HSAID: u.HSAID, Name: u.Name}, Kind: kind}
}

func formComplaint(r *http.Request, u unit) contracts.Complaint {
	c := contracts.Complaint{
		Reporter: contracts.Reporter{
			PersonID: contracts.PersonID{ID: r.PostFormValue("person"), Type: contracts.OIDPersonnummer}, Role: contracts.RolePatient,
		},
		IncidentDate: compact(r.PostFormValue("date")), Description: r.PostFormValue("description"), ReplyWanted: r.PostFormValue("reply") != "",
	}
	if u.Kind == "patient_board" {
		c.IncidentPlaceText = r.PostFormValue("place")
	} else {
		c.IncidentUnit = &contracts.OrgUnit{HSAID: u.HSAID, Name: u.Name}
	}
	return c
}

// compact makes 20260131 of 2026-01-31.
func compact(date string) string {
	out := make([]byte, 0, 8)
	for i := range len(date) {
		if date[i] != '-' {
			out = append(out, date[i])
		}
	}
	return string(out)
}
