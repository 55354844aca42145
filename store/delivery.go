package store

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// ErrLeaseLost means that another worker has the lane by now: the result was only noted.
var ErrLeaseLost = errors.New("lease lost")

// Outcome is how an attempt ended.
type Outcome string

// The outcomes of an attempt.
const (
	OutcomeDelivered Outcome = "delivered"
	OutcomeRefused   Outcome = "refused"   // for good: a Client fault, or a result ERROR that is not TECHNICAL_ERROR
	OutcomeTechnical Outcome = "technical" // tried again: no connection, 5xx, Server fault, TECHNICAL_ERROR
	OutcomeUnknown   Outcome = "unknown"   // the request was sent, no answer came: tried again with the same message id
)

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery. Only the head of a lane is ever leased.
const (
	DeliveryDue       DeliveryState = "due"
	DeliveryLeased    DeliveryState = "leased"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryParked    DeliveryState = "parked" // holds its lane until a person retries, redirects or closes it
	DeliveryClosed    DeliveryState = "closed" // by a person, with a reason; not delivered
	// DeliveryUnknown is for filters: due, after an attempt whose outcome is not known (osäkert utfall).
	DeliveryUnknown DeliveryState = "unknown"
)

// Delivery is one message to be delivered, leased to a worker.
type Delivery struct {
	Message  *Message
	CaseID   string // ours; "" without a case
	Lane     int64
	Token    int64 // fencing: every change names it
	Attempt  int   // from 1; recorded before it is made
	FirstTry time.Time
	Lease    time.Time // until then nobody else has the lane
	Large    bool      // Message has no Envelope here: OpenEnvelope reads it piece by piece
}

// Diagnosis says why an attempt did not deliver: a code, and the values that its words need. Nothing of a message's
// content is in it. Who shows it has the words.
type Diagnosis struct {
	Code   string            `json:"code"`
	Values map[string]string `json:"values,omitempty"`
}

// Attempt is the result of one try.
type Attempt struct {
	Outcome  Outcome
	Class    string        // "connect", "tls", "timeout", "reset", "http-503", "fault-client", "result-validation", …
	Code     string        // the receiver's VPnnn, errorCode/subCode, or ""
	Why      Diagnosis     // why it was not delivered; zero where it was
	Duration time.Duration //
	Answer   []byte        // the receiver's answer as it came, bounded
	Again    time.Time     // technical and unknown: when to try again; zero: parked
	Case     Ref           // 1177's id of a NEW_CASE, from the answer
	External Ref           // the handling system's id, from the answer
	// Finish was called for this attempt before, and what became of that is not known: a commit that came through counts
	Repeat bool
}

// DeliveryFilter narrows deliveries, for lists and verbs alike. Zero fields do not narrow.
type DeliveryFilter struct {
	ID       string        // message id
	Receiver string        // logical address or the component's HSA-id
	State    DeliveryState //
	Case     string        // our id, or the extension of 1177's
	Since    time.Time     // accepted at or after
	Until    time.Time     // accepted before
	After    string        // the last id of the page before
	Limit    int           // default 50, at most 500; verbs without it take all
}

// DeliveryRow is one line of a list.
type DeliveryRow struct {
	ID        string        `json:"id"` // message id
	CaseID    string        `json:"caseId,omitempty"`
	Case      Ref           `json:"case"`
	Contract  string        `json:"contract"`
	Receiver  string        `json:"receiver"`
	Component string        `json:"component,omitempty"`
	Address   string        `json:"address"`
	State     DeliveryState `json:"state"`
	Unknown   bool          `json:"unknown"` // the last attempt's outcome is not known
	Attempts  int           `json:"attempts"`
	Class     string        `json:"class,omitempty"` // of the last attempt
	Code      string        `json:"code,omitempty"`
	Why       Diagnosis     `json:"-"` // of the last attempt that ended; who shows it has the words
	Accepted  time.Time     `json:"accepted"`
	Next      *time.Time    `json:"next,omitempty"`
	Done      *time.Time    `json:"done,omitempty"`
	Paused    bool          `json:"paused,omitempty"`
	// Correlation is the id under which the receiving system's own log has the message.
	Correlation string  `json:"correlationId,omitempty"`
	Down        *Outage `json:"receiverDown,omitempty"` // of the address, while the delivery is due
}

// WasRefused tells whether the receiver answered the last attempt with a fault or an error.
func (d DeliveryRow) WasRefused() bool {
	return strings.HasPrefix(d.Class, "fault-") || strings.HasPrefix(d.Class, "result-") ||
		strings.HasPrefix(d.Class, "http-")
}

// AttemptRow is one attempt as it is shown.
type AttemptRow struct {
	Attempt  int           `json:"attempt"`
	Worker   string        `json:"worker"`
	Started  time.Time     `json:"started"`
	Outcome  Outcome       `json:"outcome,omitempty"` // "" while it runs or when its worker died
	Class    string        `json:"class,omitempty"`
	Code     string        `json:"code,omitempty"`
	Why      Diagnosis     `json:"why,omitzero"`
	Duration time.Duration `json:"duration"`
	Late     bool          `json:"late,omitempty"` // noted after the lease was lost
}

// Waiting sums up what waits for one receiver.
type Waiting struct {
	Receiver  string    `json:"receiver"`
	Component string    `json:"component,omitempty"`
	Address   string    `json:"address"`
	Due       int       `json:"due"`     // leased ones among them
	Unknown   int       `json:"unknown"` // of Due, those whose last attempt's outcome is not known
	Parked    int       `json:"parked"`
	Oldest    time.Time `json:"oldest"`
	Paused    bool      `json:"paused,omitempty"`
}

// writeDiagnosis is a diagnosis as it is stored.
func writeDiagnosis(d Diagnosis) string {
	if d.Code == "" {
		return ""
	}
	text, _ := json.Marshal(d) // strings alone: it never fails
	return string(text)
}

// readDiagnosis reads what writeDiagnosis wrote.
func readDiagnosis(text string) (d Diagnosis, err error) {
	if text == "" {
		return d, nil
	}
	return d, json.Unmarshal([]byte(text), &d)
}
