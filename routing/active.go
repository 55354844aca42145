package routing

import "time"

// activeRegions are the regions that are active on one day.
type activeRegions struct {
	day     Date
	regions map[string]bool
}

// RegionActive tells whether citizens of a region can be served: a region is active while its patient board is
// registered and reachable, see Reachable. Where no units are known at all, known is false and the check is off.
func (t *Table) RegionActive(region string, now time.Time) (active, known bool) {
	if t == nil || len(t.units) == 0 {
		return false, false
	}
	return t.activeOn(DateOf(now))[region], true
}

// activeOn works the active regions out once for each day: lists ask for every unit.
func (t *Table) activeOn(day Date) map[string]bool {
	if last := t.active.Load(); last != nil && last.day == day {
		return last.regions
	}
	regions := make(map[string]bool, len(t.boards))
	for region, i := range t.boards {
		regions[region] = t.reachable(t.units[i].HSAID, day)
	}
	t.active.Store(&activeRegions{day, regions})
	return regions
}

// Reachable tells whether a new case finds its way to a receiver on the day of now. The contract that brings cases has
// a route to it, in a profile that is known, to the inbox here or to an address that a system can have; and somebody
// other than this gateway may call it there: who brings cases from outside need not have the address of 1177's own
// service, so any sender will do. By rules that know no such contract everybody is reachable.
func (t *Table) Reachable(receiver string, now time.Time) bool {
	return t != nil && t.reachable(receiver, DateOf(now))
}

func (t *Table) reachable(receiver string, day Date) bool {
	send := t.rules.SendContract
	return send == "" || t.leads(receiver, send, day) && t.anybodyMayCall(receiver, send, day)
}

// leads tells whether a route takes a case somewhere.
func (t *Table) leads(receiver, contract string, day Date) bool {
	for _, profile := range []string{RIVTABP21, RIVTABP20} {
		route, refusal := t.routeAlone(Call{Receiver: receiver, Contract: contract, Profile: profile}, day)
		if refusal != nil {
			continue
		}
		if _, err := ProducerAddress(route.Address); err == nil || route.Via == Inbox {
			return true
		}
	}
	return false
}

func (t *Table) anybodyMayCall(receiver, contract string, day Date) bool {
	for _, sender := range t.senders {
		if t.mayCall(sender, receiver, contract, day) {
			return true
		}
	}
	return false
}

// addSenders notes who may call the contract that brings cases, somewhere and some day, beside the gateway itself.
func (t *Table) addSenders() {
	seen := map[string]bool{Fold(t.rules.Own): true}
	for _, p := range t.grants {
		if key := Fold(p.Sender); !seen[key] && SameContract(p.Contract, t.rules.SendContract) {
			seen[key] = true
			t.senders = append(t.senders, p.Sender)
		}
	}
}

// serves tells whether a receiver may be named to who asks whom a contract can be called at: a unit of an inactive
// region gets no cases. Other contracts do not depend on regions.
func (t *Table) serves(receiver, contract string, day Date) bool {
	u, known := t.Unit(receiver)
	return !known || t.rules.SendContract == "" || !SameContract(contract, t.rules.SendContract) ||
		t.unitActive(u, day)
}

// UnitActive is RegionActive of a unit's region. What is no care is always active: it helps whoever does not know the
// region.
func (t *Table) UnitActive(u Unit, now time.Time) (active, known bool) {
	if _, known = t.RegionActive(u.Region, now); !known {
		return false, false
	}
	return t.unitActive(u, DateOf(now)), true
}

// unitActive tells whether the region of a unit lets it have cases.
func (t *Table) unitActive(u Unit, day Date) bool {
	return u.Kind == Other || t.activeOn(day)[u.Region]
}

// Tree is the HSA tree that the table climbs. The caller must not change it.
func (t *Table) Tree() Tree {
	if t == nil {
		return nil
	}
	return t.tree
}
