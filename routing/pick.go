package routing

// chooseRow chooses among the rows of one contract and folded receiver that are valid on a day: an index, none, or
// several where the catalogue contradicts itself.
//
// Rows are first told apart by the caller's profile, then by the seam rule: where two rows share exactly one day, the
// one that begins later counts on it.
func (t *Table) chooseRow(c *contract, receiver string, day Date, profile string) int32 {
	first, valid := none, 0
	if head, ok := c.routes[receiver]; ok {
		for i := head; i != none; i = t.next[i] {
			if t.span(i).holds(day) {
				if valid == 0 {
					first = i
				}
				valid++
			}
		}
	}
	switch {
	case valid > 1:
		return t.chooseAmong(first, day, profile)
	case valid == 0 && t.isPortal(c, receiver):
		return t.portal
	}
	return first
}

// isPortal tells whether the built-in portal row answers for the receiver.
func (t *Table) isPortal(c *contract, receiver string) bool {
	return t.portal != none && c == t.find(t.rules.ReturnContract) && receiver == Fold(t.rules.PortalAddress)
}

// chooseAmong is pick for the chain from head on, of which more than one row is valid.
func (t *Table) chooseAmong(head int32, day Date, profile string) int32 {
	wanted := func(p string) bool { return p == profile }
	if !t.anyRow(head, day, wanted) {
		wanted = KnownProfile
	}
	if !t.anyRow(head, day, wanted) {
		wanted = func(string) bool { return true }
	}
	var room [8]int32
	rivals := room[:0]
	for i := head; i != none; i = t.next[i] {
		if t.span(i).holds(day) && wanted(t.rows[i].Profile) {
			rivals = append(rivals, i)
		}
	}
	latest := rivals[0]
	for n, i := range rivals {
		for _, j := range rivals[:n] {
			if !seam(t.span(i), t.span(j)) {
				return several
			}
		}
		if t.rows[i].From > t.rows[latest].From {
			latest = i
		}
	}
	return latest
}

func (t *Table) anyRow(head int32, day Date, wanted func(profile string) bool) bool {
	for i := head; i != none; i = t.next[i] {
		if t.span(i).holds(day) && wanted(t.rows[i].Profile) {
			return true
		}
	}
	return false
}

// seam tells whether two spans share exactly one day and one of them begins later.
func seam(a, b Span) bool {
	first, last := a.Shared(b)
	return first == last && a.From != b.From
}

func (t *Table) span(i int32) Span { return Span{t.rows[i].From, t.rows[i].Until} }

// KnownProfile tells whether a profile is one that RIV-TA has and this gateway speaks.
func KnownProfile(profile string) bool { return profile == RIVTABP20 || profile == RIVTABP21 }
