package catalogue

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rivgate/routing"
	"rivgate/routing/reach"
)

// Sizes of TAK's fields, in characters.
const (
	maxField   = 255
	minAddress = 5
)

// Check looks at every rule that a kept catalogue follows (TAK's, and ours) and gives all offences, each naming its
// row and the remedy; nil if there is none. Rows that ended before today are not asked for what they refer to.
func Check(rows []Row, r routing.Rules, today routing.Date) error {
	k := &checker{rules: r, today: today, keys: make(map[string]int, len(rows))}
	for i, e := range rows {
		k.row(e)
		if e.Kind != KindRoute && e.Kind != KindPermission {
			k.unique(rows, i)
		}
	}
	for _, e := range rows {
		k.references(e)
	}
	k.overlaps(rows)
	k.boards(rows)
	k.others(rows)
	if len(k.problems) > 0 {
		return k.problems
	}
	if _, err := routing.NewTable(FromRows(rows), r); err != nil { // whatever the rules above do not see
		return notLoading(err)
	}
	return nil
}

// notLoading are the reasons why rows make no table, as problems of the whole catalogue.
func notLoading(err error) error {
	var all Problems
	for _, reason := range routing.TableProblems(err) {
		whole := problemOf(Row{}, "does-not-load", reason)
		whole.Row, whole.Table = "the catalogue", reason.TableFact
		all = append(all, whole)
	}
	if len(all) == 0 {
		return fmt.Errorf("making a table of rows: %w", err)
	}
	return all
}

// CheckEdited is Check of rows that were edited, before they are published. What was wrong with a row that the edit did
// not touch does not refuse it: a new rule finds old rows, and they are mended one after the other.
func CheckEdited(before, after []Row, r routing.Rules, today routing.Date) error {
	err := Check(after, r, today)
	var wrong Problems
	if !errors.As(err, &wrong) {
		return err
	}
	was := make(map[string]int, len(before))
	for i := range before {
		was[before[i].ID] = i
	}
	wrong = slices.DeleteFunc(wrong, func(p Problem) bool {
		i, known := was[p.ID]
		old := p.Code == "unit-without-region" || p.Code == "address-outside" || p.Code == "address-never"
		return old && known && before[i].same(p.Of)
	})
	if len(wrong) == 0 {
		return nil
	}
	return wrong
}

type checker struct {
	rules    routing.Rules
	today    routing.Date
	keys     map[string]int // of plain objects
	problems Problems
}

func (k *checker) say(e Row, code ProblemCode, values ...any) {
	k.problems = append(k.problems, problemOf(e, code, values...))
}

// row looks at a row by itself.
func (k *checker) row(e Row) {
	switch e.Kind {
	case KindUnit:
		k.hsaID(e, RoleOwn, e.HSAID)
		if !e.UnitKind.Known() {
			k.say(e, "unit-kind-unknown", shorten(string(e.UnitKind)))
		}
		if e.UnitKind == routing.CareUnit && e.Region == "" { // of a patient board see boards
			k.say(e, "unit-without-region")
		}
		if e.Provider != "" {
			k.hsaID(e, RoleProvider, e.Provider)
		}
		k.names(e)
	case KindContract:
		k.namespace(e)
	case KindComponent, KindReceiver:
		k.hsaID(e, RoleOwn, e.HSAID)
	case KindAddress:
		k.address(e)
	case KindRoute:
		k.namespace(e)
		k.receiver(e)
		k.address(e)
		k.signature(e)
		k.days(e)
	case KindPermission:
		k.namespace(e)
		k.receiver(e)
		k.hsaID(e, RoleSender, e.Sender)
		k.days(e)
		k.filters(e)
	default:
		k.say(e, "kind-unknown")
	}
	if !nameForm(e.Name) {
		k.say(e, "name-form")
	}
}

// nameForm tells whether a text is short enough for a name, and on one line.
func nameForm(text string) bool {
	return utf8.RuneCountInString(text) <= maxField &&
		!strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f })
}

// maxAliases bounds what one unit is called, so that it cannot be put before all others.
const maxAliases = 50

// names looks at what a unit is found by beside its name. A comma parts aliases where people type them.
func (k *checker) names(e Row) {
	if !nameForm(e.Town) {
		k.say(e, "town-form")
	}
	aliases := e.Aliases.List()
	if len(aliases) > maxAliases {
		k.say(e, "aliases-many", maxAliases)
	}
	for _, alias := range aliases {
		if !nameForm(alias) || strings.Contains(alias, ",") {
			k.say(e, "alias-form", shorten(alias))
		}
	}
}

func (k *checker) hsaID(e Row, whose IDRole, id string) {
	switch {
	case id == "":
		k.say(e, "id-missing", whose)
	case len(id) > maxField ||
		strings.ContainsFunc(id, func(c rune) bool { return !letterOrDigit(c) && c != '_' && c != '-' }):
		k.say(e, "id-form", whose, shorten(id))
	}
}

func (k *checker) receiver(e Row) {
	if e.Receiver != routing.Anyone {
		k.hsaID(e, RoleReceiver, e.Receiver)
	}
}

func (k *checker) namespace(e Row) {
	allowed := func(c rune) bool { return letterOrDigit(c) || strings.ContainsRune("_.:-", c) }
	switch {
	case e.Contract == "":
		k.say(e, "contract-missing")
	case len(e.Contract) > maxField || strings.ContainsFunc(e.Contract, func(c rune) bool { return !allowed(c) }):
		k.say(e, "contract-form", shorten(e.Contract))
	}
}

// address follows TAK's rule for a URL, which knows fewer characters than the standard; such an address could not be
// taken back to a TAK.
func (k *checker) address(e Row) {
	if e.inHouse() {
		k.house(e)
		return
	}
	allowed := func(c rune) bool { return letterOrDigit(c) || strings.ContainsRune("_.:/-?&", c) }
	_, err := routing.ProducerAddress(e.Address)
	switch {
	case len(e.Address) < minAddress || len(e.Address) > maxField ||
		strings.ContainsFunc(e.Address, func(c rune) bool { return !allowed(c) }):
		k.say(e, "address-form", shorten(e.Address))
	case errors.Is(err, routing.ErrNever), errors.Is(k.rules.Allows(e.Address), reach.ErrNever):
		k.say(e, "address-never", shorten(e.Address))
	case err != nil:
		k.say(e, "address-no-url", shorten(e.Address))
	case k.rules.Allows(e.Address) != nil && (e.Kind == KindAddress || e.live(k.today)):
		k.say(e, "address-outside", shorten(e.Address))
	}
	if !routing.KnownProfile(e.Profile) {
		k.say(e, "profile-unknown", shorten(e.Profile))
	}
	if e.Component != "" {
		k.hsaID(e, RoleComponent, e.Component)
	}
}

// signature looks at what a route asks of signatures, by the rule of NewTable.
func (k *checker) signature(e Row) {
	switch {
	case !e.Signature.Known():
		k.say(e, "signature-unknown", shorten(string(e.Signature)))
	case e.Signature.Signs() && e.inHouse():
		k.say(e, "signature-in-house", e.Address)
	}
}

// house looks at addresses of our own by the rule of NewTable.
func (k *checker) house(e Row) {
	returns := routing.SameContract(e.Contract, k.rules.ReturnContract) && e.Contract != ""
	switch {
	case e.Kind != KindRoute:
		k.say(e, "address-in-house", e.Address)
	case e.Address == routing.AddressInbox && !k.brings(e):
		k.say(e, "inbox-other-contract")
	case e.Address == routing.AddressPortal && !returns:
		k.say(e, "portal-other-contract", routing.AddressPortal)
	case e.Address != routing.AddressInbox && e.Address != routing.AddressPortal:
		k.say(e, "address-in-house-unknown", shorten(e.Address))
	}
}

func (k *checker) days(e Row) {
	if e.Until != 0 && e.From > e.Until {
		k.say(e, "days-exchanged", e.From, e.Until)
	}
}

// filters looks at each filter of a permission.
func (k *checker) filters(e Row) {
	for _, f := range e.Filters.List() {
		allowed := func(c rune) bool { return c > ' ' && c < 0x7f && !strings.ContainsRune("<>\"{}|\\^`", c) }
		switch {
		case f.Domain == "":
			k.say(e, "filter-domain-missing")
		case len(f.Domain) > maxField || strings.ContainsFunc(f.Domain, func(c rune) bool { return !allowed(c) }):
			k.say(e, "filter-domain-form", shorten(f.Domain))
		}
		for _, c := range f.Categories {
			if c == "" || len([]rune(c)) > maxField ||
				strings.ContainsFunc(c, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				k.say(e, "filter-category-form", shorten(c))
			}
		}
	}
}

func (k *checker) unique(rows []Row, i int) {
	key := rows[i].key()
	if former, twice := k.keys[key]; twice {
		k.say(rows[i], "twice", rows[former])
		return
	}
	k.keys[key] = i
}

// references sees that what a live row refers to is there.
func (k *checker) references(e Row) {
	if !e.live(k.today) {
		return
	}
	for _, plain := range e.needs() {
		if _, ok := k.keys[plain.tidy().key()]; !ok {
			k.say(e, "reference-missing", plain.Kind, named(plain))
		}
	}
}

// overlaps refuses two routes of one contract and receiver, or two permissions of one sender too, that share a day.
//
// Deviation: routes that differ in profile may share days, for the switch tells them apart by the caller's profile.
func (k *checker) overlaps(rows []Row) {
	groups := make(map[string][]int32, len(rows))
	for i := range rows {
		e := &rows[i]
		if e.Kind != KindRoute && e.Kind != KindPermission {
			continue
		}
		key := e.key()
		groups[key] = append(groups[key], int32(i))
	}
	var clashes [][2]int32
	for _, group := range groups {
		for n, i := range group {
			for _, j := range group[:n] {
				if overlap(rows[j], rows[i]) {
					clashes = append(clashes, [2]int32{i, j})
				}
			}
		}
	}
	slices.SortFunc(clashes, func(a, b [2]int32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, c := range clashes {
		one, other := rows[c[0]], rows[c[1]]
		k.say(one, "days-shared", other)
	}
}

func overlap(a, b Row) bool {
	if a.Kind == KindRoute && a.Profile != b.Profile && a.inHouse() == b.inHouse() {
		return false
	}
	first, last := routing.Span{From: a.From, Until: a.Until}.Shared(routing.Span{From: b.From, Until: b.Until})
	return first <= last
}

// boards sees that each region has one patient board at most.
func (k *checker) boards(rows []Row) {
	boards := map[string]Row{}
	for _, e := range rows {
		if e.Kind != KindUnit || e.UnitKind != routing.PatientBoard {
			continue
		}
		former, twice := boards[e.Region]
		switch {
		case e.Region == "":
			k.say(e, "board-without-region")
		case twice:
			k.say(e, "board-twice", e.Region, former)
		default:
			boards[e.Region] = e
		}
	}
}

// others sees that cases for what is no care come to the inbox here.
func (k *checker) others(rows []Row) {
	others := map[string]Row{}
	for _, e := range rows {
		if e.Kind == KindUnit && e.UnitKind == routing.Other {
			others[routing.Fold(e.HSAID)] = e
		}
	}
	for _, e := range rows {
		if e.Kind != KindRoute || e.Address == routing.AddressInbox || !k.brings(e) {
			continue
		}
		if unit, is := others[routing.Fold(e.Receiver)]; is {
			k.say(e, "other-outside", named(unit))
		}
	}
}

// brings tells whether a route brings cases.
func (k *checker) brings(e Row) bool {
	returns := routing.SameContract(e.Contract, k.rules.ReturnContract) && e.Contract != ""
	return !returns && k.rules.Durable != nil && k.rules.Durable(e.Contract)
}

func letterOrDigit(c rune) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// shorten keeps a value that is far too long, or holds control characters, from spoiling a message.
func shorten(s string) string {
	const most = 80
	more := ""
	if len(s) > most {
		s, more = s[:most], "…"
	}
	quoted := strconv.Quote(s)
	return quoted[1:len(quoted)-1] + more
}
