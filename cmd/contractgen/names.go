package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// words splits an XML name or a value at case changes and at everything that is neither letter nor digit.
func words(name string) []string {
	var found []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			found = append(found, string(word))
		}
		word = nil
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			flush()
		}
		word = append(word, r)
	}
	flush()
	return found
}

// exported turns name into an exported Go name. Initialisms such as HSA and ID are capitals; the rest stays as written.
func exported(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		switch strings.ToUpper(w) {
		case "ID", "URL", "URI", "HSA", "URN", "XML", "SSO", "OID":
			b.WriteString(strings.ToUpper(w))
		default:
			runes := []rune(w)
			b.WriteString(string(unicode.ToUpper(runes[0])) + string(runes[1:]))
		}
	}
	if s := b.String(); s != "" && unicode.IsUpper([]rune(s)[0]) {
		return s
	}
	return "X" + b.String()
}

// title turns a value of an enumeration into a part of a Go name: CARE_UNIT becomes CareUnit.
func title(value string) string {
	var b strings.Builder
	all := words(value)
	for _, w := range all {
		runes := []rune(w)
		if (len(runes) > 2 || len(all) > 1) && strings.ToUpper(w) == w {
			w = string(runes[0]) + strings.ToLower(string(runes[1:]))
		} else {
			w = string(unicode.ToUpper(runes[0])) + string(runes[1:])
		}
		if b.Len() > 0 && unicode.IsDigit(runes[0]) {
			w = "_" + w
		}
		b.WriteString(w)
	}
	if b.Len() == 0 {
		return "Empty"
	}
	return b.String()
}

// unused returns name, with a number behind it if name is used already, and notes it as used.
func unused(used map[string]bool, name string) string {
	candidate := name
	for n := 2; used[candidate]; n++ {
		candidate = name + strconv.Itoa(n)
	}
	used[candidate] = true
	return candidate
}

// nameTypes gives every type a name of its own (row 6), which does not depend on the order of the files: the local
// name; where types share it, with the version; where they share that too, with the last word of the domain. reserved
// are other names of the package.
func nameTypes(types []*flatType, reserved map[string]bool) error {
	copies := map[string]int{} // types that are declared in place may share name and namespace
	for _, t := range types {
		key := t.space + " " + exported(t.local)
		if copies[key]++; copies[key] > 1 {
			t.local += strconv.Itoa(copies[key])
		}
	}
	level := map[*flatType]int{}
	for range 8 {
		claims := map[string][]*flatType{}
		for _, t := range types {
			t.name = candidate(t, level[t])
			claims[t.name] = append(claims[t.name], t)
		}
		settled := true
		for name, claimants := range claims {
			if len(claimants) == 1 && !reserved[name] && !slices.Contains(row6Taken, strings.ToLower(name)) {
				continue
			}
			settled = false
			for _, t := range claimants {
				level[t]++
			}
		}
		if settled {
			return nil
		}
	}
	return fmt.Errorf("naming types: no name left for %s", types[0].local)
}

func candidate(t *flatType, level int) string {
	name := exported(t.local)
	if level == 0 {
		return name
	}
	parts := strings.FieldsFunc(t.space, func(r rune) bool { return strings.ContainsRune(":/.#-_", r) })
	version, rest := "", parts
	if n := len(parts); n > 0 && strings.Trim(parts[n-1], "0123456789") == "" {
		version, rest = "V"+parts[n-1], parts[:n-1]
	}
	prefix := ""
	for i := 0; i < level-1 && i < len(rest); i++ {
		prefix = exported(rest[len(rest)-1-i]) + prefix
	}
	return prefix + name + version
}
