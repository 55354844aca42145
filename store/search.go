package store

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"rivgate/contracts/identity"
	"rivgate/store/db"
)

// maxWord is how many bytes of a word are indexed: an index entry takes no more than some thousand.
const maxWord = 256

// tokenKind is what a token is made of.
type tokenKind string

// The kinds. No token of one is the beginning of one of the other.
const (
	ofWord     tokenKind = ""
	ofIdentity tokenKind = "z" // a person's number, whole
)

// token is how a word, or a person's identity, is written where cases are searched: for a case and for who looks for
// one alike. It is in letters, two for each byte, so that no database finds anything in it to part it by, and the token
// of a word begins as that of the word's beginning.
func token(kind tokenKind, text string) string {
	const letters = "ghijklmnopabcdef"
	if len(text) > maxWord { // cut at the end of a character
		text = strings.ToValidUTF8(text[:maxWord], "")
	}
	out := make([]byte, 0, 2*len(text)+1)
	out = append(out, kind...)
	for _, b := range []byte(text) {
		out = append(out, letters[b>>4], letters[b&15])
	}
	return string(out)
}

// tokens are what a case is found by: its ids, whole, the words of its names, and whose it is. Each has a blank before
// and after it.
func (c *Case) tokens() string {
	var all []string
	for _, id := range []string{c.ID, c.Ref.Extension, c.External.Extension} {
		for _, word := range strings.Fields(identity.Fold(id)) {
			all = append(all, token(ofWord, word))
		}
	}
	for _, name := range []string{c.Facts.ReporterName, c.Facts.PatientName} {
		for _, word := range nameWords(name) {
			all = append(all, token(ofWord, word))
		}
	}
	for _, id := range []string{c.Facts.ReporterID, c.Facts.PatientID} {
		if key := identity.Key(id); key != "" {
			all = append(all, token(ofIdentity, key))
		}
	}
	slices.Sort(all)
	return " " + strings.Join(slices.Compact(all), " ") + " "
}

// nameWords are the words of a name, and the parts of those that are hyphenated or in brackets.
func nameWords(name string) []string {
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
	words := strings.Fields(identity.Fold(name))
	for _, word := range slices.Clone(words) {
		words = append(words, strings.FieldsFunc(word, func(r rune) bool { return !inWord(r) })...)
	}
	return words
}

// putTokens writes what a case is found by, unless that is what it was before; before is nil for a new case.
func (t *tx) putTokens(ctx context.Context, c, before *Case) error {
	words := c.tokens()
	if before != nil && before.tokens() == words {
		return nil
	}
	return t.Put(ctx, putWords, c.ID, words)
}

// searchTokens are the tokens of words that somebody looks for. A case is found that has one of each group: a word that
// begins so (*), or the identity.
func searchTokens(words []string) (groups [][]string) {
	for _, word := range words {
		group := []string{token(ofWord, word) + "*"}
		for _, key := range identity.Keys(word) {
			group = append(group, token(ofIdentity, key))
		}
		groups = append(groups, group)
	}
	return groups
}

// wordSet is the cases that have all words.
func wordSet(d db.Dialect, words []string) caseSet {
	groups := searchTokens(words)
	s := caseSet{ids: d.FullText("case_search", "case_id"), args: []any{d.FullTextQuery(groups)}}
	var holds db.Conditions
	for _, group := range groups {
		var either []string
		for _, token := range group {
			begins, cut := strings.CutSuffix(token, "*")
			pattern := "% " + begins + " %"
			if cut {
				pattern = "% " + begins + "%"
			}
			either = append(either, "s.words LIKE $?")
			s.has = append(s.has, pattern)
		}
		holds.Parts = append(holds.Parts, "("+strings.Join(either, " OR ")+")")
	}
	s.holds = `(SELECT 1 FROM case_search s WHERE s.case_id = c.id AND ` + strings.Join(holds.Parts, " AND ") +
		` LIMIT 1) IS NOT NULL`
	return s
}
