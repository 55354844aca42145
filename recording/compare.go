package recording

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rivgate/contracts/identity"
)

// Difference is one place where two exchanges, or two documents, are not the same.
type Difference struct {
	Part string `json:"part,omitempty"`
	Path string `json:"path,omitempty"` // local names from the root, [2] for the second of a name
	What What   `json:"what"`
	// what stands there, cut, with numbers of persons hidden
	A     string `json:"a,omitempty"`
	B     string `json:"b,omitempty"`
	LineA int    `json:"lineA,omitempty"`
	LineB int    `json:"lineB,omitempty"`
}

// What is the kind of a Difference.
type What string

// The kinds.
const (
	OtherValue  What = "value"       // another value
	OtherName   What = "name"        // another element, or of another namespace
	OnlyInA     What = "only in a"   // of an element, attribute or part
	OnlyInB     What = "only in b"   //
	NoValue     What = "no value"    // what stands in b is none of the kind that is a placeholder there
	OtherStatus What = "status"      //
	OtherResult What = "outcome"     // see OutcomeOf; of an exchange without a recorded response
	Unreadable  What = "unreadable"  // one of both is no XML document
	OtherBytes  What = "bytes"       // neither is XML, and they differ
	OtherText   What = "text"        // of a part that is lines
	TooMany     What = "and further" // the list was cut
)

func (d Difference) String() string {
	var b strings.Builder
	if d.Part != "" {
		b.WriteString(d.Part + " ")
	}
	if d.Path != "" {
		b.WriteString(d.Path + " ")
	}
	b.WriteString(string(d.What))
	if d.A != "" || d.B != "" {
		fmt.Fprintf(&b, ": %q, %q", d.A, d.B)
	}
	if d.LineA > 0 || d.LineB > 0 {
		fmt.Fprintf(&b, " (lines %d, %d)", d.LineA, d.LineB)
	}
	return b.String()
}

// Rules say what is not compared. The zero value compares everything but prefixes, the order of attributes, comments
// and white space around values.
type Rules struct {
	ignore []Path
	holds  []hold
}

type hold struct {
	path Path
	kind Placeholder
}

// NewRules are rules that leave out what the paths mean.
func NewRules(ignore ...string) (Rules, error) {
	var r Rules
	for _, text := range ignore {
		path, err := ParsePath(text)
		if err != nil {
			return r, err
		}
		r.ignore = append(r.ignore, path)
	}
	return r, nil
}

// With are the rules and those of exchanges. What ParsePath refuses stands in none that was read.
func (r Rules) With(exchanges ...*Exchange) Rules {
	r.ignore, r.holds = slices.Clone(r.ignore), slices.Clone(r.holds)
	for _, e := range exchanges {
		for _, text := range e.Ignore {
			if path, err := ParsePath(text); err == nil {
				r.ignore = append(r.ignore, path)
			}
		}
		for _, text := range slices.Sorted(maps.Keys(e.Placeholders)) {
			if path, err := ParsePath(text); err == nil {
				r.holds = append(r.holds, hold{path, e.Placeholders[text]})
			}
		}
	}
	return r
}

// Hold makes a placeholder of what a path means.
func (r Rules) Hold(path string, kind Placeholder) Rules {
	if p, err := ParsePath(path); err == nil {
		r.holds = append(slices.Clone(r.holds), hold{p, kind})
	}
	return r
}

// mostDifferences is how many differences of one part are told.
const mostDifferences = 100

// Documents are the differences of two documents, each with its content type. Documents that are no XML are compared as
// bytes.
func (r Rules) Documents(a, b []byte, kindA, kindB string) []Difference {
	if bytes.Equal(a, b) {
		return nil
	}
	treeA, errA := readTree(a, kindA)
	treeB, errB := readTree(b, kindB)
	switch {
	case errA != nil && errB != nil:
		return []Difference{{What: OtherBytes, LineA: firstOther(a, b), LineB: firstOther(a, b)}}
	case errA != nil:
		return []Difference{{What: Unreadable, A: errA.Error()}}
	case errB != nil:
		return []Difference{{What: Unreadable, B: errB.Error()}}
	}
	c := &comparison{rules: r}
	c.pair(treeA, treeB, treeA.name.Local)
	if len(c.found) > mostDifferences {
		rest := len(c.found) - mostDifferences
		c.found = append(c.found[:mostDifferences], Difference{What: TooMany, A: strconv.Itoa(rest)})
	}
	return c.found
}

// firstOther is the first line in which two texts differ.
func firstOther(a, b []byte) int {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return 1 + bytes.Count(a[:i], []byte("\n"))
}

// Exchanges are the differences of two exchanges: status, request, response, and what else was recorded of both.
func (r Rules) Exchanges(a, b *Exchange) (all []Difference) {
	r = r.With(a, b)
	if x, y := a.Status(), b.Status(); x != y && x != 0 && y != 0 {
		all = append(all, Difference{What: OtherStatus, A: strconv.Itoa(x), B: strconv.Itoa(y)})
	}
	for _, name := range []string{Request, Response, Sent, Log, Delivery} {
		x, y := a.Part(name), b.Part(name)
		var found []Difference
		switch {
		case x == nil && y == nil:
		case y == nil:
			found = []Difference{{What: OnlyInA}}
		case x == nil:
			found = []Difference{{What: OnlyInB}}
		case name == Request:
			found = r.Documents(x, y, a.ContentType(), b.ContentType())
		case name == Response:
			found = r.Documents(x, y, a.Header(ResponseHeaders).Get("Content-Type"),
				b.Header(ResponseHeaders).Get("Content-Type"))
		case !bytes.Equal(x, y):
			line := firstOther(x, y)
			found = []Difference{{What: OtherText, LineA: line, LineB: line}}
		}
		for _, d := range found {
			d.Part = name
			all = append(all, d)
		}
	}
	return all
}

// comparison walks through two documents side by side.
type comparison struct {
	rules Rules
	place []string // local names down to here
	found []Difference
}

func (c *comparison) ignored() bool {
	return slices.ContainsFunc(c.rules.ignore, func(p Path) bool { return p.means(c.place) })
}

// held is the kind of value that is a placeholder here; "" where none is.
func (c *comparison) held() Placeholder {
	for _, h := range c.rules.holds {
		if h.path.means(c.place) {
			return h.kind
		}
	}
	return ""
}

func (c *comparison) add(d Difference) {
	d.A, d.B = shown(d.A), shown(d.B)
	c.found = append(c.found, d)
}

// pair compares two elements that stand for each other, at a place that is shown as path.
func (c *comparison) pair(a, b *node, path string) {
	c.place = append(c.place, a.name.Local)
	defer func() { c.place = c.place[:len(c.place)-1] }()
	if c.ignored() {
		return
	}
	if a.name != b.name {
		c.add(Difference{Path: "/" + path, What: OtherName, A: full(a.name), B: full(b.name), LineA: a.line, LineB: b.line})
		return
	}
	c.attributes(a, b, path)
	c.value(Difference{Path: "/" + path, What: OtherValue, A: a.text, B: b.text, LineA: a.line, LineB: b.line})
	c.childrenOf(a, b, path)
}

// value adds a difference of two values, unless they are none.
func (c *comparison) value(d Difference) {
	switch kind := c.held(); {
	case kind != "" && (kind.stands(d.B) || d.A == d.B):
	case kind != "":
		d.What, d.A = NoValue, string(kind)
		c.add(d)
	case d.A != d.B:
		c.add(d)
	}
}

func (c *comparison) attributes(a, b *node, path string) {
	if len(a.attrs)+len(b.attrs) == 0 {
		return
	}
	names := map[xml.Name][2]*string{}
	for i, attrs := range [][]xml.Attr{a.attrs, b.attrs} {
		for _, attr := range attrs {
			both := names[attr.Name]
			both[i] = &attr.Value
			names[attr.Name] = both
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(names), func(x, y xml.Name) int {
		return strings.Compare(full(x), full(y))
	}) {
		c.attribute(name.Local, names[name], Difference{Path: "/" + path + "/@" + name.Local, LineA: a.line, LineB: b.line})
	}
}

func (c *comparison) attribute(name string, values [2]*string, d Difference) {
	c.place = append(c.place, "@"+name)
	defer func() { c.place = c.place[:len(c.place)-1] }()
	switch {
	case c.ignored():
	case values[1] == nil:
		d.What, d.A = OnlyInA, *values[0]
		c.add(d)
	case values[0] == nil:
		d.What, d.B = OnlyInB, *values[1]
		c.add(d)
	default:
		d.What, d.A, d.B = OtherValue, *values[0], *values[1]
		c.value(d)
	}
}

// childrenOf pairs the children of two elements by their names, in their order.
func (c *comparison) childrenOf(a, b *node, path string) {
	counts := map[string]int{}
	step := func(n *node) string {
		counts[n.name.Local]++
		if k := counts[n.name.Local]; k > 1 {
			return fmt.Sprintf("%s/%s[%d]", path, n.name.Local, k)
		}
		return path + "/" + n.name.Local
	}
	for _, p := range paired(a.children, b.children) {
		switch {
		case p[1] == nil:
			c.alone(p[0], "/"+step(p[0]), OnlyInA)
		case p[0] == nil:
			c.alone(p[1], "/"+path+"/"+p[1].name.Local, OnlyInB)
		default:
			c.pair(p[0], p[1], step(p[0]))
		}
	}
}

// alone adds an element that only one of both has.
func (c *comparison) alone(n *node, path string, what What) {
	c.place = append(c.place, n.name.Local)
	defer func() { c.place = c.place[:len(c.place)-1] }()
	if c.ignored() {
		return
	}
	if what == OnlyInA {
		c.add(Difference{Path: path, What: what, A: n.text, LineA: n.line})
	} else {
		c.add(Difference{Path: path, What: what, B: n.text, LineB: n.line})
	}
}

// mostPaired bounds the table by which children are paired; longer lists are paired one by one.
const mostPaired = 1 << 20

// paired pairs the elements of two lists that have the same name so that as many as possible are, in order.
func paired(a, b []*node) (pairs [][2]*node) {
	for len(a) > 0 && len(b) > 0 && a[0].name == b[0].name && (len(a) == len(b) || a[0].digest() == b[0].digest()) {
		pairs, a, b = append(pairs, [2]*node{a[0], b[0]}), a[1:], b[1:]
	}
	if len(a)*len(b) > mostPaired {
		for len(a) > 0 && len(b) > 0 {
			pairs, a, b = append(pairs, [2]*node{a[0], b[0]}), a[1:], b[1:]
		}
	}
	// weight[i][j] is how much of a[i:] and b[j:] can be paired: equal elements count more than those of one name.
	weight := make([][]int, len(a)+1)
	for i := range weight {
		weight[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			weight[i][j] = max(weight[i+1][j], weight[i][j+1])
			if gain := likeness(a[i], b[j]); gain > 0 {
				weight[i][j] = max(weight[i][j], gain+weight[i+1][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && likeness(a[i], b[j]) > 0 &&
			weight[i][j] == likeness(a[i], b[j])+weight[i+1][j+1]:
			pairs = append(pairs, [2]*node{a[i], b[j]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && weight[i+1][j] >= weight[i][j+1]:
			pairs = append(pairs, [2]*node{a[i], nil})
			i++
		default:
			pairs = append(pairs, [2]*node{nil, b[j]})
			j++
		}
	}
	return pairs
}

func likeness(a, b *node) int {
	switch {
	case a.name != b.name:
		return 0
	case a.digest() == b.digest():
		return 3
	}
	return 2
}

func full(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return "{" + n.Space + "}" + n.Local
}

// shownMost is how many characters of a value are shown.
const shownMost = 80

// shown is a value on one line, cut, with numbers of persons hidden.
func shown(value string) string {
	value = identity.Hide(value)
	if utf8.RuneCountInString(value) > shownMost {
		value = string([]rune(value)[:shownMost-1]) + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, value)
}
