package store

import (
	"encoding/json"
	"slices"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
)

// Ref is an id with its issuer, RIV-TA's IIType.
type Ref struct {
	Root      string `json:"root,omitempty"`
	Extension string `json:"extension,omitempty"`
}

// Handler is who has a case and the way there.
type Handler struct {
	Unit      string           `json:"unit"` // HSA-id
	Name      string           `json:"name,omitempty"`
	Kind      routing.UnitKind `json:"kind"`
	Region    string           `json:"region,omitempty"`
	Provider  string           `json:"provider,omitempty"`
	Via       routing.Via      `json:"via"`
	Address   string           `json:"address"`
	Component string           `json:"component,omitempty"` // only this system may return data, where it is known
	// what the route asked of signatures when the case was accepted
	Signature routing.Signature `json:"signature,omitempty"`
}

// EventKind is what a message means for its case.
type EventKind string

// The kinds of Event. The first five go to the handler, the others come from it.
const (
	EventComplaint    EventKind = "complaint"  // a new case
	EventAnswer       EventKind = "answer"     // the reporter answers a question
	EventSupplement   EventKind = "supplement" // the reporter adds something without having been asked
	EventWithdrawal   EventKind = "withdrawal" // the reporter takes the case back
	EventForward      EventKind = "forward"    // the case arrives at its next handler
	EventPartialReply EventKind = "partial_reply"
	EventQuestion     EventKind = "question"
	EventClose        EventKind = "close"
	EventStatus       EventKind = "status"
	EventForwarded    EventKind = "forwarded"  // the handler passes the case on to NewHandler
	EventNewCase      EventKind = "new_case"   // a case that began outside 1177
	EventCorrection   EventKind = "correction" // of the classification
)

// Event is what the store needs to know of a complaints message to judge and apply it.
type Event struct {
	Kind      EventKind
	MessageID string // "root|extension", for answers that refer to it
	Case      Ref    // 1177's id; empty only in an EventNewCase that 1177 has not numbered yet
	External  Ref
	Sequence  int64
	Sent      time.Time
	Unit      string   // recipient (send) or handling unit (return)
	Handler   *Handler // complaint, forward, new case: who has the case from now; forwarded: who has it next
	InReplyTo string   // answer: MessageID of the question
	Author    string   // of what comes from the citizen's side: identity of who wrote it; "" in earlier events
	// supplement: it is taken in a case that was closed then or later. It is counted from the moment of receipt, so that
	// a message that waited for its turn is judged as it came.
	ClosedSince    time.Time `json:",omitzero"`
	Status         string    // status: RECEIVED, IN_PROGRESS or AWAITING_REPORTER
	Facts          *Facts    // complaint, forward, new case
	Classification *Classification
	HasText        bool // a text or a standard reply for the citizen
	Attachments    int
	AtPortal       bool            // this gateway stands where 1177 is: it keeps the mailbox and moves forwarded cases
	SameSystem     bool            // forwarded: the next handler sits in the same system, which has the case already
	TakesFiles     bool            // forwarded in the same system: the next handler's default for Facts.Attachments
	Content        json.RawMessage // the canonical message for pages and the API, without attachment bytes
	CaseVersion    int64           // a person's action: the version of the case that it was based on; 0: any
	// digest of the code by which a reporter without a number follows the case that the event creates; "" none
	FollowCode string `json:"-"`
}

// Facts of a new case, for lists, rules and statistics.
type Facts struct {
	ReporterID   string // identity, as it came
	ReporterType string // OID of its kind; "" in cases of before this was kept
	ReporterName string
	Role         string // PATIENT, RELATIVE or PROXY
	PatientID    string
	PatientType  string
	PatientName  string
	BirthDate    string // YYYYMMDD
	Sex          string // KV Kön code, "" unknown
	IncidentDate string // YYYYMMDD
	IncidentUnit string // HSA-id
	PlaceText    string
	Experienced  []string // codes of the problem as experienced
	ReplyWanted  bool
	ReplyChannel string    `json:",omitempty"` // how the reporter wants to be answered, in words; "" not said
	Attachments  bool      // the citizen may attach files, and the handler to a reply
	FilesChosen  bool      `json:",omitempty"` // somebody switched Attachments for the case; otherwise the unit's default
	Received     time.Time // when 1177 received it
}

// Unnumbered tells whether the reporter gave no number: the identity is of this case alone, and nobody's.
func (f Facts) Unnumbered() bool { return f.ReporterType == identity.TypeUnnumbered }

// Classification as concluded by the handler.
type Classification struct {
	MainProblems []string // codes, "3"
	SubProblems  []string // codes, "3.4"
	Area         string   // code
	IncidentUnit string   // HSA-id; patient boards only
	IncidentDate string   // YYYYMMDD
}

// State is where a case stands.
type State string

// The states of a case: submitted → delivered → in progress ⇄ awaiting reporter → closed; forwarding puts it back to
// submitted.
const (
	Submitted        State = "submitted"
	Delivered        State = "delivered"
	InProgress       State = "in_progress"
	AwaitingReporter State = "awaiting_reporter"
	Closed           State = "closed"
)

// Case is one case (ärende): the projection of its accepted messages.
type Case struct {
	ID             string         `json:"id"` // ours
	Ref            Ref            `json:"caseId"`
	External       Ref            `json:"externalCaseId"`
	State          State          `json:"state"`
	Handler        Handler        `json:"handler"`
	Facts          Facts          `json:"-"`
	Classification Classification `json:"classification"`
	OpenQuestions  []string       `json:"openQuestions,omitempty"` // message ids of questions without an answer
	Replied        bool           `json:"replied"`                 // a partial reply has been given
	// forwarded, and the message to the next handler is still to be sent
	ForwardDue    bool   `json:"forwardDue,omitempty"`
	ForwardedFrom string `json:"forwardedFrom,omitempty"` // HSA-id
	// HSA-ids that the board that has the case had before, see Takeover: what comes for them is the board's
	Formerly     []string `json:"formerly,omitempty"`
	BegunOutside bool     `json:"begunOutside,omitempty"`
	// known here since it was forwarded: sequence numbers begin anywhere
	BegunByForward bool       `json:"begunByForward,omitempty"`
	Received       time.Time  `json:"received"`
	Due            time.Time  `json:"due"` // received + 28 days
	Closed         *time.Time `json:"closed,omitempty"`
	// when the reporter last wrote something that nothing was sent after; nil: nothing waits
	Unanswered *time.Time `json:"unanswered,omitempty"`
	// the reporter took the case back; it is for the handler to close it
	Withdrawn *time.Time `json:"withdrawn,omitempty"`
	// when the reporter last wrote after taking it back, perhaps in regret; nil: never
	WroteAgain *time.Time `json:"wroteAgain,omitempty"`
	// when a supplement opened it again; nil: none did, or it has been closed since
	Reopened *time.Time `json:"reopened,omitempty"`
	Changed  time.Time  `json:"changed"`
	Version  int64      `json:"version"`
	// Protected marks a protected identity (skyddad identitet): who it is about is shown to nobody who does not ask for
	// just that.
	Protected bool `json:"protected,omitempty"`

	opened bool // by Open: what is written in it may be read
}

// HandledBy tells whether an HSA-id is that of the unit that has the case, or one that it had before.
func (c *Case) HandledBy(unit string) bool {
	return routing.SameHSAID(unit, c.Handler.Unit) ||
		slices.ContainsFunc(c.Formerly, func(former string) bool { return routing.SameHSAID(unit, former) })
}

// Reason says why the state of a case refuses a message.
type Reason string

// The reasons of a Refusal.
const (
	UnknownCase          Reason = "unknown case"
	UnnumberedTaken      Reason = "unnumbered taken" // a reporter without a number, under the identity of another case
	CaseExists           Reason = "case exists"      // a complaint with another message id for a case that is there
	CaseClosed           Reason = "case closed"
	NotCurrentHandler    Reason = "not current handler"
	NoOpenQuestion       Reason = "no open question"
	NotReporter          Reason = "not the reporter" // where 1177 is: a message by somebody who has no part in the case
	AttachmentNotAllowed Reason = "attachment not allowed"
	ReplyMissing         Reason = "reply missing"     // a reply was wanted, none was given, and the close has no text
	PlaceNotAllowed      Reason = "place not allowed" // only a patient board corrects the unit where it happened
	NotClassified        Reason = "not classified"
	Conflict             Reason = "conflict" // the case changed since CaseVersion
)

// Refusal is a message that the state of its case does not allow. Nothing was stored.
type Refusal struct{ Reason Reason }

func (r *Refusal) Error() string { return string(r.Reason) }

// Entry is one message on the time line of a case.
type Entry struct {
	MessageID string          `json:"messageId"` // ours
	Key       Key             `json:"-"`
	Kind      EventKind       `json:"kind"`
	Sender    string          `json:"sender"`
	Receiver  string          `json:"receiver"`
	Via       routing.Via     `json:"via"`
	At        time.Time       `json:"at"` // received here
	Place     Place           `json:"place"`
	Late      bool            `json:"late,omitempty"`    // applied after a gap that did not close
	Refused   Reason          `json:"refused,omitempty"` // held, and refused when its turn came: a person must look
	Content   json.RawMessage `json:"content"`
}

// Applied tells whether the case took the message in: its turn has come, and the case did not refuse it then.
func (e Entry) Applied() bool { return e.Place != PlaceHeld && e.Refused == "" }

// Place is where an accepted message is: at all times exactly one.
type Place string

// The places.
const (
	PlaceDelivered Place = "delivered"
	PlaceWaiting   Place = "waiting"
	PlaceUnknown   Place = "unknown" // waiting after an attempt whose outcome is not known (osäkert utfall)
	PlaceParked    Place = "parked"
	PlaceHeld      Place = "held" // waiting for a gap to close
	PlaceInbox     Place = "inbox"
	PlaceMailbox   Place = "mailbox"
	PlaceClosed    Place = "closed" // by a person, with a reason; not delivered
)

// CaseFilter narrows a list of cases. Zero fields do not narrow.
type CaseFilter struct {
	// beginnings of words of the reporter's or patient's name, of ids, or a whole personal number; all of them must be
	// there
	Query    string
	State    State
	Queue    Queue
	Assignee string   // user id
	Unit     string   // HSA-id
	Units    []string // any of these; a reader's rights. Nil: all; empty: none
	Kind     routing.UnitKind
	Via      routing.Via
	Problem  string    // code of a main or sub problem
	Area     string    // code
	Since    time.Time // received at or after
	Until    time.Time // received before
	Due      time.Time // open, and due before
	// Unprotected leaves out cases whose persons have a protected identity.
	Unprotected         bool
	WithoutIncidentUnit bool // the unit where it happened is not known
	Unnumbered          bool // the reporter gave no number
	Unsent              bool // an answer of the unit that has it could not be sent, and nobody has dealt with that
	Order               Order
	After               string // the cursor of the page before: its last case's CaseFilter.Cursor, or that case's id
	Limit               int    // default 50, at most 500

	closedFrom, closedTo string // months
}

// Letter is one message in the citizen's 1177 mailbox.
type Letter struct {
	ID        string          `json:"id"`
	CaseID    string          `json:"caseId"` // ours
	MessageID string          `json:"messageId"`
	Kind      string          `json:"kind"` // "receipt" (ärendebekräftelse), or an EventKind
	At        time.Time       `json:"at"`
	From      string          `json:"from"` // HSA-id of the unit
	Content   json.RawMessage `json:"content,omitempty"`
	Answered  bool            `json:"answered,omitempty"` // a question that has its answer
}
