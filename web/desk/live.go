package desk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rivgate/store"
	"rivgate/web/shell"
)

// livePage is what changes on a case while somebody looks at it: GET /inbox/{id}/live. Nothing of what people wrote is
// in it, so that the access log does not grow by a row each second.
type livePage struct {
	Case     store.Case
	Desk     store.Desk
	Seen     url.Values // what the page shows, for the next question
	Outgoing []outgoing
	Sent     []leftNotice // the reader's own answers that have left since
	Writing  []writing
	Changed  bool // the case is another than the page shows
	Gone     bool // the case is another unit's now
	Writes   bool
	Now      time.Time
}

// seen are the versions of a case and its desk that a page shows.
func seen(c store.Case, d store.Desk) url.Values {
	return url.Values{"case": {strconv.FormatInt(c.Version, 10)}, "desk": {strconv.FormatInt(d.Version, 10)}}
}

// Seen is it for the page of a case.
func (p casePage) Seen() url.Values { return seen(p.Case, p.Desk) }

// CaseLive is the part of a case's page that is asked for again and again.
func (s *Cases) CaseLive(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.Relay.Store.Head(r.Context(), r.PathValue("id"))
	if err == nil && s.HandedOver(c, who) {
		return html.Piece(w, "case", "live", livePage{Case: c, Gone: true, Now: s.Clock()})
	}
	if c, err = s.InboxCase(r.Context(), r.PathValue("id"), who, shell.WriteCase); err != nil {
		return err
	}
	p := livePage{Case: c, Writes: true, Now: s.Clock()}
	if p.Desk, err = s.Relay.Store.Desk(r.Context(), c.ID); err != nil {
		return err
	}
	if err := s.underWay(r.Context(), who, c, &p); err != nil {
		return err
	}
	q := r.URL.Query()
	p.Seen = url.Values{"case": {q.Get("case")}, "desk": {q.Get("desk")}}
	since, _ := strconv.ParseInt(q.Get("case"), 10, 64)
	own, ok, err := s.ownSince(r.Context(), who, c, since)
	if err != nil {
		return err
	}
	p.Changed = !ok || q.Get("desk") != seen(c, p.Desk).Get("desk")
	if p.Sent, err = s.leftNotices(r.Context(), c, own); err != nil {
		return err
	}
	return html.Piece(w, "case", "live", p)
}

// underWay says who is writing and what is about to leave. The case is not opened: no word of it is shown.
func (s *Cases) underWay(ctx context.Context, who shell.Access, c store.Case, p *livePage) error {
	waiting, err := s.Relay.Store.Unlogged().Outgoings(ctx, c.ID, c.Handler.Unit)
	if err != nil {
		return err
	}
	for _, o := range s.outgoings(waiting) {
		o.Draft, o.Answer = nil, nil
		p.Outgoing = append(p.Outgoing, o)
	}
	drafts, err := s.Relay.Store.Unlogged().Drafts(ctx, c.ID, c.Handler.Unit)
	for _, d := range s.colleaguesDrafts(drafts, who) {
		d.Body, d.Text = nil, ""
		p.Writing = append(p.Writing, d)
	}
	return err
}
