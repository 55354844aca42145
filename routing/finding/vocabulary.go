package finding

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// builder gathers the words of units.
type builder struct {
	ids  map[string]uint32 // words, by when they came
	unit uint32
	uses []wordUse
}

type wordUse struct {
	word uint32
	use  use
}

func (b *builder) add(words []string, field use) {
	for _, word := range words {
		id, known := b.ids[word]
		if !known {
			id = uint32(len(b.ids)) //nolint:gosec // fewer than there are characters in memory
			b.ids[strings.Clone(word)] = id
		}
		b.uses = append(b.uses, wordUse{id, use(b.unit<<2) | field})
	}
}

// index sorts the words, and gives each its uses: those of word i are uses[starts[i]:starts[i+1]].
func (b *builder) index() (v vocabulary, starts []uint32, uses []use) {
	sorted := slices.Sorted(maps.Keys(b.ids))
	v = newVocabulary(sorted)
	place := make([]uint32, len(sorted))
	for at, word := range v.list {
		place[b.ids[word]] = uint32(at) //nolint:gosec // as above
	}
	starts, uses = make([]uint32, len(sorted)+1), make([]use, len(b.uses))
	for _, u := range b.uses {
		starts[place[u.word]+1]++
	}
	for i := range sorted {
		starts[i+1] += starts[i]
	}
	next := slices.Clone(starts)
	for _, u := range b.uses {
		at := place[u.word]
		uses[next[at]] = u.use
		next[at]++
	}
	return v, starts, uses
}

// vocabulary is a sorted list of words, and the same words as one text with a line for each.
type vocabulary struct {
	list []string // parts of the text
	text string
	at   []uint32 // where each word begins in the text, and its end
}

func newVocabulary(sorted []string) vocabulary {
	v := vocabulary{
		list: make([]string, len(sorted)), text: strings.Join(sorted, "\n") + "\n", at: make([]uint32, len(sorted)+1),
	}
	at := 0
	for i, word := range sorted {
		v.at[i] = uint32(at) //nolint:gosec // far below 4 GB
		v.list[i] = v.text[at : at+len(word)]
		at += len(word) + 1
	}
	v.at[len(sorted)] = uint32(at) //nolint:gosec // as above
	return v
}

// startingWith are the words from first to before end.
func (v vocabulary) startingWith(prefix string) (first, end int) {
	first = sort.SearchStrings(v.list, prefix)
	return first, first + v.run(first, prefix)
}

// run is how many words from i on begin with a prefix. Words that do so stand together.
func (v vocabulary) run(i int, prefix string) int {
	step := 1
	for i+step <= len(v.list) && strings.HasPrefix(v.list[i+step-1], prefix) {
		step *= 2
	}
	low, high := i+step/2, min(i+step-1, len(v.list)) // the end is in between
	return low + sort.Search(high-low, func(n int) bool { return !strings.HasPrefix(v.list[low+n], prefix) }) - i
}

// minPart is the shortest text that is looked for within words and HSA-ids.
const minPart = 3

// holding calls fn for each word that has a text in it, and not only at its beginning.
func (v vocabulary) holding(text string, fn func(word int)) {
	if utf8.RuneCountInString(text) < minPart {
		return
	}
	for at := 0; ; {
		found := strings.Index(v.text[at:], text)
		if found < 0 {
			return
		}
		at += found
		word := sort.Search(len(v.list), func(i int) bool { return int(v.at[i+1]) > at })
		if at > int(v.at[word]) {
			fn(word)
			at = int(v.at[word+1])
			continue
		}
		at++ // its beginning: the same text may come again in the word
	}
}
