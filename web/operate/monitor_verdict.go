package operate

import (
	"fmt"
	"time"

	"rivgate/web/shell"
)

// verdict is one thing that an operator is told: what is the matter, and what to do.
type verdict struct {
	Level string // good, warm or bad, as the style sheet calls them
	Text  string
	Do    string // "": nothing
	Link  string // where that is done; "" for nowhere here
	Name  string // of the link
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
	h.Verdict = verdict{Level: "good", Text: "Allt är väl: ingenting är parkerat, och ingenting har väntat länge."}
	if h.Waiting == 0 {
		h.Verdict.Text = "Allt är väl: allt som tagits emot är levererat."
	}
}

// lasting is what no waiting mends.
func (h *health) lasting(s *Health) (all []verdict) {
	say := func(level, text, do, link, name string) { all = append(all, verdict{level, text, do, link, name}) }
	if h.Invariant.Breaches > 0 {
		say("bad", "Kontrollen av att inget går förlorat hittade "+shell.Count(h.Invariant.Breaches, "fel", "fel")+".",
			"Ta först en kopia med rivgate backup. Kör sedan rivgate queue check, som namnger meddelandena. Återställ "+
				"ingenting innan kopian är tagen.", "", "")
	}
	if !h.Loaded {
		say("bad", "Det finns ingen adresskatalog, så inga ärenden kan tas emot.",
			"Se efter varför källan inte går att läsa.", "/catalogue", "Till adresskatalogen")
	}
	if h.Space.Total > 0 && (h.Space.Free*100/h.Space.Total < diskShare || h.Space.Free < diskLeast) {
		level := "warm"
		if h.Space.Free*100/h.Space.Total < diskShare/2 || h.Space.Free < diskLeast/2 {
			level = "bad"
		}
		say(level, "Disken börjar ta slut: "+operatorWords{}.Room(h.Space.Free)+" är ledigt.",
			"Ge databasen mer plats. När disken är full tas inga ärenden emot.", "", "")
	}
	for _, c := range h.Certificates {
		switch {
		case c.Problem != "":
			say("bad", "Ett certifikat går inte att använda ("+c.Use+").", "Se efter filen: "+c.Problem, "", "")
		case c.NotAfter.IsZero():
		case c.Days < 0:
			say("bad", "Ett certifikat har gått ut ("+c.Use+").", "Lägg in ett nytt. Filen läses om av sig själv.", "", "")
		case c.Days < certificateDue:
			level := map[bool]string{true: "bad", false: "warm"}[c.Days < certificateBad]
			say(level, fmt.Sprintf("Ett certifikat går ut om %s (%s).", shell.Count(c.Days, "dag", "dagar"), c.Use),
				"Beställ ett nytt och lägg in det.", "", "")
		}
	}
	if s.Registry != nil && !h.Invariant.Checked.IsZero() && s.Clock().Sub(h.Invariant.Checked) > checkOld {
		say("warm", "Kontrollen av att inget går förlorat har inte körts på länge.",
			"Se loggen: databasen kan vara borta eller mycket långsam.", "", "")
	}
	return all
}

// moving is what waits, is parked or is held back.
func (h *health) moving() (all []verdict) {
	say := func(level, text, do, link, name string) { all = append(all, verdict{level, text, do, link, name}) }
	if h.Parked > 0 {
		say("bad", shell.Count(h.Parked, "meddelande är parkerat", "meddelanden är parkerade")+" och väntar på en människa.",
			"Läs varför. Skicka om när felet är rättat, eller skicka till en annan adress.", "/monitor/deliveries?state=parked",
			"Visa de parkerade")
	}
	for _, v := range h.Receivers {
		switch {
		case !v.Silent.IsZero() && v.Pause == nil:
			say("bad", "Mottagaren "+v.Title()+" är nere sedan "+shell.Moment(v.Silent, h.Now)+".",
				"Ring den som driver mottagaren. Rivgate frågar den då och då, och skickar det som väntar när den svarar.",
				operatorWords{}.DeliveriesOf(v.Receiver), "Visa det som väntar")
		case v.Age >= alarmAges()[0].Age && v.Parked == 0 && v.Pause == nil:
			say("warm", "Det äldsta meddelandet till "+v.Title()+" har väntat "+waited(v.Age)+".", "Se vad försöken säger.",
				operatorWords{}.DeliveriesOf(v.Receiver), "Visa det som väntar")
		}
	}
	if n := len(h.Maintenance); n > 0 {
		say("warm",
			"Underhållsläge: leveranserna till "+shell.Count(n, "mottagare är pausade", "mottagare är pausade")+
				". Ärenden tas emot som vanligt.",
			"Avsluta underhållet när arbetet är klart.", "/monitor/order?verb=maintenance_end", "Avsluta underhållet")
	}
	if n := len(h.Pauses) - len(h.Maintenance); n > 0 {
		say("warm", shell.Count(n, "mottagare är pausad", "mottagare är pausade")+".", "Återuppta när mottagaren är klar.",
			"", "")
	}
	return all
}

// coming is what will need somebody, not now.
func (h *health) coming() (all []verdict) {
	say := func(text, do string) {
		all = append(all, verdict{"warm", text, do, "/catalogue", "Till adresskatalogen"})
	}
	switch {
	case !h.Loaded:
	case h.Catalogue.Held != "":
		say("Katalogens källa svarade med ett svar som krympt mycket. Det hålls tillbaka.",
			"Ta reda på om det stämmer, och godkänn det i så fall.")
	case h.Catalogue.FromCache:
		say("Adresskatalogen är en sparad kopia: källan går inte att läsa.",
			"Se efter varför. Ärenden tas emot under tiden, men ändringar märks inte.")
	case h.Catalogue.LastError != "":
		say("Adresskatalogen gick inte att läsa om senast. Den som lästes förut gäller.",
			"Se efter varför källan inte går att läsa.")
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

// waited is a wait in words: "mindre än en minut", "12 minuter", "3 timmar", "2 dagar".
func waited(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "mindre än en minut"
	case d < 2*time.Hour:
		return shell.Count(int(d.Minutes()), "minut", "minuter")
	case d < 48*time.Hour:
		return shell.Count(int(d.Hours()), "timme", "timmar")
	}
	return shell.Count(int(d.Hours())/24, "dag", "dagar")
}
