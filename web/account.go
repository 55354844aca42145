package web

import (
	"errors"
	"net/http"
	"net/url"

	"rivgate/routing"
	"rivgate/store"
)

type accountPage struct {
	page
	Account store.Account
	Held    []heldRole
	Local   bool
	Must    bool
	Form    *form
	Next    string
	Done    bool
}

// heldRole is a role as its holder sees it.
type heldRole struct {
	Name, Kind string
	Units      []string
}

// accountPage shows who is signed in and what they may, and lets them change their password.
func (s *Site) accountPage(w http.ResponseWriter, r *http.Request, who access) error {
	return s.showAccount(w, r, who, &form{Name: "password", Values: url.Values{}}, safeNext(r.URL.Query().Get("next")))
}

func (s *Site) showAccount(w http.ResponseWriter, r *http.Request, who access, f *form, next string) error {
	a, err := s.Relay.Store.Account(r.Context(), who.user)
	if err != nil {
		return err
	}
	p := accountPage{
		page: s.page(who, "Ditt konto", "account"), Account: a, Local: a.Source == store.LocalAccounts, Must: who.mustChange, Form: f, Next: next,
		Done: r.URL.Query().Has("done"),
	}
	for _, g := range who.grants {
		p.Held = append(p.Held, heldRole{Name: roleName(g.Role), Kind: sideWord(g.Kind), Units: s.unitNames(g.Units)})
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, "Fel: "+p.Title
	}
	return html.render(w, status, "account", p)
}

// roleName is a role in Swedish.
func roleName(r Role) string {
	switch r {
	case RoleReceiver:
		return "Mottagare"
	case RoleHandler:
		return "Handläggare"
	case RoleAdministrator:
		return "Lokal administratör"
	case RoleIntegrator:
		return "Integratör"
	case RoleOperator:
		return "Drift"
	case RoleReviewer:
		return "Granskare"
	}
	return string(r)
}

func sideWord(kind routing.UnitKind) string {
	switch kind {
	case routing.CareUnit:
		return "vården"
	case routing.PatientBoard:
		return "patientnämnd"
	}
	return ""
}

// unitNames are units as people know them.
func (s *Site) unitNames(units []string) []string {
	names := make([]string, 0, len(units))
	for _, unit := range units {
		name := unit
		if u, ok := s.table().Unit(unit); ok {
			name = u.Name + " (" + u.HSAID + ")"
		}
		if unit == AllUnits {
			name = "alla enheter"
		}
		names = append(names, name)
	}
	return names
}

// changePassword gives an account of ours another password. Its other sessions are over then.
func (s *Site) changePassword(w http.ResponseWriter, r *http.Request, who access) error {
	f, err := readForm(w, r, "password")
	if err != nil {
		return err
	}
	next := safeNext(f.Value("next"))
	present, fresh := r.PostForm.Get("present"), r.PostForm.Get("fresh")
	f.Values = url.Values{}
	if text := CheckPassword(who.user, fresh); text != "" {
		f.refuse("fresh", text)
	}
	if fresh != r.PostForm.Get("again") {
		f.refuse("again", "Skriv samma lösenord en gång till.")
	}
	if fresh == present {
		f.refuse("fresh", "Välj ett annat lösenord än det du har.")
	}
	if f.Failed() {
		return s.showAccount(w, r, who, f, next)
	}
	_, err = s.judge(r, who.user, present)
	if errors.Is(err, errNobody) {
		f.refuse("present", "Det är inte ditt lösenord, eller så har det provats för många gånger.")
		return s.showAccount(w, r, who, f, next)
	}
	if err != nil {
		return err
	}
	hash, err := HashPassword(fresh)
	if err != nil {
		return err
	}
	a, err := s.Relay.Store.ChangeAccount(r.Context(), who.user, who.row(store.Access{Detail: "password"}), func(a *store.Account) error {
		a.Password, a.Changes = hash, false
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.enter(r.Context(), a); err != nil {
		return err
	}
	if next == "/" {
		next = "/account?done"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}
