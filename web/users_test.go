package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// account makes an account with roles, for the local administrator to meet.
func (w *world) account(id string, grants ...accounts.Grant) {
	w.t.Helper()
	a := accounts.Account{
		ID: id, Name: strings.ToUpper(id[:1]) + id[1:] + " Test", Source: accounts.Local, Password: hashed(),
		Grants: grants,
	}
	if err := w.Relay.Store.AddAccount(w.t.Context(), a, accesslog.Row{Who: "test"}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) theAccount(id string) accounts.Account {
	w.t.Helper()
	a, err := w.Relay.Store.Account(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// held is a role of care.
func held(role shell.Role, units ...string) accounts.Grant {
	return accounts.Grant{Role: string(role), Kind: routing.CareUnit, Units: units}
}

// onUser orders something with an account as it is on its page now. An account that has no page is ordered with all the
// same.
func (w *world) onUser(id, do string, more url.Values) reply {
	w.t.Helper()
	fields := url.Values{"account": {id}, "do": {do}}
	if found := regexp.MustCompile(`name="seen" value="(\w+)"`).FindStringSubmatch(
		w.get("/users?account=" + id).body,
	); found != nil {
		fields.Set("seen", found[1])
	}
	for name, values := range more {
		fields[name] = values
	}
	return w.post("/users", fields)
}

// signsIn tells whether a name and a password let somebody in, and where to.
func (w *world) signsIn(name, password string) reply {
	w.t.Helper()
	was := w.person
	defer w.as(was)
	w.as(nobody)
	return w.post("/signin", url.Values{"account": {name}, "password": {password}})
}

// setsPassword tells what came of a code and a password on the page for that.
func (w *world) setsPassword(code, fresh string) reply {
	w.t.Helper()
	was := w.person
	defer w.as(was)
	w.as(nobody)
	return w.post("/signin/code", url.Values{"code": {code}, "fresh": {fresh}, "again": {fresh}})
}

func choice(role shell.Role, unit string) url.Values {
	return url.Values{"role": {string(role)}, "unit": {unit}}
}

// TestALocalAdministratorKeepsTheUsersOfAUnit is their day: a new colleague gets an account, more roles and fewer,
// another password, is shut out and let in again. All of it is in the access log.
func TestALocalAdministratorKeepsTheUsersOfAUnit(t *testing.T) {
	w := newWorld(t)
	w.as("adam")
	start := w.page("/")
	has(t, start, `<li><a href="/users">Användare</a>`)
	has(t, main(start), `<p><a href="/users">Användare</a>`)
	w.as("hanna")
	hasNot(t, w.page("/"), `href="/users"`)
	w.as("adam")
	r := w.post("/users", url.Values{
		"do": {"add"}, "account": {" Frida.Ny "}, "name": {"Frida Test"}, "role": {"handler"}, "unit": {clinic},
	})
	if r.status != http.StatusOK || r.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v\n%s", r.status, r.header, main(r.body))
	}
	code := between(t, r.body, `<code class="address">`, `</code>`)
	a := w.theAccount("frida.ny")
	if !a.Changes || a.Disabled || a.Demo || a.Source != accounts.Local ||
		!reflect.DeepEqual(a.Grants, []accounts.Grant{held(shell.RoleHandler, clinic)}) {
		t.Fatalf("%+v", a)
	}
	list := w.page("/users")
	has(t, list, `<caption>Konton vid dina enheter</caption>`, "Frida Test", "Handläggare", "har inte valt lösenord",
		"Adam Test")
	hasNot(t, list, code)
	hasNot(t, w.page("/users?account=frida.ny"), code)
	has(t, w.page("/users?q=FRIDA"), "Frida Test")
	hasNot(t, main(w.page("/users?q=FRIDA")), "Adam Test")
	const initial, second = "en lång fras för Frida", "en annan lång fras för Frida"
	if w.signsIn("frida.ny", code).status == http.StatusSeeOther ||
		w.signsIn("frida.ny", "").status == http.StatusSeeOther {
		t.Error("an account without a password lets in")
	}
	if in := w.setsPassword(strings.ToLower(code), initial); in.status != http.StatusSeeOther {
		t.Fatalf("the code lets nobody in: %d\n%s", in.status, main(in.body))
	}
	if again := w.setsPassword(code, second); again.status != http.StatusUnprocessableEntity {
		t.Errorf("a code was used twice: %d", again.status)
	}
	sessions, err := w.Relay.Store.WebSessions(t.Context(), "frida.ny")
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%v %v", sessions, err)
	}
	has(t, w.page("/users?account=frida.ny"), "<dt>Inloggningar nu</dt><dd>1</dd>")

	expectRedirect(t, w.onUser("frida.ny", "give", choice(shell.RoleReviewer, clinic)),
		"/users?account=frida.ny&done=give")
	expectRedirect(t, w.onUser("frida.ny", "take", choice(shell.RoleHandler, clinic)), "/users?account=frida.ny&done=take")
	one := []accounts.Grant{held(shell.RoleReviewer, clinic)}
	if got := w.theAccount("frida.ny").Grants; !reflect.DeepEqual(got, one) {
		t.Errorf("%+v", got)
	}
	expectRedirect(t, w.onUser("frida.ny", "signout", nil), "/users?account=frida.ny&done=signout")
	if sessions, err = w.Relay.Store.WebSessions(t.Context(), "frida.ny"); err != nil || len(sessions) != 0 {
		t.Errorf("%v %v", sessions, err)
	}
	r = w.onUser("frida.ny", "password", nil)
	fresh := between(t, r.body, `<code class="address">`, `</code>`)
	if w.signsIn("frida.ny", initial).status == http.StatusSeeOther ||
		w.setsPassword(fresh, second).status != http.StatusSeeOther ||
		w.signsIn("frida.ny", second).status != http.StatusSeeOther {
		t.Error("the password is not another one")
	}
	expectRedirect(t, w.onUser("frida.ny", "disable", nil), "/users?account=frida.ny&done=disable")
	if w.signsIn("frida.ny", second).status == http.StatusSeeOther {
		t.Error("a shut account lets in")
	}
	expectRedirect(t, w.onUser("frida.ny", "enable", nil), "/users?account=frida.ny&done=enable")
	if w.signsIn("frida.ny", second).status != http.StatusSeeOther {
		t.Error("an opened account lets nobody in")
	}
	expectRedirect(t, w.onUser("frida.ny", "take", choice(shell.RoleReviewer, clinic)), "/users?done=gone")
	hasNot(t, main(w.page("/users")), "Frida Test")

	var log []string
	for _, row := range slices.Backward(w.accesses(accesslog.Filter{Who: "adam", Unit: clinic})) {
		if row.Subject == "frida.ny" && row.Kind == routing.CareUnit {
			log = append(log, string(row.What)+": "+row.Detail)
		}
	}
	want := []string{
		"change: account added, granted handler " + clinic, "change: granted reviewer " + clinic,
		"change: revoked handler " + clinic, "sign-out: sessions ended",
		"change: code given", "change: disabled", "change: enabled", "change: revoked reviewer " + clinic,
	}
	if !slices.Equal(log, want) {
		t.Errorf("on record is\n%s\nwant\n%s", strings.Join(log, "\n"), strings.Join(want, "\n"))
	}
}

// TestRolesOfOtherUnitsStayUntouched: what somebody is elsewhere is neither seen nor changed when roles here are given
// and taken.
func TestRolesOfOtherUnitsStayUntouched(t *testing.T) {
	w := newWorld(t)
	operator := accounts.Grant{Role: string(shell.RoleOperator)}
	w.account("olof", operator, held(shell.RoleHandler, other, clinic, shell.RegionUnits+"01"),
		held(shell.RoleReviewer, other))
	w.as("adam")
	page := main(w.page("/users?account=olof"))
	has(t, page, "gäller fler enheter än dina", "Kontot har också roller som inte är dina att ändra")
	hasNot(t, page, "Eken", "Drift", "operator", "integrator", `value="disable"`, `value="password"`)
	expectRedirect(t, w.onUser("olof", "take", choice(shell.RoleHandler, clinic)), "/users?account=olof&done=take")
	expectRedirect(t, w.onUser("olof", "give", choice(shell.RoleReceiver, clinic)), "/users?account=olof&done=give")
	want := []accounts.Grant{
		operator, held(shell.RoleHandler, other, shell.RegionUnits+"01"), held(shell.RoleReviewer, other),
		held(shell.RoleReceiver, clinic),
	}
	if got := w.theAccount("olof").Grants; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	w.account("eva", held(shell.RoleHandler, other)) // is not seen until she has a role here
	hasNot(t, main(w.page("/users")), "Eva Test")
	expectRedirect(t,
		w.post("/users", url.Values{"do": {"invite"}, "account": {"EVA"}, "role": {"receiver"}, "unit": {clinic}}),
		"/users?account=eva&done=give")
	if got := w.theAccount("eva").Grants; !reflect.DeepEqual(got, []accounts.Grant{
		held(shell.RoleHandler, other), held(shell.RoleReceiver, clinic),
	}) {
		t.Errorf("%+v", got)
	}
}

// TestWhatALocalAdministratorMayNot is tried with forged forms too: nothing changes, and what is others' does not
// exist.
func TestWhatALocalAdministratorMayNot(t *testing.T) {
	w := newWorld(t)
	boards := routing.PatientBoard
	w.account("eva", held(shell.RoleHandler, other))
	w.account("vilma", held(shell.RoleHandler, clinic))
	w.account("siv", held(shell.RoleHandler, clinic, other))
	w.account("olof", accounts.Grant{Role: string(shell.RoleOperator)}, held(shell.RoleHandler, clinic))
	w.account("petra", accounts.Grant{Role: string(shell.RoleHandler), Kind: boards, Units: []string{board}})
	w.account("hans", held(shell.RoleHandler, shell.AllUnits))
	w.account("tom")
	oidc := accounts.Account{
		ID: "oidc:1", Name: "Pia Test", Source: "https://idp.example",
		Grants: []accounts.Grant{held(shell.RoleHandler, clinic)},
	}
	if err := w.Relay.Store.AddAccount(t.Context(), oidc, accesslog.Row{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	w.addPerson("adam")
	w.addPerson("mia")
	ids := []string{"eva", "vilma", "siv", "olof", "petra", "hans", "tom", "oidc:1", "adam", "mia"}
	state := func() string {
		all := ""
		for _, id := range ids {
			a := w.theAccount(id)
			all += fmt.Sprintf("%s %v %s %t %d\n", a.ID, a.Grants, a.Password, a.Disabled, a.Epoch)
		}
		list, err := w.Relay.Store.Accounts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all + fmt.Sprint(len(list))
	}
	for _, name := range []string{"vera", "nina", "greta", "iris", "olle"} {
		w.cookie(name)
	}
	w.cookie("adam")
	w.cookie("mia")
	before := state()
	add := func(role shell.Role, unit string) url.Values {
		f := choice(role, unit)
		f.Set("name", "Ny Test")
		return f
	}
	for _, c := range []struct {
		name, who, id, do string
		fields            url.Values
		status            int
		says              string
	}{
		{
			"gives a role of another unit", "adam", "vilma", "give", choice(shell.RoleHandler, other), 422,
			"Välj en av dina enheter.",
		},
		{
			"gives a role of all units", "adam", "vilma", "give", choice(shell.RoleHandler, shell.AllUnits), 422,
			"Välj en av dina enheter.",
		},
		{
			"gives a role of the region", "adam", "vilma", "give", choice(shell.RoleHandler, "region:01"), 422,
			"Välj en av dina enheter.",
		},
		{
			"gives a role of a board", "adam", "vilma", "give", choice(shell.RoleHandler, board), 422,
			"Välj en av dina enheter.",
		},
		{"gives a role of no unit", "adam", "vilma", "give", choice(shell.RoleHandler, ""), 422, "Välj en av dina enheter."},
		{
			"gives a role of a unit that is not there", "adam", "vilma", "give", choice(shell.RoleHandler, "SE2010123456-XX99"),
			422, "Välj en av dina enheter.",
		},
		{
			"makes somebody integrator", "adam", "vilma", "give", choice(shell.RoleIntegrator, clinic), 422,
			"Välj en roll i listan.",
		},
		{
			"makes somebody operator", "adam", "vilma", "give", choice(shell.RoleOperator, clinic), 422,
			"Välj en roll i listan.",
		},
		{
			"makes themselves operator", "adam", "adam", "give", choice(shell.RoleOperator, clinic), 422,
			"Ingen ger sig själv en roll",
		},
		{
			"widens themselves", "adam", "adam", "give", choice(shell.RoleAdministrator, other), 422,
			"Ingen ger sig själv en roll",
		},
		{"gives a system's role", "adam", "vilma", "give", choice(shell.RolePortal, clinic), 422, "Välj en roll i listan."},
		{
			"adds somebody to another unit", "adam", "ny", "add", add(shell.RoleHandler, other), 422, "Välj en av dina enheter.",
		},
		{"adds an operator", "adam", "ny", "add", add(shell.RoleOperator, clinic), 422, "Välj en roll i listan."},
		{"adds over an account", "adam", "petra", "add", add(shell.RoleHandler, clinic), 422, "Användarnamnet är upptaget."},
		{
			"adds a personal number", "adam", "19890101-9802", "add", add(shell.RoleHandler, clinic), 422,
			"Använd inte ett personnummer",
		},
		{"adds a path", "adam", "../x", "add", add(shell.RoleHandler, clinic), 422, "Använd bara bokstäver"},
		{
			"gives a board's handler a role in care", "adam", "petra", "invite", choice(shell.RoleHandler, clinic), 422,
			"Det finns inget konto",
		},
		{"gives nobody a role", "adam", "nobody", "invite", choice(shell.RoleHandler, clinic), 422, "Det finns inget konto"},
		{
			"gives a provider's account a role by name", "adam", "oidc:1", "invite", choice(shell.RoleReviewer, clinic), 422,
			"Det finns inget konto",
		},
		{
			"gives another unit's role by name", "adam", "eva", "invite", choice(shell.RoleHandler, other), 422,
			"Välj en av dina enheter.",
		},
		{
			"gives a provider's account a role", "adam", "oidc:1", "give", choice(shell.RoleReviewer, clinic), 422,
			"kommer från inloggningstjänsten",
		},
		{
			"takes a provider's account's role", "adam", "oidc:1", "take", choice(shell.RoleHandler, clinic), 422,
			"kommer från inloggningstjänsten",
		},
		{"resets a provider's account's password", "adam", "oidc:1", "password", nil, 422, "finns hos inloggningstjänsten"},
		{"opens another unit's user", "adam", "eva", "give", choice(shell.RoleHandler, clinic), 404, "Finns inte"},
		{"takes another unit's role", "adam", "eva", "take", choice(shell.RoleHandler, other), 404, "Finns inte"},
		{
			"takes the other unit's role of a colleague", "adam", "siv", "take", choice(shell.RoleHandler, other), 422,
			"kan du inte ta tillbaka",
		},
		{
			"takes a role of all units", "adam", "hans", "take", choice(shell.RoleHandler, shell.AllUnits), 422,
			"kan du inte ta tillbaka",
		},
		{
			"takes what the operator is", "adam", "olof", "take", choice(shell.RoleOperator, ""), 422, "kan du inte ta tillbaka",
		},
		{
			"takes a role that is not held", "adam", "vilma", "take", choice(shell.RoleReviewer, clinic), 422,
			"kan du inte ta tillbaka",
		},
		{
			"takes their own last administration", "adam", "adam", "take", choice(shell.RoleAdministrator, clinic), 422,
			"din egen sista roll som lokal administratör",
		},
		{
			"gives themselves a role", "adam", "adam", "give", choice(shell.RoleHandler, clinic), 422,
			"Ingen ger sig själv en roll",
		},
		{"shuts themselves out", "adam", "adam", "disable", nil, 422, "Det är ditt eget konto"},
		{"resets their own password", "adam", "adam", "password", nil, 422, "Det är ditt eget konto"},
		{"resets a password that opens another unit", "adam", "siv", "password", nil, 422, "roller som inte är dina"},
		{"resets the operator's password", "adam", "olof", "password", nil, 422, "roller som inte är dina"},
		{"resets the password of who handles all care", "adam", "hans", "password", nil, 422, "roller som inte är dina"},
		{"shuts out who works elsewhere too", "adam", "siv", "disable", nil, 422, "roller som inte är dina"},
		{"shuts out the operator", "adam", "olof", "disable", nil, 422, "roller som inte är dina"},
		{"shuts out a board's handler", "adam", "petra", "disable", nil, 404, "Finns inte"},
		{"resets a board's handler's password", "adam", "petra", "password", nil, 404, "Finns inte"},
		{"ends another unit's sessions", "adam", "eva", "signout", nil, 404, "Finns inte"},
		{"takes over an account without roles", "adam", "tom", "password", nil, 404, "Finns inte"},
		{"orders what there is not", "adam", "vilma", "delete", nil, 400, ""},
		{"a handler gives", "vera", "vilma", "give", choice(shell.RoleHandler, clinic), 404, ""},
		{"a receiver gives", "mia", "vilma", "give", choice(shell.RoleHandler, clinic), 404, ""},
		{"a board's handler gives", "nina", "petra", "give", choice(shell.RoleHandler, board), 404, ""},
		{"a reviewer gives", "greta", "vilma", "give", choice(shell.RoleHandler, clinic), 404, ""},
		{"an integrator gives", "iris", "vilma", "give", choice(shell.RoleHandler, clinic), 404, ""},
		{"an operator gives", "olle", "vilma", "give", choice(shell.RoleHandler, clinic), 404, ""},
	} {
		w.as(c.who)
		refused := len(w.accesses(accesslog.Filter{Who: c.who, What: accesslog.Refused}))
		r := w.onUser(c.id, c.do, c.fields)
		if r.status != c.status || !strings.Contains(r.body, c.says) {
			t.Errorf("%s: %d, want %d with %q\n%s", c.name, r.status, c.status, c.says, main(r.body))
		}
		reached := c.status == 404 || strings.Contains(c.says, "inte är dina") || strings.Contains(c.says, "ta tillbaka") ||
			strings.HasPrefix(c.says, "Välj en") && c.fields.Get("unit") != ""
		if reached && len(w.accesses(accesslog.Filter{Who: c.who, What: accesslog.Refused})) == refused {
			t.Errorf("%s: it is not on record", c.name)
		}
		if after := state(); after != before {
			t.Fatalf("%s: it changed\n%s\nto\n%s", c.name, before, after)
		}
	}
	if n := len(w.accesses(accesslog.Filter{Who: "adam", What: accesslog.Change})); n != 0 {
		t.Errorf("%d changes are on record", n)
	}
	w.as(nobody)
	if r := w.onUser("vilma", "disable", nil); r.status != http.StatusUnauthorized || state() != before {
		t.Errorf("nobody: %d", r.status)
	}
	w.as("adam")
	req := w.request(http.MethodPost, "/users", strings.NewReader("do=disable&account=vilma"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	w.sit(req, "/users")
	if r := w.do(req); r.status != http.StatusForbidden || state() != before {
		t.Errorf("another site: %d", r.status)
	}
	if m := w.page("/users"); strings.Contains(m, "Petra") || strings.Contains(m, "Eva Test") ||
		strings.Contains(m, "Tom Test") || !strings.Contains(m, "Hans Test") {
		t.Errorf("the list is\n%s", main(m))
	}
	hasNot(t, main(w.page("/users")), `value="operator"`, `value="integrator"`, `value="`+other+`"`, `value="`+board+`"`,
		`value="*"`)
}

// TestTwoAdministratorsAtOnce: who saw something else than there is now changes nothing, and hears of it.
func TestTwoAdministratorsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.account("vilma", held(shell.RoleHandler, clinic))
	w.account("alva", held(shell.RoleAdministrator, clinic, other))
	w.as("adam")
	seen := between(t, w.page("/users?account=vilma"), `name="seen" value="`, `"`)
	w.as("alva")
	expectRedirect(t, w.onUser("vilma", "give", choice(shell.RoleReviewer, clinic)), "/users?account=vilma&done=give")
	w.as("adam")
	stale := func(do string, fields url.Values) reply {
		f := url.Values{"seen": {seen}}
		for name, values := range fields {
			f[name] = values
		}
		return w.onUser("vilma", do, f)
	}
	was := w.theAccount("vilma")
	for _, do := range []string{"give", "take", "disable", "password", "signout"} {
		r := stale(do, choice(shell.RoleHandler, clinic))
		if r.status != http.StatusUnprocessableEntity ||
			!strings.Contains(r.body, "Kontot har ändrats sedan sidan öppnades") || strings.Contains(r.body, "<code") {
			t.Errorf("%s: %d\n%s", do, r.status, main(r.body))
		}
		has(t, r.body, "Granskare") // as it is now
	}
	has(t, stale("give", choice(shell.RoleReceiver, clinic)).body, `<option value="receiver" selected>`)
	if now := w.theAccount("vilma"); !reflect.DeepEqual(now, was) {
		t.Errorf("%+v\nwant %+v", now, was)
	}
	// What is not seen may change: a role at a unit that adam does not administer.
	seen = between(t, w.page("/users?account=alva"), `name="seen" value="`, `"`)
	if _, err := w.Relay.Store.ChangeAccount(t.Context(), "alva", accesslog.Row{Who: "os:drift"},
		func(a *accounts.Account) error {
			a.Grants = append(a.Grants, held(shell.RoleReceiver, other))
			return nil
		}); err != nil {
		t.Fatal(err)
	}
	expectRedirect(t, w.onUser("alva", "give", url.Values{"seen": {seen}, "role": {"receiver"}, "unit": {clinic}}),
		"/users?account=alva&done=give")
	if got := w.theAccount("alva").Grants; !reflect.DeepEqual(got, []accounts.Grant{
		held(shell.RoleAdministrator, clinic, other), held(shell.RoleReceiver, other, clinic),
	}) {
		t.Errorf("%+v", got)
	}
	w.as("alva") // of two, one's own administration may be given up; not the last
	expectRedirect(t, w.onUser("alva", "take", choice(shell.RoleAdministrator, other)), "/users?account=alva&done=take")
	if r := w.onUser("alva", "take", choice(shell.RoleAdministrator, clinic)); r.status != http.StatusUnprocessableEntity {
		t.Errorf("%d", r.status)
	}
}

// TestOneOfManyResetsAtOnceIsMade: of orders that were all given on the same page, one is carried out, and its password
// is the one that lets in.
func TestOneOfManyResetsAtOnceIsMade(t *testing.T) {
	w := newWorld(t)
	w.account("vilma", held(shell.RoleHandler, clinic))
	w.as("adam")
	fields := url.Values{
		"account": {"vilma"}, "do": {"password"},
		"seen": {between(t, w.page("/users?account=vilma"), `name="seen" value="`, `"`)},
	}
	replies := make([]reply, 4)
	var all sync.WaitGroup
	for i := range replies {
		all.Go(func() { replies[i] = w.post("/users", fields) })
	}
	all.Wait()
	var made []string
	for _, r := range replies {
		if r.status == http.StatusOK {
			made = append(made, between(t, r.body, `<code class="address">`, `</code>`))
		} else if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%d\n%s", r.status, main(r.body))
		}
	}
	if len(made) != 1 || w.setsPassword(made[0], "en lång fras att minnas").status != http.StatusSeeOther {
		t.Errorf("%d codes were made", len(made))
	}
	if n := len(w.accesses(accesslog.Filter{Who: "adam", What: accesslog.Change})); n != 1 {
		t.Errorf("%d changes are on record", n)
	}
}

// TestAnAdministratorOfASideOfTheWall gives roles for all of it, its regions and its units, and for nothing of the
// other.
func TestAnAdministratorOfASideOfTheWall(t *testing.T) {
	w := newWorld(t)
	w.account("agda", held(shell.RoleAdministrator, shell.AllUnits))
	w.account("rut", held(shell.RoleAdministrator, shell.RegionUnits+"01"))
	w.account("beda", accounts.Grant{
		Role: string(shell.RoleAdministrator), Kind: routing.PatientBoard, Units: []string{board},
	})
	w.account("hans", held(shell.RoleHandler, shell.AllUnits))
	w.account("ida", held(shell.RoleHandler, "SE2010123456-GONE")) // a unit that has left the catalogue
	w.as("agda")
	list := main(w.page("/users"))
	has(t, list, "Hans Test", "Ida Test", "Rut Test", `<option value="*">`, `value="`+hospital+`"`)
	hasNot(t, list, "Beda", board)
	expectRedirect(t, w.onUser("ida", "take", choice(shell.RoleHandler, "SE2010123456-GONE")), "/users?done=gone")
	expectRedirect(t, w.onUser("hans", "disable", nil), "/users?account=hans&done=disable")
	expectRedirect(t, w.onUser("rut", "give", choice(shell.RoleReviewer, shell.AllUnits)), "/users?account=rut&done=give")
	if r := w.onUser("hans", "give", choice(shell.RoleHandler, board)); r.status != http.StatusUnprocessableEntity {
		t.Errorf("across the wall: %d", r.status)
	}
	w.as("rut")
	expectRedirect(t, w.onUser("hans", "give", choice(shell.RoleReceiver, "region:01")), "/users?account=hans&done=give")
	for _, unit := range []string{shell.AllUnits, "region:02", board} {
		if r := w.onUser("hans", "give", choice(shell.RoleReceiver, unit)); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", unit, r.status)
		}
	}
	w.as("beda")
	list = main(w.page("/users"))
	has(t, list, "Beda Test", `value="`+board+`"`)
	hasNot(t, list, "Hans", "Rut", clinic, "Agda")
	if r := w.onUser("hans", "signout", nil); r.status != http.StatusNotFound {
		t.Errorf("across the wall: %d", r.status)
	}
}

// TestWhatWasTypedAboutAUserStays beside what is wrong with it.
func TestWhatWasTypedAboutAUserStays(t *testing.T) {
	w := newWorld(t)
	w.as("adam")
	r := w.post("/users", url.Values{
		"do": {"add"}, "account": {"två ord"}, "name": {`<b>"Frida"`}, "role": {"reviewer"}, "unit": {"x"},
	})
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", r.status)
	}
	has(t, r.body, "<title>Fel: Användare", `id="add-account-error"`, `aria-describedby="add-account-error"`,
		`value="två ord"`, `value="&lt;b&gt;&#34;Frida&#34;"`,
		`<option value="reviewer" selected>`, `id="add-unit-error"`, `href="#add-account"`)
	hasNot(t, r.body, `id="invite-account-error"`)
	w.NoLocalAccounts = true
	w.serve()
	hasNot(t, main(w.page("/users")), "Nytt konto")
	if r := w.post("/users", url.Values{
		"do": {"add"}, "account": {"frida"}, "name": {"Frida"}, "role": {"handler"}, "unit": {clinic},
	}); r.status != http.StatusNotFound {
		t.Errorf("an account with a password where there are none: %d", r.status)
	}
}

// TestUsersPagesAreAccessible looks at the page's states in a browser.
func TestUsersPagesAreAccessible(t *testing.T) {
	w := newWorld(t)
	w.account("vilma", held(shell.RoleHandler, clinic), held(shell.RoleReviewer, clinic))
	w.account("hans", held(shell.RoleHandler, shell.AllUnits, clinic))
	i := newInspector(t, w)
	i.sitsDown("adam")
	for _, v := range []visit{
		{who: "adam", path: "/users"},
		{who: "adam", path: "/users?q=ingen"},
		{who: "adam", path: "/users?account=vilma&done=give"},
		{who: "adam", path: "/users?account=hans"},
		{who: "adam", path: "/users?account=adam"},
		{who: "adam", path: "/users", fields: url.Values{"do": {"add"}}, status: http.StatusUnprocessableEntity},
		{who: "adam", path: "/users", fields: url.Values{"do": {"invite"}}, status: http.StatusUnprocessableEntity},
		{
			who: "adam", path: "/users", fields: url.Values{"do": {"give"}, "account": {"vilma"}},
			status: http.StatusUnprocessableEntity,
		},
		{
			who: "adam", path: "/users",
			fields: url.Values{
				"do": {"add"}, "account": {"frida"}, "name": {"Frida Test"}, "role": {"handler"}, "unit": {clinic},
			},
		},
	} {
		i.opens(v)
		i.judges(v)
	}
}
