package web

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// operatorWords are how the operator's pages say things, and the addresses that they lead to.
type operatorWords struct{}

// OrderWord is an order as it stands in the list of orders.
func (operatorWords) OrderWord(verb string) string {
	switch verb {
	case string(store.VerbRetry):
		return "Skickat om det som väntade och var parkerat"
	case string(store.VerbReplay):
		return "Skickat om det som var levererat"
	case string(store.VerbRedirect):
		return "Skickat till annan adress"
	case string(store.VerbClose):
		return "Avslutat utan leverans"
	case string(store.VerbRelease):
		return "Släppt fram"
	case string(store.VerbDismiss):
		return "Avslutat det som fastnat"
	case "pause":
		return "Pausat"
	case "resume":
		return "Återupptagit"
	case "purge":
		return "Gallrat"
	}
	return verb
}

// OrderOf is the filter of an order in words; what is not of this program's making is left out.
func (operatorWords) OrderOf(filter string) string {
	var f struct {
		ID, Receiver, State, Case string
		Since, Until              time.Time
	}
	if json.Unmarshal([]byte(filter), &f) != nil {
		return ""
	}
	var parts []string
	add := func(word, value string) {
		if value != "" {
			parts = append(parts, word+" "+value)
		}
	}
	add("meddelande", f.ID)
	add("till", f.Receiver)
	add("i läge", strings.ToLower(operatorWords{}.StateWord(store.DeliveryState(f.State))))
	add("i ärende", f.Case)
	if !f.Since.IsZero() {
		add("från", stamp(f.Since))
	}
	if !f.Until.IsZero() {
		add("till och med", stamp(f.Until))
	}
	return strings.Join(parts, ", ")
}

// stamp is a moment in full, in Sweden.
func stamp(t time.Time) string { return t.In(routing.Stockholm()).Format("2006-01-02 15:04") }

// Clock is the time of day to the second, so that who looks sees that it moves.
func (operatorWords) Clock(t time.Time) string {
	return t.In(routing.Stockholm()).Format("kl. 15:04:05")
}

// RateWord is a count of what passed; "minst" where there was more than is looked at.
func (operatorWords) RateWord(n int, least bool) string {
	if least {
		return "≥" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// Room is a size of disks.
func (operatorWords) Room(bytes int64) string {
	if bytes < 1e9 {
		return size(bytes)
	}
	return strings.Replace(strconv.FormatFloat(float64(bytes)/1e9, 'f', 1, 64), ".", ",", 1) + " GB"
}

// DeliveriesOf is where the deliveries to a receiver that are not done are listed.
func (operatorWords) DeliveriesOf(receiver string) string {
	return link("/monitor/deliveries?receiver={}", receiver)
}

// OrderLink is where a verb on a receiver is confirmed.
func (operatorWords) OrderLink(verb, receiver string) string {
	return link("/monitor/order?verb={}&receiver={}", verb, receiver)
}
