package contracts

import (
	"time"

	"rivgate/soap"
)

// Message is one message of the complaints contracts in canonical form: a send (1177 → handling system) or a return
// (handling system → 1177). Exactly one of Complaint, Answer, Forward and Update is set; Update makes it a return.
// JSON is the form in which pages, the API and the store see it.
type Message struct {
	// root: HSA-id of the sending system, extension: UUID. The idempotency key
	ID             II         `json:"id"`
	SentTime       Stamp      `json:"sentTime"`                 //
	Sequence       int64      `json:"sequence"`                 // per case and sender, from 1
	CaseID         *II        `json:"caseId,omitempty"`         // 1177's id of the case; absent only in a NEW_CASE
	ExternalCaseID *II        `json:"externalCaseId,omitempty"` // the handling system's own id
	Receiver       string     `json:"receiver"`                 // LogicalAddress of the envelope
	Recipient      *Recipient `json:"recipient,omitempty"`      // send only

	Complaint *Complaint `json:"complaint,omitempty"`
	Answer    *Answer    `json:"answer,omitempty"`
	Forward   *Forward   `json:"forward,omitempty"`
	Update    *Update    `json:"update,omitempty"`

	// What version 1.1 adds: at most one of the two, and it travels with an Answer.
	Supplement *Supplement `json:"supplement,omitempty"`
	Withdrawal *Withdrawal `json:"withdrawal,omitempty"`
}

// II is RIV-TA's IIType: Root is the HSA-id of the issuing system, Extension its own id.
type II struct {
	Root      string `json:"root"`
	Extension string `json:"extension,omitempty"`
}

// Stamp is a RIV-TA time stamp: Raw is YYYYMMDDhhmmss, Swedish local time without zone, as it stood in the message; UTC
// is what it means. The repeated hour in October is ambiguous; UTC is then the first of the two.
type Stamp struct {
	Raw string    `json:"raw"`
	UTC time.Time `json:"utc"`
}

// Recipient kinds.
const (
	KindCareUnit     = "CARE_UNIT"
	KindPatientBoard = "PATIENT_BOARD"
)

// KindNoCare is the kind that CheckPlace is called with for a unit that is no care by the catalogue (kind other). In a
// message such a unit has KindCareUnit.
const KindNoCare = ""

// Recipient is whom a send is for.
type Recipient struct {
	Unit OrgUnit `json:"unit"`
	Kind string  `json:"kind"` // KindCareUnit or KindPatientBoard
}

// OrgUnit is RIV-TA's OrgUnitType.
type OrgUnit struct {
	HSAID    string `json:"hsaId,omitempty"`
	Name     string `json:"name,omitempty"`
	Telecom  string `json:"telecom,omitempty"`
	Email    string `json:"email,omitempty"`
	Address  string `json:"address,omitempty"`
	Location string `json:"location,omitempty"`
}

// CV is RIV-TA's CVType, a coded value.
type CV struct {
	Code              string `json:"code,omitempty"`
	CodeSystem        string `json:"codeSystem,omitempty"`
	CodeSystemName    string `json:"codeSystemName,omitempty"`
	CodeSystemVersion string `json:"codeSystemVersion,omitempty"`
	DisplayName       string `json:"displayName,omitempty"`
	OriginalText      string `json:"originalText,omitempty"`
}

// Reporter roles.
const (
	RolePatient  = "PATIENT"
	RoleRelative = "RELATIVE" // närstående
	RoleProxy    = "PROXY"    // ombud
)

// Complaint is a new case (ärende).
type Complaint struct {
	Received           Stamp        `json:"received"`
	Reporter           Reporter     `json:"reporter"`
	Patient            *Patient     `json:"patient,omitempty"` // mandatory when Reporter.Role is not RolePatient
	IncidentUnit       *OrgUnit     `json:"incidentUnit,omitempty"`
	IncidentPlaceText  string       `json:"incidentPlaceText,omitempty"` // patient boards only, at most 1000 characters
	IncidentDate       string       `json:"incidentDate"`                // YYYYMMDD, Swedish
	Description        string       `json:"description"`
	ExperiencedProblem []CV         `json:"experiencedProblem,omitempty"`
	ReplyWanted        bool         `json:"replyWanted"`
	ReplyChannel       *CV          `json:"replyChannel,omitempty"`
	Attachments        []Attachment `json:"attachments,omitempty"`
}

// Reporter (anmälare) is never anonymous.
type Reporter struct {
	PersonID        PersonID `json:"personId"`
	Name            string   `json:"name,omitempty"`
	Role            string   `json:"role"`
	StatedAuthority *bool    `json:"statedAuthority,omitempty"` // fullmakt is stated; the handler verifies it
	Telecom         string   `json:"telecom,omitempty"`
	Email           string   `json:"email,omitempty"`
	Address         string   `json:"address,omitempty"`
}

// Patient is whom the case is about.
type Patient struct {
	PersonID    *PersonID `json:"personId,omitempty"`
	Name        string    `json:"name,omitempty"`
	DateOfBirth string    `json:"dateOfBirth,omitempty"` // YYYYMMDD, or YYYYMM or YYYY where no more is known
	Gender      *CV       `json:"gender,omitempty"`
}

// Answer is the reporter's answer to a question (svar).
type Answer struct {
	InReplyTo   II           `json:"inReplyTo"` // message id of the question
	Text        string       `json:"text"`
	Author      PersonID     `json:"author"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Supplement is what the reporter adds to a case without having been asked (tillägg).
type Supplement struct {
	Text        string       `json:"text"` // the text of the Answer that it travels with is the same
	Author      PersonID     `json:"author"`
	Attachments []Attachment `json:"attachments,omitempty"` // instead of files in the Answer
}

// Withdrawal takes a case back. The Answer that it travels with says so in a sentence: WithdrawalText, when the gateway
// wrote it.
type Withdrawal struct {
	Reason string `json:"reason,omitempty"`
}

// WithdrawalText is the text of the answer that a withdrawal travels with. A receiver that only knows version 1.0 reads
// nothing else of it.
const WithdrawalText = "Anmälaren har tagit tillbaka ärendet."

// Forward is a case that moves between handling systems.
type Forward struct {
	Original Complaint `json:"original"`
	From     OrgUnit   `json:"from"`
	Time     Stamp     `json:"time"`
	Reason   string    `json:"reason,omitempty"`
}

// Update types: Inera's code set meddelandetyp, and ours.
const (
	PartialReply = "PARTIAL_REPLY" // delsvar, cannot be answered
	Question     = "QUESTION"      // fråga, is to be answered
	Close        = "CLOSE"         // avslut
	Status       = "STATUS"
	Forwarded    = "FORWARDED"
	NewCase      = "NEW_CASE" // a case that began outside 1177
	Correction   = "CORRECTION"
)

// UpdateTypes are all of them, in the order above.
func UpdateTypes() []string {
	return []string{PartialReply, Question, Close, Status, Forwarded, NewCase, Correction}
}

// Statuses of an Update of type Status.
const (
	StatusReceived         = "RECEIVED"
	StatusInProgress       = "IN_PROGRESS"
	StatusAwaitingReporter = "AWAITING_REPORTER"
	StatusForwarded        = "FORWARDED"
	StatusClosed           = "CLOSED"
)

// Update is what a handling system returns.
type Update struct {
	Type           string          `json:"type"`
	HandlingUnit   OrgUnit         `json:"handlingUnit"`
	Author         *Professional   `json:"author,omitempty"`
	Text           string          `json:"text,omitempty"`
	StandardReply  *CV             `json:"standardReply,omitempty"`
	AnswerDueDate  string          `json:"answerDueDate,omitempty"` // YYYYMMDD, questions only
	Status         string          `json:"status,omitempty"`
	StatusTime     *Stamp          `json:"statusTime,omitempty"`
	Classification *Classification `json:"classification,omitempty"`
	NewRecipient   *OrgUnit        `json:"newRecipient,omitempty"`
	NewCase        *Complaint      `json:"newCase,omitempty"`
	Attachments    []Attachment    `json:"attachments,omitempty"`
	// with FORWARDED, from a person of this house; never on the wire of an update
	Handover *Handover `json:"handover,omitempty"`
	// to a reporter whose right is not checked, from a person of this house; never on the wire either
	Unchecked *Unchecked `json:"unchecked,omitempty"`
}

// Unchecked is a handler's decision to write to a reporter who speaks for the patient although the authority to do so
// is not checked. The reporter never sees it.
type Unchecked struct {
	Reason string `json:"reason"`
	ByID   string `json:"byId,omitempty"` // filled in by the gateway: the account of who decides it
	ByName string `json:"byName,omitempty"`
}

// Handover is what the unit that hands a case over says to the unit that takes it. The reporter never sees it.
type Handover struct {
	// consent or other ground on which the case passes between care and patient board
	Ground string `json:"ground,omitempty"`
	Note   string `json:"note,omitempty"` // internal
	ByID   string `json:"byId,omitempty"` // filled in by the gateway: the account of who does it
	ByName string `json:"byName,omitempty"`
}

// Professional is RIV-TA's HealthcareProfessionalType.
type Professional struct {
	AuthorTime Stamp    `json:"authorTime"`
	HSAID      string   `json:"hsaId,omitempty"`
	Name       string   `json:"name,omitempty"`
	RoleCode   *CV      `json:"roleCode,omitempty"`
	OrgUnit    *OrgUnit `json:"orgUnit,omitempty"`
}

// Classification is what the handler concludes.
type Classification struct {
	Problems       []CV     `json:"problems"` // huvudproblem and delproblem, at least one main problem
	AreaOfActivity CV       `json:"areaOfActivity"`
	IncidentUnit   *OrgUnit `json:"incidentUnit,omitempty"` // patient boards only
	IncidentDate   string   `json:"incidentDate,omitempty"` // YYYYMMDD
}

// Attachment is a file. Value is never part of the JSON form: it stays in the envelope.
type Attachment struct {
	ID        string `json:"id"`
	FileName  string `json:"fileName"`
	MediaType string `json:"mediaType"`
	Size      int64  `json:"size"` // bytes
	SHA256    string `json:"sha256,omitempty"`
	Value     []byte `json:"-"`
	// Content is what is known of a file that passed without being kept, instead of Value.
	Content   *soap.File `json:"-"`
	Reference string     `json:"reference,omitempty"` // URI instead of Value
}

// Receipt is the answer of the contract to an accepted or refused message.
type Receipt struct {
	Result         Result
	CaseID         *II   // mandatory for an accepted NEW_CASE; returns only
	ExternalCaseID *II   // sends only
	ReceivedTime   Stamp // sends only; zero: left out
}

// Result codes of RIV-TA's ResultType.
const (
	OK    = "OK"
	INFO  = "INFO"
	ERROR = "ERROR"
)

// Result is RIV-TA's ResultType.
type Result struct {
	Code      string // OK, INFO or ERROR
	ErrorCode string // VALIDATION_ERROR, APPLICATION_ERROR or TECHNICAL_ERROR; only with ERROR
	SubCode   string
	LogID     string // the correlation id of the call
	Message   string // Swedish, for the handler of the fault; no content, no personal data
}
