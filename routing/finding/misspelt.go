package finding

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words of units of these lengths are found with one mistake and with two.
const (
	oneMistake  = 4
	twoMistakes = 8
)

// allowed is how many mistakes a word of this length is found with.
func allowed(length int) int {
	switch {
	case length >= twoMistakes:
		return 2
	case length >= oneMistake:
		return 1
	}
	return 0
}

// possible is how many mistakes there can be in what was typed, by its length: it may lack letters of the word.
func possible(length int) int {
	switch {
	case length+2 >= twoMistakes:
		return 2
	case length+1 >= oneMistake:
		return 1
	}
	return 0
}

// like calls fn for each word that differs from one that was typed by at least one mistake, and by no more than most
// and than are allowed.
func (v vocabulary) like(typed string, most int, fn func(word, mistakes int)) {
	w := walk{typed: []rune(typed)}
	w.most = min(most, possible(len(w.typed)))
	w.through(v, fn)
}

// beginningLike calls fn for each word that begins with something like what was typed.
func (v vocabulary) beginningLike(typed string, fn func(word int)) {
	w := walk{typed: []rune(typed), starts: true}
	w.most = allowed(len(w.typed))
	w.through(v, func(word, _ int) { fn(word) })
}

// through walks the sorted words as the tree that their common beginnings make: a beginning that has too many mistakes
// already ends all words that have it. So a few thousand of them are looked at, and no index of mistakes is needed.
func (w *walk) through(v vocabulary, fn func(word, mistakes int)) {
	if w.most == 0 || slices.ContainsFunc(w.typed, unicode.IsDigit) {
		return
	}
	w.begin()
	former := ""
	for i := 0; i < len(v.list); {
		word := v.list[i]
		mistakes, ended := w.word(word, common(former, word))
		former = word
		if ended > 0 {
			i += v.run(i, word[:ended])
			continue
		}
		if mistakes > 0 && !strings.ContainsFunc(word, unicode.IsDigit) {
			fn(i, mistakes)
		}
		i++
	}
}

// common is how many bytes two words have in common at their beginning, in whole characters.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(b) && !utf8.RuneStart(b[n]) {
		n--
	}
	return n
}

// walk is the way through the words for one that was typed. Its table of distances (optimal string alignment) has a row
// for each character of the word at hand; rows for what it has in common with the word before it stay. Only the cells
// that can be within the bound are filled, the rest count as too many.
type walk struct {
	typed  []rune
	most   int
	starts bool
	steps  []step
	depth  int // steps that belong to the word at hand, without the first
}

// step is one character of a word.
type step struct {
	letter rune
	end    int     // in the word, in bytes
	row    []uint8 // mistakes between the word so far and each beginning of what was typed
	least  uint8   // of all beginnings so far, how near one is to what was typed
}

func (w *walk) begin() {
	w.steps = []step{w.newStep()}
	first := &w.steps[0]
	for j := range first.row {
		first.row[j] = uint8(min(j, w.most+1)) //nolint:gosec // small
	}
	first.least = uint8(w.most + 1) //nolint:gosec // small
}

func (w *walk) newStep() step { return step{row: make([]uint8, len(w.typed)+2)} }

// word takes the next word, whose first bytes are known from the word before. It gives the mistakes in it, 0 where
// there are none or too many; or how many bytes of it have too many already, so that no word fits that begins so.
func (w *walk) word(word string, known int) (mistakes, ended int) {
	w.depth = w.depthOf(known)
	for at := w.steps[w.depth].end; at < len(word); {
		if w.starts && int(w.steps[w.depth].least) <= w.most {
			break
		}
		letter, size := utf8.DecodeRuneInString(word[at:])
		at += size
		if w.add(letter, at) > w.most {
			return 0, at
		}
	}
	last := w.steps[w.depth]
	if w.starts {
		mistakes = int(last.least)
	} else {
		mistakes = int(last.row[len(w.typed)])
	}
	if mistakes > w.most || !w.starts && mistakes > allowed(w.depth) {
		return 0, 0
	}
	return mistakes, 0
}

// depthOf is how many steps the first bytes of the word before took.
func (w *walk) depthOf(known int) int {
	depth := 0
	for depth < w.depth && w.steps[depth+1].end <= known {
		depth++
	}
	return depth
}

// add takes one more character of the word, and gives the least number in its row.
func (w *walk) add(letter rune, end int) int {
	w.depth++
	if w.depth == len(w.steps) {
		w.steps = append(w.steps, w.newStep())
	}
	d, above, here := w.depth, &w.steps[w.depth-1], &w.steps[w.depth]
	here.letter, here.end = letter, end
	tooMany := uint8(w.most + 1) //nolint:gosec // small
	low, high := max(1, d-w.most), min(len(w.typed), d+w.most)
	least := tooMany
	if low == 1 {
		here.row[0] = min(uint8(min(d, 255)), tooMany) //nolint:gosec // small
		least = here.row[0]
	} else {
		here.row[low-1] = tooMany
	}
	for j := low; j <= high; j++ {
		cell := above.row[j-1]
		if letter != w.typed[j-1] {
			cell = min(cell, above.row[j], here.row[j-1]) + 1
		}
		if j > 1 && d > 1 && letter == w.typed[j-2] && above.letter == w.typed[j-1] {
			cell = min(cell, w.steps[d-2].row[j-2]+1)
		}
		here.row[j] = min(cell, tooMany)
		least = min(least, cell)
	}
	here.row[high+1] = tooMany
	here.least = above.least
	if high == len(w.typed) && high >= low {
		here.least = min(here.least, here.row[high])
	}
	return int(least)
}
