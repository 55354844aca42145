package operate

import (
	"context"
	"slices"
	"time"

	"rivgate/store"
	"rivgate/web/shell"
)

// health is all that an operator watches, at one moment.
type health struct {
	Now          time.Time // of the store's clock, which waits go by
	Receivers    []receiverView
	Waiting      int
	Unknown      int
	Parked       int
	In, Out      store.Rate
	Pauses       []store.PauseRow
	Maintenance  []store.PauseRow // those of Pauses that the one button made
	Alarms       []alarmView
	Loaded       bool // there is a catalogue
	Catalogue    shell.CatalogueStatus
	Certificates []certificateView
	Space        store.Space
	Backup       time.Time // the last; zero: never, or by other means
	Invariant    invariant
	Verdict      verdict   // what is worst
	Others       []verdict // what else is not well
}

// receiverView is a receiver with how it is.
type receiverView struct {
	store.Traffic
	Name  string // of the unit; "" where the catalogue has none
	Pause *store.PauseRow
	Age   time.Duration // of the oldest that is not delivered
}

// alarmView is one of the ages that count as too long, and how many receivers are beyond it.
type alarmView struct {
	Name      string
	Age       time.Duration
	Receivers int
}

// alarmAges are the ages of docs/operations.md.
func alarmAges() []alarmView {
	var all []alarmView
	for _, age := range []time.Duration{15 * time.Minute, 4 * time.Hour, 24 * time.Hour} {
		all = append(all, alarmView{Name: alarmWord(age), Age: age})
	}
	return all
}

// certificateView is a certificate with what is left of it.
type certificateView struct {
	CertificateStatus
	Days int // whole days; negative: ended
}

// invariant is what the last check of it found.
type invariant struct {
	Checked  time.Time // zero: not known in this process
	Breaches int
}

// health looks at everything.
func (s *Health) health(ctx context.Context) (health, error) {
	h := health{
		Now: s.Relay.Store.Now(), Alarms: alarmAges(), Loaded: s.Table() != nil, Catalogue: s.catalogue(),
		Invariant: s.invariant(),
	}
	var err error
	if h.Pauses, err = s.Relay.Store.Pauses(ctx); err != nil {
		return h, err
	}
	for _, p := range h.Pauses {
		if p.Maintenance {
			h.Maintenance = append(h.Maintenance, p)
		}
	}
	traffic, err := s.Relay.Store.Traffic(ctx)
	if err != nil {
		return h, err
	}
	for _, t := range traffic {
		h.add(s.receiverView(t, h.Pauses, h.Now))
	}
	h.count()
	h.Certificates = s.certificateViews(h.Now)
	if h.Backup, err = s.Relay.Store.LastBackup(ctx); err != nil {
		return h, err
	}
	if h.Space, err = s.Relay.Store.Space(ctx); err != nil {
		return h, err
	}
	h.judge(s)
	return h, nil
}

func (s *Health) receiverView(t store.Traffic, pauses []store.PauseRow, now time.Time) receiverView {
	v := receiverView{Traffic: t}
	if u, ok := s.Table().Unit(t.Receiver); ok {
		v.Name = u.Name
	}
	if i := slices.IndexFunc(pauses, func(p store.PauseRow) bool { return p.Holds(t.Receiver, t.Component) }); i >= 0 {
		v.Pause = &pauses[i]
	}
	if !t.Oldest.IsZero() {
		v.Age = now.Sub(t.Oldest)
	}
	return v
}

// add takes a receiver into the sums.
func (h *health) add(v receiverView) {
	h.Receivers = append(h.Receivers, v)
	h.Waiting, h.Unknown, h.Parked = h.Waiting+v.Due, h.Unknown+v.Unknown, h.Parked+v.Parked
	h.In.Minute, h.In.Hour, h.In.Least = h.In.Minute+v.In.Minute, h.In.Hour+v.In.Hour, h.In.Least || v.In.Least
	h.Out.Minute, h.Out.Hour, h.Out.Least = h.Out.Minute+v.Out.Minute, h.Out.Hour+v.Out.Hour, h.Out.Least || v.Out.Least
}

// count counts receivers beyond each age: one receiver at two addresses is one.
func (h *health) count() {
	for i, alarm := range h.Alarms {
		late := map[string]bool{}
		for _, v := range h.Receivers {
			if v.Age >= alarm.Age {
				late[v.Receiver+"\n"+v.Component] = true
			}
		}
		h.Alarms[i].Receivers = len(late)
	}
}

// certificateViews are the configured certificates, the one that ends first at the top.
func (s *Health) certificateViews(now time.Time) []certificateView {
	if s.Certificates == nil {
		return nil
	}
	var out []certificateView
	for _, c := range s.Certificates() {
		v := certificateView{CertificateStatus: c}
		if !c.NotAfter.IsZero() {
			v.Days = int(c.NotAfter.Sub(now).Hours()) / 24
			if c.NotAfter.Before(now) {
				v.Days = -1 - int(now.Sub(c.NotAfter).Hours())/24
			}
		}
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(a, b certificateView) int { return a.NotAfter.Compare(b.NotAfter) })
	return out
}

// invariant reads what this process's watch noted for the monitors: the check itself reads everything, and is not made
// for a page.
func (s *Health) invariant() invariant {
	var out invariant
	if s.Registry == nil {
		return out
	}
	families, err := s.Registry.Gather()
	if err != nil {
		return out
	}
	for _, f := range families {
		if len(f.GetMetric()) == 0 {
			continue
		}
		value := f.GetMetric()[0].GetGauge().GetValue()
		switch f.GetName() {
		case "rivgate_invariant_breaches":
			out.Breaches = int(value)
		case "rivgate_invariant_checked_timestamp_seconds":
			if value > 0 {
				out.Checked = time.Unix(int64(value), 0).UTC()
			}
		}
	}
	return out
}
