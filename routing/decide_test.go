package routing_test

import (
	"strings"
	"testing"
	"time"

	"rivgate/routing"
)

// tree is a small HSA tree: a clinic in a hospital in a region.
func tree() routing.Tree {
	return routing.Tree{
		clinic:             "SE2010123456-SJH",
		"SE2010123456-SJH": "SE2010123456-REG",
		"SE2010123456-REG": "SE",
	}
}

func row(receiver, address string) routing.Row {
	return routing.Row{Contract: plain, Receiver: receiver, Address: address}
}

func TestRouteAndTrace(t *testing.T) {
	noTree, excepted, delimited := rules(), rules(), rules()
	noTree.ClimbRoutes = false
	excepted.ExceptedContracts = []string{"urn:riv:clinicalprocess:activity"}
	delimited.DelimiterContracts, delimited.DelimiterSenders = []string{plain}, []string{"se2010123456-avv"}
	all := []routing.Row{
		row("*", "http://default/"), row("SE", "http://root/"), row("SE2010123456-REG", "http://region/"),
		row(clinic, "http://clinic/"),
	}
	for _, c := range []struct {
		name     string
		rules    routing.Rules
		rows     []routing.Row
		receiver string
		address  string // "" where the call is refused
		trace    string
	}{
		{"the exact row comes first", rules(), all, clinic, "http://clinic/", clinic},
		{"the trace keeps the spelling received", rules(), all, "se2010123456-vc01", "http://clinic/", "se2010123456-vc01"},
		{
			"the nearest ancestor with a row comes next", rules(), all[:3], clinic, "http://region/",
			clinic + ",(parent),SE2010123456-SJH,SE2010123456-REG",
		},
		{
			"the root comes after all ancestors", rules(), all[:2], clinic, "http://root/",
			clinic + ",(parent),SE2010123456-SJH,SE2010123456-REG,SE",
		},
		{
			"the default comes after the root", rules(), all[:1], clinic, "http://default/",
			clinic + ",(parent),SE2010123456-SJH,SE2010123456-REG,SE,(default),*",
		},
		{"an unknown unit hangs under the root", rules(), all, "AnyReceiver", "http://root/", "AnyReceiver,(parent),SE"},
		{
			"an unknown unit ends at the default", rules(), all[:1], "AnyReceiver", "http://default/",
			"AnyReceiver,(parent),SE,(default),*",
		},
		{"the root has no parent", rules(), all[:1], "SE", "http://default/", "SE,(default),*"},
		{
			"without climbing only the default is left", noTree, all, "AnyReceiver", "http://default/",
			"AnyReceiver,(default),*",
		},
		{
			"an excepted contract does not climb where others do", excepted, all, "AnyReceiver", "http://default/",
			"AnyReceiver,(default),*",
		},
		{
			"of an old-style address the last part is tried first", rules(), all, "Second#" + clinic, "http://clinic/",
			"(leaf)," + clinic,
		},
		{"then the one before it", rules(), all, clinic + "#First", "http://clinic/", "(leaf),First," + clinic},
		{"an old-style address has neither tree nor default", rules(), all, "Second#First", "", "(leaf),First,Second"},
		{"parts that repeat are tried once", rules(), all, "first#Second#First", "", "(leaf),First,Second"},
		{"empty parts are no parts", rules(), all, "#" + clinic + "#", "http://clinic/", "(leaf)," + clinic},
		{"a delimiter alone leads nowhere", rules(), all, "#", "", "(leaf)"},
		{"a listed sender and contract split", delimited, all, "x#" + clinic, "http://clinic/", "(leaf)," + clinic},
		{
			"no route at all shows everything that was tried", rules(), nil, "AnyReceiver", "",
			"AnyReceiver,(parent),SE,(default),*",
		},
		{"blanks around a receiver match nothing, not even the default", rules(), all, " " + clinic, "", " " + clinic},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := table(t, routing.Catalogue{Routes: c.rows, Tree: tree()}, c.rules)
			route, err := made.Route(
				routing.Call{Sender: system, Receiver: c.receiver, Contract: plain, Profile: routing.RIVTABP21}, noon("2026-06-01"),
			)
			trace := route.Trace.Route
			if err != nil {
				trace = refusal(t, err).Trace.Route
			}
			if route.Address != c.address || trace != c.trace {
				t.Errorf("address %q, trace %q, want %q and %q", route.Address, trace, c.address, c.trace)
			}
		})
	}
}

// A route is found by the parts whoever calls; the lists are for the permission.
func TestDelimiterListsAreForPermissionsAlone(t *testing.T) {
	call := routing.Call{Sender: system, Receiver: "x#" + clinic, Contract: plain}
	for name, c := range map[string]struct {
		change     func(*routing.Rules)
		address    string
		permission bool
	}{
		"no lists": {func(*routing.Rules) {}, "http://clinic/", true},
		"another sender": {
			func(r *routing.Rules) { r.DelimiterSenders = []string{portal} }, "http://clinic/", false,
		},
		"another contract": {
			func(r *routing.Rules) { r.DelimiterContracts = []string{send} }, "http://clinic/", false,
		},
		"the sender, in another letter case": {
			func(r *routing.Rules) { r.DelimiterSenders = []string{strings.ToLower(system)} }, "http://clinic/", true,
		},
		"the contract, in another letter case": {
			func(r *routing.Rules) { r.DelimiterContracts = []string{strings.ToUpper(plain)} }, "http://clinic/", true,
		},
		"no delimiter": {func(r *routing.Rules) { r.Delimiter = "" }, "http://default/", false},
	} {
		t.Run(name, func(t *testing.T) {
			rules := rules()
			c.change(&rules)
			made := table(t, routing.Catalogue{
				Routes:      []routing.Row{row(clinic, "http://clinic/"), row("*", "http://default/")},
				Permissions: []routing.Permission{{Contract: plain, Sender: system, Receiver: clinic}},
			}, rules)
			route, err := made.Route(call, noon("2026-06-01"))
			if err != nil || route.Address != c.address {
				t.Errorf("route %+v, %v", route, err)
			}
			if made.Permits(call, noon("2026-06-01")) != c.permission {
				t.Errorf("permission %t", !c.permission)
			}
		})
	}
}

func TestPermissionAndTrace(t *testing.T) {
	noTree, excepted := rules(), rules()
	noTree.ClimbPermissions = false
	excepted.ClimbPermissions, excepted.ExceptedContracts = false, []string{plain}
	at := func(receivers ...string) (made []routing.Permission) {
		for _, r := range receivers {
			made = append(made, routing.Permission{Contract: plain, Sender: system, Receiver: r})
		}
		return made
	}
	for _, c := range []struct {
		name        string
		rules       routing.Rules
		permissions []routing.Permission
		receiver    string
		permitted   bool
		trace       string
	}{
		{"the exact permission comes first", rules(), at(clinic, "*"), clinic, true, clinic},
		{"the default comes before the tree", rules(), at("*", "SE"), "AnyReceiver", true, "AnyReceiver,(default),*"},
		{"the tree comes last", rules(), at("SE"), "AnyReceiver", true, "AnyReceiver,(default),*,(parent),SE"},
		{
			"ancestors are tried from the nearest", rules(), at("SE2010123456-REG"), clinic, true,
			clinic + ",(default),*,(parent),SE2010123456-SJH,SE2010123456-REG",
		},
		{"missing after all was tried", rules(), nil, "AnyReceiver", false, "AnyReceiver,(default),*,(parent),SE"},
		{"without climbing the tree gives no right", noTree, at("SE"), "AnyReceiver", false, "AnyReceiver,(default),*"},
		{
			"an excepted contract climbs where others do not", excepted, at("SE"), "AnyReceiver", true,
			"AnyReceiver,(default),*,(parent),SE",
		},
		{"an old-style address asks for its last part first", rules(), at(clinic), "x#" + clinic, true, "(leaf)," + clinic},
		{"then for the other one", rules(), at("Second"), "Second#" + clinic, true, "(leaf)," + clinic + ",Second"},
		{
			"the default gives no right to an old-style address", rules(), at("*"), "x#" + clinic, false,
			"(leaf)," + clinic + ",x",
		},
		{"three distinct parts have no right", rules(), at(clinic), "x#y#" + clinic, false, "(leaf)"},
		{"three parts of which two are the same are two", rules(), at(clinic), "x#X#" + clinic, true, "(leaf)," + clinic},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := table(t, routing.Catalogue{
				Routes:      []routing.Row{row("*", "http://default/"), row(clinic, "http://clinic/")},
				Permissions: c.permissions, Tree: tree(),
			}, c.rules)
			call := routing.Call{Sender: system, Receiver: c.receiver, Contract: plain}
			route, err := made.Decide(call, noon("2026-06-01"))
			trace := route.Trace.Permission
			if err != nil {
				refused := refusal(t, err)
				trace = refused.Trace.Permission
				if refused.Code != routing.VP007 || refused.Trace.Route == "" {
					t.Errorf("refused with %v and route trace %q, want VP007 with one", refused, refused.Trace.Route)
				}
			}
			if permitted := err == nil; permitted != c.permitted || trace != c.trace ||
				made.Permits(call, noon("2026-06-01")) != permitted {
				t.Errorf("permitted %t, trace %q, want %t and %q", permitted, trace, c.permitted, c.trace)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	twice := []routing.Row{row(clinic, "http://a/"), row(clinic, "http://b/")}
	mixed := []routing.Row{row(clinic, "http://a/"), row(clinic, "http://b/")}
	mixed[0].Profile = routing.RIVTABP20
	strange, strangeToo := row(clinic, "http://a/"), row(clinic, "http://b/")
	strange.Profile, strangeToo.Profile = "RIVTABP30", "RIVTABP31"
	for _, c := range []struct {
		name     string
		rows     []routing.Row
		receiver string
		profile  string
		want     string // the refusal, or the address
	}{
		{
			"no row is VP004", nil, "SE2010123456-X", routing.RIVTABP21,
			"VP004 No receiverId (logical address) found for serviceNamespace: " + plain + ", receiverId: SE2010123456-X",
		},
		{
			"white space is pointed out", twice, clinic + " ", routing.RIVTABP21,
			"VP004 No receiverId (logical address) found for serviceNamespace: " + plain + ", receiverId: " + clinic +
				" . Whitespace detected in incoming request!",
		},
		{
			"an unknown profile is VP005",
			[]routing.Row{strange},
			clinic, routing.RIVTABP21,
			"VP005 No receiverId (logical address) with matching Riv-version found for serviceNamespace: " + plain +
				", receiverId: " + clinic,
		},
		{
			"two rows are VP006", twice, clinic, routing.RIVTABP21,
			"VP006 More than one receiverId (logical address) with matching Riv-version found for serviceNamespace: " + plain +
				", receiverId: " + clinic,
		},
		{
			"no address is VP010",
			[]routing.Row{row(clinic, "")},
			clinic, routing.RIVTABP21,
			"VP010 Physical Address field is empty in Service Producer for serviceNamespace: " + plain + ", receiverId: " +
				clinic,
		},
		{"profiles tell rows apart: 20", mixed, clinic, routing.RIVTABP20, "http://a/"},
		{"profiles tell rows apart: 21", mixed, clinic, routing.RIVTABP21, "http://b/"},
		{
			"of two rows the one with a known profile is taken",
			[]routing.Row{strange, mixed[0]},
			clinic, routing.RIVTABP21,
			"http://a/",
		},
		{
			"two rows in the caller's profile are still VP006", append(twice, mixed[0]), clinic, routing.RIVTABP21,
			"VP006 More than one receiverId (logical address) with matching Riv-version found for serviceNamespace: " + plain +
				", receiverId: " + clinic,
		},
		{
			"a caller without a profile is not told apart", mixed, clinic, "",
			"VP006 More than one receiverId (logical address) with matching Riv-version found for serviceNamespace: " + plain +
				", receiverId: " + clinic,
		},
		{
			"several rows with strange profiles are a contradiction first",
			[]routing.Row{strange, strangeToo},
			clinic,
			routing.RIVTABP21,
			"VP006 More than one receiverId (logical address) with matching Riv-version found for serviceNamespace: " + plain +
				", receiverId: " + clinic,
		},
		{"one row is taken whatever the caller's profile", mixed[:1], clinic, routing.RIVTABP21, "http://a/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := table(t, routing.Catalogue{Routes: c.rows}, rules())
			route, err := made.Route(routing.Call{Receiver: c.receiver, Contract: plain, Profile: c.profile}, noon("2026-06-01"))
			got := route.Address
			if err != nil {
				got = refusal(t, err).Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestRouteComesBeforePermission(t *testing.T) {
	made := table(t, routing.Catalogue{}, rules())
	_, err := made.Decide(routing.Call{Sender: "nobody", Receiver: clinic, Contract: plain}, noon("2026-06-01"))
	if refused := refusal(t, err); refused.Code != routing.VP004 || refused.Trace.Permission != "" {
		t.Errorf("refused with %v, permission trace %q, want VP004 and none", refused, refused.Trace.Permission)
	}
}

func TestAHomoglyphIsAnotherSender(t *testing.T) {
	made := table(t, routing.Catalogue{
		Routes:      []routing.Row{row("*", "http://a/")},
		Permissions: []routing.Permission{{Contract: plain, Sender: system, Receiver: "*"}},
	}, rules())
	if made.Permits(routing.Call{Sender: "ſ" + system[1:], Receiver: clinic, Contract: plain}, noon("2026-06-01")) {
		t.Error("a long s counts as S: one sender could take another's rights")
	}
}

func TestNilTable(t *testing.T) {
	var missing *routing.Table
	call := routing.Call{Sender: system, Receiver: clinic, Contract: plain}
	_, err := missing.Decide(call, noon("2026-06-01"))
	_, errRoute := missing.Route(call, noon("2026-06-01"))
	for _, err := range []error{err, errRoute} {
		if refused := refusal(t, err); refused.Code != routing.VP008 || refused.Detail == "" {
			t.Errorf("refused with %v, want VP008 and a detail", refused)
		}
	}
	_, found := missing.Unit(clinic)
	_, known := missing.RegionActive("01", noon("2026-06-01"))
	if routes, permissions := missing.Size(); found || known ||
		routes+permissions+len(missing.Units())+len(missing.Notes()) != 0 || missing.Permits(call, time.Now()) {
		t.Error("a nil table knows something")
	}
}

func TestACircleInTheTreeIsRefused(t *testing.T) {
	for want, tree := range map[string]routing.Tree{
		"unit A is above itself": {"A": "B", "B": "C", "C": "A", "D": "A", "E": "SE"},
		"unit X is above itself": {"X": "X"},
		"":                       {"A": "B", "B": "C", "C": "UNKNOWN", "D": "SE"},
	} {
		_, err := routing.NewTable(routing.Catalogue{Tree: tree}, rules())
		if want == "" && err != nil ||
			want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%v: %v", tree, err)
		}
	}
}

func TestPortalStandIn(t *testing.T) {
	call := routing.Call{Sender: system, Receiver: portal, Contract: giveBack}
	national := "https://platform.example/vp"
	for _, c := range []struct {
		name string
		rows []routing.Row
		want string
	}{
		{
			"it comes before the default",
			[]routing.Row{{Contract: giveBack, Receiver: "*", Address: national}},
			routing.AddressPortal,
		},
		{"a row of its own wins", []routing.Row{{Contract: giveBack, Receiver: portal, Address: national}}, national},
		{
			"a row that has ended is no row",
			[]routing.Row{{Contract: giveBack, Receiver: portal, Address: national, Until: 20260101}},
			routing.AddressPortal,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			route, err := table(t, routing.Catalogue{Routes: c.rows}, rules()).Route(call, noon("2026-06-01"))
			if err != nil || route.Address != c.want {
				t.Errorf("address %q, %v, want %q", route.Address, err, c.want)
			}
		})
	}
	if routes, _ := table(t, routing.Catalogue{}, rules()).Size(); routes != 0 {
		t.Errorf("the stand-in counts as %d routes", routes)
	}
	_, err := table(t, routing.Catalogue{}, rules()).Route(routing.Call{Receiver: portal, Contract: send},
		noon("2026-06-01"))
	if refusal(t, err).Code != routing.VP004 {
		t.Errorf("another contract to the portal: %v, want VP004", err)
	}
}
