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

// exported is name as a Go name: HSA-id and the like as whole initialisms, the rest as it is written.
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

// title is a value of an enumeration as part of a Go name: CARE_UNIT becomes CareUnit.
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

// unused is name, or name with the first number that makes it new.
func unused(used map[string]bool, name string) string {
	candidate := name
	for n := 2; used[candidate]; n++ {
		candidate = name + strconv.Itoa(n)
	}
	used[candidate] = true
	return candidate
}

// nameTypes gives the types names that differ and do not change when the order of the files does (row 6): the local
// name, and where that is not enough, its version, and then the last word of its domain too. reserved are names of what
// else is in the package.
func nameTypes(types []*flatType, reserved map[string]bool) error {
	alike := map[string]int{} // declared in place, they may be equal in name and namespace
	for _, t := range types {
		key := t.space + " " + exported(t.local)
		if alike[key]++; alike[key] > 1 {
			t.local += strconv.Itoa(alike[key])
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
