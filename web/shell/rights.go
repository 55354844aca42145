package shell

import (
	"slices"
	"strings"

	"rivgate/routing"
	"rivgate/store"
)

// Role is the role of a person or system. Rights lists what each role may do; everything else is denied.
type Role string

// The roles of people. The first three and the reviewer's are held for units of one kind.
const (
	RoleReceiver Role = "receiver" // mottagare: watches the queue, reads, assigns; does not answer
	RoleHandler  Role = "handler"  // handläggare: reads, answers, closes, hands over
	// lokal administratör: users, phrases and assignments of its units; reads no contents
	RoleAdministrator Role = "administrator"
	RoleIntegrator    Role = "integrator" // integratör: the catalogue, and why a call went where it went
	RoleOperator      Role = "operator"   // drift: deliveries, receivers, the state of the gateway; sees no case
	RoleReviewer      Role = "reviewer"   // granskare: the access log of its units
)

// The roles of systems, held by a Token.
const (
	RoleRead      Role = "read"      // reads cases and statistics of its units
	RoleHandle    Role = "handle"    // reads and writes in cases of its units
	RoleOperate   Role = "operate"   // sees and moves deliveries; sees no contents
	RoleCatalogue Role = "catalogue" // keeps the address catalogue: edits, publishes, rolls back, and tests connections
	RolePortal    Role = "portal"    // is 1177: submits cases and answers, reads mailboxes
)

// Action is something that can be done. Several actions joined by | mean any of them.
type Action uint32

// What is done with cases: it is asked with the Owner of the case.
const (
	SeeCase       Action = 1 << iota // metadata: id, unit, state, dates, who has it. No name, no content
	ReadCase                         // contents: people, messages, attachments, notes; search by name or personal number
	AssignCase                       // assign, take over, release, park, resume
	WriteCase                        // answer, ask, hand over, close, note, enter a case that began outside
	ExportCase                       // print, PDF, export package
	SeeStatistics                    //
	Administer                       // users' rights for the unit, phrases
	ReviewLog                        // the access log of the unit
)

// What is done with the gateway, whoever owns what passes through it: it is asked with the zero Owner.
const (
	SeeCatalogue   Action = 1 << (iota + 8) // rows, versions, differences; test of a connection
	KeepCatalogue                           // edit, publish, roll back
	Explain                                 // why a call goes where it goes
	SeeDeliveries                           // metadata of deliveries, attempts, receivers
	MoveDeliveries                          // pause, resume, retry, release, redirect, close
	Resend                                  // send again what was delivered
	SeeExchange                             // recordings of exchanges, personal data masked
	SeeOrders                               // who ordered what of deliveries
	BeCitizen                               // submit cases and answers, read mailboxes: as 1177 does
	// what everybody may who is known: the start page, own account, units that can be chosen
	SignedIn
)

// owned are the actions for which it matters whose the thing is.
const owned = SeeCase | ReadCase | AssignCase | WriteCase | ExportCase | SeeStatistics | Administer | ReviewLog

// Rights is what each role may do.
func Rights(role Role) Action {
	switch role {
	case RoleReceiver:
		return SignedIn | SeeCase | ReadCase | AssignCase | ExportCase | SeeStatistics
	case RoleHandler:
		return SignedIn | SeeCase | ReadCase | AssignCase | WriteCase | ExportCase | SeeStatistics
	case RoleAdministrator:
		return SignedIn | SeeCase | AssignCase | Administer | SeeStatistics
	case RoleIntegrator:
		return SignedIn | SeeCatalogue | KeepCatalogue | Explain | SeeDeliveries | Resend | SeeExchange
	case RoleOperator:
		return SignedIn | SeeCatalogue | Explain | SeeDeliveries | MoveDeliveries | Resend | SeeOrders
	case RoleReviewer:
		return SignedIn | ReviewLog
	case RoleRead:
		return SignedIn | SeeCase | ReadCase | SeeStatistics | Explain
	case RoleHandle:
		return SignedIn | SeeCase | ReadCase | AssignCase | WriteCase | ExportCase | SeeStatistics | Explain
	case RoleOperate:
		return SignedIn | SeeCatalogue | Explain | SeeDeliveries | MoveDeliveries | Resend | SeeOrders
	case RoleCatalogue:
		return SignedIn | SeeCatalogue | KeepCatalogue | Explain
	case RolePortal:
		return SignedIn | BeCitizen
	}
	return 0
}

// People are the roles that people can have.
func People() []Role {
	return []Role{RoleReceiver, RoleHandler, RoleAdministrator, RoleIntegrator, RoleOperator, RoleReviewer}
}

// ForUnits tells whether a role is held for units of one kind: for all that it may do it matters whose the thing is.
func (r Role) ForUnits() bool { return Rights(r)&owned != 0 }

// Owner is whose a thing is. The zero Owner is the gateway's.
type Owner struct {
	Unit   string // HSA-id
	Kind   routing.UnitKind
	Region string
}

// OwnerOf is whose a case is now.
func OwnerOf(c store.Case) Owner {
	return Owner{Unit: c.Handler.Unit, Kind: c.Handler.Kind, Region: c.Handler.Region}
}

// AllUnits among the units of a Grant stands for every unit of its kind.
const AllUnits = "*"

// RegionUnits begins an entry among the units of a Grant that stands for every unit of a region: "region:01".
const RegionUnits = "region:"

// Grant is a role with what it is held for.
type Grant struct {
	Role Role
	// Kind is the wall between patient boards and care: a person's role counts only for units of this kind, and for no
	// unit when it is empty. A system's role without a kind counts for the units of its token, of any kind.
	Kind  routing.UnitKind
	Units []string // HSA-ids, AllUnits, or RegionUnits with a region
}

// covers tells whether a grant reaches an owner.
func (g Grant) covers(o Owner) bool {
	if o.Unit == "" || g.Kind == "" && slices.Contains(People(), g.Role) || g.Kind != "" && g.Kind != o.Kind {
		return false
	}
	return slices.ContainsFunc(g.Units, func(unit string) bool {
		region, isRegion := strings.CutPrefix(unit, RegionUnits)
		return unit == AllUnits || routing.SameHSAID(unit, o.Unit) || isRegion && region != "" && region == o.Region
	})
}

// May tells whether somebody with these grants may do any of the actions with what an owner has. Whatever no grant
// allows is denied. The wall between patient boards and care holds for people whatever they were granted: with grants
// for both kinds they may do nothing with either's cases.
func May(grants []Grant, action Action, owner Owner) bool {
	if !Walled(grants) {
		action &^= owned
	}
	return slices.ContainsFunc(grants, func(g Grant) bool {
		may := Rights(g.Role) & action
		return may&^owned != 0 || may&owned != 0 && g.covers(owner)
	})
}

// Walled tells whether the grants stay on one side of the wall.
func Walled(grants []Grant) bool {
	var kind routing.UnitKind
	for _, g := range grants {
		if !slices.Contains(People(), g.Role) || g.Kind == "" {
			continue
		}
		if kind != "" && g.Kind != kind {
			return false
		}
		kind = g.Kind
	}
	return true
}
