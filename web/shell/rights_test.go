package shell

import (
	"slices"
	"testing"

	"rivgate/routing"
)

const (
	careA  = "SE2010123456-VC01"
	careB  = "SE2010123456-VC02"
	boardA = "SE2010123456-PN01"
)

// TestMay is the table of role × action × owner: what is not listed for a role is tried too, and must be denied.
func TestMay(t *testing.T) {
	t.Parallel()
	care, board, all := routing.CareUnit, routing.PatientBoard, []string{AllUnits}
	ownA, ownB := Owner{Unit: careA, Kind: care, Region: "01"}, Owner{Unit: careB, Kind: care, Region: "02"}
	ownBoard, unknown, none := Owner{Unit: boardA, Kind: board, Region: "01"}, Owner{Unit: "SE2010123456-XX99"}, Owner{}
	owners := map[string]Owner{"A": ownA, "B": ownB, "board": ownBoard, "unknown": unknown, "gateway": none}
	const reads = SeeCase | ReadCase | AssignCase | ExportCase | SeeStatistics
	const catalogue, deliveries = SeeCatalogue | Explain, SeeDeliveries | MoveDeliveries | Resend
	for _, c := range []struct {
		name   string
		grants []Grant
		may    map[string]Action // by owner; SignedIn is in the gateway's
	}{
		{"nobody", nil, nil},
		{"a role that does not exist", []Grant{{Role: "root", Kind: care, Units: all}}, nil},
		{"a receiver", []Grant{{RoleReceiver, care, []string{careA}}}, map[string]Action{"A": reads, "gateway": SignedIn}},
		{
			"a handler",
			[]Grant{{RoleHandler, care, []string{careA}}},
			map[string]Action{"A": reads | WriteCase, "gateway": SignedIn},
		},
		{
			"a handler by an id in other letters",
			[]Grant{{RoleHandler, care, []string{"se2010123456-vc01"}}},
			map[string]Action{"A": reads | WriteCase, "gateway": SignedIn},
		},
		{
			"a handler of all care",
			[]Grant{{RoleHandler, care, all}},
			map[string]Action{"A": reads | WriteCase, "B": reads | WriteCase, "gateway": SignedIn},
		},
		{
			"a handler of a region",
			[]Grant{{RoleHandler, care, []string{"region:02"}}},
			map[string]Action{"B": reads | WriteCase, "gateway": SignedIn},
		},
		{"a handler of no region", []Grant{{RoleHandler, care, []string{"region:"}}}, map[string]Action{"gateway": SignedIn}},
		{
			"a handler of a board",
			[]Grant{{RoleHandler, board, all}},
			map[string]Action{"board": reads | WriteCase, "gateway": SignedIn},
		},
		{
			"a handler of care who was granted a board's id",
			[]Grant{{RoleHandler, care, []string{boardA}}},
			map[string]Action{"gateway": SignedIn},
		},
		{"a handler without a kind", []Grant{{RoleHandler, "", all}}, map[string]Action{"gateway": SignedIn}},
		{"a handler without a unit", []Grant{{RoleHandler, care, nil}}, map[string]Action{"gateway": SignedIn}},
		{
			"a handler on both sides of the wall",
			[]Grant{{RoleHandler, care, all}, {RoleHandler, board, all}},
			map[string]Action{"gateway": SignedIn},
		},
		{
			"a receiver here and a handler there",
			[]Grant{{RoleReceiver, care, []string{careA}}, {RoleHandler, care, []string{careB}}},
			map[string]Action{"A": reads, "B": reads | WriteCase, "gateway": SignedIn},
		},
		{
			"a local administrator",
			[]Grant{{RoleAdministrator, care, []string{careA}}},
			map[string]Action{"A": SeeCase | AssignCase | Administer | SeeStatistics, "gateway": SignedIn},
		},
		{
			"an integrator",
			[]Grant{{Role: RoleIntegrator}},
			map[string]Action{"gateway": SignedIn | catalogue | KeepCatalogue | SeeDeliveries | Resend | SeeExchange},
		},
		{
			"an integrator with every unit",
			[]Grant{{RoleIntegrator, care, all}},
			map[string]Action{"gateway": SignedIn | catalogue | KeepCatalogue | SeeDeliveries | Resend | SeeExchange},
		},
		{
			"an operator",
			[]Grant{{Role: RoleOperator}},
			map[string]Action{"gateway": SignedIn | catalogue | deliveries | SeeOrders},
		},
		{
			"a reviewer", []Grant{{RoleReviewer, care, []string{careA}}}, map[string]Action{"A": ReviewLog, "gateway": SignedIn},
		},
		{
			"an operator who handles too",
			[]Grant{{Role: RoleOperator}, {RoleHandler, care, []string{careA}}},
			map[string]Action{"A": reads | WriteCase, "gateway": SignedIn | catalogue | deliveries | SeeOrders},
		},
		{"a system that reads", []Grant{{Role: RoleRead, Units: all}}, map[string]Action{
			"A": SeeCase | ReadCase | SeeStatistics, "B": SeeCase | ReadCase | SeeStatistics,
			"board":   SeeCase | ReadCase | SeeStatistics,
			"unknown": SeeCase | ReadCase | SeeStatistics, "gateway": SignedIn | Explain,
		}},
		{
			"a system that handles a unit",
			[]Grant{{Role: RoleHandle, Units: []string{careA}}},
			map[string]Action{"A": reads | WriteCase, "gateway": SignedIn | Explain},
		},
		{
			"a system that operates",
			[]Grant{{Role: RoleOperate, Units: all}},
			map[string]Action{"gateway": SignedIn | catalogue | deliveries | SeeOrders},
		},
		{
			"a system that keeps the catalogue",
			[]Grant{{Role: RoleCatalogue}},
			map[string]Action{"gateway": SignedIn | catalogue | KeepCatalogue},
		},
		{"1177", []Grant{{Role: RolePortal}}, map[string]Action{"gateway": SignedIn | BeCitizen}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for at, owner := range owners {
				for name, action := range actionNames() {
					want := c.may[at]&action != 0
					if action&owned == 0 { // what is the gateway's is not asked of a unit
						want = c.may["gateway"]&action != 0
					}
					if got := May(c.grants, action, owner); got != want {
						t.Errorf("%s at %s: %t, want %t", name, at, got, want)
					}
				}
			}
		})
	}
}

func TestEveryActionHasANameAndEveryRoleItsRights(t *testing.T) {
	t.Parallel()
	var named Action
	for _, action := range actionNames() {
		named |= action
	}
	var held Action
	for _, role := range append(People(), RoleRead, RoleHandle, RoleOperate, RoleCatalogue, RolePortal) {
		held |= Rights(role)
		if Rights(role)&SignedIn == 0 {
			t.Errorf("%s may not even sign in", role)
		}
	}
	if named != held {
		t.Errorf("actions with a name %b, actions that some role has %b", named, held)
	}
	for _, role := range People() {
		if Rights(role)&ReadCase != 0 && Rights(role)&(MoveDeliveries|Resend|KeepCatalogue) != 0 {
			t.Errorf("%s reads contents and moves deliveries", role)
		}
	}
	if slices.Contains(People(), RolePortal) {
		t.Error("a person can be 1177")
	}
}

func TestSomewhere(t *testing.T) {
	t.Parallel()
	handler := Access{Grants: []Grant{{RoleHandler, routing.CareUnit, []string{careA}}}}
	both := Access{
		Grants: []Grant{
			{RoleHandler, routing.CareUnit, []string{careA}}, {RoleHandler, routing.PatientBoard, []string{boardA}},
		},
	}
	for _, c := range []struct {
		name   string
		who    Access
		action Action
		want   bool
	}{
		{"a handler writes", handler, WriteCase, true},
		{"a handler writes or moves", handler, WriteCase | MoveDeliveries, true},
		{"a handler moves", handler, MoveDeliveries, false},
		{"somebody on both sides of the wall", both, ReadCase, false},
		{"somebody on both sides is known all the same", both, SignedIn, true},
		{"nobody", Access{}, SignedIn, false},
		{"a handler of nothing", Access{Grants: []Grant{{Role: RoleHandler, Kind: routing.CareUnit}}}, ReadCase, false},
	} {
		if got := c.who.Somewhere(c.action); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
