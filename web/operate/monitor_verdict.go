package operate

import (
	"time"

	"rivgate/routing"
	"rivgate/web/shell"
)

// verdict is one thing that an operator is told. Its words stand in verdictWords.
type verdict struct {
	Level string // good, warm or bad, as the style sheet calls them
	What  routing.Fact
	Link  string // where something is done about it; "" for nowhere here
}

// Text is what is the matter.
func (v verdict) Text() string {
	return v.What.Words(map[string]string{v.What.Code: verdictWords[v.What.Code].text})
}

// Do is what to do; "" for nothing.
func (v verdict) Do() string {
	return v.What.Words(map[string]string{v.What.Code: verdictWords[v.What.Code].do})
}

// Name is that of the link.
func (v verdict) Name() string { return verdictWords[v.What.Code].link }

// verdicts are being gathered.
type verdicts []verdict

func (v *verdicts) say(level, link, code string, values ...string) {
	*v = append(*v, verdict{level, routing.NewFact(code, values...), link})
}

// Limits below which the disk is spoken of.
const (
	diskShare = 10      // percent of it
	diskLeast = 2 << 30 // bytes
)

// When what does not change by itself is old.
const (
	checkOld       = 10 * time.Minute
	certificateBad = 7
	certificateDue = 30 // days
)

// judge says what is worst first, and the rest after it.
func (h *health) judge(s *Health) {
	all := h.lasting(s)
	all = append(all, h.moving()...)
	all = append(all, h.coming()...)
	var bad, warm []verdict
	for _, v := range all {
		if v.Level == "bad" {
			bad = append(bad, v)
		} else {
			warm = append(warm, v)
		}
	}
	all = append(bad, warm...)
	if len(all) > 0 {
		h.Verdict, h.Others = all[0], all[1:]
		return
	}
	code := "well"
	if h.Waiting == 0 {
		code = "well-and-empty"
	}
	h.Verdict = verdict{Level: "good", What: routing.NewFact(code)}
}

// lasting is what no waiting mends.
func (h *health) lasting(s *Health) (all verdicts) {
	if h.Invariant.Breaches > 0 {
		all.say("bad", "", "breaches", breachesWord(h.Invariant.Breaches))
	}
	if !h.Loaded {
		all.say("bad", "/catalogue", "no-catalogue")
	}
	if h.Space.Total > 0 && (h.Space.Free*100/h.Space.Total < diskShare || h.Space.Free < diskLeast) {
		level := "warm"
		if h.Space.Free*100/h.Space.Total < diskShare/2 || h.Space.Free < diskLeast/2 {
			level = "bad"
		}
		all.say(level, "", "disk", operatorWords{}.Room(h.Space.Free))
	}
	for _, c := range h.Certificates {
		switch {
		case c.Problem != "":
			all.say("bad", "", "certificate-unusable", c.Use, c.ProblemWord())
		case c.NotAfter.IsZero():
		case c.Days < 0:
			all.say("bad", "", "certificate-ended", c.Use)
		case c.Days < certificateDue:
			level := map[bool]string{true: "bad", false: "warm"}[c.Days < certificateBad]
			all.say(level, "", "certificate-ends", daysWord(c.Days), c.Use)
		}
	}
	if s.Registry != nil && !h.Invariant.Checked.IsZero() && s.Clock().Sub(h.Invariant.Checked) > checkOld {
		all.say("warm", "", "check-old")
	}
	return all
}

// moving is what waits, is parked or is held back.
func (h *health) moving() (all verdicts) {
	if h.Parked > 0 {
		all.say("bad", "/monitor/deliveries?state=parked", "parked", parkedWord(h.Parked))
	}
	for _, v := range h.Receivers {
		switch {
		case !v.Silent.IsZero() && v.Pause == nil:
			all.say("bad", operatorWords{}.DeliveriesOf(v.Receiver), "down", v.Title(), shell.Moment(v.Silent, h.Now))
		case v.Age >= alarmAges()[0].Age && v.Parked == 0 && v.Pause == nil:
			all.say("warm", operatorWords{}.DeliveriesOf(v.Receiver), "waits", v.Title(), waited(v.Age))
		}
	}
	if n := len(h.Maintenance); n > 0 {
		all.say("warm", "/monitor/order?verb=maintenance_end", "maintenance", receiversWord(n))
	}
	if n := len(h.Pauses) - len(h.Maintenance); n > 0 {
		all.say("warm", "", "paused", pausedWord(n))
	}
	return all
}

// coming is what will need somebody, not now.
func (h *health) coming() (all verdicts) {
	switch {
	case !h.Loaded:
	case h.Catalogue.Held != "":
		all.say("warm", "/catalogue", "catalogue-held")
	case h.Catalogue.FromCache:
		all.say("warm", "/catalogue", "catalogue-copy")
	case h.Catalogue.LastError != "":
		all.say("warm", "/catalogue", "catalogue-unread")
	}
	if n := len(h.Catalogue.Inactive); n > 0 {
		units := 0
		for _, r := range h.Catalogue.Inactive {
			units += r.Units
		}
		all.say("warm", "/catalogue/history", "regions-inactive", regionsWord(h.Catalogue.Inactive), unitsWord(units))
	}
	return all
}

// Title is a receiver as people call it.
func (v receiverView) Title() string {
	if v.Name != "" {
		return v.Name
	}
	return v.Receiver
}

// Late is the highest of the ages that the oldest message has passed, "" for none.
func (v receiverView) Late() string {
	late := ""
	for _, alarm := range alarmAges() {
		if v.Age >= alarm.Age {
			late = alarm.Name
		}
	}
	return late
}

// Waited is how long the oldest has waited.
func (v receiverView) Waited() string { return waited(v.Age) }
