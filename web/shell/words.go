package shell

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

// RoleName is a role in Swedish.
func RoleName(r Role) string {
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

// Today is the Swedish day, YYYY-MM-DD.
func (s *Site) Today() string { return Swedish(s.Clock()).Format(time.DateOnly) }

// Swedish is a moment in Swedish time.
func Swedish(t time.Time) time.Time { return t.In(routing.Stockholm()) }

// AccessWord is what somebody did, in Swedish.
func AccessWord(k store.AccessKind) string {
	switch k {
	case store.AccessRead:
		return "läste"
	case store.AccessSearch:
		return "sökte"
	case store.AccessList:
		return "visade lista"
	case store.AccessChange:
		return "ändrade"
	case store.AccessExport:
		return "exporterade"
	case store.AccessPrint:
		return "skrev ut"
	case store.AccessSignIn:
		return "loggade in"
	case store.AccessSignOut:
		return "loggade ut"
	case store.AccessRefused:
		return "nekades"
	case store.AccessCrossSite:
		return "från annan webbplats"
	case store.AccessCheck:
		return "kontrollerade"
	}
	return string(k)
}

// words are the functions that pages use: how things are called in Swedish.
func words() template.FuncMap {
	return template.FuncMap{
		"state": StateWord, "moment": Moment, "day": day, "date": Date, "iso": iso, "mask": mask, "role": RoleWord, "count": Count,
		"delivery": DeliveryWord, "outcome": OutcomeWord, "size": Size, "contract": ShortContract, "refused": RefusedWord, "unitkind": UnitKindWord,
		"duration": duration, "class": ClassWord, "why": WhyWords, "field": NewField, "access": AccessWord, "link": Link,
	}
}

// StateWord is a case's state in Swedish.
func StateWord(s store.State) string {
	switch s {
	case store.Submitted:
		return "Skickat"
	case store.Delivered:
		return "Nytt"
	case store.InProgress:
		return "Pågående"
	case store.AwaitingReporter:
		return "Väntar på anmälaren"
	case store.Closed:
		return "Avslutat"
	}
	return string(s)
}

// RoleWord is a reporter's role in Swedish.
func RoleWord(role string) string {
	switch role {
	case contracts.RolePatient:
		return "patienten själv"
	case contracts.RoleRelative:
		return "närstående"
	case contracts.RoleProxy:
		return "ombud"
	}
	return role
}

// UnitKindWord is a kind of unit in Swedish.
func UnitKindWord(kind routing.UnitKind) string {
	if kind == routing.PatientBoard {
		return "patientnämnd"
	}
	return "mottagning"
}

// DeliveryWord is a delivery's state in Swedish.
func DeliveryWord(s store.DeliveryState) string {
	switch s {
	case store.DeliveryDue:
		return "Väntar"
	case store.DeliveryLeased:
		return "Skickas nu"
	case store.DeliveryDelivered:
		return "Levererat"
	case store.DeliveryParked:
		return "Parkerat"
	case store.DeliveryClosed:
		return "Avslutat utan leverans"
	}
	return string(s)
}

// OutcomeWord is how an attempt went, in Swedish.
func OutcomeWord(o store.Outcome) string {
	switch o {
	case store.OutcomeDelivered:
		return "Levererat"
	case store.OutcomeRefused:
		return "Avvisat"
	case store.OutcomeTechnical:
		return "Tekniskt fel, skickas om"
	case store.OutcomeUnknown:
		return "Osäkert utfall, skickas om"
	}
	return "Pågår eller avbrutet"
}

// ClassWord is the class of a failed attempt in words; a class that is not known here stands as it is.
func ClassWord(class string) string {
	switch class {
	case "":
		return ""
	case "connect":
		return "ingen förbindelse"
	case "tls":
		return "fel i certifikat eller kryptering"
	case "timeout":
		return "inget svar i tid"
	case "reset":
		return "förbindelsen bröts"
	case "fault-client":
		return "mottagaren avvisade anropet"
	case "fault-server":
		return "fel hos mottagaren"
	}
	if status, ok := strings.CutPrefix(class, "http-"); ok {
		return "HTTP-status " + status
	}
	return class
}

// RefusedWord is why a message was refused, in Swedish.
func RefusedWord(r store.Reason) string {
	switch r {
	case store.CaseClosed:
		return "ärendet är avslutat"
	case store.NotCurrentHandler:
		return "enheten har inte ärendet nu"
	case store.NoOpenQuestion:
		return "ingen öppen fråga"
	case store.AttachmentNotAllowed:
		return "ärendet tar inte emot bilagor"
	case store.ReplyMissing:
		return "svar saknas"
	case store.NotClassified:
		return "klassificering saknas"
	case store.UnknownCase:
		return "okänt ärende"
	}
	return string(r)
}

// Moment is when something happened, as a Swede reads it: "kl. 10:42" today, else "3 mars kl. 10:42", with the year when it is another.
func Moment(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	local := t.In(routing.Stockholm())
	if routing.DateOf(t) == routing.DateOf(now) {
		return local.Format("kl. 15:04")
	}
	return day(t, now) + local.Format(" kl. 15:04")
}

// day is "3 mars", with the year when it is another than now's.
func day(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	local := t.In(routing.Stockholm())
	text := fmt.Sprintf("%d %s", local.Day(), month(local.Month()))
	if local.Year() != now.In(routing.Stockholm()).Year() {
		text += " " + strconv.Itoa(local.Year())
	}
	return text
}

func month(m time.Month) string {
	return [...]string{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"}[m-1]
}

// Date turns YYYYMMDD into YYYY-MM-DD; anything else stands as it is.
func Date(raw string) string {
	if len(raw) != 8 {
		return raw
	}
	return raw[:4] + "-" + raw[4:6] + "-" + raw[6:]
}

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// mask hides the last part of an identity: YYYYMMDD-****, where it begins with a day.
func mask(id string) string { return contracts.PersonID{ID: id}.Masked() }

// Count is a number with its noun: "1 ärende", "2 ärenden".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Size is a number of bytes in words.
func Size(bytes int64) string {
	switch {
	case bytes < 1000:
		return strconv.FormatInt(bytes, 10) + " byte"
	case bytes < 1000*1000:
		return strconv.FormatInt((bytes+999)/1000, 10) + " kB"
	}
	return strings.Replace(strconv.FormatFloat(float64(bytes)/1e6, 'f', 1, 64), ".", ",", 1) + " MB"
}

func duration(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return strings.Replace(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".", ",", 1) + " s"
}

// ShortContract is the name of an interaction in its responder namespace.
func ShortContract(namespace string) string {
	parts := strings.Split(namespace, ":")
	for i := len(parts) - 1; i >= 0; i-- {
		if name, ok := strings.CutSuffix(parts[i], "Responder"); ok {
			return name
		}
	}
	return namespace
}

// FailedTitle stands before the title of a page that could not be done as it was asked for.
const FailedTitle = "Fel: "
