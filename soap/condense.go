package soap

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
)

// Condensing says how a message is to be condensed.
type Condensing struct {
	Files map[xml.Name]bool // elements whose text is a file as xs:base64Binary
	Spool bool              // the message itself is kept too, byte for byte: Request.Spool has it then
	// Mark makes the stand-ins of files known from text of strangers: it is drawn for each message. Two messages that are to be compared have the same.
	Mark [16]byte
	// Bytes is asked for each file by its number who gets its bytes as they pass; nil: nobody gets any.
	Bytes func(number int) io.Writer
}

// cutFrom is how many characters a file's text must have at least to be taken out.
const cutFrom = 16 << 10

// Condensed is a message without the text of its files.
type Condensed struct {
	// Text is what Request.UTF8 would be, but for the text of large files: each has a stand-in instead, which is right by xs:base64Binary
	// where the text was. Equal texts have equal stand-ins.
	Text []byte

	Mark [16]byte // as it was given

	files   map[[sha256.Size]byte]*File
	numbers map[*File][]int
	cuts    []cut
}

// cut is where the content of a file ended: in Text, and in the message.
type cut struct{ line, column, realLine, realColumn int }

// File is the file for which a decoded value stands in; false: the value is the file itself.
func (c *Condensed) File(value []byte) (*File, bool) {
	if len(value) < len(c.Mark)+sha256.Size || [16]byte(value) != c.Mark {
		return nil, false
	}
	f, ok := c.files[[sha256.Size]byte(value[len(c.Mark):])]
	return f, ok
}

// Numbers are the numbers of all elements of the message that hold a file which File gave, in their order: the same text may stand in several.
func (c *Condensed) Numbers(f *File) []int { return c.numbers[f] }

// Place is where in the message something is that is at a place in Text, both from 1.
func (c *Condensed) Place(line, column int) (int, int) {
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

// Condensed is the message as Condense left it; nil where it did not run.
func (r *Request) Condensed() *Condensed { return r.condensed }

// Condense reads the rest of the message and guards it, as ReadAll does, but does not keep the text of files: memory is bounded by Limits.Beside.
// Afterwards Condensed has it, and Close must be called. The errors are those of ReadAll, those of the spool and those of who gets Bytes; the request
// is of no use after one but for Close.
func (r *Request) Condense(o Condensing) error {
	c := &condenser{
		how: o, limit: r.limits.Beside,
		made: &Condensed{Mark: o.Mark, files: map[[sha256.Size]byte]*File{}, numbers: map[*File][]int{}},
	}
	if o.Spool && r.spool == nil {
		if err := r.beginSpool(); err != nil {
			return err
		}
	}
	if r.Complete {
		g := newGuard(r.limits)
		g.files = c
		if _, err := g.feed(r.utf8, true); err != nil {
			return err
		}
	} else if err := r.condenseRest(c); err != nil {
		return err
	}
	switch {
	case c.tooLarge:
		return &Error{Kind: TooLarge, Reason: fmt.Sprintf("the message without its files is larger than the %d bytes that are taken", c.limit)}
	case c.failed != nil:
		return c.failed
	}
	r.condensed = c.made
	return nil
}

// beginSpool spools what is received, and what is still to come.
func (r *Request) beginSpool() (err error) {
	if r.spool, err = NewSpool(r.limits.Folder); err != nil {
		return err
	}
	if _, err = r.spool.Write(r.received); err == nil && r.rest != nil {
		r.rest = &copying{from: r.rest, to: r.spool}
	}
	return err
}

// Spool is the message byte for byte as it was received, where it was spooled: by Condense, or because it came in parts; else nil.
func (r *Request) Spool() *Spool { return r.spool }

// Close lets go of Spool, and of what the request was read with: nothing but what it has handed out may be used after it. A nil Request may be closed.
func (r *Request) Close() error {
	if r == nil {
		return nil
	}
	if r.Complete && r.own && r.spool == nil && r.condensed == nil && r.guard != nil {
		r.limits.Rooms.giveGuard(r.guard)
		r.guard = nil
	}
	return errors.Join(r.spool.Close(), r.parts.Close())
}

func (r *Request) condenseRest(c *condenser) error {
	s := r.stream()
	r.guard.files = c
	var failed *copyError
	c.made.Text = slices.Clone(r.utf8[:r.guard.offset])
	c.copied = r.guard.offset
	r.received, r.utf8 = nil, nil
	for !c.tooLarge && c.failed == nil {
		s.given = s.passed
		switch err := s.advance(); {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &failed):
			return failed
		case err != nil:
			return err
		}
	}
	return nil
}

// copying copies what is read.
type copying struct {
	from io.Reader
	to   io.Writer
}

func (c *copying) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if _, failed := c.to.Write(p[:n]); failed != nil {
		return n, &copyError{failed}
	}
	return n, err
}

// copyError is a failure of ours, not of the connection that the message comes on.
type copyError struct{ cause error }

func (e *copyError) Error() string { return fmt.Sprintf("keeping a message: %v", e.cause) }
func (e *copyError) Unwrap() error { return e.cause }

// condenser is told by the guard what passes, and copies it without the text of files.
type condenser struct {
	how      Condensing
	made     *Condensed
	limit    int64
	tooLarge bool
	failed   error // of who gets the bytes of files
	copied   int64 // how much of the UTF-8 form is dealt with
	number   int   // of the files so far
	counted  int   // how much of made.Text
	line     int   // holds so many line ends

	depth int // of the element that holds a file; 0: none is open
	start int // of its content, in made.Text
	text  *fileText
}

// passed is called when the guard lets go of its bytes up to end.
func (c *condenser) passed(g *guard, end int64) {
	if c.depth > 0 && c.text.chars > cutFrom {
		c.made.Text, c.copied = c.made.Text[:c.start], end
		return
	}
	c.copy(g, end)
}

func (c *condenser) copy(g *guard, end int64) {
	if c.copied < end {
		c.made.Text = append(c.made.Text, g.p[c.copied-g.offset:end-g.offset]...)
		c.copied = end
	}
	c.tooLarge = c.tooLarge || int64(len(c.made.Text)) > c.limit
}

// enter is called for every start tag g.p[i:end] below Body.
func (c *condenser) enter(g *guard, i, end int, space, local []byte, empty bool) {
	if c.depth > 0 { // no file: the rest is left to whoever knows the schema
		c.text.broken = true
		c.leave(g, i)
		return
	}
	if !c.how.Files[xml.Name{Space: string(space), Local: string(local)}] {
		return
	}
	if c.number++; empty {
		return
	}
	c.copy(g, g.offset+int64(end))
	c.depth, c.start, c.text = len(g.frames), len(c.made.Text), newFileText(c.number)
	if c.how.Bytes != nil {
		c.text.to = c.how.Bytes(c.number)
	}
}

// leave is called at the tag that ends a file's content, at g.p[i].
func (c *condenser) leave(g *guard, i int) {
	at := g.offset + int64(i)
	file, how := c.text.end()
	if c.failed == nil {
		c.failed = c.text.failed
	}
	if c.text.chars <= cutFrom {
		c.copy(g, at)
	} else {
		var sum [sha256.Size]byte
		c.text.text.Sum(sum[:0])
		kept := c.made.files[sum]
		if kept == nil {
			kept = &file
			c.made.files[sum] = kept
		}
		c.made.numbers[kept] = append(c.made.numbers[kept], file.Number)
		c.made.Text = append(c.made.Text[:c.start], standIn(c.how.Mark, sum, how)...)
		c.copied = at
		c.place(g, i)
	}
	c.depth, c.text = 0, nil
}

// standIn is as sound as the text that it stands for, and can be decoded where that could.
func standIn(mark [16]byte, sum [sha256.Size]byte, how soundness) string {
	text := base64.StdEncoding.EncodeToString(append(mark[:], sum[:]...))
	switch how {
	case loose:
		return text + "AB=="
	case broken:
		return text + "!"
	}
	return text
}

// place notes where the tag g.p[i] stands in the message, and where in Text.
func (c *condenser) place(g *guard, i int) {
	text := c.made.Text
	c.line += bytes.Count(text[c.counted:], []byte{'\n'})
	c.counted = len(text)
	k := cut{line: c.line + 1, column: len(text) - bytes.LastIndexByte(text, '\n')}
	k.realLine, k.realColumn = g.place(i)
	c.made.cuts = append(c.made.cuts, k)
}
