package recording

import (
	"bytes"
	_ "embed"
	"html/template"
	"mime"
	"net/http"
	"net/url"

	"rivgate/contracts"
)

//go:embed mock_portal.html
var portalPage string

// Pages is the mock's own web interface: JSON for programs, and the portal's form for a person.
func (k *Mock) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cases",
		handle(func(*http.Request) (any, error) { return map[string]any{"items": k.Cases()}, nil }))
	switch k.Role {
	case Portal:
		k.portalPages(mux)
	case HandlingSystem:
		k.systemPages(mux)
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

func (k *Mock) portalPages(mux *http.ServeMux) {
	page := template.Must(template.New("portal").Parse(portalPage))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { k.form(w, r, page) })
	mux.HandleFunc("GET /cases/{id}", handle(func(r *http.Request) (any, error) {
		letters, err := k.Mailbox(r.Context(), r.PathValue("id"))
		return map[string]any{"items": letters}, err
	}))
	mux.HandleFunc("POST /cases", k.submit)
	mux.HandleFunc("POST /cases/{id}/answers", handle(func(r *http.Request) (any, error) {
		var a contracts.Answer
		if err := readJSON(r, &a); err != nil {
			return nil, err
		}
		return k.Answer(r.Context(), r.PathValue("id"), a)
	}))
}

// unit is a receiver that the citizen can choose.
type unit struct {
	HSAID string `json:"hsaId"`
	Name  string `json:"name"`
	Kind  string `json:"kind"`
}

func (k *Mock) receivers(r *http.Request) ([]unit, error) {
	var units struct{ Items []unit }
	err := k.get(r.Context(), "/api/receivers?limit=500", &units)
	return units.Items, err
}

func (k *Mock) form(w http.ResponseWriter, r *http.Request, page *template.Template) {
	units, err := k.receivers(r)
	if err != nil {
		http.Error(w, "gatewayen svarar inte", http.StatusBadGateway)
		return
	}
	shown := struct {
		Units []unit
		Sent  []MockCase
		API   string
	}{units, k.Cases(), k.API}
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
func (k *Mock) submit(w http.ResponseWriter, r *http.Request) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		k.submitForm(w, r)
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
		id, receipt, err := k.Submit(r.Context(), begun.Recipient, begun.Complaint)
		return map[string]any{"caseId": id, "result": receipt.Result}, err
	})(w, r)
}

func (k *Mock) submitForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	units, err := k.receivers(r)
	if err != nil {
		http.Error(w, "gatewayen svarar inte", http.StatusBadGateway)
		return
	}
	for _, u := range units {
		if u.HSAID != r.PostFormValue("unit") {
			continue
		}
		to, complaint := u.recipient(), formComplaint(r, u)
		id, receipt, err := k.Submit(r.Context(), to, complaint)
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadGateway)
		case receipt.Result.Code == contracts.ERROR:
			http.Error(w, receipt.Result.SubCode+": "+receipt.Result.Message, http.StatusUnprocessableEntity)
		default:
			http.Redirect(w, r, k.API+"/mailbox/"+url.PathEscape(id), http.StatusSeeOther)
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
			PersonID: contracts.PersonID{ID: r.PostFormValue("person"), Type: contracts.OIDPersonnummer},
			Role:     contracts.RolePatient,
		},
		IncidentDate: compact(r.PostFormValue("date")), Description: r.PostFormValue("description"),
		ReplyWanted: r.PostFormValue("reply") != "",
	}
	switch u.Kind {
	case "patient_board":
		c.IncidentPlaceText = r.PostFormValue("place")
	case "other": // no care
	default:
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
