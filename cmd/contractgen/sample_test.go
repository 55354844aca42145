package main

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"
)

// sampler writes a message by walking its schema. It knows XML Schema only, nothing of the generated code.
type sampler struct {
	*schemas
	full   bool // with everything that is optional
	pick   int  // which alternative of a choice
	out    strings.Builder
	inside map[*etree.Element]int // types that are being written, so that recursion ends
	ids    int                    // given so far; an ID is there once in a document
}

// sample is a message of the global element name.
func (s *schemas) sample(name xml.Name, full bool, pick int) (string, error) {
	c, ok := s.globals[symbol{kind: "element", name: name}]
	if !ok {
		return "", fmt.Errorf("no element %s", name.Local)
	}
	w := &sampler{schemas: s, full: full, pick: pick, inside: map[*etree.Element]int{}}
	if err := w.element(c, name); err != nil {
		return "", err
	}
	return w.out.String(), nil
}

func (w *sampler) element(c component, name xml.Name) error {
	tag, declaration := name.Local, ""
	if name.Space != "" {
		tag, declaration = "p:"+name.Local, ` xmlns:p="`+name.Space+`"`
	}
	w.out.WriteString("<" + tag + declaration)
	if err := w.declaredType(c); err != nil {
		return err
	}
	w.out.WriteString("</" + tag + ">")
	return nil
}

// declaredType writes attributes, the end of the start tag, and content of the element c.
func (w *sampler) declaredType(c component) error {
	if fixed := c.element.SelectAttrValue("fixed", ""); fixed != "" {
		w.out.WriteString(">" + escaped(fixed))
		return nil
	}
	if c.element.SelectAttr("type") != nil {
		found, name, err := w.lookup(c, "type", "type")
		if err != nil {
			return err
		}
		if name.Space == spaceXSD {
			w.out.WriteString(">" + escaped(w.builtin(name.Local)))
			return nil
		}
		return w.typed(found)
	}
	if inner := child(c.element, spaceXSD, "complexType", "simpleType"); inner != nil {
		return w.typed(c.at(inner))
	}
	w.out.WriteString(">free")
	return nil
}

func (w *sampler) typed(c component) error {
	w.inside[c.element]++
	defer func() { w.inside[c.element]-- }()
	if c.element.Tag == "simpleType" {
		value, err := w.simple(c)
		w.out.WriteString(">" + escaped(value))
		return err
	}
	chain, text, err := w.chain(c)
	if err != nil {
		return err
	}
	if err := w.attributes(chain, map[string]bool{}); err != nil {
		return err
	}
	w.out.WriteString(">" + escaped(text))
	start := 0
	for i, link := range chain {
		if link.element.Tag == "restriction" {
			start = i // it says all its content anew
		}
	}
	for _, link := range chain[start:] {
		for _, e := range children(link.element, spaceXSD) {
			if err := w.particle(link.at(e)); err != nil {
				return err
			}
		}
	}
	return nil
}

// chain is what a complex type is derived from, the base first, and its text where it has simple content.
func (w *sampler) chain(c component) (links []component, text string, err error) {
	content := child(c.element, spaceXSD, "simpleContent", "complexContent")
	if content == nil {
		return []component{c}, "", nil
	}
	derived := c.at(child(content, spaceXSD, "extension", "restriction"))
	base, name, err := w.lookup(derived, "type", "base")
	if err != nil {
		return nil, "", err
	}
	switch {
	case name.Space == spaceXSD && name.Local != "anyType":
		text = w.builtin(name.Local)
	case name.Space == spaceXSD:
	case base.element.Tag == "simpleType":
		text, err = w.simple(base)
	default:
		links, text, err = w.chain(base)
	}
	restricts := content.Tag == "simpleContent" && derived.element.Tag == "restriction"
	if restricts && len(children(derived.element, spaceXSD)) > 0 {
		if value, ok := w.facets(derived, text); ok {
			text = value
		}
	}
	return append(links, derived), text, err
}

func (w *sampler) attributes(chain []component, done map[string]bool) error {
	for i := len(chain) - 1; i >= 0; i-- {
		for _, e := range children(chain[i].element, spaceXSD) {
			c := chain[i].at(e)
			if e.Tag == "attributeGroup" {
				group, _, err := w.lookup(c, "attributeGroup", "ref")
				if err == nil {
					err = w.attributes([]component{group}, done)
				}
				if err != nil {
					return err
				}
			}
			if e.Tag != "attribute" {
				continue
			}
			name := e.SelectAttrValue("name", e.SelectAttrValue("ref", ""))
			use := e.SelectAttrValue("use", "optional")
			first := !done[name]
			done[name] = true
			if !first || use == "prohibited" || use == "optional" && !w.full {
				continue
			}
			if err := w.attribute(c, name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *sampler) attribute(c component, name string) error {
	prefix := ""
	if c.element.SelectAttr("ref") != nil {
		full, err := w.name(c, "ref")
		if err != nil {
			return err
		}
		if full.Space == spaceXML {
			w.out.WriteString(` xml:` + full.Local + `="sv"`)
			return nil
		}
		if c, _, err = w.lookup(c, "attribute", "ref"); err != nil {
			return err
		}
		name = full.Local
		w.out.WriteString(` xmlns:a="` + full.Space + `"`)
		prefix = "a:"
	}
	value := c.element.SelectAttrValue("fixed", "")
	if value == "" {
		value = "text"
		var err error
		if inner := child(c.element, spaceXSD, "simpleType"); inner != nil {
			value, err = w.simple(c.at(inner))
		} else if c.element.SelectAttr("type") != nil {
			value, err = w.simpleNamed(c, "type")
		}
		if err != nil {
			return err
		}
	}
	w.out.WriteString(" " + prefix + name + `="` + escaped(value) + `"`)
	return nil
}

func (w *sampler) particle(c component) error {
	least, most, err := occurs(c)
	if err != nil {
		return err
	}
	times := least
	if w.full && !w.recursive(c) {
		times = max(least, min(most, 2))
	}
	for range times {
		if err := w.once(c); err != nil {
			return err
		}
	}
	return nil
}

// recursive says whether c would open a type that is open twice already.
func (w *sampler) recursive(c component) bool {
	if c.element.SelectAttr("type") == nil {
		return false
	}
	found, _, err := w.lookup(c, "type", "type")
	return err == nil && found.element != nil && w.inside[found.element] > 1
}

func (w *sampler) once(c component) error {
	switch c.element.Tag {
	case "element":
		if c.element.SelectAttr("ref") != nil {
			found, name, err := w.lookup(c, "element", "ref")
			if err != nil {
				return err
			}
			return w.element(found, name)
		}
		name := xml.Name{Local: c.element.SelectAttrValue("name", "")}
		if qualified(c, "elementFormDefault") {
			name.Space = c.target
		}
		return w.element(c, name)
	case "any":
		// Names, a value with a prefix, text between elements, an element without namespace.
		w.out.WriteString(`<x:extra xmlns:x="urn:test:extra:1.1" xmlns:v="urn:test:value" x:kind="v:Kind" plain="a&#9;b">` +
			`<x:inner>one <b>two</b> &lt;three&gt;</x:inner><y xmlns="urn:test:default"><z xmlns="">v:word</z></y></x:extra>`)
	case "group":
		found, _, err := w.lookup(c, "group", "ref")
		if err != nil {
			return err
		}
		return w.all(found, children(found.element, spaceXSD))
	case "sequence", "all":
		return w.all(c, children(c.element, spaceXSD))
	case "choice":
		alternatives := children(c.element, spaceXSD)
		return w.particle(c.at(alternatives[w.pick%len(alternatives)]))
	}
	return nil
}

func (w *sampler) all(c component, particles []*etree.Element) error {
	for _, e := range particles {
		if err := w.particle(c.at(e)); err != nil {
			return err
		}
	}
	return nil
}

func (w *sampler) simpleNamed(c component, attribute string) (string, error) {
	found, name, err := w.lookup(c, "type", attribute)
	if err != nil {
		return "", err
	}
	if name.Space == spaceXSD {
		return w.builtin(name.Local), nil
	}
	return w.simple(found)
}

func (w *sampler) simple(c component) (string, error) {
	if r := child(c.element, spaceXSD, "restriction"); r != nil {
		at := c.at(r)
		var base string
		var err error
		if inner := child(r, spaceXSD, "simpleType"); inner != nil && r.SelectAttr("base") == nil {
			base, err = w.simple(c.at(inner))
		} else {
			base, err = w.simpleNamed(at, "base")
		}
		if value, ok := w.facets(at, base); ok {
			return value, err
		}
		return base, err
	}
	if l := child(c.element, spaceXSD, "list"); l != nil && l.SelectAttr("itemType") != nil {
		return w.simpleNamed(c.at(l), "itemType")
	}
	if u := child(c.element, spaceXSD, "union"); u != nil {
		if inner := child(u, spaceXSD, "simpleType"); inner != nil {
			return w.simple(c.at(inner))
		}
		if members := strings.Fields(u.SelectAttrValue("memberTypes", "")); len(members) > 0 {
			name, _ := resolve(u, members[0])
			if found, ok := w.globals[symbol{kind: "type", name: name}]; ok {
				return w.simple(found)
			}
			return w.builtin(name.Local), nil
		}
	}
	return "text", nil
}

// facets is a value that the restriction allows; false where that of the base will do.
func (w *sampler) facets(c component, base string) (string, bool) {
	value, found := base, false
	for _, facet := range children(c.element, spaceXSD) {
		v := facet.SelectAttrValue("value", "")
		n, _ := strconv.Atoi(v)
		switch facet.Tag {
		case "enumeration":
			if !found || w.full { // the first where it is short, the last where it is full
				value, found = v, true
			}
		case "pattern":
			if !found {
				value, found = matching(v, value, w.full), true
			}
		case "length", "minLength":
			if have := utf8.RuneCountInString(value); have < n {
				value, found = value+strings.Repeat("x", n-have), true
			}
		case "maxLength":
			if runes := []rune(value); len(runes) > n {
				value, found = string(runes[:n]), true
			}
		case "minInclusive":
			if have, err := strconv.Atoi(value); err == nil && have < n {
				value, found = v, true
			}
		}
	}
	return value, found
}

// builtin is a value of a type of XML Schema.
func (w *sampler) builtin(local string) string {
	if local == "ID" {
		w.ids++
		return "id" + strconv.Itoa(w.ids)
	}
	return builtinSample(local)
}

// builtinSample is a value of a type of XML Schema, in canonical form.
func builtinSample(local string) string {
	switch local {
	case "boolean":
		return "false"
	case "decimal", "float", "double":
		return "12.50"
	case "integer", "int", "long", "short", "byte", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
		"positiveInteger", "nonNegativeInteger":
		return "7"
	case "negativeInteger", "nonPositiveInteger":
		return "-7"
	case "dateTime":
		return "2026-02-28T23:59:59.5+01:00"
	case "date":
		return "2026-02-28"
	case "time":
		return "23:59:59"
	case "duration":
		return "P1DT2H"
	case "gYear":
		return "2026"
	case "gYearMonth":
		return "2026-02"
	case "hexBinary":
		return "0aF1"
	case "base64Binary":
		return "SGVqIQ=="
	case "anyURI":
		return "urn:test:uri"
	case "language":
		return "sv"
	case "QName":
		return "p:name"
	case "IDREF":
		return "id1"
	case "NCName", "Name", "NMTOKEN", "token":
		return "name"
	}
	return "Blåbär & \"gräs\" <1>"
}

// spellings are more values of a type of XML Schema, by builtinSample's. A pattern on a date needs one of them: what
// grows from \d{4}-\d\d-\d\d need not be a date.
var spellings = map[string][]string{
	builtinSample("dateTime"): {
		"2026-02-28T23:59:59", "2026-02-28T23:59:59.500", "2026-02-28T23:59:59Z", "2026-02-28T23:59:59.500Z",
		"2026-02-28T23:59:59+01:00", "2026-02-28T23:59:59.500+01:00",
	},
	builtinSample("date"): {"2026-02-28Z", "2026-02-28+01:00"},
	builtinSample("time"): {"23:59:59.500", "23:59:59Z", "23:59:59.500Z", "23:59:59+01:00"},
}

// matching is a string that an XSD pattern takes: value, another spelling of it, or one grown from the pattern.
func matching(pattern, value string, full bool) string {
	pattern = "^(?:" + anchorsEscaped(pattern) + ")$"
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "text"
	}
	for _, spelling := range append([]string{value}, spellings[value]...) {
		if re.MatchString(spelling) {
			return spelling
		}
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "text"
	}
	var b strings.Builder
	grow(&b, tree, full)
	return b.String()
}

// anchorsEscaped is an XSD pattern for Go: in XSD a pattern is always for the whole value, and ^ and $ are themselves.
func anchorsEscaped(pattern string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			b.WriteString(pattern[i : i+2])
			i++
			continue
		case c == '[':
			class = true
		case c == ']':
			class = false
		case (c == '^' || c == '$') && !class:
			b.WriteByte('\\')
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}

func grow(b *strings.Builder, re *syntax.Regexp, full bool) {
	repeat := func(least, most int) {
		times := least
		if full && (most < 0 || most > least) {
			times++
		}
		for range times {
			grow(b, re.Sub[0], full)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(re.Rune[0])
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpCapture:
		grow(b, re.Sub[0], full)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			grow(b, sub, full)
		}
	case syntax.OpAlternate:
		grow(b, re.Sub[0], full)
	case syntax.OpStar:
		repeat(0, -1)
	case syntax.OpPlus:
		repeat(1, -1)
	case syntax.OpQuest:
		repeat(0, 1)
	case syntax.OpRepeat:
		repeat(re.Min, re.Max)
	}
}

func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}
