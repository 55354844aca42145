package accesslog

import (
	"encoding/json"
	"strings"

	"rivgate/routing"
)

// What a row of the access log says of what was done, in Detail or Subject, is one fact or several: codes with values.
// One code alone stands as it is; anything more is JSON.

// Detail is facts as a row of the access log keeps them.
func Detail(facts ...routing.Fact) string {
	if len(facts) == 1 && len(facts[0].Values) == 0 {
		return facts[0].Code
	}
	text, err := json.Marshal(facts)
	if err != nil { // strings alone
		return ""
	}
	return string(text)
}

// DetailOf is the detail of one code with values.
func DetailOf(code string, values ...string) string { return Detail(routing.NewFact(code, values...)) }

// AddDetail is a detail with one more code.
func AddDetail(detail, code string, values ...string) string {
	return Detail(append(Details(detail), routing.NewFact(code, values...))...)
}

// AddDetailValue is a detail whose last code has one more value.
func AddDetailValue(detail, value string) string {
	facts := Details(detail)
	if len(facts) == 0 {
		return value
	}
	last := &facts[len(facts)-1]
	last.Values = append(last.Values, value)
	return Detail(facts...)
}

// Details are the facts of a detail; none for "".
func Details(detail string) []routing.Fact {
	if detail == "" {
		return nil
	}
	var facts []routing.Fact
	if json.Unmarshal([]byte(detail), &facts) != nil || len(facts) == 0 {
		return []routing.Fact{{Code: detail}}
	}
	return facts
}

// DetailWords is a detail in a language: by its table of codes, in which {1} stands for the first value, and its words
// for values. What a table does not have stands as it is, with its values after a colon.
func DetailWords(detail string, codes, values map[string]string) string {
	var all []string
	for _, f := range Details(detail) {
		for i, v := range f.Values {
			if word := values[v]; word != "" {
				f.Values[i] = word
			}
		}
		words := codes[f.Code]
		switch {
		case words == "":
			words = strings.Join(append([]string{f.Code}, f.Values...), ": ")
		case strings.Contains(words, "{1}"):
			words = f.Words(codes)
		default:
			words = strings.Join(append([]string{words}, f.Values...), ": ")
		}
		all = append(all, words)
	}
	return strings.Join(all, ", ")
}

// DetailText is a detail in English.
func DetailText(detail string) string { return DetailWords(detail, detailWords, nil) }

// detailWords are the codes that are no English themselves.
var detailWords = map[string]string{
	"state":         "{1}",
	"again":         "{1} more times",
	"sample":        "sample {1}",
	"granted":       "granted {1} {2}",
	"revoked":       "revoked {1} {2}",
	"board export":  "board {1} {2} {3}",
	"users: give":   "role or unit not theirs to give",
	"users: none":   "no account that can have the role",
	"users: take":   "role not theirs to take",
	"users: others": "{1} of an account with roles elsewhere",
	"users: see":    "account of others",
}
