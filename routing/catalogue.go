package routing

import "rivgate/routing/reach"

// Catalogue is what a Table is built from: the content of a tjänsteadresseringskatalog (TAK), whatever its source.
type Catalogue struct {
	Units       []Unit
	Routes      []Row
	Permissions []Permission
	Tree        Tree // parents by HSA-id, for climbing; nil where no HSA file is known
}

// UnitKind tells care units, patient boards and what is neither apart.
type UnitKind string

// The kinds of Unit.
const (
	CareUnit     UnitKind = "care_unit"     // mottagning
	PatientBoard UnitKind = "patient_board" // patientnämnd
	// Other is no care: a central function, or 1177 by telephone, which takes cases whose region is not known at first.
	// Its cases are handled in the inbox alone, it may lack a region, and its region need not be active.
	Other UnitKind = "other"
)

// Known tells whether a kind is one of the kinds of Unit.
func (k UnitKind) Known() bool { return k == CareUnit || k == PatientBoard || k == Other }

// KindsInWords names the kinds of Unit for messages.
const KindsInWords = string(CareUnit) + ", " + string(PatientBoard) + " or " + string(Other)

// Unit is a receiver that a citizen can choose.
type Unit struct {
	HSAID    string   `json:"hsaId" yaml:"hsa_id"`
	Name     string   `json:"name" yaml:"name"`
	Kind     UnitKind `json:"kind" yaml:"kind"`
	Region   string   `json:"region" yaml:"region"`                         // county code (länskod), "01"
	Provider string   `json:"provider,omitempty" yaml:"provider,omitempty"` // HSA-id of the care provider (vårdgivare)
	// the citizen may attach files to cases of this unit
	Attachments bool `json:"attachments" yaml:"attachments,omitempty"`
	// where it is, for who looks for it
	Town string `json:"town,omitempty" yaml:"town,omitempty"`
	// what it is called beside its name, for who looks for it
	Aliases Names `json:"aliases,omitempty" yaml:"aliases,omitempty,flow"`
	// the unit's system takes supplements and withdrawals (version 1.1 of the send contract); the inbox always does
	Supplements bool `json:"supplements,omitempty" yaml:"supplements,omitempty"`
}

// Row is one vägval: calls on Contract to Receiver go to Address on the days From to Until.
type Row struct {
	Contract  string // responder namespace
	Receiver  string // HSA-id, or "*"
	Address   string
	Profile   string
	Component string
	Signature Signature
	From      Date   // first day, inclusive; zero: always
	Until     Date   // last day, inclusive to its end; zero: for ever
	Line      int    // where the row stands in its source, for messages; 0 unknown
	ID        string // the row's id where the catalogue is kept in the store; else ""
}

// Permission is one anropsbehörighet: Sender may call Contract at Receiver on the days From to Until.
type Permission struct {
	Contract string
	Sender   string
	Receiver string // HSA-id, or "*"
	From     Date
	Until    Date
	Filters  Filters // parts of service domains that it is for, as the registry contracts tell; "": no restriction
	Line     int
	ID       string
}

// Tree maps an HSA-id in upper case to that of its nearest existing ancestor, or "SE".
type Tree map[string]string

// Rules is how a Table climbs and splits, beside the catalogue itself.
type Rules struct {
	Delimiter          string                     // old-style VG#VE addresses are split at it; "" means never
	DelimiterContracts []string                   // whose addresses are split for the permission too; empty: all contracts
	DelimiterSenders   []string                   // for whom addresses are split; empty: all senders
	ClimbRoutes        bool                       // the HSA tree counts for routes
	ClimbPermissions   bool                       // the HSA tree counts for permissions
	ExceptedContracts  []string                   // namespace prefixes for which the two above are inverted
	Durable            func(contract string) bool // contracts whose calls to a URL are queued, not forwarded; nil: none
	SendContract       string                     // responder namespace of the contract that brings cases; "": none known
	Own                string                     // HSA-id of the gateway, which passes cases on; "" where it is not known
	ReturnContract     string                     // responder namespace of the return contract; "" where none is known
	// logical address of 1177's service; ReturnContract to it without a row goes to AddressPortal
	PortalAddress string
	Reach         reach.Rule // what may be called: rows with other addresses are problems of a catalogue
}
