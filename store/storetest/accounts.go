package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
)

func accountsKept(w *world) {
	by := accesslog.Row{Who: "admin", Name: "Adam Administratör"}
	handler := accounts.Account{
		ID: " Hanna ", Name: "Hanna Handläggare", Source: accounts.Local, Password: "$argon2id$1", Changes: true,
		Grants: []accounts.Grant{{Role: "handler", Kind: routing.CareUnit, Units: []string{inboxUnit}}},
	}
	w.run("an account is added once, whatever letters its name is typed in", func(w *world) {
		w.must(w.s.AddAccount(w.ctx, handler, by))
		again := handler
		again.ID = "HANNA"
		if err := w.s.AddAccount(w.ctx, again, by); !errors.Is(err, accounts.ErrExists) {
			w.t.Errorf("adding it again: %v", err)
		}
		a, err := w.s.Account(w.ctx, "hANNA ")
		w.must(err)
		equal(w, "id", a.ID, "hanna")
		equal(w, "must change", a.Changes, true)
		equal(w, "grants", fmt.Sprint(a.Grants), fmt.Sprint(handler.Grants))
		if _, err := w.s.Account(w.ctx, "nobody"); !errors.Is(err, store.ErrNotFound) {
			w.t.Errorf("an account that is not there: %v", err)
		}
		if err := w.s.AddAccount(w.ctx, accounts.Account{ID: "  "}, by); err == nil {
			w.t.Error("an account without a name was added")
		}
		equal(w, "the log's last", w.lastAccess().Subject, "hanna")
		equal(w, "rows in the log", len(w.accesses(accesslog.Filter{})), 1)
	})
	w.run("nobody has roles on both sides of the wall", func(w *world) {
		rows := len(w.accesses(accesslog.Filter{}))
		_, err := w.s.ChangeAccount(w.ctx, "hanna", by, func(a *accounts.Account) error {
			a.Grants = append(slices.Clone(a.Grants), accounts.Grant{
				Role: "handler", Kind: routing.PatientBoard, Units: []string{board},
			})
			return nil
		})
		if !errors.Is(err, accounts.ErrWall) {
			w.t.Errorf("granting the other side: %v", err)
		}
		both := accounts.Account{
			ID:     "both",
			Grants: []accounts.Grant{{Role: "reviewer", Kind: routing.PatientBoard}, {Role: "receiver", Kind: routing.CareUnit}},
		}
		if err := w.s.AddAccount(w.ctx, both, by); !errors.Is(err, accounts.ErrWall) {
			w.t.Errorf("adding with both sides: %v", err)
		}
		equal(w, "rows of what was refused", len(w.accesses(accesslog.Filter{}))-rows, 0)
	})
	w.run("a session ends by itself, by its owner, and when its account changes", func(w *world) {
		held := func(token, account, data string, life time.Duration) accounts.Held {
			return accounts.Held{Token: token, Account: account, Data: []byte(data), Lifetime: life}
		}
		put := func(token string) { w.must(w.s.PutWebSession(w.ctx, held(token, "hanna", token, 8*time.Hour))) }
		is := func(token string, want bool) {
			w.t.Helper()
			data, found, err := w.s.WebSession(w.ctx, token)
			w.must(err)
			equal(w, token, found, want)
			if found && string(data) != token && string(data) != "later" {
				w.t.Errorf("%s holds %q", token, data)
			}
		}
		put("a")
		w.clock.move(4 * time.Hour)
		put("b")
		w.must(w.s.PutWebSession(w.ctx, held("a", "hanna", "later", 8*time.Hour)))
		w.clock.move(4*time.Hour - time.Microsecond)
		is("a", true)
		w.clock.move(time.Microsecond)
		is("a", false) // what it holds was changed meanwhile, and that was no reason to go on for longer
		is("b", true)
		ended := func(token, want string) {
			w.t.Helper()
			account, err := w.s.EndedWebSession(w.ctx, token)
			w.must(err)
			equal(w, token+" was whose", account, want)
		}
		ended("a", "hanna")
		ended("b", "")
		ended("none", "")
		w.must(w.s.EndWebSession(w.ctx, "b"))
		w.must(w.s.EndWebSession(w.ctx, "b"))
		is("b", false)
		ended("b", "")
		put("c")
		put("d")
		a, err := w.s.ChangeAccount(w.ctx, "hanna", by, func(a *accounts.Account) error { a.Name = "Hanna H"; return nil })
		w.must(err)
		is("c", true)
		epoch := a.Epoch
		a, err = w.s.ChangeAccount(w.ctx, "hanna", by, func(a *accounts.Account) error {
			a.Password = "$argon2id$2"
			return nil
		})
		w.must(err)
		is("c", false)
		ended("c", "hanna") // so that what was typed in it waits for its owner
		equal(w, "epoch", a.Epoch, epoch+1)
		put("e")
		w.must(w.s.PutWebSession(w.ctx, held("other", "otto", "other", time.Hour)))
		all, err := w.s.WebSessions(w.ctx, "Hanna")
		w.must(err)
		equal(w, "sessions", len(all), 1)
		a, err = w.s.ChangeAccount(w.ctx, "hanna", by, func(a *accounts.Account) error { a.Disabled = true; return nil })
		w.must(err)
		equal(w, "epoch", a.Epoch, epoch+2)
		is("e", false)
		is("other", true)
	})
	w.run("a session that is not used ends", func(w *world) {
		const idle = 30 * time.Minute
		put := func(token, account string) {
			w.must(w.s.PutWebSession(w.ctx, accounts.Held{
				Token: token, Account: account, Data: []byte(token), Lifetime: 8 * time.Hour, Idle: idle, Way: "password",
				Origin: "192.0.2.0/24", Browser: "Firefox",
			}))
		}
		is := func(token string, want bool) {
			w.t.Helper()
			_, found, err := w.s.WebSession(w.ctx, token)
			w.must(err)
			equal(w, token, found, want)
		}
		put("used", "ida")
		put("unused", "ida")
		put("nobody", "")
		w.clock.move(idle - time.Microsecond)
		w.must(w.s.UseWebSession(w.ctx, "used", idle))
		is("unused", true)
		w.clock.move(time.Microsecond)
		is("unused", false)
		account, err := w.s.EndedWebSession(w.ctx, "unused")
		w.must(err)
		equal(w, "whose it was", account, "ida") // so that what was typed in it waits for its owner
		w.must(w.s.UseWebSession(w.ctx, "unused", idle))
		is("unused", false) // an end is an end
		is("nobody", true)
		w.clock.move(time.Minute - 2*time.Microsecond)
		w.must(w.s.UseWebSession(w.ctx, "used", idle)) // so soon after the last, it is not written down
		all, err := w.s.WebSessions(w.ctx, "ida")
		w.must(err)
		equal(w, "sessions", len(all), 1)
		equal(w, "last used", w.clock.Now().Sub(all[0].Used), time.Minute-time.Microsecond)
		equal(w, "ends", all[0].Expires.Sub(all[0].Used), idle)
		equal(w, "way and origin", all[0].Way+" "+all[0].Origin+" "+all[0].Browser, "password 192.0.2.0/24 Firefox")
		for range 20 {
			w.clock.move(20 * time.Minute)
			w.must(w.s.UseWebSession(w.ctx, "used", idle))
		}
		is("used", true)
		w.clock.move(20 * time.Minute)
		w.must(w.s.UseWebSession(w.ctx, "used", idle))
		for range 3 {
			w.clock.move(10 * time.Minute)
			w.must(w.s.UseWebSession(w.ctx, "used", idle))
		}
		is("used", false) // used all the time, and past its lifetime
		is("nobody", false)
	})
	w.run("a person ends sessions of their own", func(w *world) {
		for _, token := range []string{"0123456789abcdef-1", "1123456789abcdef-2", "2123456789abcdef-3"} {
			w.must(w.s.PutWebSession(w.ctx, accounts.Held{Token: token, Account: "ester", Lifetime: time.Hour, Data: []byte{}}))
		}
		w.must(w.s.PutWebSession(w.ctx, accounts.Held{Token: "x", Account: "otto", Lifetime: time.Hour, Data: []byte{}}))
		rows := len(w.accesses(accesslog.Filter{What: accesslog.SignOut}))
		row := accesslog.Row{Who: "ester", What: accesslog.SignOut, Detail: "sessions ended"}
		end := func(which func(string) bool, want int) {
			w.t.Helper()
			n, err := w.s.EndSessions(w.ctx, "Ester", which, row)
			w.must(err)
			equal(w, "ended", n, want)
		}
		end(func(id string) bool { return id == "1123456789abcdef" }, 1)
		end(func(id string) bool { return id == "1123456789abcdef" }, 0)
		end(func(id string) bool { return id != "0123456789abcdef" }, 1)
		all, err := w.s.WebSessions(w.ctx, "ester")
		w.must(err)
		equal(w, "left", len(all), 1)
		equal(w, "which", all[0].ID, "0123456789abcdef")
		_, found, err := w.s.WebSession(w.ctx, "x")
		w.must(err)
		equal(w, "another's", found, true)
		account, err := w.s.EndedWebSession(w.ctx, "2123456789abcdef-3")
		w.must(err)
		equal(w, "whose it was", account, "ester")
		equal(w, "rows", len(w.accesses(accesslog.Filter{What: accesslog.SignOut}))-rows, 2)
	})
	w.run("a change that is refused leaves everything as it was", func(w *world) {
		before, err := w.s.Account(w.ctx, "hanna")
		w.must(err)
		rows := len(w.accesses(accesslog.Filter{}))
		mine := errors.New("no")
		if _, err := w.s.ChangeAccount(w.ctx, "hanna", by, func(a *accounts.Account) error {
			a.Name = "X"
			return mine
		}); !errors.Is(err, mine) {
			w.t.Errorf("got %v", err)
		}
		after, err := w.s.Account(w.ctx, "hanna")
		w.must(err)
		equal(w, "name", after.Name, before.Name)
		equal(w, "rows", len(w.accesses(accesslog.Filter{})), rows)
		if _, err := w.s.ChangeAccount(w.ctx, "nobody", by, func(*accounts.Account) error {
			return nil
		}); !errors.Is(err, store.ErrNotFound) {
			w.t.Errorf("changing nobody: %v", err)
		}
	})
	w.run("a code sets a password once, and not after its time", accountCode)
	w.run("a request is decided once, by another than who asked, in time", secondPerson)
	w.run("tries to sign in are slowed down for an account and bounded for an address", signInRate)
	w.run("a key is made once", func(w *world) {
		var all sync.Map
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				key, err := w.s.Secret(w.ctx, "test")
				if err != nil || len(key) != 32 {
					w.t.Errorf("%d bytes, %v", len(key), err)
				}
				all.Store(string(key), true)
			})
		}
		group.Wait()
		n := 0
		all.Range(func(any, any) bool { n++; return true })
		equal(w, "keys", n, 1)
		other, err := w.s.Secret(w.ctx, "other")
		w.must(err)
		if _, same := all.Load(string(other)); same {
			w.t.Error("two names have one key")
		}
	})
}

func signInRate(w *world) {
	rate := accounts.SignInRate{
		Within: 15 * time.Minute, Account: 3, First: time.Second, Longest: 3 * time.Second, Address: 8, Browser: 2,
	}
	try := func(account, address, browser string, want time.Duration) {
		w.t.Helper()
		may, wait, err := w.s.TrySignIn(w.ctx, accounts.SignInTry{Account: account, Address: address, Browser: browser}, rate)
		w.must(err)
		if !may {
			wait = -1
		}
		equal(w, account+" from "+address+browser, wait, want)
	}
	const refused = -1
	for range 3 {
		try("a", "x", "", 0)
	}
	try("a", "x", "", time.Second)
	try("a", "y", "", 2*time.Second) // from elsewhere too
	try("a", "x", "", 3*time.Second) // and no longer than that
	try("a", "z", "own", 0)          // the owner's own browser does not wait
	try("a", "z", "own", 0)
	try("a", "z", "own", 3*time.Second) // guesses there are none the less bounded
	try("b", "x", "", 0)
	try("c", "x", "", 0)
	try("d", "x", "", 0)
	try("d", "x", "", refused) // eight from x
	try("d", "x", "own d", 0)  // but for a browser that is known
	try("d", "y", "", 0)
	w.clock.move(15 * time.Minute)
	try("a", "x", "", 0)
	try("a", "x", "own", 0)
	try("a", "x", "own", 0)
	w.must(
		w.s.SignedIn(w.ctx, "hanna", accounts.SignInTry{Account: "a", Browser: "own"}, accesslog.Row{
			Who: "hanna", What: accesslog.SignIn,
		}),
	)
	equal(w, "the log's last", w.lastAccess().What, accesslog.SignIn)
	try("a", "x", "own", 0)
	for range 3 {
		try("a", "x", "", 0)
	}
	try("a", "x", "", time.Second)
	if err := w.s.SignedIn(w.ctx, "nobody", accounts.SignInTry{Account: "n"}, accesslog.Row{
		What: accesslog.SignIn,
	}); !errors.Is(err, store.ErrNotFound) {
		w.t.Errorf("nobody signs in: %v", err)
	}
	w.clock.move(15 * time.Minute)
	var may sync.Map
	var group sync.WaitGroup
	for n := range 12 { // guesses side by side are no more than one after the other
		group.Go(func() {
			try := accounts.SignInTry{Account: fmt.Sprint("g", n), Address: "host"}
			ok, _, err := w.s.TrySignIn(context.WithoutCancel(w.ctx), try, rate)
			if err != nil {
				w.t.Error(err)
			}
			if ok {
				may.Store(n, true)
			}
		})
	}
	group.Wait()
	n := 0
	may.Range(func(any, any) bool { n++; return true })
	equal(w, "guesses at once", n, 8)
}

// secondPerson has a request that many decide at a time, and one after its time.
func secondPerson(w *world) {
	anna := accesslog.Row{Who: "anna"}
	ask := func() accounts.SecondRequest {
		r, err := w.s.AskSecond(w.ctx, accounts.SecondRequest{
			Duty: "redirect", Work: []byte(`{"a":1}`), Address: "https://new.example/", Reason: "moved",
		}, anna)
		w.must(err)
		return r
	}
	r := ask()
	if _, err := w.s.AskSecond(w.ctx, r, accesslog.Row{}); !errors.Is(err, accounts.ErrNobody) {
		w.t.Errorf("nobody asks: %v", err)
	}
	if _, err := w.s.DecideSecond(w.ctx, r.ID, true, anna); !errors.Is(err, accounts.ErrSamePerson) {
		w.t.Errorf("the same person: %v", err)
	}
	if _, err := w.s.DecideSecond(w.ctx, "nothing", true, anna); !errors.Is(err, store.ErrNotFound) {
		w.t.Errorf("no request: %v", err)
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	decided := 0
	for n := range 4 {
		group.Go(func() {
			_, err := w.s.DecideSecond(w.ctx, r.ID, n%2 == 0, accesslog.Row{Who: fmt.Sprint("bo", n)})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				decided++
			} else if !errors.Is(err, accounts.ErrDecided) {
				w.t.Error(err)
			}
		})
	}
	group.Wait()
	equal(w, "decisions", decided, 1)
	w.clock.move(time.Second)
	late := ask()
	w.clock.move(accounts.SecondTime)
	if _, err := w.s.DecideSecond(w.ctx, late.ID, true, accesslog.Row{Who: "bo"}); !errors.Is(err, accounts.ErrExpired) {
		w.t.Errorf("after its time: %v", err)
	}
	all, err := w.s.SecondRequests(w.ctx)
	w.must(err)
	equal(w, "the newest", all[0].State, accounts.SecondExpired)
	equal(w, "its work", string(all[0].Work), `{"a":1}`)
}

// accountCode has two people use one code at a time, and one code after its time.
func accountCode(w *world) {
	by := accesslog.Row{Who: "admin"}
	give := func(id string) (digest string) {
		_, digest = accounts.NewCode()
		_, err := w.s.ChangeAccount(w.ctx, id, by, func(a *accounts.Account) error {
			a.GiveCode(digest, w.clock.Now())
			return nil
		})
		w.must(err)
		return digest
	}
	w.must(w.s.AddAccount(w.ctx, accounts.Account{ID: "coded", Source: accounts.Local, Password: "$old"}, by))
	if _, err := w.s.ByCode(w.ctx, ""); !errors.Is(err, store.ErrNotFound) {
		w.t.Errorf("no code: %v", err)
	}
	digest := give("coded")
	a, err := w.s.ByCode(w.ctx, digest)
	w.must(err)
	equal(w, "password until then", a.Password, "")
	var group sync.WaitGroup
	var mu sync.Mutex
	used := 0
	for range 4 {
		group.Go(func() {
			_, err := w.s.UseCode(w.ctx, digest, "$new", accesslog.Row{Who: "coded"})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				used++
			} else if !errors.Is(err, store.ErrNotFound) {
				w.t.Error(err)
			}
		})
	}
	group.Wait()
	equal(w, "times that it was used", used, 1)
	a, err = w.s.Account(w.ctx, "coded")
	w.must(err)
	equal(w, "password", a.Password+a.Code, "$new")
	digest = give("coded")
	w.clock.move(accounts.CodeTime)
	if _, err := w.s.UseCode(w.ctx, digest, "$late", by); !errors.Is(err, store.ErrNotFound) {
		w.t.Errorf("after its time: %v", err)
	}
	digest = give("coded") // a password that is set another way ends it
	_, err = w.s.ChangeAccount(w.ctx, "coded", by, func(a *accounts.Account) error { a.Password = "$cli"; return nil })
	w.must(err)
	if _, err := w.s.UseCode(w.ctx, digest, "$x", by); !errors.Is(err, store.ErrNotFound) {
		w.t.Errorf("beside a password: %v", err)
	}
}

func (w *world) accesses(f accesslog.Filter) []accesslog.Row {
	w.t.Helper()
	f.Limit = 500
	rows, err := w.s.AccessLog(w.ctx, f)
	w.must(err)
	return rows
}

func (w *world) lastAccess() accesslog.Row {
	w.t.Helper()
	rows, err := w.s.AccessLog(w.ctx, accesslog.Filter{Limit: 1})
	w.must(err)
	if len(rows) != 1 {
		w.t.Fatal("the access log is empty")
	}
	return rows[0]
}
