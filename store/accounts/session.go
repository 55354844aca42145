package accounts

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// Session is one session of somebody's browser, without what it holds.
type Session struct {
	ID      string    `json:"id"` // tells it from others of its account; of no use in a browser
	Account string    `json:"account"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"`    // at most a minute before the last use
	Expires time.Time `json:"expires"` // when it ends if it is not used again
	Way     string    `json:"way,omitempty"`
	Origin  string    `json:"origin,omitempty"`
	Browser string    `json:"browser,omitempty"`
}

// Held is a session with what it holds, as a request leaves it.
type Held struct {
	Token    string // digest of what the browser has
	Account  string // "" nobody's yet
	Data     []byte
	Lifetime time.Duration // from its beginning
	Idle     time.Duration // it ends when somebody's session was not used for so long; 0: it does not end for that
	Way      string        // how they signed in: a code of who signs them in
	Origin   string        // the network that they signed in from, roughly
	Browser  string        // in which kind of browser
}

// endedKept is for how long it is known whose session it was that ended.
const endedKept = 24 * time.Hour

// PutWebSession keeps what a session holds. A session that is there keeps its end; a new one ends after its lifetime,
// or when it is not used, and those that ended more than a day ago are thrown away.
func (d *Directory) PutWebSession(ctx context.Context, h Held) error {
	err := d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		if _, err := t.Exec(ctx, `DELETE FROM web_session WHERE expires <= $1`,
			db.Micros(t.Now.Add(-endedKept))); err != nil {
			return err
		}
		ends := t.Now.Add(h.Lifetime)
		expires := ends
		if idle := t.Now.Add(h.Idle); h.Account != "" && h.Idle > 0 && idle.Before(ends) {
			expires = idle
		}
		_, err := t.Exec(ctx, `INSERT INTO web_session (token, account, data, created, expires, ends, used, way, origin, browser)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, account = excluded.account, way = excluded.way,
				origin = excluded.origin, browser = excluded.browser`,
			h.Token, h.Account, h.Data, db.Micros(t.Now), db.Micros(expires), db.Micros(ends), db.Micros(t.Now), h.Way,
			db.StorableText(h.Origin), db.StorableText(h.Browser))
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping a session: %w", err)
	}
	return nil
}

// useShare is how many times within the idle time a use is written down: a use that is not ends the session that much
// earlier than promised, and never later.
const useShare = 30

// UseWebSession notes that somebody's session is used, so that it goes on for another idle time, though never past its
// lifetime. Nobody's session, and one that has ended, stay as they are.
func (d *Directory) UseWebSession(ctx context.Context, token string, idle time.Duration) error {
	now := d.db.Now()
	type uses struct{ used, ends, expires int64 }
	all, err := db.Collect(ctx, d.read, func(rows *sql.Rows) (u uses, err error) {
		return u, rows.Scan(&u.used, &u.ends, &u.expires)
	}, `SELECT used, ends, expires FROM web_session WHERE token = $1 AND account <> '' AND expires > $2`, token,
		db.Micros(now))
	if err != nil {
		return fmt.Errorf("reading a session's use: %w", err)
	}
	if len(all) == 0 || idle <= 0 || now.Sub(db.Moment(all[0].used)) < idle/useShare {
		return nil
	}
	ends := all[0].ends
	if ends == 0 { // of the program before, which knows one end
		ends = all[0].expires
	}
	err = d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		_, err := t.Exec(ctx, `UPDATE web_session SET used = $2, ends = $3, expires = $4 WHERE token = $1 AND expires > $2`,
			token, db.Micros(t.Now), ends, min(ends, db.Micros(t.Now.Add(idle))))
		return err
	})
	if err != nil {
		return fmt.Errorf("noting a session's use: %w", err)
	}
	return nil
}

// WebSession finds what a session holds; false when there is none, or it has ended.
func (d *Directory) WebSession(ctx context.Context, token string) (data []byte, found bool, err error) {
	all, err := db.Collect(ctx, d.read, func(rows *sql.Rows) (data []byte, err error) { return data, rows.Scan(&data) },
		`SELECT data FROM web_session WHERE token = $1 AND expires > $2`, token, db.Micros(d.db.Now()))
	if err != nil {
		return nil, false, fmt.Errorf("reading a session: %w", err)
	}
	if len(all) == 0 {
		return nil, false, nil
	}
	return all[0], true, nil
}

// EndedWebSession tells whose session it was that ended within a day, by itself or with all sessions of its account; ""
// when it goes on, was ended by EndWebSession, or never was.
func (d *Directory) EndedWebSession(ctx context.Context, token string) (string, error) {
	all, err := db.Collect(ctx, d.read,
		func(rows *sql.Rows) (account string, err error) { return account, rows.Scan(&account) },
		`SELECT account FROM web_session WHERE token = $1 AND expires <= $2`, token, db.Micros(d.db.Now()))
	if err != nil {
		return "", fmt.Errorf("reading a session: %w", err)
	}
	if len(all) == 0 {
		return "", nil
	}
	return all[0], nil
}

// EndWebSession ends a session. One that is not there has ended.
func (d *Directory) EndWebSession(ctx context.Context, token string) error {
	err := d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		_, err := t.Exec(ctx, `DELETE FROM web_session WHERE token = $1`, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

// sessionID is how much of a token's digest tells sessions of an account apart. Nobody finds a token by its digest.
const sessionID = 16

// WebSessions lists the sessions of an account that have not ended, the newest first; "" for everybody's.
func (d *Directory) WebSessions(ctx context.Context, account string) ([]Session, error) {
	all, err := db.Collect(ctx, d.read, func(rows *sql.Rows) (w Session, err error) {
		var created, used, expires int64
		err = rows.Scan(&w.ID, &w.Account, &created, &used, &expires, &w.Way, &w.Origin, &w.Browser)
		w.Created, w.Used, w.Expires = db.Moment(created), db.Moment(max(created, used)), db.Moment(expires)
		w.ID = SessionID(w.ID)
		return w, err
	},
		`SELECT token, account, created, used, expires, way, origin, browser FROM web_session WHERE expires > $1 AND `+
			`account <> '' AND (account = $2 OR $2 = '') ORDER BY created DESC, account, token`,
		db.Micros(d.db.Now()), ID(account))
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	return all, nil
}

// EndSessions ends those sessions of an account that which chooses by their ids, and tells how many they were. by is
// the row of the access log; where there is none to end, nothing is logged. Whose they were stays known for a day.
func (d *Directory) EndSessions(ctx context.Context, account string, which func(id string) bool,
	by accesslog.Row,
) (n int, err error) {
	err = d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		n = 0
		tokens, err := db.Collect(ctx, t, func(rows *sql.Rows) (token string, err error) { return token, rows.Scan(&token) },
			`SELECT token FROM web_session WHERE account = $1 AND expires > $2`, ID(account), db.Micros(t.Now))
		if err != nil {
			return err
		}
		for _, token := range tokens {
			if !which(SessionID(token)) {
				continue
			}
			if _, err := t.Exec(ctx, `UPDATE web_session SET expires = $2 WHERE token = $1`, token,
				db.Micros(t.Now)); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return nil
		}
		return logAccount(ctx, t, by, ID(account))
	})
	if err != nil {
		return 0, fmt.Errorf("ending sessions: %w", err)
	}
	return n, nil
}

// SessionID is the id of the session of a token, by its digest.
func SessionID(token string) string { return token[:min(len(token), sessionID)] }

// SignInRate bounds guesses. Whoever guesses at somebody's password makes the owner wait, and never shuts the owner
// out.
type SignInRate struct {
	Within  time.Duration // tries older than this are forgotten
	Account int           // tries for an account that did not succeed, before the next one waits
	First   time.Duration // the first wait; each try that fails after it doubles it
	Longest time.Duration
	Address int // tries from an address that did not succeed, before the next one is refused
	Browser int // the same from a browser that has signed in to the account before
}

// SignInTry is one try. All are keyed digests.
type SignInTry struct {
	Account, Address string
	Browser          string // of a browser that has signed in to this account before; "" of any other
}

// TrySignIn notes a try before it is made, and says whether it may be made, and after which wait; whether there is such
// an account or not. A refused try is not counted, so that the time of refusal ends by itself. A browser that has
// signed in to the account before has tries of its own: what others do costs it nothing.
func (d *Directory) TrySignIn(ctx context.Context, try SignInTry,
	rate SignInRate,
) (may bool, wait time.Duration, err error) {
	err = d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		may, wait = false, 0
		// One after the other, as the access log's rows are: guesses made at once must see each other.
		if _, err := t.Row(ctx, []any{new(int64)},
			`SELECT seq FROM access_head WHERE id = 1`+t.Dialect.ForUpdate); err != nil {
			return err
		}
		since := db.Micros(t.Now.Add(-rate.Within))
		if _, err := t.Exec(ctx, `DELETE FROM sign_in WHERE at <= $1`, since); err != nil {
			return err
		}
		var byBrowser, byAccount, byAddress int
		if _, err := t.Row(ctx, []any{&byBrowser}, `SELECT count(*) FROM sign_in WHERE account = $1 AND at > $2`, try.Browser,
			since); err != nil {
			return err
		}
		if may = try.Browser != "" && byBrowser < rate.Browser; may {
			return noteTry(ctx, t, try.Browser, "")
		}
		if _, err := t.Row(ctx, []any{&byAccount}, `SELECT count(*) FROM sign_in WHERE account = $1 AND at > $2`, try.Account,
			since); err != nil {
			return err
		}
		if _, err := t.Row(ctx, []any{&byAddress}, `SELECT count(*) FROM sign_in WHERE address = $1 AND at > $2`, try.Address,
			since); err != nil {
			return err
		}
		if may = byAddress < rate.Address; !may {
			return nil
		}
		wait = rate.wait(byAccount)
		return noteTry(ctx, t, try.Account, try.Address)
	})
	if err != nil {
		return false, 0, fmt.Errorf("noting a try to sign in: %w", err)
	}
	return may, wait, nil
}

// wait is how long a try waits after so many for its account that failed.
func (r SignInRate) wait(failed int) time.Duration {
	wait := r.First
	for range failed - r.Account {
		if wait *= 2; wait >= r.Longest {
			return r.Longest
		}
	}
	if failed < r.Account {
		return 0
	}
	return wait
}

func noteTry(ctx context.Context, t *db.Tx, account, address string) error {
	_, err := t.Exec(ctx, `INSERT INTO sign_in (account, address, at) VALUES ($1, $2, $3)`, account, address,
		db.Micros(t.Now))
	return err
}

// SignedIn notes that a try succeeded: the tries for that account, or from that browser, are forgotten, and the account
// knows when. by is the row of the access log. ErrNotFound.
func (d *Directory) SignedIn(ctx context.Context, id string, try SignInTry, by accesslog.Row) error {
	return d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		if _, err := t.Exec(ctx, `DELETE FROM sign_in WHERE account = $1 OR account = $2 AND account <> ''`, try.Account,
			try.Browser); err != nil {
			return err
		}
		n, err := t.Exec(ctx, `UPDATE account SET signed_in = $2 WHERE id = $1`, ID(id), db.Micros(t.Now))
		if err != nil {
			return err
		}
		if n == 0 {
			return db.ErrNotFound
		}
		return accesslog.Write(ctx, t, by)
	})
}
