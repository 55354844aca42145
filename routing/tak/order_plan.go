package tak

import (
	"slices"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// Plan is what the order would change in a catalogue with these rows. Units, contracts and other plain objects that are
// there already stay as they are. A route to a new address ends the old route the day before. What is ordered but is
// there already is left alone and told in the report.
func (o Order) Plan(rows []catalogue.Row) catalogue.Plan {
	p := &orderPlan{day: o.Day, rows: map[string][]catalogue.Row{}, planned: map[string]catalogue.Row{}}
	if o.Platform != "" {
		p.Note("order-for", o.Platform, o.Day)
	}
	for _, e := range rows {
		p.rows[e.Key()] = append(p.rows[e.Key()], e)
	}
	p.exclude(o.Excluded)
	p.plain(o.Included)
	p.routes(o.Included)
	p.permissions(o.Included)
	return p.Plan
}

type orderPlan struct {
	catalogue.Plan
	day     routing.Date
	rows    map[string][]catalogue.Row // by key, as they will be
	planned map[string]catalogue.Row   // what the order itself has ordered, by key
}

// plain adds the plain objects that are not there yet.
func (p *orderPlan) plain(part orderPart) {
	add := func(e catalogue.Row) {
		if former := p.rows[e.Key()]; len(former) > 0 {
			if former[0].Name != e.Name {
				p.Note("not-changed", former[0])
			}
			return
		}
		p.rows[e.Key()] = append(p.rows[e.Key()], e)
		p.Add(catalogue.EditAdd, e)
	}
	for _, c := range part.Contracts {
		add(catalogue.Row{
			Kind: catalogue.KindContract, Contract: c.Namespace, Name: c.Name, Major: int(c.Major), Minor: int(c.Minor),
		})
	}
	for _, c := range part.Components {
		add(catalogue.Row{Kind: catalogue.KindComponent, HSAID: c.HSAID, Name: c.Name})
	}
	for _, r := range part.Receivers {
		if unit := p.rows[(catalogue.Row{Kind: catalogue.KindUnit, HSAID: r.HSAID}).Key()]; len(unit) > 0 {
			p.Note("not-changed", unit[0])
			continue
		}
		add(catalogue.Row{Kind: catalogue.KindReceiver, HSAID: r.HSAID, Name: r.Name})
	}
}

func (p *orderPlan) routes(part orderPart) {
	for _, r := range part.Routes {
		e := catalogue.Row{
			Kind: catalogue.KindRoute, Contract: r.Contract, Receiver: r.Receiver, Address: r.Address, Profile: r.Profile,
			Component: r.Component, From: p.day,
		}
		if e.Profile == "" {
			e.Profile = routing.RIVTABP21
		}
		key := e.Key()
		if former, twice := p.planned[key]; twice {
			if !former.Same(e) {
				p.Note("ordered-twice", e, former)
				p.Add(catalogue.EditAdd, e)
			}
			continue
		}
		p.planned[key] = e
		present := slices.IndexFunc(p.rows[key], func(f catalogue.Row) bool { return p.counts(f) && p.leadsThere(f, e) })
		if present >= 0 {
			f := p.rows[key][present]
			p.Note("there", f)
			if f.Until != 0 {
				p.Note("not-prolonged", f.Until)
			}
			continue
		}
		for _, f := range p.rows[key] {
			switch {
			case f.Until != 0 && f.Until < p.day:
			case f.From >= p.day:
				p.Note("replaced-before", f, e.Address)
			default:
				p.Note("replaced", f, p.day.Before(), e.Address)
			}
		}
		p.Add(catalogue.EditMove, e)
	}
}

func (p *orderPlan) leadsThere(f, e catalogue.Row) bool {
	return f.Address == e.Address && f.Profile == e.Profile && routing.Fold(f.Component) == e.Component
}

// permissions adds the permissions that are not valid on the day already. One that begins later stays: the new one ends
// the day before it.
func (p *orderPlan) permissions(part orderPart) {
	for _, r := range part.Permissions {
		e := catalogue.Row{
			Kind: catalogue.KindPermission, Contract: r.Contract, Sender: r.Sender, Receiver: r.Receiver, From: p.day,
		}
		key := e.Key()
		if _, twice := p.planned[key]; twice {
			continue
		}
		p.planned[key] = e
		there := false
		for _, f := range p.rows[key] {
			switch {
			case p.counts(f) && (f.Until == 0 || f.Until >= 99991231):
				p.Note("there", f)
				there = true
			case p.counts(f): // it ends one day: the ordered one begins after that
				e.From = f.Until.Next()
				p.Note("there-until", f, f.Until)
			case f.From > p.day && (e.Until == 0 || f.From <= e.Until):
				e.Until = f.From.Before()
				p.Note("begins-later", f)
			}
		}
		if !there && (e.Until == 0 || e.From <= e.Until) {
			p.Add(catalogue.EditAdd, e)
		}
	}
}

func (p *orderPlan) counts(f catalogue.Row) bool {
	return f.From <= p.day && (f.Until == 0 || f.Until >= p.day)
}

// exclude ends routes and permissions the day before, and removes those that have not begun. Plain objects are left,
// since other rows may need them.
func (p *orderPlan) exclude(part orderPart) {
	for _, r := range part.Routes {
		e := catalogue.Row{Kind: catalogue.KindRoute, Contract: r.Contract, Receiver: r.Receiver, Address: r.Address}
		p.end(e, func(f catalogue.Row) bool {
			return f.Address == r.Address && (r.Component == "" || routing.Fold(f.Component) == r.Component)
		})
	}
	for _, r := range part.Permissions {
		e := catalogue.Row{Kind: catalogue.KindPermission, Contract: r.Contract, Sender: r.Sender, Receiver: r.Receiver}
		p.end(e, func(catalogue.Row) bool { return true })
	}
	if n := len(part.Contracts) + len(part.Components) + len(part.Receivers); n > 0 {
		p.Note("plain-left", n)
	}
}

func (p *orderPlan) end(e catalogue.Row, meant func(catalogue.Row) bool) {
	key, found := e.Key(), false
	kept := []catalogue.Row{}
	for _, f := range p.rows[key] {
		switch {
		case !meant(f) || f.Until != 0 && f.Until < p.day:
			kept = append(kept, f)
			continue
		case f.From >= p.day:
			p.Add(catalogue.EditRemove, catalogue.Row{ID: f.ID})
		default:
			f.Until = p.day.Before()
			p.Add(catalogue.EditChange, f)
			kept = append(kept, f)
		}
		found = true
	}
	p.rows[key] = kept
	if !found {
		p.Note("not-there", e)
	}
}
