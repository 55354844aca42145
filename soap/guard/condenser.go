package guard

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"sort"
)

// Condensing says how a message is to be condensed.
type Condensing struct {
	Files map[xml.Name]bool // elements whose text is a file as xs:base64Binary
	// Mark makes the stand-ins of files known from text of strangers: it is drawn for each message. Two messages that are
	// to be compared have the same.
	StandInPrefix [16]byte
	// Bytes is asked for each file by its number who gets its bytes as they pass; nil: nobody gets any.
	Bytes func(number int) io.Writer
}

// largeTextFrom is how many characters a file's text must have at least to be taken out.
const largeTextFrom = 16 << 10

// Condensed is a message without the text of its files.
type Condensed struct {
	// Text is what Request.UTF8 would be, but for the text of large files: each has a stand-in instead, which is right by
	// xs:base64Binary where the text was. Equal texts have equal stand-ins.
	Text []byte

	StandInPrefix [16]byte // as it was given

	files   map[[sha256.Size]byte]*File
	numbers map[*File][]int
	cuts    []cut
}

// cut is where the content of a file ended: in Text, and in the message.
type cut struct{ line, column, realLine, realColumn int }

// File is the file for which a decoded value stands in; false: the value is the file itself, as all are where c is nil.
func (c *Condensed) File(value []byte) (*File, bool) {
	if c == nil || len(value) < len(c.StandInPrefix)+sha256.Size || [16]byte(value) != c.StandInPrefix {
		return nil, false
	}
	f, ok := c.files[[sha256.Size]byte(value[len(c.StandInPrefix):])]
	return f, ok
}

// Numbers are the numbers of all elements of the message that hold a file which File gave, in their order: the same
// text may stand in several.
func (c *Condensed) Numbers(f *File) []int { return c.numbers[f] }

// Position is where in the message something is that is at a place in Text, both from 1.
func (c *Condensed) Position(line, column int) (int, int) {
	if c == nil {
		return line, column
	}
	after := sort.Search(len(c.cuts), func(i int) bool {
		return c.cuts[i].line > line || c.cuts[i].line == line && c.cuts[i].column > column
	})
	if after == 0 {
		return line, column
	}
	last := c.cuts[after-1]
	if last.line == line {
		column += last.realColumn - last.column
	}
	return line + last.realLine - last.line, column
}

// Condense has the guard take the text of files out of what passes from now on; begun is what has passed before. What
// is made may have limit bytes.
func (g *Guard) Condense(how Condensing, limit int64, begun []byte) *Condenser {
	g.files = &Condenser{
		options: how, limit: limit, copied: g.offset,
		result: &Condensed{
			Text: slices.Clone(begun), StandInPrefix: how.StandInPrefix, files: map[[sha256.Size]byte]*File{},
			numbers: map[*File][]int{},
		},
	}
	return g.files
}

// Condenser is told by the guard what passes, and copies it without the text of files.
type Condenser struct {
	options  Condensing
	result   *Condensed
	limit    int64
	tooLarge bool
	failed   error // of who gets the bytes of files
	copied   int64 // how much of the message is dealt with
	number   int   // of the files so far
	counted  int   // how much of made.Text
	line     int   // holds so many line ends

	depth int // of the element that holds a file; 0: none is open
	start int // of its content, in made.Text
	text  *fileText
}

// Failed tells that what follows need not be read: Result has an error.
func (c *Condenser) Failed() bool { return c.tooLarge || c.failed != nil }

// Result is the message without the text of its files, once the guard has let all of it pass. The error is an *Error
// where it is too large, else that of who gets the bytes of files.
func (c *Condenser) Result() (*Condensed, error) {
	switch {
	case c.tooLarge:
		return nil, &Error{
			Kind:   TooLarge,
			Reason: fmt.Sprintf("the message without its files is larger than the %d bytes that are taken", c.limit),
		}
	case c.failed != nil:
		return nil, c.failed
	}
	return c.result, nil
}

// passed is called when the guard lets go of its bytes up to end.
func (c *Condenser) passed(g *Guard, end int64) {
	if c.depth > 0 && c.text.chars > largeTextFrom {
		c.result.Text, c.copied = c.result.Text[:c.start], end
		return
	}
	c.copy(g, end)
}

func (c *Condenser) copy(g *Guard, end int64) {
	if c.copied < end {
		c.result.Text = append(c.result.Text, g.p[c.copied-g.offset:end-g.offset]...)
		c.copied = end
	}
	c.tooLarge = c.tooLarge || int64(len(c.result.Text)) > c.limit
}

// enter is called for every start tag g.p[i:end] below Body.
func (c *Condenser) enter(g *Guard, i, end int, space, local []byte, empty bool) {
	if c.depth > 0 { // no file: the rest is left to whoever knows the schema
		c.text.invalid = true
		c.leave(g, i)
		return
	}
	if !c.options.Files[xml.Name{Space: string(space), Local: string(local)}] {
		return
	}
	if c.number++; empty {
		return
	}
	c.copy(g, g.offset+int64(end))
	c.depth, c.start, c.text = len(g.frames), len(c.result.Text), newFileText(c.number)
	if c.options.Bytes != nil {
		c.text.to = c.options.Bytes(c.number)
	}
}

// leave is called at the tag that ends a file's content, at g.p[i].
func (c *Condenser) leave(g *Guard, i int) {
	at := g.offset + int64(i)
	file, how := c.text.end()
	if c.failed == nil {
		c.failed = c.text.failed
	}
	if c.text.chars <= largeTextFrom {
		c.copy(g, at)
	} else {
		var sum [sha256.Size]byte
		c.text.text.Sum(sum[:0])
		kept := c.result.files[sum]
		if kept == nil {
			kept = &file
			c.result.files[sum] = kept
		}
		c.result.numbers[kept] = append(c.result.numbers[kept], file.Number)
		c.result.Text = append(c.result.Text[:c.start], standIn(c.options.StandInPrefix, sum, how)...)
		c.copied = at
		c.notePosition(g, i)
	}
	c.depth, c.text = 0, nil
}

// standIn is as sound as the text that it stands for, and can be decoded where that could.
func standIn(mark [16]byte, sum [sha256.Size]byte, how base64Form) string {
	text := base64.StdEncoding.EncodeToString(append(mark[:], sum[:]...))
	switch how {
	case lenientForm:
		return text + "AB=="
	case invalidForm:
		return text + "!"
	}
	return text
}

// notePosition notes where the tag g.p[i] stands in the message, and where in Text.
func (c *Condenser) notePosition(g *Guard, i int) {
	text := c.result.Text
	c.line += bytes.Count(text[c.counted:], []byte{'\n'})
	c.counted = len(text)
	k := cut{line: c.line + 1, column: len(text) - bytes.LastIndexByte(text, '\n')}
	k.realLine, k.realColumn = g.position(i)
	c.result.cuts = append(c.result.cuts, k)
}
